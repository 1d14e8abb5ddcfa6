/**
 * Something that comes to an end, perhaps more than once, and those who wait.
 *
 * @module
 */

import {
  checkWait,
  startTimer,
  type WaitOptions,
} from "../../channels/wait_options.ts";

/**
 * An end that can be waited for. Unlike a promise it can be open again, and a
 * wait that was given up leaves nothing behind.
 */
export class Outcome<T> {
  readonly #waiting = new Set<(give: () => T) => void>();
  #give: (() => T) | undefined;
  #wasAsked = false;

  /** Whether anybody ever asked for it. */
  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** It has come to its end: `give` gives it to each who waits, or throws. */
  settle(give: () => T): void {
    if (this.#give !== undefined) return;
    this.#give = give;
    for (const wake of this.#waiting) wake(give);
    this.#waiting.clear();
  }

  /** It goes on after all. */
  reopen(): void {
    this.#give = undefined;
  }

  /**
   * Waits for the end.
   *
   * @returns What it ended with; undefined if it took longer than `timeout`.
   * @throws The signal's reason, if that came first.
   */
  async wait(options: WaitOptions | undefined): Promise<T | undefined> {
    const timeout = checkWait(options);
    this.#wasAsked = true;
    if (this.#give !== undefined) return this.#give();
    const { promise, resolve, reject } = Promise.withResolvers<
      (() => T) | undefined
    >();
    const signal = options?.signal;
    this.#waiting.add(resolve);
    const stopTimer = startTimer(timeout, () => resolve(undefined));
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return (await promise)?.();
    } finally {
      this.#waiting.delete(resolve);
      stopTimer();
      signal?.removeEventListener("abort", abort);
    }
  }
}
