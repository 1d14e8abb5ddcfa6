// deno run --no-prompt --allow-read=. examples/join_is_alive.ts
//
// The lives of two processes, with the milliseconds since the program's start.
// The first ends by itself; the second would sleep for an hour, and is ended.
//
// Look at `join`: it gives how the process ended, or `undefined` if it still
// runs when the time is up. `exitCode` is `null` as long as it has not ended.
import { actor, Process } from "@troupe/troupe";

const sleep = actor(import.meta, async function sleep(ms: number) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return `slept for ${ms} ms`;
});

function log(event: string, p: Process): void {
  const ms = performance.now().toFixed().padStart(5);
  const state = `alive: ${p.isAlive()}, exit code: ${p.exitCode}`;
  console.log(`${ms} ms  ${`${p.name} ${event}`.padEnd(36)} ${state}`);
}

if (import.meta.main) {
  const nap = new Process(sleep, { args: [200], name: "nap" });
  log("made", nap);
  nap.start();
  log("started", nap);
  const exit = await nap.join();
  log("joined", nap);
  if (exit.reason === "returned") log(`returned "${exit.value}"`, nap);

  const night = sleep.spawn([3_600_000], { name: "night" });
  log("started", night);
  log(`joined for 300 ms: ${await night.join({ timeout: 300 })}`, night);
  night.terminate();
  log("terminated", night);
  log(`joined: ${(await night.join()).reason}`, night);
}
