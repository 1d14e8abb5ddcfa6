/**
 * The children of a supervisor, as its user sees them.
 *
 * @module
 */

import type { WaitOptions } from "../../channels/wait_options.ts";
import type { Exit } from "../exit.ts";
import type { ActorRef } from "../actor_ref.ts";
import type {
  ClassActor,
  ClassProcess,
  FunctionActor,
  Process,
} from "../process.ts";
import type { SupervisorExit } from "./supervisor_exit.ts";
import type { AnyActor, ChildSpec } from "./supervisor_options.ts";

/**
 * What a child does: `"running"`; `"restarting"`, down and to be started again;
 * `"stopped"`, down until somebody starts it; `"denied"`, down because it lacks
 * a right, which no restart would give it.
 */
export type ChildState = "running" | "restarting" | "stopped" | "denied";

/** What all children have in common. */
export interface AnyChild {
  /** The kind of handle this is. */
  readonly kind: "child";
  /** Its id, which no other child of the supervisor has. */
  readonly id: string;
  /** How often its supervisor restarted it. */
  readonly restarts: number;
  /** What it does. */
  readonly state: ChildState;
  /** Whether it runs at this moment. */
  isAlive(): boolean;
}

/**
 * An actor under a supervisor. It stays the same through all restarts: `process`
 * is always the present one.
 *
 * @typeParam R What the actor's function returns.
 */
export interface Child<R = unknown> extends AnyChild {
  /** Its present process, or while it is down the last one. */
  readonly process: Process<R>;

  /**
   * Waits until it is over for good: until it has ended and its supervisor does
   * not start it again by itself.
   *
   * @returns How it ended at last.
   */
  join(
    options?: { timeout?: undefined; signal?: AbortSignal },
  ): Promise<Exit<R>>;
  /**
   * Waits until it is over for good, but not longer than `timeout` ms.
   *
   * @returns How it ended at last; `undefined` if it is not over by then.
   */
  join(options?: WaitOptions): Promise<Exit<R> | undefined>;
}

/**
 * A class actor under a supervisor. Messages go to its present incarnation, and
 * while it is being restarted they wait in the mailbox for the next one:
 *
 * - a **tell** that was not handled yet is handled by the next incarnation; one
 *   that was in hand at the death, too, until it has been there at as many
 *   deaths as the supervisor's `quarantineAfter` says;
 * - an **ask** that was under way at the death rejects with an
 *   `ActorExitedError`, and is not handled any more; given
 *   `{ whenRestarted: "wait" }` it waits and is handled as a tell is.
 *
 * So a handler may begin with a message that was handled in part: what must not
 * be done twice needs a number of its own to be known by. A reentrant actor
 * handles no message again that it had in hand when it died.
 *
 * @typeParam I The instances of the class.
 */
export interface ClassChild<I = unknown> extends Child<void>, ActorRef<I> {
  /** The kind of handle this is. */
  readonly kind: "child";
  /** Its present process, or while it is down the last one. */
  readonly process: ClassProcess<I>;
}

/** A supervisor under another. */
export interface NestedChild extends AnyChild {
  /**
   * Waits until it is over for good: until it has ended and the supervisor above
   * does not start it again by itself.
   *
   * @returns How it ended at last.
   */
  join(
    options?: { timeout?: undefined; signal?: AbortSignal },
  ): Promise<SupervisorExit>;
  /**
   * Waits until it is over for good, but not longer than `timeout` ms.
   *
   * @returns How it ended at last; `undefined` if it is not over by then.
   */
  join(options?: WaitOptions): Promise<SupervisorExit | undefined>;
}

/** What a supervisor tells of one child. */
export interface ChildInfo {
  /** Its id. */
  readonly id: string;
  /** The child. */
  readonly child: Child | NestedChild;
  /** What it does. */
  readonly state: ChildState;
  /** How often its supervisor restarted it. */
  readonly restarts: number;
  /** What it was specified to be, with the defaults filled in. */
  readonly spec: ChildSpec;
}

/** How many children a supervisor has. */
export interface ChildCount {
  /** All that it knows, running or not. */
  readonly specs: number;
  /** Those that run. */
  readonly active: number;
  /** Those that are supervisors, running or not. */
  readonly supervisors: number;
  /** Those that are actors, running or not. */
  readonly workers: number;
}

/** The children of a list, one for each actor. */
export type ChildList<L extends readonly AnyActor[]> = {
  [K in keyof L]: L[K] extends ClassActor<infer _A, infer I> ? ClassChild<I>
    : L[K] extends FunctionActor<infer _A, infer R> ? Child<R>
    : never;
};
