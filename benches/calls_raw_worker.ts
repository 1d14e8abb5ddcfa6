/**
 * The module of plain workers that answer requests.
 *
 * @module
 */

import type { Request, Response } from "./calls_raw.ts";
import type { Port } from "./raw_ports.ts";

const own = globalThis as unknown as Port;

const methods: Record<string, (...args: readonly unknown[]) => unknown> = {
  echo: (item) => item,
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
