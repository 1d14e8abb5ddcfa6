/**
 * The error of an actor that could not have its process.
 *
 * @module
 */

import { registerErrorClass } from "../channels/error_classes.ts";

/**
 * Why an actor with `isolation: "process"` failed: its process could not be
 * started, or what came from it was not what Troupe says to itself. The second is
 * never an honest actor's doing; its process was killed.
 *
 * @example
 * ```ts ignore
 * import { actor, IsolationError } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * }, { isolation: "process" });
 *
 * if (import.meta.main) {
 *   try {
 *     console.log(await square.spawn([3]).result()); // 9
 *   } catch (error) {
 *     if (!(error instanceof IsolationError)) throw error;
 *     console.log(error.actor, error.message);
 *   }
 * }
 * ```
 */
export class IsolationError extends Error {
  /** The class name, `"IsolationError"`. */
  override readonly name = "IsolationError";
  /** The name of the actor. */
  readonly actor: string;

  /** Builds the error from what could not be done, and why. */
  constructor(what: string, actor: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot ${what} actor ${JSON.stringify(actor)}: ${why}`, { cause });
    this.actor = actor;
  }
}

registerErrorClass(IsolationError);
