/**
 * The `ok` task: everything a change must pass. One line for each step; the
 * output of a step appears only if it fails or warns.
 *
 * The documentation needs no step: the tests check and run every block of it
 * (tests/docs_test.ts), and `deno test --doc` could not, since it puts each
 * block inside a function, where no actor may be declared.
 *
 * @module
 */
import { plain, runDeno } from "./tools/child.ts";
import { readText } from "./tools/files.ts";
import {
  findStdPackages,
  STAND_INS_NOTE,
  STD_VARIABLE,
  stdFlags,
} from "./tools/std_packages.ts";
import { RUN_TIMEOUT } from "./run.ts";

interface Step {
  name: string;
  args: string[];
  /** Milliseconds after which the step is killed and has failed. */
  timeout: number;
}

interface Outcome {
  step: Step;
  passed: boolean;
}

const CHEAP_TIMEOUT = 3 * 60_000;
/** How many of the cheap steps run side by side. */
const AT_ONCE = 2;

const source = await findStdPackages();
if (source === "stand-ins") console.log(STAND_INS_NOTE);
const std = stdFlags(source);

const cheap: Step[] = [
  ["format", "fmt", "--check"],
  ["lint", "lint"],
  ["types", "check", ...std],
  ["documentation", "doc", "--lint", ...await entryPoints()],
  ["publication", "publish", "--dry-run", "--allow-dirty"],
].map(([name = "", ...args]) => ({ name, args, timeout: CHEAP_TIMEOUT }));

const tests: Step = {
  name: "tests",
  args: ["run", "-A", "--no-prompt", "tests/run.ts"],
  // More than the runner takes to end a hung run and to say so.
  timeout: RUN_TIMEOUT + 60_000,
};

const start = performance.now();
const outcomes = await sideBySide(cheap);
// Alone, for some of the tests look at times.
outcomes.push(await run(tests));
const failed = outcomes.filter(({ passed }) => !passed);
const total = `${outcomes.length} steps in ${seconds(start)}`;
console.log(
  failed.length === 0
    ? `ok: ${total}`
    : `FAILED: ${failed.map(({ step }) => step.name).join(", ")} of ${total}`,
);
Deno.exit(failed.length === 0 ? 0 : 1);

/** The modules the package exports, all of which the documentation covers. */
async function entryPoints(): Promise<string[]> {
  const { exports } = JSON.parse(await readText("deno.json") ?? "{}");
  return typeof exports === "string" ? [exports] : Object.values(exports);
}

async function sideBySide(steps: readonly Step[]): Promise<Outcome[]> {
  const waiting = steps.values();
  const outcomes: Outcome[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      // All take from the one iterator: whoever is free runs the next step.
      for (const step of waiting) outcomes.push(await run(step));
    }),
  );
  return outcomes;
}

async function run(step: Step): Promise<Outcome> {
  const start = performance.now();
  const ended = await runDeno(step.args, {
    timeout: step.timeout,
    env: { [STD_VARIABLE]: source },
  });
  const output = plain(ended.stdout + ended.stderr).trim();
  // As Deno words its own: "Warning …" or "warning[code]: …".
  const warns = /^(?:Warning\b|warning\[)/m.test(output);
  const passed = ended.code === 0 && !warns;
  const verdict = passed ? "ok" : ended.code === 0 ? "WARNS" : "FAILED";
  const count = step === tests
    ? (ended.stdout.trimEnd().split("\n").at(-1))
    : "";
  console.log(
    [verdict.padEnd(7), step.name.padEnd(14), seconds(start).padStart(8), count]
      .join("  ").trimEnd(),
  );
  if (!passed) {
    console.log(output.replaceAll(/^/gm, "    "));
    if (ended.timedOut) console.log(`    Killed after ${step.timeout} ms`);
  }
  return { step, passed };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
