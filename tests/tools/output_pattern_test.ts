import { assert, assertEquals, assertFalse } from "@std/assert";
import { matchesOutput, missingLine } from "./output_pattern.ts";

Deno.test("matchesOutput wants the same lines and forgives blank ones", () => {
  assert(matchesOutput("a\nb (c)*", "a  \r\n\nb (c)*\n"));
  assertFalse(matchesOutput("a", "a\nb"));
  assertFalse(matchesOutput("a\nb", "b\na"));
});

Deno.test("matchesOutput takes … for anything in a line, alone for any lines", () => {
  assert(matchesOutput("took … ms", "took 12.5 ms"));
  assert(matchesOutput("first\n…\nlast", "first\n2\n3\nlast"));
  assert(matchesOutput("first\n…\nlast", "first\nlast"));
  assertFalse(matchesOutput("took … ms", "took 12.5 s"));
});

Deno.test("missingLine names the first line that does not appear in order", () => {
  assertEquals(missingLine("a\n…\nc …", "a\nb\nc 1"), undefined);
  assertEquals(missingLine("c\na", "a\nb\nc"), "a");
  assertEquals(missingLine("a\na", "a"), "a");
});
