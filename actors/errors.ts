/**
 * The errors of actors.
 *
 * @module
 */

import { registerErrorClass } from "../channels/error_classes.ts";
import type { Handling } from "./handling.ts";
import { describeExit, type Exit } from "./exit.ts";
import {
  PermissionDeniedError,
  PermissionExceededError,
} from "./permission_errors.ts";

/**
 * What another actor threw.
 *
 * The error itself, rebuilt with its class name, message, own fields, causes
 * and stack, is the `cause`. The stack of this error shows where the actor was
 * started, and below that where in the actor it was thrown.
 *
 * @example
 * ```ts ignore
 * import { actor, RemoteError } from "@troupe/troupe";
 *
 * const parse = actor(import.meta, function parse(text: string): unknown {
 *   return JSON.parse(text);
 * });
 *
 * if (import.meta.main) {
 *   try {
 *     await parse.spawn(["{"]).result();
 *   } catch (error) {
 *     if (!(error instanceof RemoteError)) throw error;
 *     console.log(error.actor, error.remoteName); // Process-1 SyntaxError
 *   }
 * }
 * ```
 */
export class RemoteError extends Error {
  /** The class name, `"RemoteError"`. */
  override readonly name = "RemoteError";
  /** The name of the actor that threw. */
  readonly actor: string;
  /** The class name of what was thrown; its type if it is no error. */
  readonly remoteName: string;

  /**
   * Builds the error from what an actor threw.
   *
   * @param startedAt The stack of the call that started the actor.
   */
  constructor(actor: string, thrown: unknown, startedAt?: string) {
    const isError = thrown instanceof Error;
    super(
      `Actor ${JSON.stringify(actor)} threw ` +
        (isError ? `${thrown.name}: ${thrown.message}` : show(thrown)),
      { cause: thrown },
    );
    this.actor = actor;
    this.remoteName = isError ? thrown.name : typeof thrown;
    const remote = isError && typeof thrown.stack === "string"
      ? `\n--- in actor ${JSON.stringify(actor)} ---\n${thrown.stack}`
      : "";
    this.stack = `${this.name}: ${this.message}` +
      (startedAt ? `\n${startedAt}` : "") + remote;
  }
}

function show(thrown: unknown): string {
  if (typeof thrown === "string") return JSON.stringify(thrown);
  if (typeof thrown === "object" && thrown !== null) return "an object";
  return String(thrown);
}

/**
 * Thrown where something is asked of an actor that has ended, such as the
 * result of one that was terminated.
 */
export class ActorExitedError extends Error {
  /** The class name, `"ActorExitedError"`. */
  override readonly name = "ActorExitedError";
  /** The actor's name. */
  readonly actor: string;
  /** How it ended. */
  readonly exit: Exit;
  /** What it had in hand when it ended, if that is known. */
  readonly handling: Handling | undefined;

  /** Builds the error; `action` is what could not be done. */
  constructor(
    action: string,
    actor: string,
    exit: Exit,
    handling?: Handling | undefined,
  ) {
    super(
      `Cannot ${action} actor ${JSON.stringify(actor)}: ${describeExit(exit)}` +
        (handling === undefined ? "" : ` while it ${describe(handling)}`),
    );
    this.actor = actor;
    this.exit = exit;
    this.handling = handling;
  }
}

/** `handled message 42, parse(), from "http"`. */
export function describe({ method, number, sender }: Handling): string {
  return number === 0
    ? `ran ${method}()`
    : `handled message ${number}, ${method}(), from ${JSON.stringify(sender)}`;
}

/** Thrown when a process is used in a state that does not allow it. */
export class ProcessStateError extends Error {
  /** The class name, `"ProcessStateError"`. */
  override readonly name = "ProcessStateError";
  /** The process's name. */
  readonly process: string;
  /** The state it is in. */
  readonly state: "not started" | "running" | "ended";

  /** Builds the error. */
  constructor(
    message: string,
    process: string,
    state: "not started" | "running" | "ended",
  ) {
    super(message);
    this.process = process;
    this.state = state;
  }
}

/**
 * Thrown when a declaration is missing where it is needed or not allowed where
 * it is: made too late to be found, or twice under one name.
 */
export class DeclarationError extends Error {
  /** The class name, `"DeclarationError"`. */
  override readonly name = "DeclarationError";
  /** The name of the declared function. */
  readonly actor: string;
  /** The module it belongs to. */
  readonly module: string;

  /** Builds the error. */
  constructor(message: string, actor: string, module: string) {
    super(message);
    this.actor = actor;
    this.module = module;
  }
}

/**
 * Thrown inside an actor whose module starts actors by merely being loaded:
 * each of those would start more, without end.
 */
export class SpawnAtLoadError extends Error {
  /** The class name, `"SpawnAtLoadError"`. */
  override readonly name = "SpawnAtLoadError";

  /** Builds the error; `actor` is what was to be started. */
  constructor(actor: string) {
    super(
      `Cannot start actor ${JSON.stringify(actor)} while the module of ` +
        "another actor is being loaded: the module starts actors at its top " +
        "level, so each actor would start more. Put that part of the program " +
        "under `if (import.meta.main) { … }`",
    );
  }
}

/** Thrown when the module of an actor, or Troupe itself, cannot be loaded. */
export class ModuleLoadError extends Error {
  /** The class name, `"ModuleLoadError"`. */
  override readonly name = "ModuleLoadError";
  /** The name of the actor to be started. */
  readonly actor: string;
  /** The module that could not be loaded. */
  readonly module: string;

  /** Builds the error; `cause` is the platform's own. */
  constructor(message: string, actor: string, module: string, cause: unknown) {
    super(message, { cause });
    this.actor = actor;
    this.module = module;
  }
}

for (
  const ErrorClass of [
    RemoteError,
    ActorExitedError,
    ProcessStateError,
    DeclarationError,
    SpawnAtLoadError,
    ModuleLoadError,
    PermissionDeniedError,
    PermissionExceededError,
  ]
) registerErrorClass(ErrorClass);
