/**
 * A pool of plain workers, as one would write it by hand: requests with
 * numbers, dealt to the workers in turn.
 *
 * @module
 */

import { askByHand, BY_HAND } from "./by_hand.ts";
import type { Contender } from "./contender.ts";
import {
  poolContender,
  poolFirst,
  type PoolWork,
  type TaskPool,
  WORKERS,
} from "./pool_work.ts";

function open(): TaskPool {
  const workers = Array.from(
    { length: WORKERS },
    () =>
      new Worker(new URL("calls_raw_worker.ts", import.meta.url), {
        type: "module",
      }),
  );
  const asks = workers.map(askByHand);
  let next = 0;
  const call = (method: string, argument: unknown) =>
    asks[next++ % WORKERS]!(method, [argument]);
  return {
    submit: (n) => call("add", n) as Promise<number>,
    async map(items, chunk) {
      const results: Promise<unknown>[] = [];
      for (let at = 0; at < items.length; at += chunk) {
        results.push(call("addAll", items.slice(at, at + chunk)));
      }
      return (await Promise.all(results) as number[][]).flat();
    },
    close() {
      for (const worker of workers) worker.terminate();
      return Promise.resolve();
    },
  };
}

/** The contender that does by hand what a pool needs. */
export function rawPools(work: PoolWork): Contender {
  return poolContender(BY_HAND, work, open);
}

/** The same, for the first task of a fresh pool. */
export const rawPoolFirst: Contender = poolFirst(BY_HAND, open);
