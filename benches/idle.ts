/**
 * What it costs to be there and do nothing: the memory of queues, and the
 * processor time of a thread that waits, in programs of their own.
 *
 * @module
 */

import type { Contender } from "./contender.ts";

/** Runs `idle_process.ts` and reads the number it prints. */
async function runIdle(...args: readonly string[]): Promise<number> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "-A",
      "--v8-flags=--expose-gc",
      "idle_process.ts",
      ...args,
    ],
    cwd: new URL(".", import.meta.url),
    stderr: "inherit",
  }).output();
  const figure = Number(new TextDecoder().decode(stdout));
  if (!success || !(figure >= 0)) {
    throw new Error(`Cannot measure "${args.join(" ")}": the program failed`);
  }
  return figure;
}

function contender(
  name: string,
  run: (count: number) => Promise<number>,
): Contender {
  const runner = { run, close: () => Promise.resolve() };
  return { name, open: () => Promise.resolve(runner) };
}

/** What one of `count` takes, beyond the program that has but one. */
function memory([name, kind]: readonly [string, string]): Contender {
  return contender(name, async (count) => {
    const one = await runIdle("memory", kind, "1");
    const all = await runIdle("memory", kind, `${count}`);
    return (all - one) * count / (count - 1);
  });
}

/** The memory of channels. */
export const idleMemory: Contender[] = ([
  ["Troupe, queue", "queue"],
  ["Troupe, queue used once", "used queue"],
  ["MessageChannel", "channel"],
] as const).map(memory);

/** The memory of whole threads that wait, and have answered once. */
export const idleThreads: Contender[] = ([
  ["Troupe, class actor", "actor"],
  ["Worker", "worker"],
] as const).map(memory);

/** What a program takes in `count` seconds whose other thread waits. */
export const idleCpu: Contender[] = [
  ["Troupe, get", "get"],
  ["Troupe, getSync", "getSync"],
  ["Worker, MessagePort", "port"],
  ["no other thread", "nobody"],
].map(([name, kind]) =>
  contender(name!, (count) => runIdle("cpu", kind!, `${count * 1000}`))
);
