/**
 * Who took which message of a ring.
 *
 * Where the one who puts messages must know what became of each, the takers
 * sign for what they take:
 *
 * ```text
 *   word n mod N   of message n:   0          nobody took it yet
 *                                  a thread   that one took it
 *                                  −1         it was withdrawn: whoever takes it
 *                                             leaves it at that
 * ```
 *
 * One compare-and-set decides between a take and a withdrawal. It comes before
 * the take is made real and under the ring's get lock, where a fenced thread
 * does nothing any more. So a message is in the ring, or withdrawn, or in the
 * hands of a thread that is known; when that thread has ended, the message has
 * ended with it, and nothing else has.
 *
 * The one who puts clears a word before its next message may be taken.
 *
 * @module
 */

import { ownThread } from "./threads.ts";

const NOBODY = 0;
const WITHDRAWN = -1;

/** See the module. */
export class Ledger {
  /** The memory, which is all that another thread needs. */
  readonly memory: SharedArrayBuffer;
  /** Whether this thread may keep the message that it took last. */
  isGranted = false;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #mask: number;

  /** The ledger in this memory. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#mask = this.#words.length - 1;
  }

  /** Makes a ledger for so many messages in a row, a power of two. */
  static create(messages: number): Ledger {
    return new Ledger(new SharedArrayBuffer(messages * 4));
  }

  /** How many messages in a row it tells apart. */
  get size(): number {
    return this.#mask + 1;
  }

  /** Signs for a message. For the ring, under its get lock. */
  sign(message: number): void {
    this.isGranted = Atomics.compareExchange(
      this.#words,
      message & this.#mask,
      NOBODY,
      ownThread(),
    ) === NOBODY;
  }

  /** Takes a message back, unless somebody took it. */
  withdraw(message: number): boolean {
    return Atomics.compareExchange(
      this.#words,
      message & this.#mask,
      NOBODY,
      WITHDRAWN,
    ) === NOBODY;
  }

  /** The thread that took a message; 0 or less if none did. */
  takerOf(message: number): number {
    return Atomics.load(this.#words, message & this.#mask);
  }

  /** Makes room for the message whose turn comes next. */
  clear(message: number): void {
    Atomics.store(this.#words, message & this.#mask, NOBODY);
  }
}
