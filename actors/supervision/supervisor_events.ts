/**
 * What a supervisor tells of its doings.
 *
 * @module
 */

import type {
  PermissionDeniedError,
  PermissionExceededError,
} from "../permission_errors.ts";
import type { ChildExit, ShutdownReport } from "./supervisor_exit.ts";
import type { Handling } from "../handling.ts";
import type { QuarantinedMessage } from "./quarantine.ts";
import type { ChildSpec, LivenessAction } from "./supervisor_options.ts";

/** What all events have in common. */
export interface SupervisorEventBase {
  /** When it was, in ms since 1970. */
  readonly at: number;
  /** The name of the supervisor. */
  readonly supervisor: string;
}

/** A child was started: for the first time, or by hand. */
export interface StartedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "started";
  /** The id of the child. */
  readonly id: string;
  /** The name of its process, or of the supervisor. */
  readonly process: string;
  /** Which start it was: 1, 2 … */
  readonly incarnation: number;
  /** How long it took, in ms. */
  readonly tookMs: number;
}

/** A child ended by itself. */
export interface ExitedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "exited";
  /** The id of the child. */
  readonly id: string;
  /** How it ended. */
  readonly exit: ChildExit;
  /**
   * What follows: it is restarted, if that is not once too often; it stays down
   * and is kept; or it is forgotten.
   */
  readonly handling: "restart" | "keep" | "forget";
  /** What it was specified to be. */
  readonly spec: ChildSpec;
}

/** Children are about to be restarted. */
export interface RestartingEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "restarting";
  /** The id of the child that ended or did not start. */
  readonly id: string;
  /** The ids of all that are going to be started, in this order. */
  readonly ids: readonly string[];
  /** In how many ms. */
  readonly in: number;
}

/** A child was started again. */
export interface RestartedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "restarted";
  /** The id of the child. */
  readonly id: string;
  /** The name of its process, or of the supervisor. */
  readonly process: string;
  /** Which start it was: 2, 3 … */
  readonly incarnation: number;
  /** How long it took, in ms. */
  readonly tookMs: number;
}

/** A child did not start. */
export interface StartFailedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "start-failed";
  /** The id of the child. */
  readonly id: string;
  /** Why. */
  readonly error: unknown;
  /** What it was specified to be. */
  readonly spec: ChildSpec;
}

/** A child was denied a right, and stays down. */
export interface DeniedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "denied";
  /** The id of the child. */
  readonly id: string;
  /** Which right. */
  readonly error: PermissionDeniedError | PermissionExceededError;
  /**
   * The text to add to its `permissions`; undefined if that would not help,
   * because the program, or whoever starts it, lacks the right as well.
   */
  readonly grant: string | undefined;
  /** What it was specified to be. */
  readonly spec: ChildSpec;
}

/** A child was stopped: by hand, for the sake of another, or with all. */
export interface StoppedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "stopped";
  /** The id of the child. */
  readonly id: string;
  /** How it ended. */
  readonly exit: ChildExit;
  /** Whether it had to be terminated. */
  readonly cut: boolean;
}

/**
 * The event loop of a child is blocked: it computes without coming back to it.
 * Told once each time.
 */
export interface UnresponsiveEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "unresponsive";
  /** The id of the child. */
  readonly id: string;
  /** The name of its process. */
  readonly process: string;
  /** What it has in hand: which method, which message, from whom. */
  readonly handling: Handling;
  /** For how long it has been blocked at least, in ms. */
  readonly blockedFor: number;
  /** What is done about it. */
  readonly action: LivenessAction;
}

/** A message was set aside, since it was in hand at too many deaths. */
export interface QuarantinedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "quarantined";
  /** The id of the child. */
  readonly id: string;
  /** The message; see `Supervisor.quarantine`. */
  readonly message: QuarantinedMessage;
}

/** The supervisor gave up: the last event of its life. All children are down. */
export interface GaveUpEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "gave-up";
  /** The id of the child that would have been restarted once more. */
  readonly id: string;
  /** How many restarts there would have been. */
  readonly restarts: number;
  /** In how many ms. */
  readonly within: number;
  /** How the child ended at last; undefined if it never ran. */
  readonly exit: ChildExit | undefined;
  /** What the child was specified to be. */
  readonly spec: ChildSpec;
  /** What became of the other children. */
  readonly report: ShutdownReport;
}

/** The supervisor ended in order: the last event of its life. */
export interface ShutDownEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "shut-down";
  /** Who wanted it: `"asked"`, or `"significant"` for `autoShutdown`. */
  readonly cause: "asked" | "significant";
  /** What became of its children. */
  readonly report: ShutdownReport;
}

/** Events were lost, because whoever reads them was too slow. */
export interface MissedEvent extends SupervisorEventBase {
  /** What happened. */
  readonly type: "missed";
  /** How many. */
  readonly count: number;
}

/** What a supervisor tells of its doings; `type` tells the cases apart. */
export type SupervisorEvent =
  | StartedEvent
  | ExitedEvent
  | RestartingEvent
  | RestartedEvent
  | StartFailedEvent
  | DeniedEvent
  | StoppedEvent
  | UnresponsiveEvent
  | QuarantinedEvent
  | GaveUpEvent
  | ShutDownEvent
  | MissedEvent;
