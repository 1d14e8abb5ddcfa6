/**
 * The error of a barrier.
 *
 * @module
 */

import { registerErrorClass } from "../error_classes.ts";

/** Why a barrier is broken. */
export type BarrierBreak =
  | "aborted"
  | "reset"
  | "timed out"
  | "died"
  | "action failed";

/** What each reason says of the actor that is to blame. */
const TEXTS: Readonly<Record<BarrierBreak, string>> = {
  aborted: "called abort",
  reset: "called reset while others waited",
  "timed out": "waited too long, or was told to wait no longer",
  died: "ended",
  "action failed": "threw in its action",
};

/**
 * Thrown to all that wait at a barrier when it breaks, and to those that come
 * before it is reset.
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
  /** Why it is broken. */
  readonly reason: BarrierBreak;
  /** The name of the actor that broke it. */
  readonly actor: string;

  /** Builds the error from the barrier's label, the reason, and the actor. */
  constructor(label: string, reason: BarrierBreak, actor: string) {
    super(
      `Cannot wait at ${label}: it is broken, since actor "${actor}" ` +
        TEXTS[reason] +
        (reason === "reset" ? "" : ". Reset it when all can begin again"),
    );
    this.reason = reason;
    this.actor = actor;
  }
}

registerErrorClass(BrokenBarrierError);
