/**
 * What a test needs to see that nothing was left behind: `deno test` does not
 * report a leaked Worker, even with its sanitizers on.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { letSparesGo, spareCount } from "../actors/spares.ts";

/**
 * The number of Worker threads of this process, without the spares that wait
 * for an actor; undefined where the system does not tell (anywhere but on
 * Linux).
 */
export function threadCount(): number | undefined {
  if (Deno.build.os !== "linux") return undefined;
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    if (threadName(name).startsWith("worker-")) count++;
  }
  return count - spareCount();
}

/**
 * The number of open file descriptors of this process; undefined where the
 * system does not tell (anywhere but on Linux).
 */
export function openFiles(): number | undefined {
  if (Deno.build.os !== "linux") return undefined;
  // The directory that is being read is one of them, every time.
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

function threadName(task: string): string {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${task}/comm`);
  } catch {
    return ""; // it ended between the listing and the reading
  }
}

/**
 * Waits until `read()` gives `expected` and returns what it gave last, for the
 * test to compare.
 *
 * It polls, which nothing but a test may do: the end of a thread and the
 * closing of a file are the system's doing, and it sends no word of them.
 */
export async function settledTo<T>(
  read: () => T,
  expected: T,
  { timeout = 5000 }: { timeout?: number } = {},
): Promise<T> {
  const end = performance.now() + timeout;
  for (;;) {
    const value = read();
    if (Object.is(value, expected) || performance.now() >= end) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Asserts that all actors' threads are gone, after giving the last of them the
 * moment the system takes.
 */
export async function assertNoThreads(): Promise<void> {
  if (threadCount() === undefined) return;
  assertEquals(await settledTo(threadCount, 0), 0, "threads are left");
}

/**
 * Asserts that no more files are open than there were before, after giving the
 * last of them the moment the system takes. Spares have files of their own, and
 * are let go.
 */
export async function assertFilesClosed(
  before: number | undefined,
): Promise<void> {
  if (before === undefined) return;
  letSparesGo();
  const areClosed = () => openFiles()! <= before;
  assertEquals(await settledTo(areClosed, true), true, "files are left open");
}
