/**
 * Asking plain workers by requests with numbers, as one would write them by
 * hand.
 *
 * @module
 */

/** What it is called to write requests by hand. */
export const BY_HAND = "postMessage by hand";

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

interface Settle {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Has a worker do something, and gives back its answer. */
export type Ask = (
  method: string,
  args: readonly unknown[],
) => Promise<unknown>;

/** Asks a worker that is served by `calls_raw_worker.ts`. */
export function askByHand(worker: Worker): Ask {
  const pending = new Map<number, Settle>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<Response>) => {
    const { resolve, reject } = pending.get(data.number)!;
    pending.delete(data.number);
    if ("error" in data) reject(data.error);
    else resolve(data.value);
  };
  return (method, args) =>
    new Promise((resolve, reject) => {
      const number = ++last;
      pending.set(number, { resolve, reject });
      const request: Request = { number, method, args };
      worker.postMessage(request);
    });
}
