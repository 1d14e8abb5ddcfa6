/**
 * What cannot leave its process of the operating system, though it goes from
 * thread to thread: memory that is shared, and what is made of it alone.
 *
 * @module
 */

import { isHandle } from "./handle.ts";
import type { Refusal } from "./_refusal.ts";

const WITHIN = "It works within one process of the operating system only";

/** What to use in place of what is shared memory and nothing else. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["shared-array", "Use a SharedMap or a Value, or send its items"],
  ["shared-bytes", "Use a SharedMap, or send the bytes"],
  ["shared-struct", "Use a SharedMap, or several Values"],
]);

/** What is said of an object that cannot leave its process; undefined if it can. */
export function cannotCross(object: object): Refusal | undefined {
  if (isHandle(object)) {
    const advice = INSTEAD.get(String((object as { kind?: unknown }).kind));
    return advice === undefined ? undefined : refusal(object, advice);
  }
  const memory = ArrayBuffer.isView(object) ? object.buffer : object;
  const isHere = memory instanceof SharedArrayBuffer ||
    memory instanceof Blob || memory instanceof CryptoKey ||
    memory instanceof WebAssembly.Module;
  return isHere ? refusal(object, "Send what it holds as data") : undefined;
}

/** What is said of a handle that is of no use in another process. */
export function worksWithin(handle: object): Refusal {
  return refusal(
    handle,
    "Only what the program that started this actor has made, or this actor had " +
      "made there, can be sent to others",
  );
}

function refusal(object: object, advice: string): Refusal {
  const name = object.constructor.name || "handle";
  return { found: `a ${name}`, advice: `${WITHIN}. ${advice}` };
}
