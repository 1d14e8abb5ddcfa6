/**
 * Waiting for a word from somebody in the same thread.
 *
 * @module
 */

import { startTimer } from "../channels/wait_options.ts";

/**
 * Waits for a word, but not longer than asked. Leaves nothing behind, however it
 * ends.
 *
 * @param listen Has `tell` called when the word comes; gives what ends that.
 * @param timeout How long to wait, in ms.
 * @returns Whether it came in time.
 * @throws The signal's reason, if that came first.
 */
export async function waitForWord(
  listen: (tell: () => void) => () => void,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const stopListening = listen(() => resolve(true));
  const stopTimer = startTimer(timeout, () => resolve(false));
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await promise;
  } finally {
    stopListening();
    stopTimer();
    signal?.removeEventListener("abort", abort);
  }
}
