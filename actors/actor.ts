/**
 * Declaring actors.
 *
 * @module
 */

import { INSPECT } from "../channels/inspect.ts";
import {
  addDeclaration,
  type Declaration,
  setDeclaration,
} from "./declaration.ts";
import { normalizePermissions, type Permissions } from "./permissions.ts";
import {
  type FunctionActor,
  Process,
  type SpawnParameters,
} from "./process.ts";
import type { AnyFunction, TargetCheck } from "./sendable.ts";

/** How an actor is declared. */
export interface ActorOptions {
  /** The name to declare it under; by default that of the function. */
  name?: string;
  /**
   * What its actors may do. `"none"` by default: they compute, and use the
   * channels they are given. Relative paths start at the declaring module.
   */
  permissions?: Permissions;
}

/**
 * Declares that a function can be run as an actor.
 *
 * Runs nothing. An actor's thread loads the declaring module again and finds
 * the function there by its name. So no export is needed and nothing is
 * shipped as text: what the module's top level defines is there too, as a
 * fresh copy. Two things follow:
 *
 * - Declare at the top level of a module, where loading it gets to.
 * - What the program itself does goes under `if (import.meta.main)`, or every
 *   actor would do it too.
 *
 * The compiler refuses a function whose arguments or result can never be sent.
 *
 * @example
 * ```ts ignore
 * import { actor } from "@troupe/troupe";
 *
 * const size = actor(import.meta, async function size(path: string) {
 *   return (await Deno.stat(path)).size;
 * }, { permissions: { read: ["."] } });
 *
 * if (import.meta.main) {
 *   const path = new URL(import.meta.url).pathname;
 *   console.log(await size.spawn([path]).result() > 0); // true
 * }
 * ```
 *
 * @param meta `import.meta` of the declaring module, as it is.
 * @param target The function.
 * @throws {TypeError} If the target is no function, a generator function or a
 *   class, or has no name and none is given; if an option is not as it should.
 * @throws {DeclarationError} If the module declares one of that name already.
 */
export function actor<T extends AnyFunction>(
  meta: ImportMeta,
  target: T & TargetCheck<T>,
  options: ActorOptions = {},
): FunctionActor<Parameters<T>, Awaited<ReturnType<T>>> {
  const module = meta?.url;
  if (typeof module !== "string") {
    throw new TypeError(
      "Cannot declare an actor: the first argument must be `import.meta`",
    );
  }
  checkTarget(target);
  const { name = target.name, permissions } = options;
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      "Cannot declare an actor: the function has no name. Name it, or pass " +
        "`{ name }`",
    );
  }
  const declaration: Declaration = {
    name,
    module,
    target,
    permissions: normalizePermissions(permissions, module),
  };
  addDeclaration(declaration);
  return new DeclaredFunction<Parameters<T>, Awaited<ReturnType<T>>>(
    declaration,
  );
}

function checkTarget(target: unknown): asserts target is AnyFunction {
  const found = typeof target !== "function"
    ? `${target === null ? "null" : typeof target}`
    : Object.prototype.toString.call(target).includes("Generator")
    ? "a generator function. Send what it yields through a queue"
    : /^class\b/.test(Function.prototype.toString.call(target))
    ? "a class"
    : undefined;
  if (found === undefined) return;
  throw new TypeError(
    `Cannot declare an actor: expected a function, got ${found}`,
  );
}

class DeclaredFunction<A extends readonly unknown[], R>
  implements FunctionActor<A, R> {
  readonly name: string;
  readonly module: string;

  constructor(declaration: Declaration) {
    this.name = declaration.name;
    this.module = declaration.module;
    setDeclaration(this, declaration);
  }

  [INSPECT](): string {
    return `actor ${JSON.stringify(this.name)}`;
  }

  spawn(...[args, options]: SpawnParameters<A>): Process<R> {
    if (options !== undefined && typeof options !== "object") {
      throw new TypeError(
        `Cannot start actor "${this.name}": arguments come as one array and ` +
          `options as an object, got ${typeof options}`,
      );
    }
    return new Process(this, { ...options, args }).start();
  }
}
