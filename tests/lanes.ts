/**
 * Which test files run beside others, and which alone.
 *
 * Most tests wait more than they compute, so two processes of them at a time
 * take little more than half as long. Two processes, not threads of one: many
 * tests count the threads of their own.
 *
 * @module
 */
import { root } from "./tools/child.ts";
import { filesIn } from "./tools/files.ts";

/** How many processes there are at a time. */
export const AT_ONCE = 2;

/** How many files a process runs, one after the other. */
const FILES_PER_PROCESS = 4;

/**
 * What these look at would be another's doing: time, processors, threads; or
 * what programs print that go by the clock, of which two run at a time anyway.
 */
const ALONE = [
  "tests/actors/spares_test.ts",
  "tests/actors/supervision/liveness_test.ts",
  "tests/channels/idle_test.ts",
  "tests/channels/patience_test.ts",
  "tests/channels/stress_test.ts",
  "tests/channels/turns_test.ts",
  "tests/docs_test.ts",
  "tests/examples_test.ts",
  "tests/leaks_test.ts",
];

/** The files of each process. */
export interface Lanes {
  /** Of those that may run at the same time, the longest first. */
  readonly beside: readonly (readonly string[])[];
  /** Of the one that runs when they are done. */
  readonly alone: readonly string[];
}

/** Shares out all test files. */
export async function findLanes(): Promise<Lanes> {
  const files = (await filesIn("tests", "_test.ts"))
    .filter((path) => !path.startsWith("tests/fixtures/broken/"));
  const sized = await Promise.all(
    files.filter((path) => !ALONE.includes(path)).map(async (path) => ({
      path,
      size: (await Deno.stat(new URL(path, root))).size,
    })),
  );
  // As far as length tells: what takes long is not left for the end.
  const sorted = sized.sort((one, other) => other.size - one.size);
  const count = Math.ceil(sorted.length / FILES_PER_PROCESS);
  const beside: string[][] = Array.from({ length: count }, () => []);
  sorted.forEach(({ path }, i) => beside[i % count]!.push(path));
  return { beside, alone: files.filter((path) => ALONE.includes(path)) };
}
