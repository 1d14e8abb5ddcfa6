import { assertEquals } from "@std/assert";
import { findDocBlocks } from "./doc_blocks.ts";

const FENCE = "```";

Deno.test("findDocBlocks finds the ts blocks of a Markdown file with their lines", () => {
  const blocks = findDocBlocks(
    "README.md",
    ["# Title", "", `${FENCE}ts`, "a();", "b();", FENCE, `${FENCE}sh`, "ls"]
      .concat(FENCE, `${FENCE}ts no-run`, "c();", FENCE).join("\n"),
  );
  assertEquals(blocks.map(({ line, code, runs }) => ({ line, code, runs })), [
    { line: 4, code: "a();\nb();", runs: true },
    { line: 11, code: "c();", runs: false },
  ]);
});

Deno.test("findDocBlocks does not skip a block that Deno's own doc tests ignore", () => {
  const [block] = findDocBlocks("a.md", `${FENCE}ts ignore\na();\n${FENCE}`);
  assertEquals(block?.runs, true);
});

Deno.test("findDocBlocks takes a text fence as the output only after the word prints", () => {
  const program = `${FENCE}ts\na();\n${FENCE}`;
  const output = `${FENCE}text\n1\n${FENCE}`;
  const prints = (between: string) =>
    findDocBlocks("a.md", `${program}\n${between}\n${output}`)[0]?.prints;
  assertEquals(prints("It prints:"), "1");
  assertEquals(prints("Elsewhere:"), undefined);
});

Deno.test("findDocBlocks reads JSDoc and nothing else of a TypeScript file", () => {
  const blocks = findDocBlocks(
    "a.ts",
    [
      "/** One line. */",
      `const text = "${FENCE}ts";`,
      "/**",
      " * Words.",
      " *",
      ` * ${FENCE}ts`,
      " * if (a) {",
      " *   b();",
      " * }",
      ` * ${FENCE}`,
      " */",
    ].join("\n"),
  );
  assertEquals(blocks.map(({ line, code }) => ({ line, code })), [
    { line: 7, code: "if (a) {\n  b();\n}" },
  ]);
});

Deno.test("findDocBlocks removes the indentation of a block in a list", () => {
  const [block] = findDocBlocks(
    "a.md",
    `- item\n  ${FENCE}ts\n  a();\n    b();\n  ${FENCE}\n`,
  );
  assertEquals(block?.code, "a();\n  b();");
});
