/**
 * What can be told of a queue from outside.
 *
 * @module
 */

import type { Ring } from "./ring.ts";
import { Closed } from "./_ring_layout.ts";

/** A snapshot of a {@linkcode Queue}; each number is right, all are not of one instant. */
export interface QueueStats {
  /** How many items it holds. */
  readonly items: number;
  /** The size of what it holds, in bytes as encoded. */
  readonly bytes: number;
  /**
   * The memory it has taken for items, in bytes: as much as it needed at its
   * fullest, rounded up to a power of two, until the queue itself goes.
   */
  readonly reserved: number;
  /** How many threads wait to put an item. */
  readonly waitingProducers: number;
  /** How many threads wait for an item. */
  readonly waitingConsumers: number;
  /** How many items were put so far, modulo 2^32. */
  readonly puts: number;
  /** How many items were got so far, modulo 2^32. */
  readonly gets: number;
  /** How many items a close has thrown away. */
  readonly discarded: number;
  /** Whether it was closed. */
  readonly closed: boolean;
}

/** The statistics of a queue on this ring. */
export function statsOf(ring: Ring): QueueStats {
  // The gets first, so that they are never more than the puts.
  const gets = ring.gets >>> 0;
  const puts = ring.puts >>> 0;
  return {
    items: ring.size,
    bytes: ring.usedBytes,
    reserved: ring.capacity,
    waitingProducers: ring.producers.waiting,
    waitingConsumers: ring.consumers.waiting,
    puts,
    gets,
    discarded: ring.closed === Closed.entirely ? (puts - gets) >>> 0 : 0,
    closed: ring.closed !== Closed.open,
  };
}
