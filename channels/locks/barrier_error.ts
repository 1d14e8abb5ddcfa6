/**
 * The error of a barrier that is broken.
 *
 * @module
 */

import { registerErrorClass } from "../error_classes.ts";

/**
 * Why a barrier lets nobody pass: `"aborted"` by `abort` or by the signal of one
 * that waited, `"timeout"` if one waited for too long, `"died"` if a party ended,
 * `"action failed"`, or `"reset"`, which only those hear of that waited then.
 */
export type BarrierBreak =
  | "aborted"
  | "timeout"
  | "died"
  | "action failed"
  | "reset";

const TEXTS: Record<BarrierBreak, string> = {
  "aborted": "aborted it",
  "timeout": "waited too long for the others",
  "died": "ended, and will not come",
  "action failed": "failed in its action",
  "reset": "reset it",
};

/**
 * Thrown where actors wait at a barrier that is broken, or was broken or reset
 * while they waited.
 *
 * @example
 * ```ts
 * import { Barrier, BrokenBarrierError } from "@troupe/troupe";
 *
 * const barrier = new Barrier(2, { name: "start" });
 * barrier.abort();
 * try {
 *   await barrier.wait();
 * } catch (error) {
 *   if (!(error instanceof BrokenBarrierError)) throw error;
 *   console.log(error.reason, error.actor); // aborted MainProcess
 * }
 * ```
 */
export class BrokenBarrierError extends Error {
  /** The class name, `"BrokenBarrierError"`. */
  override readonly name = "BrokenBarrierError";
  /** What messages call the barrier, such as `barrier "start"`. */
  readonly barrier: string;
  /** Why it is broken. */
  readonly reason: BarrierBreak;
  /** The name of the actor that broke it, or whose end did. */
  readonly actor: string;

  /** Builds the error from the barrier, why it is broken, and by whom. */
  constructor(barrier: string, reason: BarrierBreak, actor: string) {
    super(
      `Cannot pass ${barrier}: actor "${actor}" ${TEXTS[reason]}. ` +
        (reason === "reset" ? "Wait again" : "Call reset() to use it again"),
    );
    this.barrier = barrier;
    this.reason = reason;
    this.actor = actor;
  }
}

registerErrorClass(BrokenBarrierError);
