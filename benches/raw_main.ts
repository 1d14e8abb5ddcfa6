/**
 * The plain contenders as a program of their own, for an engine other than the
 * one that measures. It must load nothing that only Deno has.
 *
 * ```text
 *   raw_main.ts CONTENDER flow KIND PRODUCERS CONSUMERS
 *   raw_main.ts CONTENDER trips HEAT
 * ```
 *
 * Each line of standard input is an order, answered by one line of output. At
 * the end of the input all workers end.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import type { Contender } from "./contender.ts";
import type { ItemKind } from "./items.ts";
import { rawFlows, rawTrips } from "./raw_contenders.ts";
import type { Heat } from "./trip_work.ts";

const [name = "", work = "", ...args] = process.argv.slice(2);

function contenders(): Contender[] {
  if (work === "trips") return rawTrips(args[0] as Heat);
  const [kind, producers, consumers] = args;
  return rawFlows({
    kind: kind as ItemKind,
    producers: Number(producers),
    consumers: Number(consumers),
  });
}

const contender = contenders().find((one) => one.name === name);
if (contender === undefined) throw new Error(`Cannot run "${name}": unknown`);
const runner = await contender.open();
for await (const line of createInterface({ input: process.stdin })) {
  const { count } = JSON.parse(line);
  const elapsed = await runner.run(count);
  process.stdout.write(JSON.stringify({ elapsed }) + "\n");
}
await runner.close();
// A worker that is still ending must not keep the program.
process.exit(0);
