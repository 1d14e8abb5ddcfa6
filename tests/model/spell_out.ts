/**
 * A source made plainer before it is rewritten.
 *
 * @module
 */

import { partsOf, type Tree } from "./syntax_tree.ts";

/**
 * Writes out what hides steps: `a[i] += v` as a read and a write, and
 * `const { a, b } = this` as a read of each, since they may be getters.
 */
export function spellOut(source: string, tree: Tree): string {
  const edits: { start: number; end: number; text: string }[] = [];
  const textOf = ({ start, end }: Tree) => source.slice(start, end);
  const look = (node: Tree) => {
    const isUpdate = node.type === "UpdateExpression";
    const isChange = node.type === "AssignmentExpression" &&
      !["=", "??=", "||=", "&&="].includes(node.operator);
    const place: Tree | undefined = isUpdate
      ? node.argument
      : isChange
      ? node.left
      : undefined;
    if (place?.computed && node.parent!.type === "ExpressionStatement") {
      const text = textOf(place);
      if (hasCall(place)) throw new SyntaxError(`Cannot read "${text}" twice`);
      const by = isUpdate ? "1" : textOf(node.right);
      const sign = isUpdate ? node.operator[0] : node.operator.slice(0, -1);
      edits.push({
        start: node.start,
        end: node.end,
        text: `${text}=${text}${sign}(${by})`,
      });
      return;
    }
    if (
      node.type === "VariableDeclarator" && node.id.type === "ObjectPattern" &&
      node.init &&
      /^(This|Member)Expression$|^Identifier$/.test(node.init.type) &&
      !hasCall(node.init)
    ) {
      const names = (node.id.properties as Tree[]).map(({ type, key, value }) =>
        type === "Property" && value.type === "Identifier"
          ? `${value.name}=${textOf(node.init)}.${key.name}`
          : undefined
      );
      if (!names.includes(undefined)) {
        edits.push({ start: node.start, end: node.end, text: names.join() });
        return;
      }
    }
    partsOf(node).forEach(look);
  };
  look(tree);
  let text = source;
  for (const edit of edits.sort((a, b) => b.start - a.start)) {
    const lines = source.slice(edit.start, edit.end).split("\n").length - 1;
    // The lines keep their numbers.
    text = text.slice(0, edit.start) + edit.text + "\n".repeat(lines) +
      text.slice(edit.end);
  }
  return text;
}

function hasCall(node: Tree): boolean {
  return node.type === "CallExpression" ||
    node.type === "AssignmentExpression" || partsOf(node).some(hasCall);
}
