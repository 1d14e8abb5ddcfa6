/**
 * Asking plain workers: by requests with numbers, as one would write them by
 * hand, and by comlink.
 *
 * @module
 */

import { callRunner, type Calls, type Echo, lanesTo } from "./call_work.ts";
import { comlink } from "./comlink.ts";
import type { Contender } from "./contender.ts";

/** What is asked of a plain worker. */
export interface Request {
  readonly number: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What a plain worker answers. */
export type Response =
  & { readonly number: number }
  & ({ readonly value: unknown } | { readonly error: unknown });

function start(module: string): Worker {
  return new Worker(new URL(module, import.meta.url), { type: "module" });
}

interface Settle {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Asks a worker that is served by `calls_raw_worker.ts`. */
function byHand(worker: Worker): Echo {
  const pending = new Map<number, Settle>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<Response>) => {
    const { resolve, reject } = pending.get(data.number)!;
    pending.delete(data.number);
    if ("error" in data) reject(data.error);
    else resolve(data.value);
  };
  return (item) =>
    new Promise((resolve, reject) => {
      const number = ++last;
      pending.set(number, { resolve, reject });
      const request: Request = { number, method: "echo", args: [item] };
      worker.postMessage(request);
    });
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
  return contender("postMessage by hand", calls, "calls_raw_worker.ts", byHand);
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
