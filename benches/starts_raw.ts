/**
 * Starting plain workers, and programs that do nothing.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import { checkTeam, type Member, TEAM, timed } from "./start_work.ts";

function start(name: string, id: number): Worker {
  const url = new URL("raw_start_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", name });
  worker.postMessage(id);
  return worker;
}

function heard(worker: Worker): Promise<Member & { id: number }> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
}

/** Runs a program that does nothing, to its end. */
export const emptyRun: Contender = timed("deno run, empty", async (id) => {
  const begun = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "raw_empty.ts"],
    cwd: new URL(".", import.meta.url),
    stdin: "null",
  }).output();
  const elapsed = performance.now() - begun;
  if (!success) throw new Error("The empty program failed");
  return { answer: id, elapsed };
});

/** Starts a worker, waits for its first message, ends it. */
export const rawFirst: Contender = timed("Worker", async (id) => {
  const begun = performance.now();
  const worker = start("greeter", id);
  const { id: answer } = await heard(worker);
  const elapsed = performance.now() - begun;
  worker.terminate();
  return { answer, elapsed };
});

/**
 * Starts a team of named workers and waits for the word of each: no worker
 * tells when it has ended, so this is less than a join.
 */
export const rawTeam: Contender = timed("Worker", async (id) => {
  const begun = performance.now();
  const workers = TEAM.map(start);
  const members = await Promise.all(workers.map(heard));
  for (const worker of workers) worker.terminate();
  const elapsed = performance.now() - begun;
  checkTeam(members);
  return { answer: id, elapsed };
});
