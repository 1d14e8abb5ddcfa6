/**
 * A program that comes to rest and says what that costs it, run by `idle.ts`:
 * one for each figure, since memory that was used once is not given back.
 *
 * ```text
 *   idle_process.ts memory KIND COUNT    the memory, in KiB, with so many
 *   idle_process.ts cpu KIND MS          the CPU ms used within so many ms
 * ```
 *
 * @module
 */

import process from "node:process";
import { actor, Queue } from "../mod.ts";
import { idler } from "./idle_actor.ts";
import type { Port } from "./raw_ports.ts";
import type { RawTask } from "./raw_worker.ts";
import { restAwaiting } from "./trip_work.ts";

/** Milliseconds in which whatever is still under way comes to an end. */
const SETTLING = 100;

/** Has some queues, looks into each if it is told to, and rests. */
const holder = actor(
  import.meta,
  async function holder(
    ready: Queue<number>,
    queues: Queue<number>[],
    isUsing: boolean,
  ) {
    if (isUsing) { for (const queue of queues) await queue.get(); }
    await ready.put(queues.length);
    await queues[0]!.get();
  },
);

const waiter = actor(
  import.meta,
  async function waiter(
    ready: Queue<number>,
    queue: Queue<number>,
    isBlocking: boolean,
  ) {
    await ready.put(0);
    await (isBlocking ? queue.getSync() : queue.get());
  },
);

async function holdQueues(count: number, isUsing: boolean): Promise<unknown> {
  const ready = new Queue<number>();
  const queues = Array.from({ length: count }, () => new Queue<number>());
  holder.spawn([ready, queues, isUsing]);
  if (isUsing) { for (const queue of queues) await queue.put(0); }
  await ready.get();
  return queues;
}

async function holdChannels(count: number): Promise<unknown> {
  const channels = Array.from({ length: count }, () => new MessageChannel());
  const near = channels.map(({ port1 }) => port1);
  await startWorker(near[0]!, channels.map(({ port2 }) => port2));
  return near;
}

async function holdActors(count: number): Promise<unknown> {
  const actors = Array.from({ length: count }, () => idler.spawn());
  for (const one of actors) await one.ask.echo(0);
  return actors;
}

async function holdWorkers(count: number): Promise<unknown> {
  const url = new URL("idle_worker.ts", import.meta.url);
  const workers = Array.from(
    { length: count },
    () => new Worker(url, { type: "module" }),
  );
  for (const one of workers) await answerOf(one);
  return workers;
}

function answerOf(near: Port): Promise<unknown> {
  return new Promise((resolve) => {
    near.onmessage = resolve;
    near.postMessage(0);
  });
}

async function waitAtQueue(isBlocking: boolean): Promise<unknown> {
  const ready = new Queue<number>();
  const queue = new Queue<number>();
  waiter.spawn([ready, queue, isBlocking]);
  await ready.get();
  return queue;
}

/** Starts a plain worker, which waits at the first of `ports`. */
async function startWorker(near: Port, ports: MessagePort[]): Promise<void> {
  const url = new URL("raw_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const task: RawTask = { role: "answerer", ports };
  worker.postMessage(task, ports);
  await answerOf(near);
}

/** Who comes to rest; each gives back what must not be collected before. */
const resting: Record<string, (count: number) => Promise<unknown>> = {
  "queue": (count) => holdQueues(count, false),
  "used queue": (count) => holdQueues(count, true),
  "channel": holdChannels,
  "actor": holdActors,
  "worker": holdWorkers,
  "nobody": () => Promise.resolve(),
  "get": () => waitAtQueue(false),
  "getSync": () => waitAtQueue(true),
  "port": () => holdChannels(1),
};

if (import.meta.main) {
  const [what, kind = "", amount] = Deno.args;
  const held = await resting[kind]!(Number(amount));
  await restAwaiting(SETTLING);
  if (what === "memory") {
    // What was left behind on the way is not counted.
    (globalThis as { gc?: () => void }).gc?.();
    console.log(process.memoryUsage.rss() / 1024);
  } else {
    const before = process.cpuUsage();
    await restAwaiting(Number(amount));
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  }
  // Those at rest would keep the program; what they hold is kept until here.
  Deno.exit(held === null ? 1 : 0);
}
