/**
 * Rewrites a module so that a scheduler can stop it at each step.
 *
 * ```text
 *   function f(a) { return g(a) + words[0]; }
 *
 *   function* f(a) { let $d = $c.depth, $1, $2;
 *     return ($1 = g(a), is it a generator ? yield* $1 : is it a step ? yield $1 : $1)
 *          + ($2 = $get(words, 0), … the same …); }
 * ```
 *
 * Every function, method, arrow and getter becomes a generator, and every call,
 * every use of a getter and every access `a[i]` is followed by the question
 * what came of it: a generator of ours is delegated to, a step (an operation on
 * shared memory) is handed to the scheduler, anything else is the value.
 *
 * Beside it, each such place notes which variables a thread that stands there
 * could still read (see `fingerprint.ts`). Places that cannot be generators,
 * namely the top level, constructors and the first values of fields, do their
 * steps at once; they run before the exploration begins, or have none.
 *
 * What is not understood is refused, never passed over.
 *
 * @module
 */

import {
  aliveAt,
  type Body,
  enterBody,
  namesAround,
  namesIn,
} from "./bodies.ts";
import {
  localsText,
  moduleText,
  readersText,
  stopText,
} from "./generated_text.ts";
import { nameOf } from "./getters.ts";
import { SourceEdits } from "./source_edits.ts";
import type { Rewriting } from "./site.ts";
import { partsOf, type Tree } from "./syntax_tree.ts";

/**
 * Rewrites one module, whose types are stripped.
 *
 * @returns The body of a function of what `instance.ts` gives to modules.
 */
export function rewrite(
  file: string,
  source: string,
  tree: Tree,
  shared: Rewriting,
): string {
  return new Rewriter(file, source, shared).module(tree);
}

class Rewriter {
  readonly #file: string;
  readonly #source: string;
  readonly #shared: Rewriting;
  readonly #edits: SourceEdits;
  readonly #exports: string[] = [];
  readonly #topLevel: string[] = [];
  #className = "";

  constructor(file: string, source: string, shared: Rewriting) {
    this.#file = file;
    this.#source = source;
    this.#edits = new SourceEdits(source);
    this.#shared = shared;
  }

  module(tree: Tree): string {
    for (const statement of tree.body as Tree[]) this.#statement(statement);
    return moduleText(this.#edits.render(), this.#exports, this.#topLevel);
  }

  #fail(node: Tree, what: string): never {
    throw new SyntaxError(
      `Cannot rewrite ${this.#file}:${this.#lineOf(node.start)}: ${what}`,
    );
  }

