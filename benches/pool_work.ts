/**
 * Pools of two workers: many small tasks, or the first one of a fresh pool.
 *
 * @module
 */

import type { Contender, Runner } from "./contender.ts";
import { timed } from "./start_work.ts";

/** How many workers each pool has. */
export const WORKERS = 2;

/**
 * Tasks that are all handed in before any is awaited, or each when the one
 * before is done; or items that are mapped, so many to a task.
 */
export type PoolWork = "all" | "one" | { readonly chunk: number };

/** Stands for a fresh pool and its first task where a program is told. */
export const POOL_FIRST = "first";

/** The work as the arguments of a program. */
export function workArgs(work: PoolWork): string[] {
  return typeof work === "string" ? [work] : ["map", `${work.chunk}`];
}

/** A pool whose tasks add one. */
export interface TaskPool {
  submit(n: number): PromiseLike<number>;
  /** Maps `items`, and collects the results in their order. */
  map(items: readonly number[], chunk: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** A contender that hands its work to a pool. */
export function poolContender(
  name: string,
  work: PoolWork,
  open: () => TaskPool,
): Contender {
  return {
    name,
    open() {
      const pool = open();
      const run: Runner["run"] = work === "all"
        ? (count) => summing(count, () => allAtOnce(pool, count))
        : work === "one"
        ? (count) => summing(count, () => oneAfterAnother(pool, count))
        : (count) => mapping(pool, count, work.chunk);
      return Promise.resolve({ run, close: () => pool.close() });
    },
  };
}

async function allAtOnce(pool: TaskPool, count: number): Promise<number> {
  const results: PromiseLike<number>[] = [];
  for (let n = 0; n < count; n++) results.push(pool.submit(n));
  let sum = 0;
  for (const result of results) sum += await result;
  return sum;
}

async function oneAfterAnother(pool: TaskPool, count: number): Promise<number> {
  let sum = 0;
  for (let n = 0; n < count; n++) sum += await pool.submit(n);
  return sum;
}

async function summing(
  count: number,
  work: () => Promise<number>,
): Promise<number> {
  const start = performance.now();
  const sum = await work();
  const elapsed = performance.now() - start;
  check(sum === count * (count + 1) / 2);
  return elapsed;
}

async function mapping(
  pool: TaskPool,
  count: number,
  chunk: number,
): Promise<number> {
  const items = Array.from({ length: count }, (_, n) => n);
  const start = performance.now();
  const results = await pool.map(items, chunk);
  const elapsed = performance.now() - start;
  check(results.length === count && results.every((n, i) => n === i + 1));
  return elapsed;
}

function check(isRight: boolean): void {
  if (!isRight) throw new Error("The results of the pool are wrong");
}

/** A contender that makes a pool and waits for its first result. */
export function poolFirst(
  name: string,
  open: () => TaskPool,
  rest = 0,
): Contender {
  return timed(name, async (id) => {
    const start = performance.now();
    const pool = open();
    const result = await pool.submit(id);
    const elapsed = performance.now() - start;
    await pool.close();
    return { answer: result - 1, elapsed };
  }, rest);
}
