/**
 * A syntax tree of JavaScript from the linter that is built into the platform:
 * a lint plugin is handed the tree of the file it looks at, so a plugin that
 * finds nothing is a parser. It exists inside `deno test` only.
 *
 * @module
 */

/** A node: ESTree, with its place in the source and its way up. */
export interface Tree {
  readonly type: string;
  /** Where it begins in the source. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** The node it is a part of. */
  readonly parent: Tree | undefined;
  /** As which part. */
  readonly role: string;
  // deno-lint-ignore no-explicit-any
  readonly [part: string]: any;
}

interface LintPlugins {
  runPlugin(plugin: unknown, file: string, source: string): unknown[];
}

const NOT_PARTS = new Set(["parent", "range", "type", "length"]);

/** Parses a module. The file's name stands in messages only. */
export function parse(file: string, source: string): Tree {
  let tree: Tree | undefined;
  const plugin = {
    name: "tree",
    rules: {
      tree: {
        create: () => ({
          Program(node: Record<string, unknown>) {
            tree = copy(node, undefined, "program");
          },
        }),
      },
    },
  };
  const { runPlugin } = Deno.lint as unknown as LintPlugins;
  runPlugin(plugin, file.replace(/\.ts$/, ".js"), source);
  if (tree === undefined) throw new SyntaxError(`Cannot parse ${file}`);
  return tree;
}

/** The linter's nodes are windows on its memory: a plain copy is faster. */
function copy(
  node: Record<string, unknown>,
  parent: Tree | undefined,
  role: string,
): Tree {
  const [start, end] = node.range as [number, number];
  const tree: Record<string, unknown> = {
    type: node.type,
    start,
    end,
    parent,
    role,
  };
  const own = tree as unknown as Tree;
  for (const part in node) {
    if (NOT_PARTS.has(part)) continue;
    const value = node[part];
    if (value === undefined) continue;
    tree[part] = Array.isArray(value)
      ? value.map((one) => isNode(one) ? copy(one, own, part) : one)
      : isNode(value)
      ? copy(value, own, part)
      : value;
  }
  return own;
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { type?: unknown }).type === "string";
}

/** The nodes that are parts of this one, in the order of the source. */
export function partsOf(tree: Tree): Tree[] {
  const parts: Tree[] = [];
  for (const part in tree) {
    if (part === "parent") continue;
    const value: unknown = tree[part];
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) parts.push(one as Tree);
    } else if (isNode(value)) parts.push(value as Tree);
  }
  // A shorthand has its key and its value in one place.
  return parts.sort((a, b) => a.start - b.start);
}
