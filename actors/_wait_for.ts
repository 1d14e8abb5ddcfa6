/**
 * Waiting for a promise, but not longer than asked.
 *
 * @module
 */

import {
  checkWait,
  startTimer,
  type WaitOptions,
} from "../channels/wait_options.ts";

/** The time was over first. */
export const LATE: unique symbol = Symbol("late");

/**
 * Waits for a promise that never rejects.
 *
 * @returns Its value, or {@linkcode LATE} if it took longer than `timeout` ms.
 * @throws The signal's reason, if that came first.
 */
export async function waitFor<T>(
  promise: Promise<T>,
  options: WaitOptions | undefined,
): Promise<T | typeof LATE> {
  const timeout = checkWait(options);
  if (timeout === Infinity && options?.signal === undefined) return promise;
  const signal = options?.signal;
  const early = Promise.withResolvers<typeof LATE>();
  const abort = () => early.reject(signal!.reason);
  const stopTimer = startTimer(timeout, () => early.resolve(LATE));
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, early.promise]);
  } finally {
    stopTimer();
    signal?.removeEventListener("abort", abort);
  }
}
