/**
 * What became of the tasks of a pool so far.
 *
 * @module
 */

import type { FutureOutcome } from "./future_types.ts";
import { Latencies } from "./_latencies.ts";

/** See the module. */
export class Tally {
  /** Tasks that were submitted. */
  submitted = 0;
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

  /** Notes how long a task waited and ran, in ms. */
  time(wait: number, run: number): void {
    this.waits.add(wait);
    this.runs.add(run);
  }
}
