/**
 * A claim to the next turn, for a thread that has waited for too long.
 *
 * One word of shared memory, which names the thread or is 0. While it does, what
 * is free is kept for that thread. It is no promise for ever: a thread that died,
 * was terminated, or does not come for {@linkcode KEPT_FOR} ms since it computes on
 * without coming back to its event loop, holds up nobody.
 *
 * @module
 */

import { ownThread, threadCanAct } from "../threads.ts";

/** After so many ms a waiter's turn comes before anybody else's. */
const PATIENCE = 1;

/** Those that have waited for so many ms respect no claim. */
export const KEPT_FOR = 20;

/** See the module. */
export class Claim {
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** The thread that has the claim, if it can act; else 0. */
  get thread(): number {
    const thread = Atomics.load(this.#words, this.#at);
    return thread !== 0 && threadCanAct(thread) ? thread : 0;
  }

  /**
   * Whether a caller must leave the turn to another thread.
   *
   * @param begun Since when the caller has waited, by `Date.now`.
   */
  isKeptFrom(begun: number): boolean {
    const { thread } = this;
    return thread !== 0 && thread !== ownThread() &&
      Date.now() - begun < KEPT_FOR;
  }

  /**
   * Claims the next turn for this thread, if its caller has waited for long.
   *
   * @returns Whether it has a claim that it did not have.
   */
  make(begun: number): boolean {
    if (Date.now() - begun < PATIENCE) return false;
    const thread = Atomics.load(this.#words, this.#at);
    const own = ownThread();
    // Its own is none that it did not have, also if it may act no longer itself.
    if (thread === own || thread !== 0 && threadCanAct(thread)) return false;
    return Atomics.compareExchange(this.#words, this.#at, thread, own) ===
      thread;
  }

  /**
   * Gives up the claim of this thread.
   *
   * @returns Whether it had one.
   */
  drop(): boolean {
    const own = ownThread();
    return Atomics.load(this.#words, this.#at) === own &&
      Atomics.compareExchange(this.#words, this.#at, own, 0) === own;
  }
}
