/**
 * The module of plain workers that answer requests.
 *
 * @module
 */

import type { Request, Response } from "./by_hand.ts";
import type { Port } from "./raw_ports.ts";

const own = globalThis as unknown as Port;

const add = (n: unknown) => (n as number) + 1;

const methods: Record<string, (...args: readonly unknown[]) => unknown> = {
  echo: (item) => item,
  add,
  addAll: (items) => (items as number[]).map(add),
};

own.onmessage = async ({ data }: MessageEvent<Request>) => {
  const { number, method, args } = data;
  const answer = (response: Response) => own.postMessage(response);
  try {
    const value = methods[method]!(...args);
    answer({ number, value: value instanceof Promise ? await value : value });
  } catch (error) {
    answer({ number, error });
  }
};
