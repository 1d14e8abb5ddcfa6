/**
 * The functions of a module as the rewriting sees them: their variables, and
 * which of these still count at a place.
 *
 * A variable counts if its name stands further down in its function, or in a
 * loop around the place, or in a function inside. That is more than is true,
 * never less.
 *
 * @module
 */

import { partsOf, type Tree } from "./syntax_tree.ts";

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);
const LOOPS = new Set([
  "ForStatement",
  "ForOfStatement",
  "ForInStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
const SCOPES = new Set([...LOOPS, "BlockStatement", "CatchClause"]);

interface Variable {
  readonly name: string;
  /** The node in which it can be seen. */
  readonly scope: Tree;
  /** Belongs to the head of a loop, and so to all of its turns. */
  readonly isOfLoop: boolean;
}

/** A function that becomes a generator. */
export interface Body {
  readonly node: Tree;
  readonly name: string;
  readonly above: Body | undefined;
  /** Is no generator: a constructor. */
  readonly isDirect: boolean;
  readonly variables: Variable[];
  /** Every identifier in it, with those in functions inside it. */
  readonly uses: { name: string; at: number; isInner: boolean }[];
  readonly sites: { id: number; node: Tree }[];
}

/** Looks at a function. */
export function enterBody(
  node: Tree,
  name: string,
  above: Body | undefined,
  isDirect = false,
): Body {
  const variables: Variable[] = [];
  const uses: Body["uses"] = [];
  const scan = (part: Tree, scope: Tree, isInner: boolean) => {
    if (part.type === "VariableDeclaration") {
      const isOfLoop = LOOPS.has(part.parent!.type) && part.role !== "body";
      for (const one of part.declarations as Tree[]) {
        for (const found of namesIn(one.id)) {
          if (!isInner) variables.push({ name: found, scope, isOfLoop });
        }
      }
    }
    if (part.type === "CatchClause" && part.param && !isInner) {
      for (const found of namesIn(part.param)) {
        variables.push({ name: found, scope: part, isOfLoop: false });
      }
    }
    if (part.type === "Identifier" && isUse(part)) {
      uses.push({ name: part.name, at: part.start, isInner });
    }
    const inside = isInner || FUNCTIONS.has(part.type);
    const within = SCOPES.has(part.type) ? part : scope;
    for (const next of partsOf(part)) scan(next, within, inside);
  };
  for (const param of node.params as Tree[]) {
    for (const found of namesIn(param)) {
      variables.push({ name: found, scope: node, isOfLoop: false });
    }
    scan(param, node, false);
  }
  scan(node.body, node, false);
  return { node, name, above, isDirect, variables, uses, sites: [] };
}

/** The variables of the functions around it that a function uses. */
export function namesAround(inner: Body): string[] {
  const names = new Set<string>();
  for (
    let around = inner.above;
    around !== undefined;
    around = around.above
  ) {
    for (const { name, scope } of around.variables) {
      if (!contains(scope, inner.node)) continue;
      if (inner.uses.some((use) => use.name === name)) names.add(name);
    }
  }
  return [...names];
}

/** The variables and the half-done results that count at this place. */
export function aliveAt(node: Tree, body: Body): string[] {
  const names = new Set<string>();
  for (const { name, scope, isOfLoop } of body.variables) {
    if (!contains(scope, node)) continue;
    const isUsed = body.uses.some((use) => {
      if (use.name !== name) return false;
      if (use.isInner || use.at >= node.end) return true;
      // Behind in the text, and ahead in the next turn of a loop.
      for (let up = node; up !== body.node; up = up.parent!) {
        if (!LOOPS.has(up.type)) continue;
        if (contains(up, use.at) && contains(scope, up)) return true;
      }
      return false;
    });
    if (isUsed || isOfLoop) names.add(name);
  }
  for (const name of namesAround(body)) names.add(name);
  const statement = statementOf(node);
  for (const site of body.sites) {
    const isOfStatement = statementOf(site.node) === statement &&
      site.node.end <= node.start;
    const of = loopOver(site.node);
    if (isOfStatement || of !== undefined && contains(of.body, node)) {
      names.add(`$${site.id}`);
    }
  }
  return [...names];
}

function contains(outer: Tree, inner: Tree | number): boolean {
  if (typeof inner === "number") {
    return outer.start <= inner && inner < outer.end;
  }
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Whether the identifier is a variable's name, and not a property's. */
function isUse(node: Tree): boolean {
  const parent = node.parent!;
  if (parent.type === "MemberExpression" && node.role === "property") {
    return parent.computed === true;
  }
  if (node.role !== "key") return true;
  return parent.computed === true || parent.shorthand === true;
}

/** The names that a pattern gives. */
export function namesIn(pattern: Tree): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    case "ObjectPattern":
      return (pattern.properties as Tree[]).flatMap((one) =>
        namesIn(one.type === "Property" ? one.value : one)
      );
    case "ArrayPattern":
      return (pattern.elements as (Tree | null)[]).flatMap((one) =>
        one ? namesIn(one) : []
      );
  }
  throw new SyntaxError(`Cannot read the pattern ${pattern.type}`);
}

/** The innermost statement or function that a node stands in. */
function statementOf(node: Tree): Tree {
  let up = node;
  while (!/Statement$|Declaration$/.test(up.type) && !FUNCTIONS.has(up.type)) {
    up = up.parent!;
  }
  return up;
}

/** The loop over what this node gives, if it stands in the head of one. */
function loopOver(node: Tree): Tree | undefined {
  for (let up = node; !/Statement$/.test(up.type); up = up.parent!) {
    if (up.parent?.type !== "ForOfStatement") continue;
    return up.role === "right" ? up.parent : undefined;
  }
  return undefined;
}
