import { assertEquals } from "@std/assert";
import { findImports } from "./imports.ts";

Deno.test("findImports finds imports and re-exports over several lines", () => {
  const source = `/**
 * import { no } from "./comment.ts";
 */
import { a } from "./a.ts";
import type { B } from './b.ts';
// import { no } from "./line.ts";
export {
  c, // the third
  d,
} from "./c.ts";
export * from "./e.ts";
import "./effect.ts";
export const url = "https://example.com/x.ts";
`;
  assertEquals(
    findImports(source).map(({ specifier, line }) => [specifier, line]),
    [
      ["./a.ts", 4],
      ["./b.ts", 5],
      ["./c.ts", 7],
      ["./e.ts", 11],
      ["./effect.ts", 12],
    ],
  );
});

Deno.test("findImports tells a lazy import from one done on load", () => {
  const source = `export async function f() {
  return await import("node:worker_threads");
}
`;
  assertEquals(findImports(source), [
    { specifier: "node:worker_threads", lazy: true, line: 2 },
  ]);
});
