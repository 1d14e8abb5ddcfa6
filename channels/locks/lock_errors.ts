/**
 * The errors of locks.
 *
 * @module
 */

import { registerErrorClass } from "../error_classes.ts";

/**
 * Thrown when an actor releases a lock that it does not hold, and when it waits
 * for a condition, or notifies one, whose lock it does not hold.
 *
 * @example
 * ```ts
 * import { Lock, LockOwnerError } from "@troupe/troupe";
 *
 * const lock = new Lock({ name: "files" });
 * try {
 *   lock.release();
 * } catch (error) {
 *   if (!(error instanceof LockOwnerError)) throw error;
 *   console.log(error.actor, error.holder); // MainProcess undefined
 * }
 * ```
 */
export class LockOwnerError extends Error {
  /** The class name, `"LockOwnerError"`. */
  override readonly name = "LockOwnerError";
  /** The name of the actor that tried. */
  readonly actor: string;
  /** The name of the actor that holds it; `undefined` if none does. */
  readonly holder: string | undefined;

  /** Builds the error from what was tried, the lock, and the two actors. */
  constructor(
    action: string,
    lock: string,
    actor: string,
    holder: string | undefined,
  ) {
    super(
      `Cannot ${action}: actor "${actor}" does not hold ${
        action.endsWith(lock) ? "it" : `its ${lock}`
      }, ` +
        (holder === undefined
          ? "nobody does"
          : holder === actor
          ? "another guard of it does. Release that guard"
          : `actor "${holder}" does`),
    );
    this.actor = actor;
    this.holder = holder;
  }
}

/** One step of a deadlock: who waits for what. */
export interface DeadlockStep {
  /** The name of the actor that waits. */
  readonly actor: string;
  /** What it waits for, such as `lock "files"`; the next step's actor has it. */
  readonly lock: string;
}

/**
 * Thrown when a wait can never end, since those it waits for wait for it.
 *
 * @example An actor that would block itself is told at once
 * ```ts
 * import { DeadlockError, Lock } from "@troupe/troupe";
 *
 * const lock = new Lock({ name: "files" });
 * using guard = lock.acquireSync();
 * try {
 *   lock.acquireSync();
 * } catch (error) {
 *   if (!(error instanceof DeadlockError)) throw error;
 *   console.log(error.path); // [{ actor: "MainProcess", lock: 'lock "files"' }]
 * }
 * ```
 */
export class DeadlockError extends Error {
  /** The class name, `"DeadlockError"`. */
  override readonly name = "DeadlockError";
  /** Who waits for whom, in a circle: the last waits for the first. */
  readonly path: readonly DeadlockStep[];

  /** Builds the error from the circle of waits. */
  constructor(path: readonly DeadlockStep[]) {
    const names = [...path, path[0]!].map(({ actor }) => actor).join(" → ");
    const steps = path.map(({ actor, lock }, i) => {
      const holder = path[(i + 1) % path.length]!.actor;
      return `"${actor}" waits for ${lock}, which "${holder}" holds`;
    });
    super(
      `Deadlock: ${names}: ${steps.join("; ")}. ` +
        "Acquire locks in one order everywhere, or with a time-out",
    );
    this.path = path;
  }
}

registerErrorClass(LockOwnerError);
registerErrorClass(DeadlockError);
