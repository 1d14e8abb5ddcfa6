/**
 * A program that has just been started and makes a pool or an actor, for the
 * contenders that have no program of their own.
 *
 * ```text
 *   cold_main.ts CONTENDER
 * ```
 *
 * Each line of standard input is an order, answered by one line of output.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { rawPoolFirst } from "./pools_raw.ts";
import { troupePoolFirst } from "./pools_troupe.ts";
import { troupeProcessFirst } from "./starts_troupe.ts";

if (import.meta.main) {
  const [name] = Deno.args;
  const contender = [troupePoolFirst, rawPoolFirst, troupeProcessFirst]
    .find((one) => one.name === name);
  if (contender === undefined) throw new Error(`Cannot run "${name}": unknown`);
  const runner = await contender.open();
  for await (const line of createInterface({ input: process.stdin })) {
    const { count } = JSON.parse(line);
    console.log(JSON.stringify({ elapsed: await runner.run(count) }));
  }
  await runner.close();
}
