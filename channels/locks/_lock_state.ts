/**
 * What this thread knows of a lock, and how it is acquired and released.
 *
 * @module
 */

import { nameOfThread } from "../thread_notes.ts";
import { ownThread, seemsFenced, stopIfFenced } from "../threads.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  type WaitOptions,
} from "../wait_options.ts";
import { Guard } from "./guard.ts";
import { DeadlockError, LockOwnerError } from "./lock_errors.ts";
import type { LockParty, LockReport, OnDeadlock } from "./lock_options.ts";
import { type Awaited, awaitLock, blockForLock } from "./_lock_wait.ts";
import { type Mutex, Taken } from "./mutex.ts";

/** An actor as reports name it. */
export function partyOf(thread: number): LockParty {
  return { name: nameOfThread(thread), thread };
}

/** This thread's side of a lock. One object a thread for each lock. */
export class LockState implements Awaited {
  readonly mutex: Mutex;
  readonly number: number;
  readonly label: string;
  readonly onDeadlock: OnDeadlock;
  readonly #isRecursive: boolean;
  /** The latest hold of this thread, of several if recursive; see `outer`. */
  #latest: Guard | undefined;
  /** Whether this thread sleeps for the lock. */
  #isBlocking = false;

  /**
   * @param mutex Its word.
   * @param number Its number, which no other lock of the program has.
   * @param isRecursive Whether its holder may acquire it once more.
   */
  constructor(
    mutex: Mutex,
    number: number,
    label: string,
    onDeadlock: OnDeadlock,
    isRecursive: boolean,
  ) {
    this.mutex = mutex;
    this.number = number;
    this.label = label;
    this.onDeadlock = onDeadlock;
    this.#isRecursive = isRecursive;
  }

  /** Where its waiters stand. */
  get gate(): Mutex["gate"] {
    return this.mutex.gate;
  }

  /** Whether this thread holds it. */
  get isHeldHere(): boolean {
    return this.#latest !== undefined;
  }

  /** The thread that holds it. */
  holders(): readonly number[] {
    const { holder } = this.mutex;
    return holder === 0 ? [] : [holder];
  }

  /** Acquires it, waiting without blocking. */
  async acquire(options: WaitOptions | undefined): Promise<Guard> {
    checkWait(options);
    // Who waits already goes first, within a thread.
    if (!this.gate.hasWaiters || this.#mayReenter) {
      const guard = this.tryAcquire();
      if (guard !== undefined) return guard;
    }
    let guard: Guard | undefined;
    await awaitLock(this, (waited) => {
      // What this thread got now, its sleeping caller would never get.
      if (this.#isBlocking) return false;
      guard = this.#attempt(waited);
      return guard !== undefined;
    }, options);
    return guard!;
  }

  /** Acquires it if that takes no wait. */
  tryAcquire(): Guard | undefined {
    if (seemsFenced()) stopIfFenced();
    if (this.mutex.tryTake()) return this.#hold(false);
    if (this.#mayReenter) return this.#hold(false);
    // It may be kept for nobody, or be a dead one's.
    return this.#attempt(0);
  }

  /** Acquires it, blocking. */
  acquireSync(options: BlockOptions | undefined): Guard {
    const timeout = options === undefined
      ? Infinity
      : checkTimeout(options.timeout);
    const guard = this.tryAcquire();
    return guard ?? this.#acquireLate(timeout);
  }

  #acquireLate(timeout: number): Guard {
    if (this.mutex.holder === ownThread()) {
      // Whoever holds it in this thread cannot go on before this returns.
      throw new DeadlockError([{
        actor: nameOfThread(ownThread()),
        lock: this.label,
      }]);
    }
    let guard: Guard | undefined;
    this.#isBlocking = true;
    try {
      blockForLock(this, (waited) => {
        guard = this.#attempt(waited);
        return guard !== undefined;
      }, timeout);
      return guard!;
    } finally {
      this.#isBlocking = false;
      if (guard === undefined) this.gate.serve();
    }
  }

  get #mayReenter(): boolean {
    return this.#isRecursive && this.#latest !== undefined;
  }

  #attempt(waited: number): Guard | undefined {
    if (this.#mayReenter) return this.#hold(false);
    const taken = this.mutex.takeOrWait(waited);
    if (taken === Taken.not) return undefined;
    return this.#hold(taken === Taken.abandoned);
  }

  #hold(isAbandoned: boolean): Guard {
    return this.#latest = new Guard(this, isAbandoned, this.#latest);
  }

  /** Ends one hold; the lock is free when that was the last. */
  letGo(guard: Guard): void {
    if (this.#latest === guard) this.#latest = guard.outer;
    else this.#replace(guard, guard.outer);
    if (this.#latest === undefined) this.mutex.give();
  }

  /** Puts another in the place of a hold that is not the latest. */
  #replace(guard: Guard, other: Guard | undefined): void {
    let inner = this.#latest;
    while (inner?.outer !== guard) {
      // It is lent to others for the time of a wait; see `suspend`.
      if (inner === undefined) throw this.#notOwned();
      inner = inner.outer;
    }
    inner.outer = other;
  }

  /**
   * Ends the latest hold of this thread.
   *
   * @throws {LockOwnerError} If it has none.
   */
  release(): void {
    const guard = this.#latest;
    if (guard === undefined) throw this.#notOwned();
    guard.release();
  }

  #notOwned(): LockOwnerError {
    const { holder } = this.mutex;
    return new LockOwnerError(
      this.label,
      nameOfThread(ownThread()),
      holder === 0 ? undefined : nameOfThread(holder),
    );
  }

  /**
   * Lends the lock to others for the time of a wait.
   *
   * @returns The latest hold, for {@linkcode resume}.
   * @throws {LockOwnerError} If this thread does not hold it.
   */
  suspend(): Guard {
    const latest = this.#latest;
    if (latest === undefined) throw this.#notOwned();
    this.#latest = undefined;
    this.mutex.give();
    return latest;
  }

  /** Gives the holds back that were suspended, once it is acquired again. */
  resume(suspended: Guard, again: Guard): void {
    let first = suspended;
    for (;;) {
      if (again.abandoned) first.markAbandoned();
      if (first.outer === undefined) break;
      first = first.outer;
    }
    first.outer = again.outer;
    if (this.#latest === again) this.#latest = suspended;
    // A recursive lock: other tasks of this thread share it already.
    else this.#replace(again, suspended);
    again.end();
  }

  /** Who holds it and who waits for it. */
  inspect(): LockReport {
    const { holder } = this.mutex;
    return {
      label: this.label,
      holders: holder === 0 ? [] : [partyOf(holder)],
      waiters: this.gate.threads.map(partyOf),
    };
  }
}
