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

/** What has all actors of a run be in processes of their own; see `mode.ts`. */
export const IN_PROCESSES: readonly string[] = [
  "--preload",
  "tests/process_mode.ts",
];

/** The tests of what actors do, which must hold there, too. */
export const PROCESS_FILES: readonly string[] = [
  ...[
    "ask",
    "broadcast",
    "class_actor",
    "endings",
    "family",
    "link",
    "mailbox",
    "monitor",
    "process",
    "program",
    "registry",
    "rights",
    "stream",
  ].map((name) => `tests/actors/${name}_test.ts`),
  ...[
    "map",
    "pool_death",
    "pool_futures",
    "pool_limits",
    "pool_nested",
    "pool_rights",
    "pool_shutdown",
    "process_pool",
  ].map((name) => `tests/actors/pool/${name}_test.ts`),
  ...[
    "class_child",
    "liveness",
    "quarantine",
    "signals",
    "supervisor",
    "supervisor_endings",
  ].map((name) => `tests/actors/supervision/${name}_test.ts`),
  ...["pipe_actors", "queue_actors", "select", "travel", "until"]
    .map((name) => `tests/channels/${name}_test.ts`),
  ...[
    "barrier",
    "condition",
    "deadlock",
    "event_flag",
    "lock",
    "recursive_lock",
    "rw_lock",
    "semaphore",
  ].map((name) => `tests/channels/locks/${name}_test.ts`),
  ...["shared_map", "shared_travel"]
    .map((name) => `tests/channels/shared/${name}_test.ts`),
];

/** Those of them that are part of every run. */
export const PROCESS_FILES_SHORT: readonly string[] = [
  "tests/actors/class_actor_test.ts",
  "tests/actors/process_test.ts",
  "tests/actors/pool/process_pool_test.ts",
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
