/**
 * The lock of the engine: one word of shared memory that names its owner.
 *
 * Held for the copy of one message, never across an `await`, and never while
 * user code runs. So a thread that is merely told to end lets go of it; only a
 * thread that is gone cannot, and then the next one takes it over.
 *
 * @module
 */

import type { Gate } from "./gate.ts";
import {
  isFenced,
  ownThread,
  sleep,
  threadExists,
  wakeCount,
} from "./threads.ts";

/**
 * How often a thread looks before it sleeps. A lock is held for less time than
 * it takes to fall asleep and be woken.
 */
const LOOKS = 64;

/**
 * Waits, blocking, until the lock word holds this thread.
 *
 * @returns Whether it does; not if the thread was fenced while it waited.
 */
export function acquireLock(
  words: Int32Array,
  at: number,
  waiters: Gate,
): boolean {
  const own = ownThread();
  if (Atomics.compareExchange(words, at, 0, own) === 0) return true;
  for (let look = 0; look < LOOKS; look++) {
    if (Atomics.compareExchange(words, at, 0, own) === 0) return true;
  }
  for (;;) {
    const seen = wakeCount();
    waiters.enter();
    const owner = Atomics.compareExchange(words, at, 0, own);
    if (owner === 0) break;
    // The owner is gone: by the commit rule it left nothing to repair.
    if (
      !threadExists(owner) &&
      Atomics.compareExchange(words, at, owner, own) === owner
    ) break;
    // Who gives a lock back passes fenced threads over: asleep, this one would
    // never hear of it. A wake-up it was given before that goes to the next.
    if (isFenced()) {
      waiters.leave();
      waiters.wakeOne();
      return false;
    }
    sleep(seen, Infinity);
  }
  waiters.leave();
  return true;
}

/** Gives the lock back, and wakes the next thread that waits for it. */
export function releaseLock(
  words: Int32Array,
  at: number,
  waiters: Gate,
): void {
  Atomics.store(words, at, 0);
  waiters.wakeOne();
}
