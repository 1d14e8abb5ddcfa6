/**
 * Makes an `Exit` of what an actor left behind.
 *
 * @module
 */

import { decode } from "../channels/decode.ts";
import { NotSendableError } from "../channels/errors.ts";
import { currentProcess } from "./current_process.ts";
import {
  type Denial,
  grantFor,
  parseDenial,
  toPermissionDenied,
} from "./_denial.ts";
import { PermissionDeniedError } from "./permission_errors.ts";
import {
  DeclarationError,
  ModuleLoadError,
  RemoteError,
  SpawnAtLoadError,
} from "./errors.ts";
import {
  type Exit,
  type ExitedExit,
  type FailedExit,
  KILLED_CODE,
  type KilledExit,
  TERMINATED_CODE,
  type TerminatedExit,
  type ThrewExit,
  UNKNOWN_CODE,
} from "./exit.ts";
import { IsolationError } from "./isolation_error.ts";
import { withoutOwnFrames } from "./_own_frames.ts";
import { pathFromUrl } from "./_permission_paths.ts";
import { flagText, rightText } from "./permission_texts.ts";
import { holds, type NormalizedPermissions } from "./permissions.ts";
import type { Leaving, Record } from "./record.ts";

/** How errors call what every actor needs. */
const LIBRARY = "Troupe itself";

/** What must be known of an actor to tell of its end. */
export interface Ended {
  /** The actor's name. */
  readonly name: string;
  /** The rights it had. */
  readonly permissions: NormalizedPermissions;
  /** Where it was declared. */
  readonly declaration: { readonly module: string };
  /** The stack of the call that started it, if that was in this thread. */
  readonly startedAt?: string;
}

/**
 * The exit of an actor whose thread is gone.
 *
 * @param leaving What it said.
 * @param beside The handles in its outcome.
 */
export function readExit<R>(
  leaving: Leaving,
  beside: readonly unknown[],
  actor: Ended,
): Exit<R> {
  const { reason, code, outcome } = leaving;
  if (reason === "exited") return { reason, code };
  if (reason === "killed") return killedExit(true);
  if (reason === "terminated") return terminatedExit(true);
  let value: unknown;
  try {
    value = decode(outcome, 0, outcome.length, beside);
  } catch (error) {
    return { reason: "failed", code: 1, error: error as Error };
  }
  switch (reason) {
    case "returned":
      return { reason, code, value: value as R };
    case "threw":
      return endWith(reason, thrownError(value, actor));
    case "failed":
      return endWith(reason, failureError(value, actor));
    case "outOfMemory":
      return { reason, code: KILLED_CODE, details: String(value) };
  }
}

/** The exit of an actor that ended with an error: a denial is one of its own. */
function endWith(reason: "threw" | "failed", error: Error): Exit<never> {
  return error instanceof PermissionDeniedError
    ? { reason: "denied", code: 1, error }
    : { reason, code: 1, error };
}

/**
 * The exit of an actor that said nothing.
 *
 * @param text What the platform said, if it did.
 */
export function silentExit(
  text: string | undefined,
  actor: Ended,
): ThrewExit | ExitedExit {
  if (text === undefined) return { reason: "exited", code: UNKNOWN_CODE };
  const error = new RemoteError(actor.name, text, actor.startedAt);
  return { reason: "threw", code: 1, error };
}

/** The exit of a terminated actor. */
export function terminatedExit(threadStopped: boolean): TerminatedExit {
  return { reason: "terminated", code: TERMINATED_CODE, threadStopped };
}

/** The exit of a killed actor. */
export function killedExit(threadStopped: boolean): KilledExit {
  return { reason: "killed", code: KILLED_CODE, threadStopped };
}

/** The exit of an actor that was ended from outside, as its record says. */
export function endedExit(
  { isKilled }: Record,
  threadStopped: boolean,
): TerminatedExit | KilledExit {
  return isKilled ? killedExit(threadStopped) : terminatedExit(threadStopped);
}

/** The exit of an actor whose thread could not even load Troupe. */
export function loadFailure(text: string, actor: Ended): FailedExit {
  // As the platform's own error is: what it denies is recognised by its code.
  const cause = Object.assign(new TypeError(text), {
    code: "ERR_MODULE_NOT_FOUND",
  });
  const error = notLoaded(actor, LIBRARY, cause);
  return { reason: "failed", code: 1, error };
}

/** What to throw for what an actor threw. */
export function thrownError(
  thrown: unknown,
  actor: Omit<Ended, "declaration">,
): Error {
  const { name, permissions, startedAt } = actor;
  if (thrown instanceof Error && typeof thrown.stack === "string") {
    thrown.stack = withoutOwnFrames(thrown.stack);
  }
  const denied = thrown instanceof Error
    ? toPermissionDenied(
      thrown,
      name,
      (right) => permissions !== "inherit" && holds(right.kind, right.target),
    )
    : undefined;
  return denied ?? new RemoteError(name, thrown, startedAt);
}

/** What to throw for what kept an actor from being run. */
export function failureError(error: unknown, actor: Ended): Error {
  if (error instanceof ModuleLoadError) {
    return notLoaded(actor, `its module ${actor.declaration.module}`, error);
  }
  if (
    error instanceof IsolationError || error instanceof DeclarationError ||
    error instanceof SpawnAtLoadError ||
    error instanceof NotSendableError
  ) return error;
  // The module's own code threw while it was loaded.
  const thrown = thrownError(error, actor);
  const place = firstPlace(error);
  thrown.message += ` (while ${actor.declaration.module} was loaded` +
    `${place === undefined ? "" : `, at ${place}`})`;
  if (thrown instanceof PermissionDeniedError) {
    thrown.message += ". What a module does at its top level, each of its " +
      "actors does too, with its own rights: declare the actor in a module " +
      "of its own";
  }
  return thrown;
}

/** The error for a module that the platform could not load. */
function notLoaded(actor: Ended, what: string, error: Error): ModuleLoadError {
  const { name, declaration: { module }, startedAt } = actor;
  const cause = error instanceof ModuleLoadError ? error.cause : error;
  const denial = parseDenial(cause as Error);
  const why = denial === undefined
    ? `: ${plain(cause instanceof Error ? cause.message : String(cause))}`
    : deniedLoad(denial, what);
  const failure = new ModuleLoadError(
    `Cannot start actor ${
      JSON.stringify(name)
    }: ${what} cannot be loaded${why}`,
    name,
    module,
    cause,
  );
  failure.stack = `${failure.name}: ${failure.message}` +
    (startedAt === undefined ? "" : `\n${startedAt}`);
  return failure;
}

/** What a thread may load is decided by the rights of the one that starts it. */
function deniedLoad(denial: Denial, what: string): string {
  const self = currentProcess();
  const folder = new URL("../", import.meta.url);
  // Of the library all modules are needed, so its folder is named.
  const isLibrary = what === LIBRARY && folder.protocol === "file:";
  const needed = isLibrary
    ? { ...denial, target: pathFromUrl(folder) }
    : denial;
  const cure = self.parent === null
    ? `Start the program with ${flagText(needed)}`
    : `Give actor ${JSON.stringify(self.name)} ${grantFor(needed)}`;
  return `, since ${self.name} has no ${rightText(denial)}. ${cure}` +
    (isLibrary ? ", beside the modules that declare your actors" : "");
}

/** A text without the colours that Deno puts into places. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

/** The first place in user code that a stack names. */
function firstPlace(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return /\b(?:file|https?):\/\/[^\s)]+:\d+:\d+/.exec(stack)?.[0];
}
