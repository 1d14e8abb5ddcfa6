// The programs of a first course in multiprocessing, in Python and in Troupe: they
// print the same lines, in whatever order their processes come.
import { assert, assertEquals } from "@std/assert";
import { filesIn } from "../tools/files.ts";
import { python, runPython, runTroupe } from "./side_by_side.ts";

const programs = (await filesIn("tests/parity/programs", ".ts"))
  .map((path) => path.replace(/^tests\/parity\//, "").replace(/\.ts$/, ""));

/** What the two languages write in different ways. */
function normalized(lines: readonly string[]): string[] {
  const words: Record<string, string> = {
    True: "true",
    False: "false",
    None: "null",
  };
  return lines
    .map((line) => line.replaceAll(/\b(True|False|None)\b/g, (w) => words[w]!))
    .sort();
}

for (const program of programs) {
  Deno.test(
    `${program} prints the same lines in Python and in Troupe`,
    { ignore: python === undefined },
    async () => {
      const inPython = normalized(await runPython(`${program}.py`));
      assert(inPython.length > 0);
      assertEquals(normalized(await runTroupe(`${program}.ts`)), inPython);
    },
  );
}
