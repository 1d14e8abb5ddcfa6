/**
 * What a pool has done and does.
 *
 * @module
 */

/** How long something took, in milliseconds, to within 5 %. */
export interface Percentiles {
  /** Half of all took no longer. */
  readonly p50: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
}

/** What a pool does, and has done since it was made. */
export interface PoolStats {
  /** Workers that run or start. */
  readonly workers: number;
  /** Workers that have a task in hand. */
  readonly busy: number;
  /** Tasks that no worker has taken. A chunk of `map` is one task. */
  readonly queued: number;
  /** Tasks that returned. */
  readonly done: number;
  /** Tasks that threw, ran out of time, were aborted, or died with a worker. */
  readonly failed: number;
  /** Tasks that were cancelled before they began. */
  readonly cancelled: number;
  /** Workers that died or had to be ended. */
  readonly replaced: number;
  /** How long tasks waited for a worker, of those that were run to their end. */
  readonly wait: Percentiles;
  /** How long they ran. */
  readonly run: Percentiles;
}
