/**
 * What this thread knows of a lock, and how it is acquired and released.
 *
 * @module
 */

import type { Gate } from "../gate.ts";
import { nameOfThread } from "../thread_notes.ts";
import { ownThread, seemsFenced, stopIfFenced } from "../threads.ts";
import type { BlockOptions } from "../wait_options.ts";
import { Guard, type Guarded } from "./guard.ts";
import { LockOwnerError } from "./lock_errors.ts";
import { type LockReport, type OnDeadlock, partyOf } from "./lock_options.ts";
import { Acquiring } from "./_acquiring.ts";
import { type Mutex, Taken } from "./mutex.ts";

/** This thread's side of a lock. One object a thread for each lock. */
export class LockState extends Acquiring implements Guarded {
  readonly mutex: Mutex;
  readonly gate: Gate;
  readonly number: number;
  readonly label: string;
  readonly onDeadlock: OnDeadlock;
  readonly #isRecursive: boolean;
  /** The latest hold of this thread, of several if recursive; see `outer`. */
  #latest: Guard | undefined;
  /**
   * The hold of a `runSync` that need not wait, while there is none. Nobody else
   * sees it, so one does for all, and the shortest way to use a lock makes no
   * object.
   */
  #run: Guard | undefined = new Guard(this, false);

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
    super();
    this.mutex = mutex;
    this.gate = mutex.gate;
    this.number = number;
    this.label = label;
    this.onDeadlock = onDeadlock;
    this.#isRecursive = isRecursive;
  }

  /** Whether this thread holds it. */
  get isHeldHere(): boolean {
    return this.#latest !== undefined;
  }

  override holders(): readonly number[] {
    const { holder } = this.mutex;
    return holder === 0 ? [] : [holder];
  }

  // The short way, for a caller that does not wait: one exchange.
  override tryAcquire(): Guard | undefined {
    if (seemsFenced()) stopIfFenced();
    return this.mutex.tryTake() ? this.#hold(false) : this.attempt(0, Infinity);
  }

  override acquireSoon(): Guard | undefined {
    if (seemsFenced()) stopIfFenced();
    return this.mutex.tryTake() || this.mutex.takeSoon()
      ? this.#hold(false)
      : this.attempt(0, Infinity);
  }

  override runSync<T>(
    work: (isAbandoned: boolean) => T,
    options: BlockOptions | undefined,
  ): T {
    if (seemsFenced()) stopIfFenced();
    if (!this.mutex.tryTake()) return super.runSync(work, options);
    const hold = this.#run ?? new Guard(this, false);
    this.#run = undefined;
    this.#latest = hold;
    try {
      return work(false);
    } finally {
      if (this.#latest === hold) {
        this.#latest = undefined;
        this.#run = hold;
        this.mutex.give();
      } else {
        // The work released it by itself, or left another hold behind.
        hold[Symbol.dispose]();
      }
    }
  }

  override ticket(): number {
    return 0;
  }

  override attempt(_ticket: number, begun: number): Guard | undefined {
    if (this.mayOvertake()) return this.#hold(false);
    // There was no stack left to give it back.
    if (!this.isHeldHere && this.isBlockedBySelf()) this.mutex.give();
    const taken = this.mutex.takeOrWait(begun);
    if (taken === Taken.not) return undefined;
    return this.#hold(taken === Taken.abandoned);
  }

  override isBlockedBySelf(): boolean {
    return this.mutex.holder === ownThread();
  }

  /** Whether this thread holds it, and may acquire it once more. */
  override mayOvertake(): boolean {
    return this.#isRecursive && this.#latest !== undefined;
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
      if (inner === undefined) {
        throw this.#notOwned(`release ${this.label}`);
      }
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
    this.checkHeld(`release ${this.label}`).release();
  }

  /**
   * The latest hold of this thread.
   *
   * @param action What it is needed for, as the error says it.
   * @throws {LockOwnerError} If it has none.
   */
  checkHeld(action: string): Guard {
    if (this.#latest === undefined) throw this.#notOwned(action);
    return this.#latest;
  }

  #notOwned(action: string): LockOwnerError {
    const { holder } = this.mutex;
    return new LockOwnerError(
      action,
      this.label,
      nameOfThread(ownThread()),
      holder === 0 ? undefined : nameOfThread(holder),
    );
  }

  /**
   * Lends the lock, which this thread holds, to others for the time of a wait.
   *
   * @returns The latest hold, for {@linkcode resume}.
   */
  suspend(): Guard {
    const latest = this.#latest!;
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
