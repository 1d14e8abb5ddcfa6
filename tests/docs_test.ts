// Runs every ```ts block of the README and of the JSDoc as a program of its
// own. `deno test --doc` cannot: it puts each block inside a test function,
// where an actor may not be declared, since a worker that loads the module
// would not come upon the declaration there.
import { assert } from "@std/assert";
import { type Ended, root, runDeno } from "./tools/child.ts";
import { type DocBlock, findDocBlocks } from "./tools/doc_blocks.ts";
import { filesIn, readText } from "./tools/files.ts";
import { matchesOutput } from "./tools/output_pattern.ts";
import { currentStd, stdFlags } from "./tools/std_packages.ts";

const RUN_TIMEOUT = 60_000;
const CHECK_TIMEOUT = 120_000;

const flags = stdFlags(currentStd());
const blocks = await findAllBlocks();
const programs = blocks.filter((block) => block.runs);
const runs = new Map<DocBlock, Promise<Ended>>();
let folder: URL | undefined;

Deno.test("every ts block of the documentation type-checks", async () => {
  if (blocks.length === 0) return;
  const all = new URL("all.ts", written());
  Deno.writeTextFileSync(
    all,
    blocks.map((block) => `import "./${nameOf(block)}";\n`).join(""),
  );
  // `deno check` passes over this folder, as deno.json asks it to.
  const args = ["cache", "--check", ...flags, all.href];
  const ended = await runDeno(args, { timeout: CHECK_TIMEOUT });
  assert(ended.code === 0, `Exit code ${ended.code}:\n${ended.stderr}`);
});

for (const [index, block] of programs.entries()) {
  Deno.test(`${block.file}:${block.line} runs as a program`, async () => {
    const run = started(block);
    // Two at a time: the next one starts while this one is awaited.
    const next = programs[index + 1];
    if (next) started(next);
    const ended = await run;
    assert(!ended.timedOut, `Still running after ${RUN_TIMEOUT} ms`);
    assert(ended.code === 0, `Exit code ${ended.code}:\n${ended.stderr}`);
    if (block.prints === undefined) return;
    assert(
      matchesOutput(block.prints, ended.stdout),
      `It should print:\n${block.prints}\nbut prints:\n${ended.stdout}`,
    );
  });
}

Deno.test.afterAll(async () => {
  await Promise.allSettled(runs.values());
  if (folder) await Deno.remove(folder, { recursive: true });
});

async function findAllBlocks(): Promise<DocBlock[]> {
  const files = ["README.md", "mod.ts"].concat(
    await filesIn("actors", ".ts"),
    await filesIn("channels", ".ts"),
  );
  const found: DocBlock[] = [];
  for (const file of files) {
    found.push(...findDocBlocks(file, await readText(file) ?? ""));
  }
  return found;
}

/**
 * Writes the blocks, once, into a folder inside the repository, so that its
 * deno.json holds for them as for any program here.
 */
function written(): URL {
  if (folder) return folder;
  const parent = new URL(".doc_test/", root);
  Deno.mkdirSync(parent, { recursive: true });
  const name = crypto.randomUUID();
  folder = new URL(`${name}/`, parent);
  Deno.mkdirSync(folder);
  for (const block of blocks) {
    // Blank lines keep the line numbers of errors those of the document.
    const text = "\n".repeat(block.line - 1) + block.code + "\n";
    Deno.writeTextFileSync(new URL(nameOf(block), folder), text);
  }
  return folder;
}

function nameOf(block: DocBlock): string {
  return `${block.file.replaceAll("/", "_")}_${block.line}.ts`;
}

function started(block: DocBlock): Promise<Ended> {
  const known = runs.get(block);
  if (known) return known;
  const program = new URL(nameOf(block), written());
  const args = ["run", "-A", "--no-prompt", ...flags, program.href];
  const run = runDeno(args, { timeout: RUN_TIMEOUT });
  runs.set(block, run);
  return run;
}
