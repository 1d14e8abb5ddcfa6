/**
 * Acquiring what one attempt either gets or does not: at once, by awaiting, by
 * blocking.
 *
 * @module
 */

import type { Gate } from "../gate.ts";
import { nameOfThread } from "../thread_notes.ts";
import { ownThread, seemsFenced, stopIfFenced } from "../threads.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  type WaitOptions,
} from "../wait_options.ts";
import type { Guard } from "./guard.ts";
import { DeadlockError } from "./lock_errors.ts";
import type { OnDeadlock } from "./lock_options.ts";
import { type Awaited, awaitLock, blockForLock } from "./_lock_wait.ts";

/** What can be acquired, in three ways. */
export abstract class Acquiring implements Awaited {
  abstract readonly number: number;
  abstract readonly label: string;
  abstract readonly onDeadlock: OnDeadlock;
  abstract readonly gate: Gate;
  abstract holders(): readonly number[];

  /** What is to be known of the time when a caller came. */
  abstract ticket(): number;

  /**
   * Tries to get it. Runs no user code.
   *
   * @param ticket The caller's {@linkcode ticket}.
   * @param waited For how long it has waited, in ms.
   */
  abstract attempt(ticket: number, waited: number): Guard | undefined;

  /** Whether this thread itself has what the wait would be for. */
  abstract isBlockedBySelf(): boolean;

  /** Whether a new caller may try before those of its thread that wait. */
  abstract mayOvertake(): boolean;

  /** A wait was given up. */
  abstract gaveUp(): void;

  /** Acquires it if that takes no wait. */
  tryAcquire(): Guard | undefined {
    if (seemsFenced()) stopIfFenced();
    return this.attempt(this.ticket(), 0);
  }

  /** Acquires it, waiting without blocking. */
  async acquire(options: WaitOptions | undefined): Promise<Guard> {
    checkWait(options);
    let guard: Guard | undefined;
    // Who waits already goes first, within a thread.
    if (!this.gate.hasWaiters || this.mayOvertake()) {
      guard = this.tryAcquire();
      if (guard !== undefined) return guard;
    }
    const ticket = this.ticket();
    try {
      await awaitLock(this, (waited) => {
        guard = this.attempt(ticket, waited);
        return guard !== undefined;
      }, options);
    } finally {
      if (guard === undefined) this.gaveUp();
    }
    return guard!;
  }

  /** Acquires it, blocking. */
  acquireSync(options: BlockOptions | undefined): Guard {
    const timeout = options === undefined
      ? Infinity
      : checkTimeout(options.timeout);
    return this.tryAcquire() ?? this.#acquireLate(timeout);
  }

  #acquireLate(timeout: number): Guard {
    if (this.isBlockedBySelf()) {
      // Whoever has it in this thread cannot go on before this returns.
      const actor = nameOfThread(ownThread());
      throw new DeadlockError([{ actor, lock: this.label }]);
    }
    const ticket = this.ticket();
    let guard: Guard | undefined;
    try {
      blockForLock(this, (waited) => {
        guard = this.attempt(ticket, waited);
        return guard !== undefined;
      }, timeout);
      return guard!;
    } finally {
      if (guard === undefined) this.gaveUp();
    }
  }
}
