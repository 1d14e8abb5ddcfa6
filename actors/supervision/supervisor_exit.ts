/**
 * How a supervisor ends, and what it tells of the children it stopped.
 *
 * @module
 */

import { describeExit, type Exit } from "../exit.ts";

/** One child that was stopped because its supervisor ended. */
export interface StoppedChild {
  /** Its id. */
  readonly id: string;
  /** How it ended. */
  readonly exit: ChildExit;
  /**
   * Whether it was cut off: terminated, since it did not end by itself in its
   * time or was given none. For a supervisor, whether one of its children was.
   */
  readonly cut: boolean;
  /** How many messages it had not handled; 0 for a function. */
  readonly messagesLeft: number;
}

/** What the end of a supervisor did to its children. */
export interface ShutdownReport {
  /** The supervisor's name. */
  readonly supervisor: string;
  /** How long it took, in ms. */
  readonly tookMs: number;
  /** Those that were running, in the order in which they were stopped. */
  readonly children: readonly StoppedChild[];
}

/** It was asked to end, by its program or by the supervisor above it. */
export interface ShutDownExit {
  /** How it ended. */
  readonly reason: "shutDown";
  /** What became of its children. */
  readonly report: ShutdownReport;
}

/** It ended with a significant child: see `autoShutdown`. */
export interface AutoShutdownExit {
  /** How it ended. */
  readonly reason: "autoShutdown";
  /** The id of the significant child whose end was the last straw. */
  readonly child: string;
  /** What became of the other children. */
  readonly report: ShutdownReport;
}

/** Its children had to be restarted too often. */
export interface GaveUpExit {
  /** How it ended. */
  readonly reason: "gaveUp";
  /** A `RestartIntensityError`: which child it was, and how often. */
  readonly error: Error;
  /** What became of the other children. */
  readonly report: ShutdownReport;
}

/** How a supervisor ended; `reason` tells the cases apart. */
export type SupervisorExit = ShutDownExit | AutoShutdownExit | GaveUpExit;

/** How a child of a supervisor ended: an actor, or a supervisor itself. */
export type ChildExit<R = unknown> = Exit<R> | SupervisorExit;

/** How messages tell of an exit: `it was terminated`. */
export function describeChildExit(exit: ChildExit): string {
  switch (exit.reason) {
    case "shutDown":
      return "it was shut down";
    case "autoShutdown":
      return `it ended with its child ${JSON.stringify(exit.child)}`;
    case "gaveUp":
      return `it gave up (${exit.error.message})`;
    default:
      return describeExit(exit);
  }
}
