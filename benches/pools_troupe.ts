/**
 * Troupe's pool.
 *
 * @module
 */

import { actor, ProcessPool } from "../mod.ts";
import type { Contender } from "./contender.ts";
import {
  poolContender,
  poolFirst,
  type PoolWork,
  type TaskPool,
  WORKERS,
} from "./pool_work.ts";
import { REFILLING } from "./start_work.ts";

const add = actor(import.meta, function add(n: number): number {
  return n + 1;
});

function open(isolation?: "thread" | "process"): TaskPool {
  const pool = new ProcessPool({ workers: WORKERS, isolation });
  return {
    submit: (n) => pool.submit(add, [n]),
    map: (items, chunkSize) => pool.map(add, items, { chunkSize }).toArray(),
    close: () => pool.shutdown(),
  };
}

/** Troupe's contender for the tasks of a pool. */
export function troupePools(
  work: PoolWork,
  isolation?: "thread" | "process",
): Contender {
  const who = isolation === "process" ? "Troupe process" : "Troupe";
  const name = typeof work === "string" ? "submit" : "map";
  return poolContender(`${who}, ${name}`, work, () => open(isolation));
}

/** Troupe's contender for the first task of a fresh pool. */
export const troupePoolFirst: Contender = poolFirst("Troupe", () => open());

/** The same where earlier pools are gone and there was time for new spares. */
export const troupePoolWarm: Contender = poolFirst(
  "Troupe",
  () => open(),
  REFILLING,
);
