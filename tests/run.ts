/**
 * The `test` task: runs `deno test` with the arguments it is given, and ends
 * with the count of that run on a line of its own.
 *
 * @module
 */
import {
  AT_ONCE,
  findLanes,
  IN_PROCESSES,
  PROCESS_FILES_SHORT,
} from "./lanes.ts";
import { plain, root, statusWithin } from "./tools/child.ts";
import {
  findStdPackages,
  STAND_INS_NOTE,
  STD_VARIABLE,
  stdFlags,
  type StdSource,
} from "./tools/std_packages.ts";

/** A run that takes longer is hung: it is killed and counts as failed. */
export const RUN_TIMEOUT = 10 * 60_000;

export interface TestCount {
  passed: number;
  failed: number;
  skipped: number;
}

export interface RunOptions {
  /** Milliseconds after which the run is killed. */
  timeout?: number;
  env?: Record<string, string>;
}

const SUMMARY = new RegExp(
  String.raw`^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))?` +
    String.raw` \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?`,
  "gm",
);

/** Reads the count from the summary with which `deno test` ends. */
export function readSummary(output: string): TestCount | undefined {
  // The last one: a test may have printed the like before.
  const found = [...plain(output).matchAll(SUMMARY)].at(-1);
  if (!found) return undefined;
  const [, passed, failed, skipped] = found;
  return {
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped ?? 0),
  };
}

/** The line a run ends with. */
export function countLine(count: TestCount): string {
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  return `${count.passed} passed, ${count.failed} failed${skipped}`;
}

/**
 * Runs the tests, prints their output and the count, gives the exit code.
 *
 * Without arguments all of them: see `lanes.ts`. Else those that `deno test`
 * finds by the arguments, in one process.
 */
export async function runTests(
  args: readonly string[],
  { timeout = RUN_TIMEOUT, env = {} }: RunOptions = {},
): Promise<number> {
  const source = await findStdPackages();
  if (source === "stand-ins" && !Deno.env.has(STD_VARIABLE)) {
    console.log(STAND_INS_NOTE);
  }
  // Types are checked once and first. Left to `deno test`, every new entry of a
  // worker would be checked too, at half a second each.
  if (!await typesAreRight(source)) {
    console.log(countLine({ passed: 0, failed: 1, skipped: 0 }));
    return 1;
  }
  const run = (args: readonly string[], isLive: boolean) =>
    runProcess([...stdFlags(source), ...args], { timeout, env, isLive });
  const counts = args.length > 0 ? [await run(args, true)] : await runAll(run);
  const count = counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
  }));
  const none = count.passed + count.failed === 0;
  if (none) console.error("No test ran");
  console.log(countLine(count));
  return count.failed > 0 || none ? 1 : 0;
}

async function runAll(
  run: (args: readonly string[], isLive: boolean) => Promise<TestCount>,
): Promise<TestCount[]> {
  const { beside, alone } = await findLanes();
  const counts: TestCount[] = [];
  const waiting = beside.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      // All take from the one iterator: whoever is free runs the next.
      for (const files of waiting) counts.push(await run(files, false));
    }),
  );
  counts.push(await run([...IN_PROCESSES, ...PROCESS_FILES_SHORT], false));
  counts.push(await run(alone, true));
  return counts;
}

interface ProcessOptions extends Required<RunOptions> {
  /** Whether its output appears as it comes, or whole at its end. */
  isLive: boolean;
}

async function runProcess(
  args: readonly string[],
  { timeout, env, isLive }: ProcessOptions,
): Promise<TestCount> {
  const colour: Record<string, string> = Deno.stdout.isTerminal()
    ? {}
    : { NO_COLOR: "1" };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-prompt", "--no-check", ...args],
    cwd: root,
    env: { ...colour, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: isLive ? "inherit" : "piped",
  }).spawn();
  const output = passOn(child.stdout, isLive);
  const errors = isLive ? undefined : passOn(child.stderr, false);
  const { code, timedOut } = await statusWithin(child, timeout);
  // A process that a killed test started may still hold the pipe.
  const text = await Promise.race([output.ended, later(2000, output.text)]);
  if (!isLive) {
    await write(text);
    // What a run that went well says there is the doing of tests.
    if (code !== 0) console.error(errors!.text());
  }
  const count = readSummary(text) ?? { passed: 0, failed: 0, skipped: 0 };
  // The line on which a killed run stopped; the count has one of its own.
  if (text !== "" && !text.endsWith("\n")) console.log();
  if (timedOut) {
    console.error(`The run was killed: it took longer than ${timeout} ms`);
  }
  // A type error, a crash or a kill is a failure no summary counts.
  if (code !== 0 && count.failed === 0) count.failed = 1;
  return count;
}

async function typesAreRight(source: StdSource): Promise<boolean> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...stdFlags(source)],
    cwd: root,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return code === 0;
}

/** Reads a stream to its end, and copies it to standard output if `isLive`. */
function passOn(stream: ReadableStream<Uint8Array>, isLive: boolean) {
  const KEPT = 16_384; // characters; the summary is the last line
  const decoder = new TextDecoder();
  let text = "";
  const ended = (async () => {
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      if (!isLive) continue;
      text = text.slice(-KEPT);
      await write(chunk);
    }
    return text;
  })();
  return { ended, text: () => text };
}

async function write(output: string | Uint8Array): Promise<void> {
  const bytes = typeof output === "string"
    ? new TextEncoder().encode(output)
    : output;
  for (let at = 0; at < bytes.length;) {
    at += await Deno.stdout.write(bytes.subarray(at));
  }
}

function later<T>(ms: number, value: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  // Unreferenced, so that a run which ended in time does not wait for it.
  Deno.unrefTimer(setTimeout(() => resolve(value()), ms));
  return promise;
}

if (import.meta.main) Deno.exit(await runTests(Deno.args));
