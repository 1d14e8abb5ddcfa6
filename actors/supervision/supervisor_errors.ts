/**
 * The errors of supervisors.
 *
 * @module
 */

import { registerErrorClass } from "../../channels/error_classes.ts";
import type { ChildState } from "./child.ts";
import { type ChildExit, describeChildExit } from "./supervisor_exit.ts";

/**
 * What a supervisor ends with that gave up: its children had to be restarted
 * more often than it was allowed. All of them have been stopped.
 */
export class RestartIntensityError extends Error {
  /** The class name, `"RestartIntensityError"`. */
  override readonly name = "RestartIntensityError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** How many restarts there would have been. */
  readonly restarts: number;
  /** In how many ms. */
  readonly within: number;
  /** The id of the child that would have been restarted once more. */
  readonly child: string;
  /** How it ended; undefined if it never ran. */
  readonly exit: ChildExit | undefined;

  /** Builds the error; `cause` is the last error of the child. */
  constructor(
    given: {
      readonly supervisor: string;
      readonly restarts: number;
      readonly within: number;
      readonly child: string;
      readonly exit: ChildExit | undefined;
    },
    cause: unknown,
  ) {
    super(
      `Supervisor ${JSON.stringify(given.supervisor)} gave up on child ` +
        `${JSON.stringify(given.child)}: ${given.restarts} restarts within ` +
        `${given.within} ms are too many` +
        (given.exit === undefined ? "" : `; ${describeChildExit(given.exit)}`),
      { cause },
    );
    this.supervisor = given.supervisor;
    this.restarts = given.restarts;
    this.within = given.within;
    this.child = given.child;
    this.exit = given.exit;
  }
}

/**
 * Thrown when one of a list of children cannot be started. Those started before
 * it have been stopped, in reverse order. The `cause` is why.
 */
export class StartError extends Error {
  /** The class name, `"StartError"`. */
  override readonly name = "StartError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** The id of the child that did not start. */
  readonly id: string;

  /** Builds the error. */
  constructor(supervisor: string, id: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot start ${labels(supervisor, id)}: ${why}`, { cause });
    this.supervisor = supervisor;
    this.id = id;
  }
}

/** Thrown when an id is given to a second child. Nothing was started. */
export class ChildExistsError extends Error {
  /** The class name, `"ChildExistsError"`. */
  override readonly name = "ChildExistsError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** The id. */
  readonly id: string;
  /** What the first child does; undefined if it is of the same list. */
  readonly state: ChildState | undefined;

  /** Builds the error. */
  constructor(supervisor: string, id: string, state: ChildState | undefined) {
    super(
      `Cannot start ${labels(supervisor, id)}: ` +
        (state === undefined
          ? "the list has two of this id"
          : `there is one of this id already, which is ${state}`),
    );
    this.supervisor = supervisor;
    this.id = id;
    this.state = state;
  }
}

/** Thrown when a supervisor has no child of an id. */
export class ChildNotFoundError extends Error {
  /** The class name, `"ChildNotFoundError"`. */
  override readonly name = "ChildNotFoundError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** The id. */
  readonly id: string;

  /** Builds the error; `action` is what could not be done. */
  constructor(action: string, supervisor: string, id: string) {
    super(
      `Cannot ${action} ${labels(supervisor, id)}: it has no child of this id`,
    );
    this.supervisor = supervisor;
    this.id = id;
  }
}

/** Thrown when something is asked of a child that goes with a stopped one only. */
export class ChildStateError extends Error {
  /** The class name, `"ChildStateError"`. */
  override readonly name = "ChildStateError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** The child's id. */
  readonly id: string;
  /** What it does. */
  readonly state: ChildState;

  /** Builds the error; `action` is what could not be done. */
  constructor(
    action: string,
    supervisor: string,
    id: string,
    state: ChildState,
  ) {
    super(
      `Cannot ${action} ${labels(supervisor, id)}: it is ${state}. Stop it ` +
        `first, with terminate(${JSON.stringify(id)})`,
    );
    this.supervisor = supervisor;
    this.id = id;
    this.state = state;
  }
}

/** Thrown when a supervisor has all the children it takes. */
export class MaxChildrenError extends Error {
  /** The class name, `"MaxChildrenError"`. */
  override readonly name = "MaxChildrenError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** How many it takes. */
  readonly maxChildren: number;

  /** Builds the error. */
  constructor(supervisor: string, id: string, maxChildren: number) {
    super(
      `Cannot start ${labels(supervisor, id)}: it takes ${maxChildren} ` +
        "children and has no room for more",
    );
    this.supervisor = supervisor;
    this.maxChildren = maxChildren;
  }
}

/** Thrown when a supervisor is used in a state that does not allow it. */
export class SupervisorStateError extends Error {
  /** The class name, `"SupervisorStateError"`. */
  override readonly name = "SupervisorStateError";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** The state it is in. */
  readonly state: "running" | "ended";

  /** Builds the error. */
  constructor(
    message: string,
    supervisor: string,
    state: "running" | "ended",
  ) {
    super(message);
    this.supervisor = supervisor;
    this.state = state;
  }
}

function labels(supervisor: string, id: string): string {
  return `child ${JSON.stringify(id)} of supervisor ${
    JSON.stringify(supervisor)
  }`;
}

for (
  const ErrorClass of [
    RestartIntensityError,
    StartError,
    ChildExistsError,
    ChildNotFoundError,
    ChildStateError,
    MaxChildrenError,
    SupervisorStateError,
  ]
) registerErrorClass(ErrorClass);
