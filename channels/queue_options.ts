/**
 * The options of a queue.
 *
 * @module
 */

/** How a {@linkcode Queue} is bounded and named. */
export interface QueueOptions {
  /**
   * The greatest number of items it holds: a put then waits. A whole number of
   * at least 1. Without it only `maxBytes` bounds the queue.
   */
  capacity?: number;
  /**
   * The greatest size of what it holds, in bytes as encoded. At most, and by
   * default, 1 GiB. That much address space is reserved, not memory: a queue at
   * rest takes about 20 KiB, and what it holds is taken in powers of two, used
   * again, and given back when no actor has the queue any more. A full queue of
   * the default size keeps 1 GiB of memory until then.
   */
  maxBytes?: number;
  /** What error messages call it. It need not be unique. */
  name?: string;
}

/** What the words "closed" and "discard" do to a {@linkcode Queue}. */
export interface QueueCloseOptions {
  /** Whether to throw away the items still in it; `false` by default. */
  discard?: boolean;
}
