/**
 * Getters: a property read may be a call.
 *
 * @module
 */

import { partsOf, type Tree } from "./syntax_tree.ts";

/** The names of the getters that a module defines. */
export function gettersOf(tree: Tree): string[] {
  const own = (tree.type === "MethodDefinition" || tree.type === "Property") &&
      tree.kind === "get" && !tree.computed
    ? [nameOf(tree.key)]
    : [];
  return own.concat(partsOf(tree).flatMap(gettersOf));
}

/** A key's name; a private one with its sign. */
export function nameOf(key: Tree): string {
  return key.type === "PrivateIdentifier" ? `#${key.name}` : key.name;
}
