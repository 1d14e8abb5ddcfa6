/**
 * How an actor ended.
 *
 * @module
 */

import type { PermissionDeniedError } from "./permission_errors.ts";

/** Its function returned. */
export interface ReturnedExit<R> {
  /** How it ended. */
  readonly reason: "returned";
  /** The exit code, 0. */
  readonly code: number;
  /** What it returned. */
  readonly value: R;
}

/** Its function threw, or an error or a rejection inside it was not caught. */
export interface ThrewExit {
  /** How it ended. */
  readonly reason: "threw";
  /** The exit code, 1. */
  readonly code: number;
  /** A `RemoteError`, whose `cause` is what it threw. */
  readonly error: Error;
}

/**
 * It was denied a right that it needed. What to grant it is in the error; to
 * start it again as it is would end in the same way.
 */
export interface DeniedExit {
  /** How it ended. */
  readonly reason: "denied";
  /** The exit code, 1. */
  readonly code: number;
  /** What was denied, and the text to add to the actor's `permissions`. */
  readonly error: PermissionDeniedError;
}

/** It ended itself with `Deno.exit(n)` or `self.close()`. */
export interface ExitedExit {
  /** How it ended. */
  readonly reason: "exited";
  /** The exit code: n, or 0. 255 if it ended without saying how. */
  readonly code: number;
}

/** It was terminated. */
export interface TerminatedExit {
  /** How it ended. */
  readonly reason: "terminated";
  /** The exit code, −15. */
  readonly code: number;
  /**
   * Whether its thread is gone. `false` for one that never comes back to its
   * event loop, which Deno cannot stop today: it counts for nothing any more,
   * and burns its core until the program ends.
   */
  readonly threadStopped: boolean;
}

/** It was killed: by `Process.kill`, or, in a process of its own, by anybody. */
export interface KilledExit {
  /** How it ended. */
  readonly reason: "killed";
  /** The exit code, −9. */
  readonly code: number;
  /**
   * Whether it is gone; see {@linkcode TerminatedExit.threadStopped}. Always so
   * for an actor in a process of its own.
   */
  readonly threadStopped: boolean;
}

/**
 * It took more memory than it may, or than there is. Only an actor in a process
 * of its own can end so: as a thread it would take the whole program with it.
 */
export interface OutOfMemoryExit {
  /** How it ended. */
  readonly reason: "outOfMemory";
  /** The exit code, −9. */
  readonly code: number;
  /** What is known of it: the last words of the platform, or the sizes. */
  readonly details: string;
}

/**
 * It could not do what it was started for: its module is missing, has an error
 * or lacks the declaration, or its result cannot be sent.
 */
export interface FailedExit {
  /** How it ended. */
  readonly reason: "failed";
  /** The exit code, 1. */
  readonly code: number;
  /** Why. */
  readonly error: Error;
}

/**
 * How an actor ended; `reason` tells the cases apart.
 *
 * @typeParam R What its function returns.
 */
export type Exit<R = unknown> =
  | ReturnedExit<R>
  | ThrewExit
  | DeniedExit
  | ExitedExit
  | TerminatedExit
  | KilledExit
  | OutOfMemoryExit
  | FailedExit;

/** The exit code of a terminated actor, as of a process ended by SIGTERM. */
export const TERMINATED_CODE = -15;

/** The exit code of one that was killed, as of a process ended by SIGKILL. */
export const KILLED_CODE = -9;

/** The exit code of an actor that ended without saying how. */
export const UNKNOWN_CODE = 255;

/** How messages tell of an exit: `it was terminated`. */
export function describeExit(exit: Exit): string {
  switch (exit.reason) {
    case "returned":
      return "it returned";
    case "threw":
      return `it threw (${exit.error.message})`;
    case "denied":
      return `it was denied a right (${exit.error.message})`;
    case "exited":
      return `it exited (code ${exit.code})`;
    case "terminated":
      return "it was terminated";
    case "killed":
      return "it was killed";
    case "outOfMemory":
      return `it ran out of memory (${exit.details})`;
    case "failed":
      return `it failed (${exit.error.message})`;
  }
}