  #lineOf(at: number): number {
    return this.#source.slice(0, at).split("\n").length;
  }

  #statement(node: Tree): void {
    switch (node.type) {
      case "ImportDeclaration":
        return this.#import(node);
      case "ExportNamedDeclaration": {
        const { declaration } = node;
        if (!declaration) this.#fail(node, "a list of exports");
        this.#edits.replace(node.start, declaration.start, "");
        this.#declare(declaration, true);
        return this.#visit(declaration, undefined);
      }
      case "ExportAllDeclaration":
      case "ExportDefaultDeclaration":
        return this.#fail(node, node.type);
    }
    this.#declare(node, false);
    this.#visit(node, undefined);
  }

  #import(node: Tree): void {
    const names = (node.specifiers as Tree[]).map((one) => {
      if (one.type !== "ImportSpecifier") this.#fail(one, one.type);
      return `${one.imported.name}:${one.local.name}`;
    });
    const from = JSON.stringify(node.source.value);
    const text = names.length === 0
      ? `$import(${from});`
      : `const{${names.join()}}=$import(${from});`;
    this.#edits.replace(node.start, node.end, text);
  }

  #declare(node: Tree, isExported: boolean): void {
    let names: string[] = [];
    if (node.type === "VariableDeclaration") {
      names = (node.declarations as Tree[]).flatMap((one) => namesIn(one.id));
      this.#topLevel.push(...names);
    } else if (/^(Function|Class)Declaration$/.test(node.type)) {
      names = [node.id.name];
    }
    if (isExported) this.#exports.push(...names);
  }

  #visitParts(node: Tree, body: Body | undefined): void {
    let last = -1;
    for (const part of partsOf(node)) {
      // A shorthand property is one identifier, not two.
      if (part.start === last && node.type === "Property" && node.shorthand) {
        continue;
      }
      last = part.start;
      this.#visit(part, body);
    }
  }

  #visit(node: Tree, body: Body | undefined): void {
    switch (node.type) {
      case "ClassDeclaration": {
        const outer = this.#className;
        this.#className = node.id.name;
        this.#visitParts(node, body);
        this.#className = outer;
        return;
      }
      case "MethodDefinition":
        return this.#method(node, body);
      case "Property":
        if (node.method || node.kind === "get") {
          return this.#objectMethod(node, body);
        }
        break;
      case "FunctionDeclaration":
        if (body !== undefined) this.#fail(node, "a function in a function");
        return this.#function(node, node.id.name, undefined);
      case "FunctionExpression":
        return this.#fail(node, "a function expression");
      case "ArrowFunctionExpression":
        return this.#arrow(node, body);
      case "PrivateIdentifier":
        this.#edits.replace(
          node.start,
          node.end,
          `$${this.#className}_${node.name}`,
        );
        return;
      case "CallExpression":
        this.#call(node, body);
        break;
      case "ChainExpression":
        this.#chain(node, body);
        break;
      case "MemberExpression":
        if (this.#member(node, body)) return;
        break;
      case "AssignmentExpression":
        this.#assignment(node, body);
        break;
      case "UpdateExpression":
        if (node.argument.computed) this.#fail(node, "a[i]++");
        break;
      case "ObjectPattern":
        for (const { key } of node.properties as Tree[]) {
          if (key && this.#shared.getters.has(key.name)) {
            this.#fail(node, `the getter ${key.name} in a pattern`);
          }
        }
        break;
      case "YieldExpression":
      case "AwaitExpression":
      case "TaggedTemplateExpression":
      case "ClassExpression":
        return this.#fail(node, node.type);
    }
    this.#visitParts(node, body);
  }

  // Functions

  #method(node: Tree, body: Body | undefined): void {
    const { key, value, kind } = node;
    const name = `${this.#className}.${key.name ?? "[]"}`;
    if (kind === "constructor") {
      // It cannot be a generator: its steps are done at once.
      return this.#visitParts(value, enterBody(value, name, undefined, true));
    }
    if (kind === "set") this.#fail(node, "a setter");
    if (node.computed || key.type === "PrivateIdentifier") {
      this.#visit(key, body);
    }
    const head = node.static ? "static *" : "*";
    const start = node.computed ? this.#bracketBefore(key) : key.start;
    if (kind === "get") {
      if (node.computed) this.#fail(node, "a computed getter");
      this.#edits.replaceBefore(node.start, start, `${head}$get_`);
    } else this.#edits.replaceBefore(node.start, start, head);
    this.#function(value, name, undefined);
  }

  #bracketBefore(node: Tree): number {
    return this.#source.lastIndexOf("[", node.start);
  }

  #objectMethod(node: Tree, body: Body | undefined): void {
    if (node.kind === "get" || node.computed) {
      this.#fail(node, "a getter or a computed method of an object");
    }
    const { key, value } = node;
    const open = this.#source.indexOf("(", key.end);
    this.#edits.replaceBefore(node.start, open, `${key.name}:$f(function*`);
    const inner = enterBody(value, key.name, body);
    this.#edits.wrap(node, "", `,undefined,${this.#captured(inner)})`);
    this.#function(value, key.name, body, inner);
  }

  #arrow(node: Tree, body: Body | undefined): void {
    const name = node.parent?.type === "VariableDeclarator"
      ? node.parent.id.name
      : `${body?.name ?? this.#className}.=>`;
    const params = node.params as Tree[];
    const arrow = this.#source.indexOf("=>", params.at(-1)?.end ?? node.start);
    const isBlock = node.body.type === "BlockStatement";
    if (node.async) this.#fail(node, "an async arrow");
    const inner = enterBody(node, name, body);
    const hasParentheses = this.#source[node.start] === "(";
    this.#edits.wrap(
      node,
      hasParentheses ? "$f(function*" : "$f(function*(",
      `${isBlock ? "" : ")}"},this,${this.#captured(inner)})`,
    );
    for (const part of params) this.#visit(part, inner);
    this.#visit(node.body, inner);
    // Written last, when the places inside are known.
    const locals = localsText(inner.sites);
    const closing = hasParentheses ? "" : ")";
    if (isBlock) {
      this.#edits.replace(arrow, arrow + 2, closing);
      this.#edits.insert(node.body.start + 1, locals);
    } else this.#edits.replace(arrow, arrow + 2, `${closing}{${locals}return(`);
  }

  #function(
    node: Tree,
    name: string,
    above: Body | undefined,
    inner = enterBody(node, name, above),
  ): void {
    if (node.generator) this.#fail(node, "a generator");
    if (node.type === "FunctionDeclaration") {
      const at = this.#source.indexOf("function", node.start) + 8;
      this.#edits.insert(at, "*");
    }
    if (node.async) {
      // Not needed by what is explored; it must not look as if it were.
      const at = this.#source.indexOf("async", node.start);
      if (at < node.body.start && node.type === "FunctionDeclaration") {
        this.#edits.replace(at, at + 5, "");
      }
      this.#edits.replace(
        node.body.start,
        node.body.end,
        `{throw new Error("${name} is async: it is not modelled");}`,
      );
      return;
    }
    for (const part of node.params as Tree[]) this.#visit(part, inner);
    this.#visit(node.body, inner);
    this.#edits.insert(node.body.start + 1, localsText(inner.sites));
  }

  /** What a function that is kept can read of the functions around it. */
  #captured(inner: Body): string {
    return `${this.#shared.functions++},${readersText(namesAround(inner))}`;
  }

  // Places at which a thread can stand

  #site(node: Tree, body: Body | undefined, before: string, after: string) {
    if (body === undefined || body.isDirect) {
      return this.#edits.wrap(node, `$now(${before}`, `${after})`);
    }
    const id = this.#shared.sites.length;
    this.#shared.sites.push({
      file: this.#file,
      line: this.#lineOf(node.start),
      inside: body.name,
    });
    const alive = aliveAt(node, body);
    body.sites.push({ id, node });
    const isDropped = node.parent?.type === "ExpressionStatement";
    const [head, tail] = stopText(id, alive, isDropped);
    this.#edits.wrap(node, head + before, after + tail);
  }

  #call(node: Tree, body: Body | undefined): void {
    const { callee } = node;
    if (callee.type === "Super") return;
    if (node.parent!.type === "ChainExpression") return;
    this.#checkCall(node);
    this.#site(node, body, "", "");
  }

  #chain(node: Tree, body: Body | undefined): void {
    if (node.expression.type !== "CallExpression") return;
    const { parent } = node;
    const isInside = parent!.type === "MemberExpression" &&
        node.role === "object" ||
      parent!.type === "CallExpression" && node.role === "callee";
    if (isInside) this.#fail(node, "a call inside an optional chain");
    this.#checkCall(node.expression);
    this.#site(node, body, "", "");
  }

  #checkCall(node: Tree): void {
    const { callee } = node;
    if (callee.computed) this.#fail(node, "a call of a[i]");
    if (callee.object?.name !== "Atomics") return;
    const isDropped = node.parent!.type === "ExpressionStatement";
    if (callee.property.name === "notify" && !isDropped) {
      this.#fail(node, "a use of how many a notify woke");
    }
  }

  /** Returns whether it dealt with what the node is made of, too. */
  #member(node: Tree, body: Body | undefined): boolean {
    const { parent, object, property, computed } = node;
    const isCallee = parent!.type === "CallExpression" &&
      node.role === "callee";
    const isTarget = parent!.type === "AssignmentExpression" &&
      node.role === "left";
    if (isTarget || isCallee) return false;
    const isChained = parent!.type === "ChainExpression";
    if (computed) {
      if (isChained) this.#fail(node, "a?.[i]");
      this.#brackets(node, "");
      this.#site(node, body, "$get(", ")");
      return false;
    }
    if (!this.#shared.getters.has(nameOf(property))) return false;
    if (isChained) this.#fail(node, `the getter ${property.name} in a chain`);
    // The object may be of any class: whether it is a getter is asked then.
    const dot = this.#source.indexOf(".", object.end);
    const name = property.type === "PrivateIdentifier"
      ? `$${this.#className}_${property.name}`
      : property.name;
    this.#edits.replace(dot, property.end, `,"${name}"`);
    this.#site(node, body, "$read(", ")");
    this.#visit(object, body);
    return true;
  }

  /** Turns `a[i]` into `a,i` and more. */
  #brackets(node: Tree, more: string): void {
    const { object, property } = node;
    const open = this.#source.indexOf("[", object.end);
    const close = this.#source.indexOf("]", property.end);
    this.#edits.replace(open, open + 1, ",");
    this.#edits.replace(close, close + 1, more);
  }

  #assignment(node: Tree, body: Body | undefined): void {
    const { left, right, operator } = node;
    if (left.type !== "MemberExpression" || !left.computed) return;
    if (operator !== "=") this.#fail(node, `a[i] ${operator} …`);
    this.#brackets(left, "");
    const sign = this.#source.indexOf("=", left.end);
    if (sign >= right.start) this.#fail(node, "no sign");
    this.#edits.replace(sign, sign + 1, ",");
    this.#site(node, body, "$set(", ")");
  }
}
