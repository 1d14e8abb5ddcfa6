/**
 * The options of what lies in shared memory.
 *
 * @module
 */

import type { Lock } from "../locks/lock.ts";

/** Options of a shared value, array, struct, and of shared bytes. */
export interface SharedOptions {
  /** What messages call it. */
  name?: string;
  /**
   * The lock that goes with it, for changes of several steps. `true`: a
   * recursive lock of its own. A lock or recursive lock: that one, which several
   * things may share. `false`: none.
   *
   * No operation of the thing itself takes the lock: that is the part of whoever
   * does several of them. Default: `true`.
   */
  lock?: boolean | Lock;
}
