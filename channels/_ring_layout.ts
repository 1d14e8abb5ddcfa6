/**
 * The words at the head of a ring's memory: who may write which, and where.
 *
 * ```text
 *    0  put side   under the put lock; read by all
 *   16  get side   under the get lock; read by all
 *   32  eight words of the ring's owner (a queue counts its tasks there, a pipe
 *       names the threads at its ends)
 *   64  five gates of 64 words: who waits for what
 *  512  the data
 * ```
 *
 * @module
 */

import { GATE_WORDS } from "./gate.ts";

// Put side and get side have a cache line each, so that producers and consumers
// do not slow each other by writing to one.

/** The thread that is putting, or 0. */
export const PUT_LOCK = 0;
/** How many messages were put; the store that makes a put real. */
export const PUTS = 1;
/** Two words: where the next message goes, by the parity of `PUTS`. */
export const TAIL = 2;
/** Whether the ring still takes and gives messages. */
export const CLOSED = 4;
/** The size of the data in bytes, a power of two. */
export const CAPACITY = 5;
/** The greatest number of messages, or 0. */
export const MOST_ITEMS = 6;
/** The greatest size of all messages in bytes, heads included. */
export const MOST_BYTES = 7;
/** The number of the ring in the program. */
export const NUMBER = 8;

/** The thread that is taking, or 0. */
export const GET_LOCK = 16;
/** How many messages were taken; the store that makes a take real. */
export const GETS = 17;
/** Two words: where the oldest message is, by the parity of `GETS`. */
export const HEAD = 18;
/** Whether a producer waits for bytes, not for the number of messages. */
export const SHORT_OF_BYTES = 20;

/** Eight words for the owner of the ring: what they say is its own affair. */
export const USER_WORD = 32;

/** The gate of those who wait for a message. */
export const CONSUMERS = 64;
/** The gate of those who wait for room. */
export const PRODUCERS: number = CONSUMERS + GATE_WORDS;
/** The gate of those who wait for what the ring's owner defines. */
export const WATCHERS: number = PRODUCERS + GATE_WORDS;
/** The gate of those who wait for the put lock. */
export const PUT_WAITERS: number = WATCHERS + GATE_WORDS;
/** The gate of those who wait for the get lock. */
export const GET_WAITERS: number = PUT_WAITERS + GATE_WORDS;

/** The length of the head in words. */
export const HEADER_WORDS = 512;
/** The length of the head in bytes; the data follows. */
export const HEADER: number = HEADER_WORDS * 4;
/** The size of the data at first. */
export const FIRST_CAPACITY = 2048;

/**
 * Reads a position that others may be moving: which of the two halves holds is
 * said by the count.
 *
 * @param count `PUTS` for the tail, `GETS` for the head.
 * @param halves `TAIL` or `HEAD`.
 */
export function readPosition(
  words: Int32Array<SharedArrayBuffer>,
  count: number,
  halves: number,
): number {
  for (;;) {
    const seen = Atomics.load(words, count);
    const position = Atomics.load(words, halves + (seen & 1));
    // Somebody may have begun to write this half for the next but one.
    if (Atomics.load(words, count) === seen) return position;
  }
}
