// The programs of a first course in multiprocessing, in Python and in Troupe: they
// print the same lines, in whatever order their processes come.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { filesIn } from "../tools/files.ts";
import { python, runPython, runTroupe } from "./side_by_side.ts";

/** What cannot be given to an actor in a process of its own, by program. */
const WITHIN_ONE_PROCESS: Readonly<Record<string, string>> = {
  "programs/sharing_state": "$[1] is a SharedArray",
};

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

/** What Python prints, by program. It is asked once. */
const found = new Map<string, Promise<readonly string[]>>();

async function linesInPython(program: string): Promise<readonly string[]> {
  if (!found.has(program)) found.set(program, runPython(`${program}.py`));
  const lines = normalized(await found.get(program)!);
  assert(lines.length > 0);
  return lines;
}

for (const program of programs) {
  Deno.test(
    `${program} prints the same lines in Python and in Troupe`,
    { ignore: python === undefined },
    async () => {
      const inPython = await linesInPython(program);
      assertEquals(normalized(await runTroupe(`${program}.ts`)), inPython);
    },
  );

  const refused = WITHIN_ONE_PROCESS[program];
  const inProcess = () => runTroupe(`${program}.ts`, "process");
  if (refused !== undefined) {
    Deno.test(`${program} says what no actor in a process can be given`, async () => {
      await assertRejects(inProcess, Error, refused);
    });
    continue;
  }
  Deno.test(
    `${program} prints the same lines with actors in processes`,
    { ignore: python === undefined },
    async () => {
      const inPython = await linesInPython(program);
      assertEquals(normalized(await inProcess()), inPython);
    },
  );
}
