/**
 * The words at the head of a ring's memory: who may write which, and where.
 *
 * ```text
 *    0  what rarely changes; read by all
 *   32  put side: written under the put lock, now and then read by consumers
 *   64  get side: written under the get lock, now and then read by producers
 *   96  eight words of the ring's owner (a queue counts its tasks there, a pipe
 *       names the threads at its ends)
 *  112  who waits, as bits: looked at after every message, rarely written
 *  128  five gates of 64 words: who waits for what
 *  448  who has a handle
 *  512  the data
 * ```
 *
 * Each side keeps a note of how far it last saw the other, and looks again only
 * when by that note there is nothing (no message, no room). So while both are
 * busy neither reads what the other writes, which would cost a trip between
 * the cores for each message. A note is never ahead of the truth.
 *
 * @module
 */

import { GATE_WORDS } from "./gate.ts";

// The parts lie two cache lines apart, since processors fetch lines in pairs.

/** One of {@linkcode Closed}. */
export const CLOSED = 0;
/** The size of the data in bytes, a power of two. */
export const CAPACITY = 1;
/** The greatest number of messages, or 0. */
export const MOST_ITEMS = 2;
/** The greatest size of all messages in bytes, heads included. */
export const MOST_BYTES = 3;
/** The number of the ring in the program. */
export const NUMBER = 4;
/** How many messages with a parcel were put: see `broker.ts`. */
export const PARCELS = 5;

/** The thread that is putting, or 0. */
export const PUT_LOCK = 32;
/** How many messages were put; the store that makes a put real. */
export const PUTS = 33;
/** Two words: where the next message goes, by the parity of `PUTS`. */
export const TAIL = 34;
/** The put side's note of `GETS`. */
export const GETS_SEEN = 36;
/** The put side's note of the head. */
export const HEAD_SEEN = 37;

/** The thread that is taking, or 0. */
export const GET_LOCK = 64;
/** How many messages were taken; the store that makes a take real. */
export const GETS = 65;
/** Two words: where the oldest message is, by the parity of `GETS`. */
export const HEAD = 66;
/** The get side's note of `PUTS`. */
export const PUTS_SEEN = 68;
/** The consumer that has taken more than all others: see `_turns.ts`. */
export const LEADER = 69;
/** How many more. */
export const LEAD = 70;
/** The last consumer that was not the leader, or 0. */
export const RIVAL = 71;
/** How often a consumer has taken that was not the leader. */
export const RIVAL_TAKES = 72;

/** Whether a ring still takes and gives messages. */
export const Closed = {
  /** It takes and gives. */
  open: 0,
  /** It takes no more, and gives what it holds. */
  toPuts: 1,
  /** It takes and gives no more: what it held was thrown away. */
  entirely: 2,
} as const;

/** Eight words for the owner of the ring: what they say is its own affair. */
export const USER_WORD = 96;
/** In a pipe: the thread that owns the end which sends into this ring. */
export const SENDER: number = USER_WORD;
/** In a pipe: the thread that owns the end which receives from it. */
export const RECEIVER: number = USER_WORD + 1;

/**
 * Who waits: a bit for each gate below at which anybody may wait, and one that
 * says that a producer lacks bytes, not places. All in one word, since who has
 * put or taken a message looks for all of them, and an atomic look costs a
 * tenth of what the whole call does.
 */
export const WAITING = 112;

/** The bits of {@linkcode WAITING}. */
export const Waiting = {
  /** At the gate of the consumers. */
  consumers: 1,
  /** At the gate of the producers. */
  producers: 2,
  /** At the gate of the watchers. */
  watchers: 4,
  /** At the gate of the put lock. */
  putLock: 8,
  /** At the gate of the get lock. */
  getLock: 16,
  /** A producer found too few bytes. */
  bytes: 32,
} as const;

/** The gate of those who wait for a message. */
export const CONSUMERS = 128;
/** The gate of those who wait for room. */
export const PRODUCERS: number = CONSUMERS + GATE_WORDS;
/** The gate of those who wait for what the ring's owner defines. */
export const WATCHERS: number = PRODUCERS + GATE_WORDS;
/** The gate of those who wait for the put lock. */
export const PUT_WAITERS: number = WATCHERS + GATE_WORDS;
/** The gate of those who wait for the get lock. */
export const GET_WAITERS: number = PUT_WAITERS + GATE_WORDS;

/** Who has a handle of a queue: see `holders.ts`. Up to the end of the head. */
export const HOLDERS: number = GET_WAITERS + GATE_WORDS;

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
