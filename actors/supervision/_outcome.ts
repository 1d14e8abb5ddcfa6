/**
 * Something that comes to an end, perhaps more than once, and those who wait.
 *
 * @module
 */

import { checkWait, type WaitOptions } from "../../channels/wait_options.ts";
import { waitForWord } from "../wait_for_word.ts";

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
    // What it ended with: by the time this goes on it may be open again.
    let given: (() => T) | undefined;
    await waitForWord(
      (tell) => {
        const wake = (give: () => T) => {
          given = give;
          tell();
        };
        this.#waiting.add(wake);
        return () => this.#waiting.delete(wake);
      },
      timeout,
      options?.signal,
    );
    return given?.();
  }
}
