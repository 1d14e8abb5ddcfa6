/**
 * The recursive lock: its holder may acquire it again.
 *
 * @module
 */

import {
  type InnerLockOptions,
  Lock,
  RECURSIVE,
  registerLock,
} from "./lock.ts";
import type { LockOptions } from "./lock_options.ts";

/**
 * A lock that the actor which holds it may acquire once more.
 *
 * Free again when it has been released as often as it was acquired. It belongs
 * to the actor as a whole, as Python's `RLock` belongs to the thread: it keeps
 * other actors out, not another task of the same one. Where tasks of one actor
 * are to exclude each other over an `await`, use a {@linkcode Lock}.
 *
 * In all else it is as the lock is.
 *
 * @example A function that locks may call another that does
 * ```ts
 * import { RecursiveLock } from "@troupe/troupe";
 *
 * const lock = new RecursiveLock();
 * const save = () => lock.runSync(() => console.log("saved"));
 * const change = () =>
 *   lock.runSync(() => {
 *     console.log("changed");
 *     save();
 *   });
 *
 * change(); // changed, saved
 * console.log(lock.isLocked); // false
 * ```
 */
export class RecursiveLock extends Lock {
  /** The kind of handle this is. */
  override readonly kind = "recursive-lock";

  /**
   * Makes a lock that nobody holds.
   *
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(options: LockOptions = {}) {
    super({ ...options, [RECURSIVE]: true } as InnerLockOptions);
  }
}

registerLock("recursive-lock", RecursiveLock);
