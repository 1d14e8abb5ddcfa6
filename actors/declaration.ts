/**
 * The declarations this thread has met, by module and name.
 *
 * An actor's thread loads the module that declares it, and finds the function
 * to run here.
 *
 * @module
 */

import { DeclarationError } from "./errors.ts";
import type { Mailbox } from "./mailbox_options.ts";
import type { Isolation } from "./isolation_options.ts";
import type { NormalizedPermissions } from "./permissions.ts";

/** How the actors of a class deal with messages. */
export interface ClassTraits {
  /** What bounds the mailbox. */
  readonly mailbox: Mailbox;
  /** Whether messages may overlap. */
  readonly isReentrant: boolean;
  /** Whether what an ask throws ends the actor, too. */
  readonly endsOnThrow: boolean;
  /** The names of its methods. */
  readonly methods: readonly string[];
  /** The names of those that stream. */
  readonly streams: readonly string[];
}

/** A function or a class that was declared as an actor. */
export interface Declaration {
  /** The name it was declared under. */
  readonly name: string;
  /** The module that declares it. */
  readonly module: string;
  /** The function or class. */
  readonly target:
    | ((...args: never[]) => unknown)
    | (new (...args: never[]) => object);
  /** For a class. */
  readonly traits?: ClassTraits;
  /** The rights its actors have. */
  readonly permissions: NormalizedPermissions;
  /** Where its actors run. */
  readonly isolation?: Isolation;
}

/** The declarations behind the objects that `actor` gives. */
const declared = new WeakMap<object, Declaration>();

/** Ties a declaration to the object that stands for it. */
export function setDeclaration(actor: object, declaration: Declaration): void {
  declared.set(actor, declaration);
}

/**
 * The declaration behind an object that `actor` gave.
 *
 * @param action What it is needed for, for the error.
 * @throws {TypeError} If it is none.
 */
export function declarationOf(
  actor: object,
  action = "create a process",
): Declaration {
  const found = typeof actor === "object" && actor !== null
    ? declared.get(actor)
    : undefined;
  if (found !== undefined) return found;
  throw new TypeError(
    `Cannot ${action}: expected an actor, as \`actor(import.meta, …)\` ` +
      `gives it, got ${actor === null ? "null" : typeof actor}`,
  );
}

const modules = new Map<string, Map<string, Declaration>>();

/**
 * Adds a declaration.
 *
 * @throws {DeclarationError} If the module has one of this name.
 */
export function addDeclaration(declaration: Declaration): void {
  const { name, module } = declaration;
  let names = modules.get(module);
  if (names === undefined) modules.set(module, names = new Map());
  if (names.has(name)) {
    throw new DeclarationError(
      `Cannot declare actor ${JSON.stringify(name)}: ${module} declares one ` +
        "of that name already. Give one of them another `name`",
      name,
      module,
    );
  }
  names.set(name, declaration);
}

/** The modules that have declared an actor in this thread. */
export function declaringModules(): string[] {
  return [...modules.keys()];
}

/**
 * Finds a declaration after its module was loaded.
 *
 * @throws {DeclarationError} If loading the module did not declare it.
 */
export function findDeclaration(module: string, name: string): Declaration {
  const found = modules.get(module)?.get(name);
  if (found !== undefined) return found;
  throw new DeclarationError(
    `Cannot start actor ${JSON.stringify(name)}: loading ${module} did not ` +
      "declare it. Declare it at the top level of the module, not inside a " +
      "function and not under `if (import.meta.main)`",
    name,
    module,
  );
}
