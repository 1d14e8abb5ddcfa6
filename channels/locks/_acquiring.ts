/**
 * Acquiring what one attempt either gets or does not: at once, by awaiting, by
 * blocking.
 *
 * @module
 */

import type { Gate } from "../gate.ts";
import { nameOfThread } from "../thread_notes.ts";
import { ownThread, seemsFenced, stopIfFenced } from "../threads.ts";
import { isTurnDue, turn } from "../turn.ts";
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
  /**
   * The object that users know it by. Not collected while a guard or a wait is
   * left: what arrives from another thread is to be this very object.
   */
  owner: object | undefined;

  abstract holders(): readonly number[];

  /** What is to be known of the time when a caller came. */
  abstract ticket(): number;

  /**
   * Tries to get it. Runs no user code.
   *
   * @param ticket The caller's {@linkcode ticket}.
   * @param begun Since when it has waited, by `Date.now`.
   */
  abstract attempt(ticket: number, begun: number): Guard | undefined;

  /** Whether this thread itself has what the wait would be for. */
  abstract isBlockedBySelf(): boolean;

  /** Whether a new caller may try before those of its thread that wait. */
  abstract mayOvertake(): boolean;

  /** Acquires it if that takes no wait. */
  tryAcquire(): Guard | undefined {
    if (seemsFenced()) stopIfFenced();
    return this.attempt(this.ticket(), Infinity);
  }

  /** Acquires it if that takes no wait, or less than to say that one waits. */
  acquireSoon(): Guard | undefined {
    return this.tryAcquire();
  }

  /**
   * Acquires it, waiting without blocking.
   *
   * @param onDeadlock What to do about a wait that can never end.
   */
  acquire(
    options: WaitOptions | undefined,
    onDeadlock: OnDeadlock = this.onDeadlock,
  ): Promise<Guard> {
    try {
      if (options !== undefined) checkWait(options);
      // Who waits already goes first, within a thread.
      const guard = this.gate.hasWaiters && !this.mayOvertake()
        ? undefined
        : this.tryAcquire();
      if (guard !== undefined) {
        return isTurnDue() ? turn().then(() => guard) : Promise.resolve(guard);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#acquireLater(options, onDeadlock);
  }

  async #acquireLater(
    options: WaitOptions | undefined,
    onDeadlock: OnDeadlock,
  ): Promise<Guard> {
    const ticket = this.ticket();
    let guard: Guard | undefined;
    await awaitLock(
      this,
      (begun) => {
        guard = this.attempt(ticket, begun);
        return guard !== undefined;
      },
      options,
      onDeadlock,
    );
    return guard!;
  }

  /** Calls a function while this thread has it; awaits it, and the function. */
  async run<T>(
    work: (isAbandoned: boolean) => T | PromiseLike<T>,
    options: WaitOptions | undefined,
  ): Promise<T> {
    const guard = await this.acquire(options);
    try {
      return await work(guard.abandoned);
    } finally {
      guard[Symbol.dispose]();
    }
  }

  /** Calls a function while this thread has it; blocks for it. */
  runSync<T>(
    work: (isAbandoned: boolean) => T,
    options: BlockOptions | undefined,
  ): T {
    const guard = this.acquireSync(options);
    try {
      return work(guard.abandoned);
    } finally {
      guard[Symbol.dispose]();
    }
  }

  /**
   * Acquires it, blocking.
   *
   * @param onDeadlock What to do about a wait that can never end.
   */
  acquireSync(
    options: BlockOptions | undefined,
    onDeadlock: OnDeadlock = this.onDeadlock,
  ): Guard {
    const timeout = options === undefined
      ? Infinity
      : checkTimeout(options.timeout);
    return this.acquireSoon() ?? this.#acquireLate(timeout, onDeadlock);
  }

  #acquireLate(timeout: number, onDeadlock: OnDeadlock): Guard {
    if (this.isBlockedBySelf()) {
      // Whoever has it in this thread cannot go on before this returns.
      const actor = nameOfThread(ownThread());
      throw new DeadlockError([{ actor, lock: this.label }]);
    }
    const ticket = this.ticket();
    let guard: Guard | undefined;
    const take = (begun: number) => {
      guard = this.attempt(ticket, begun);
      return guard !== undefined;
    };
    blockForLock(this, take, timeout, onDeadlock);
    return guard!;
  }
}
