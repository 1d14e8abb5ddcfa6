/**
 * A thread that encodes and decodes, with a table of shapes that it is given.
 *
 * @module
 */
import { decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { joinShapes } from "../../channels/shapes.ts";
import { joinProgram } from "../../channels/threads.ts";
import { difference, Random, randomValue } from "./random_value.ts";

/** What a thread is told first. */
export interface ThreadStart {
  readonly threads: SharedArrayBuffer;
  readonly shapes: SharedArrayBuffer;
  readonly thread: number;
}

/** What a thread is asked for; the answers come in the same order. */
export type Request =
  /** The message of a value. */
  | { readonly encode: unknown; readonly selfContained?: boolean }
  /** What a message holds, or the name of the error. */
  | { readonly decode: Uint8Array }
  /**
   * The messages of objects with so many lists of keys, each after the other,
   * once the word `go` is no longer 0.
   */
  | { readonly lists: number; readonly go?: Int32Array<SharedArrayBuffer> }
  /** How deep a list of so many links is that was sent there and back. */
  | { readonly links: number }
  /** What goes wrong when random values of so many seeds are sent. */
  | { readonly seeds: number };

/** An object whose keys are told by a number. */
export function recordOf(list: number): object {
  return { [`first ${list}`]: list, [`second ${list}`]: "two" };
}

const encoder = new Encoder();
const selfContained = new Encoder({ selfContained: true });

function answer(request: Request): unknown {
  if ("encode" in request) {
    const { bytes, length } = encoded(request.encode, request.selfContained);
    return bytes.slice(0, length);
  }
  if ("decode" in request) {
    try {
      return decode(request.decode, 0, request.decode.length);
    } catch (error) {
      return (error as Error).name;
    }
  }
  if ("links" in request) return linksOf(request.links);
  if ("seeds" in request) return firstDifference(request.seeds);
  const { lists, go } = request;
  if (go !== undefined) { while (Atomics.load(go, 0) === 0); }
  const messages: Uint8Array[] = [];
  for (let list = 0; list < lists; list++) {
    const value = recordOf(list);
    encoder.encode(value);
    const length = encoder.encode(value);
    messages.push(encoder.bytes.slice(0, length));
  }
  return messages;
}

/** Sends random values to itself, and says what arrives otherwise: "nothing". */
function firstDifference(seeds: number): string {
  for (let seed = 1; seed <= seeds; seed++) {
    const random = new Random(seed);
    const value = randomValue(random, { wrap: seed % 10 === 0 ? 100 : 0 });
    const { bytes, length } = encoded(value, false);
    const found = difference(value, decode(bytes, 0, length));
    if (found !== undefined) return `seed ${seed}: ${found}`;
  }
  return "nothing";
}

/** Sends a list of links of all kinds to itself, and counts what arrives. */
function linksOf(links: number): number {
  let list: unknown = undefined;
  for (let i = 0; i < links; i++) {
    list =
      [{ next: list }, [list], new Map([[1, list]]), new Set([list])][i & 3];
  }
  const { bytes, length } = encoded(list, false);
  let next = decode(bytes, 0, length);
  let count = 0;
  for (; next !== undefined; count++) {
    if (Array.isArray(next) || next instanceof Set) [next] = next;
    else if (next instanceof Map) next = next.get(1);
    else next = (next as { next: unknown }).next;
  }
  return count;
}

function encoded(value: unknown, alone: boolean | undefined) {
  const one = alone === true ? selfContained : encoder;
  const length = one.encode(value);
  return { bytes: one.bytes, length };
}

// Tests import this module, too, for what it exports.
if (typeof WorkerGlobalScope !== "undefined" && self.name === "codec") {
  self.onmessage = ({ data }) => {
    const { threads, shapes, thread } = data as ThreadStart;
    joinProgram(threads, thread, () => self.close());
    joinShapes(shapes);
    self.onmessage = ({ data }) => self.postMessage(answer(data));
  };
}

declare const WorkerGlobalScope: unknown;
declare const self: {
  readonly name: string;
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
};
