// Every example runs with exactly the command its first line shows, and
// deno.json has the same command as a task.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runDeno } from "./tools/child.ts";
import { type Example, findExamples } from "./tools/examples.ts";
import { readText } from "./tools/files.ts";
import { findImports } from "./tools/imports.ts";
import { missingLine } from "./tools/output_pattern.ts";

const RUN_TIMEOUT = 120_000;

const examples = await findExamples();
const tasks: Record<string, unknown> =
  JSON.parse(await readText("deno.json") ?? "{}").tasks ?? {};

Deno.test("deno.json has a task for every example and none besides", () => {
  const prefix = "example:";
  const named = Object.keys(tasks).filter((task) => task.startsWith(prefix));
  // As long as there are no examples at all, the tasks only announce them.
  if (examples.length === 0) return;
  assertEquals(
    named.sort(),
    examples.map(({ name }) => `${prefix}${name}`).sort(),
  );
});

for (const example of examples) {
  const { name, file, source } = example;

  Deno.test(`${file} starts with its exact command, which is its task`, () => {
    assert(
      example.command,
      `The first line should be: // deno run --no-prompt … ${file}`,
    );
    assertStringIncludes(example.command, "deno run --no-prompt ");
    assert(example.args.includes(file), `The command should name ${file}`);
    assertEquals(tasks[`example:${name}`], example.command);
  });

  Deno.test(`${file} imports the package and nothing else`, () => {
    const others = findImports(source)
      .map(({ specifier }) => specifier)
      .filter((specifier) => specifier !== "@troupe/troupe");
    assertEquals(others, []);
  });

  Deno.test(`${file} runs, prints and ends well`, () => runs(example));
}

async function runs({ name, args }: Example): Promise<void> {
  const ended = await runDeno(args, { timeout: RUN_TIMEOUT });
  assert(!ended.timedOut, `Still running after ${RUN_TIMEOUT} ms`);
  assertEquals(ended.stderr, "");
  assertEquals(ended.code, 0);
  assert(ended.stdout.trim() !== "", "It should print something");
  const expected = await readText(`tests/examples/${name}.txt`);
  if (expected === undefined) return;
  assertEquals(missingLine(expected, ended.stdout), undefined, ended.stdout);
}
