/**
 * What can be seen of a ring without its locks.
 *
 * Exact for what the calling thread itself did; others may change it at once.
 *
 * @module
 */

import { type Extension, frameSize } from "./_frame.ts";
import {
  CAPACITY,
  CLOSED,
  Closed,
  GETS,
  HEAD,
  HEADER_WORDS,
  MOST_BYTES,
  MOST_ITEMS,
  NUMBER,
  PUTS,
  readPosition,
  TAIL,
  WAITING,
  Waiting,
} from "./_ring_layout.ts";

/** A ring, looked at. */
export class RingView {
  /** The memory, which is all that another thread needs to use the ring. */
  readonly memory: SharedArrayBuffer;
  /** The head of that memory: see `_ring_layout.ts`. */
  readonly words: Int32Array<SharedArrayBuffer>;

  /** Looks at the ring in this memory. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.words = new Int32Array(memory, 0, HEADER_WORDS);
  }

  /** The number of the ring: no other in the program has it. */
  get number(): number {
    return this.words[NUMBER]!;
  }

  /** The greatest number of messages, or 0. */
  get mostItems(): number {
    return this.words[MOST_ITEMS]!;
  }

  /** The greatest size of all messages in bytes. */
  get mostBytes(): number {
    return this.words[MOST_BYTES]!;
  }

  /** The size of its memory for messages, in bytes. */
  get capacity(): number {
    return Atomics.load(this.words, CAPACITY);
  }

  /** How many messages were put so far, modulo 2^32. */
  get puts(): number {
    return Atomics.load(this.words, PUTS);
  }

  /** How many messages were taken so far, modulo 2^32. */
  get gets(): number {
    return Atomics.load(this.words, GETS);
  }

  /** How many messages it holds. */
  get size(): number {
    if (this.closed === Closed.entirely) return 0;
    // The gets first: read the other way round, a put and a get in between
    // would give one less than none.
    const gets = Atomics.load(this.words, GETS);
    return (Atomics.load(this.words, PUTS) - gets) | 0;
  }

  /** One of {@linkcode Closed}. */
  get closed(): number {
    return Atomics.load(this.words, CLOSED);
  }

  /** Whether a take would give a message, or the news of the end. */
  get isReadable(): boolean {
    return this.size > 0 || this.closed !== Closed.open;
  }

  /** Whether a put of a small message would do, or tell of the end. */
  get isWritable(): boolean {
    if (this.closed !== Closed.open) return true;
    return this.mostItems === 0 ? !this.isShort : this.size < this.mostItems;
  }

  /** Whether the bound on messages is reached, or a put found too few bytes. */
  get isFull(): boolean {
    return this.isShort ||
      this.mostItems !== 0 && this.size >= this.mostItems;
  }

  /** Whether a producer waits for bytes. */
  get isShort(): boolean {
    return (Atomics.load(this.words, WAITING) & Waiting.bytes) !== 0;
  }

  /** Whether a message of this length could ever be put. */
  fits(length: number, extension?: Extension): boolean {
    return frameSize(length, extension) <= this.mostBytes;
  }

  /** The size of the messages it holds, heads included, in bytes. */
  get usedBytes(): number {
    if (this.closed === Closed.entirely) return 0;
    // The head first, for the same reason as in `size`.
    const head = readPosition(this.words, GETS, HEAD);
    return (readPosition(this.words, PUTS, TAIL) - head) | 0;
  }
}
