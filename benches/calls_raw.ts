/**
 * Asking plain workers: by hand, and by comlink.
 *
 * @module
 */

import { askByHand, BY_HAND } from "./by_hand.ts";
import { callRunner, type Calls, type Echo, lanesTo } from "./call_work.ts";
import { comlink } from "./comlink.ts";
import type { Contender } from "./contender.ts";

function start(module: string): Worker {
  return new Worker(new URL(module, import.meta.url), { type: "module" });
}

function contender(
  name: string,
  calls: Calls,
  module: string,
  connect: (worker: Worker) => Echo | Promise<Echo>,
): Contender {
  return {
    name,
    async open() {
      const workers = Array.from(
        { length: calls.answerers },
        () => start(module),
      );
      const echoes = await Promise.all(workers.map(connect));
      return callRunner({
        lanes: lanesTo(echoes, calls),
        close() {
          for (const worker of workers) worker.terminate();
          return Promise.resolve();
        },
      });
    },
  };
}

/** The contender that does by hand what a call needs. */
export function rawCalls(calls: Calls): Contender {
  return contender(BY_HAND, calls, "calls_raw_worker.ts", (worker) => {
    const ask = askByHand(worker);
    return (item) => ask("echo", [item]);
  });
}

/** The contender that uses comlink. */
export function comlinkCalls(calls: Calls): Contender {
  const missing = comlink === undefined ? "no npm:comlink here" : undefined;
  return {
    ...contender("comlink", calls, "comlink_worker.ts", async (worker) => {
      // What is sent before the worker listens might be lost.
      await new Promise((resolve) =>
        worker.addEventListener("message", resolve, { once: true })
      );
      const remote = comlink!.wrap<{ echo: Echo }>(worker);
      return (item) => remote.echo(item);
    }),
    missing,
  };
}
