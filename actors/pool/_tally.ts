/**
 * What became of the tasks of a pool so far.
 *
 * @module
 */

import type { FutureOutcome } from "./future_types.ts";
import { Latencies } from "./_latencies.ts";

/** See the module. */
export class Tally {
  /** Those that returned. */
  done = 0;
  /** Those that threw, were ended, or died with their worker. */
  failed = 0;
  /** Those that were cancelled before they began. */
  cancelled = 0;
  /** Workers that ended otherwise than by being told to take no more tasks. */
  replaced = 0;
  /** How long tasks waited to be taken, in ms. */
  readonly waits = new Latencies();
  /** How long they ran, in ms. */
  readonly runs = new Latencies();

  /** Counts a task that is over. */
  count(outcome: FutureOutcome<unknown>): void {
    if ("value" in outcome) this.done++;
    else if ("error" in outcome) this.failed++;
    else this.cancelled++;
  }

  /**
   * Notes how long a task waited and ran.
   *
   * @param submittedAt When it was submitted, in ticks.
   * @param now When its answer was heard, in ms.
   * @param run How long it ran, in ms.
   */
  time(submittedAt: number, now: number, run: number): void {
    const since = ((ticksOf(now) - submittedAt) | 0) / TICKS;
    this.waits.add(Math.max(0, since - run));
    this.runs.add(run);
  }
}

/** How many ticks a ms has. */
const TICKS = 32;

/** A time of `performance.now` as a whole number, which costs a task less. */
export function ticksOf(ms: number): number {
  return (ms * TICKS) | 0;
}
