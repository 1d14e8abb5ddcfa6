/**
 * Where a worker of a pool finds the functions of its tasks.
 *
 * @module
 */

import { loadDeclaration } from "../load.ts";
import type { AnyFunction } from "../sendable.ts";

/** What came of a chunk: the results, and the error that ended it, if one did. */
export interface ChunkOutcome {
  /** One for each item, as far as it came. */
  readonly results: unknown[];
  /** What the function threw for the next one. */
  readonly thrown?: { readonly error: unknown };
}

/** The function of an actor, as a worker calls it. */
export interface TaskFunction {
  /** Calls it. */
  readonly call: AnyFunction;
  /**
   * Calls it with each of the items, or with what each holds; where it runs
   * elsewhere, so that a chunk gets there at once.
   */
  readonly callEach?: (
    items: unknown[],
    isSpread: boolean,
  ) => Promise<ChunkOutcome>;
}

/** Gives the function of an actor, by its module and name. */
export type FunctionSource = (
  module: string,
  name: string,
) => Promise<TaskFunction>;

let source: FunctionSource = async (module, name) => {
  const { target } = await loadDeclaration(module, name);
  return { call: target as AnyFunction };
};

/** Has tasks run elsewhere: in the process of the worker's own. */
export function setFunctionSource(elsewhere: FunctionSource): void {
  source = elsewhere;
}

/** The function of an actor. */
export function taskFunction(
  module: string,
  name: string,
): Promise<TaskFunction> {
  return source(module, name);
}
