/**
 * Waiting no longer than others live.
 *
 * @module
 */

import { threadCanAct } from "./threads.ts";
import type { BlockOptions, WaitOptions } from "./wait_options.ts";

/** The property by which a process names its thread (see `threads.ts`). */
export const THREAD: unique symbol = Symbol.for("troupe.thread");

/** Something that runs in a thread: a process. */
export interface Running {
  /**
   * The thread it runs in; throws if it was not started.
   *
   * @internal
   */
  readonly [THREAD]: number;
}

/** How long a get waits. */
export interface UntilOptions extends WaitOptions {
  /**
   * The processes, or the one, that items come from: when all of them have ended
   * and nothing is left of what they put, the wait ends with a
   * `ProducersEndedError`.
   */
  until?: Running | readonly Running[];
}

/** How long a get may block its thread. */
export interface BlockUntilOptions extends BlockOptions {
  /** See {@linkcode UntilOptions.until}. */
  until?: Running | readonly Running[];
}

/** The threads of those who are waited for. */
export type Until = readonly number[];

/**
 * Checks the option.
 *
 * @throws {TypeError} If it is, or holds, something that is no process.
 * @throws If a process was not started.
 */
export function checkUntil(
  until: Running | readonly Running[] | undefined,
): Until | undefined {
  if (until === undefined) return undefined;
  const all: readonly unknown[] = Array.isArray(until) ? until : [until];
  return all.map((one) => {
    if (typeof one === "object" && one !== null && THREAD in one) {
      return (one as Running)[THREAD];
    }
    throw new TypeError(
      "Cannot wait: until must be a process, or an array of them",
    );
  });
}

/** Whether all of them have ended. */
export function isOver(until: Until): boolean {
  return !until.some(threadCanAct);
}
