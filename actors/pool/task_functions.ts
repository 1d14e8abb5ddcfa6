/**
 * Where a worker of a pool finds the functions of its tasks.
 *
 * @module
 */

import { loadDeclaration } from "../load.ts";
import type { AnyFunction } from "../sendable.ts";

/** Gives the function of an actor, by its module and name. */
export type FunctionSource = (
  module: string,
  name: string,
) => Promise<AnyFunction>;

let source: FunctionSource = async (module, name) => {
  const { target } = await loadDeclaration(module, name);
  return target as AnyFunction;
};

/** Has tasks run elsewhere: in the process of the worker's own. */
export function setFunctionSource(elsewhere: FunctionSource): void {
  source = elsewhere;
}

/** The function of an actor. */
export function taskFunction(
  module: string,
  name: string,
): Promise<AnyFunction> {
  return source(module, name);
}
