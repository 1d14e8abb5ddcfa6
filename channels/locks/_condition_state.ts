/**
 * Who waits for a condition, and who of them was notified.
 *
 * ```text
 *   NEXT        the slot of the thread whose turn the next notification is
 *   members     for each thread:  +0 WAITING    callers that wait
 *                                 +1 NOTIFIED   how many of these may go on
 * ```
 *
 * All of it changes only while the condition's lock is held; a waiter without the
 * lock merely looks. So what is written needs no lock of its own, and a waiter that
 * gives up has the lock again before it says so: a notification either counted it
 * or did not. Whoever has the lock and finds a dead thread's record passes on what
 * that one was given.
 *
 * @module
 */

import { beginBlocking, endBlocking } from "../callers.ts";
import {
  endCount,
  ownThread,
  slotNumber,
  threadCanAct,
  threadIsOver,
  wakeThread,
} from "../threads.ts";
import { blockAt, waitAt } from "../waiting.ts";
import type { LockState } from "./_lock_state.ts";
import { LoopCallers } from "./_loop_gate.ts";
import { Members, memberWords } from "./members.ts";

const NEXT = 0;
const MEMBERS = 1;
const NOTIFIED = 1;

/** The words of shared memory that one takes. */
export const CONDITION_WORDS: number = MEMBERS + memberWords(2);

/** This thread's side of a condition. One object a thread for each. */
export class ConditionState {
  /** The condition, which is not to be collected while somebody waits. */
  owner: object | undefined;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #lock: LockState;
  readonly #label: string;
  readonly #members: Members;
  readonly #callers = new LoopCallers();
  /** Callers of this thread that go on, and have not got the lock yet. */
  #called = 0;
  /** How many threads had ended when the dead were last looked for. */
  #ends = -1;

  constructor(
    words: Int32Array<SharedArrayBuffer>,
    lock: LockState,
    label: string,
  ) {
    this.#words = words;
    this.#lock = lock;
    this.#label = label;
    this.#members = new Members(words, MEMBERS, 2);
  }

  /** How many callers wait, in all threads. */
  get waiting(): number {
    let count = 0;
    this.#members.each((fields, thread) => {
      if (threadCanAct(thread)) count += Atomics.load(this.#words, fields);
    });
    return count;
  }

  /** Waits without blocking. */
  async wait(
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const end = performance.now() + timeout;
    this.#begin();
    for (;;) {
      const holds = this.#lock.suspend();
      let isLate = false;
      let failure: { reason: unknown } | undefined;
      try {
        await waitAt([this.#callers], {
          attempt: () => this.#isCalled(),
          options: { timeout: Math.max(0, end - performance.now()), signal },
          late: () => {
            isLate = true;
            return "";
          },
        });
      } catch (reason) {
        failure = { reason };
      }
      // Not bounded by the time-out, the signal or a deadlock: the lock is held
      // again, or the caller could not tell what its guard stands for.
      this.#lock.resume(holds, await this.#lock.acquire(undefined, "report"));
      if (this.#settle(failure !== undefined)) return true;
      if (isLate) return false;
      if (failure !== undefined) throw failure.reason;
    }
  }

  /** Waits, blocking. */
  waitSync(timeout: number): boolean {
    const end = performance.now() + timeout;
    this.#begin();
    // Before the lock is lent: not to a caller of this thread, which could not
    // give it back.
    beginBlocking();
    try {
      for (;;) {
        const holds = this.#lock.suspend();
        const left = Math.max(0, end - performance.now());
        const isLate = !blockAt(
          [this.#callers],
          () => this.#isCalled(),
          left,
        );
        this.#lock.resume(holds, this.#lock.acquireSync(undefined, "report"));
        if (this.#settle(isLate)) return true;
        if (isLate) return false;
      }
    } finally {
      endBlocking();
    }
  }

  /** Lets waiting callers go on. */
  notify(count: number): void {
    this.#lock.checkHeld(`notify ${this.#label}`);
    this.#sweep();
    this.#hand(count);
  }

  #begin(): void {
    this.#lock.checkHeld(`wait for ${this.#label}`);
    this.#sweep();
    Atomics.add(this.#words, this.#members.own(), 1);
  }

  /** Whether a caller of this thread may go on. Without the lock: a look. */
  #isCalled(): boolean {
    const own = this.#members.find(ownThread());
    if (Atomics.load(this.#words, own + NOTIFIED) > this.#called) {
      this.#called++;
      return true;
    }
    // What a dead thread was given is passed on by whoever has the lock next;
    // nobody else may come, so this caller goes for it.
    if (this.#ends === endCount() || !this.#hasDeadCalled()) return false;
    this.#called++;
    return true;
  }

  #hasDeadCalled(): boolean {
    this.#ends = endCount();
    let hasCalled = false;
    this.#members.each((fields, thread) => {
      hasCalled ||= threadIsOver(thread) &&
        Atomics.load(this.#words, fields + NOTIFIED) > 0;
    });
    return hasCalled;
  }

  /**
   * Ends a wait of a caller that has the lock again.
   *
   * @param hasGivenUp Whether the caller was not called.
   * @returns Whether it was notified; if not, and it has not given up, it has to
   *   wait on.
   */
  #settle(hasGivenUp: boolean): boolean {
    if (!hasGivenUp) this.#called--;
    this.#sweep();
    const words = this.#words;
    const own = this.#members.own();
    const isNotified =
      Atomics.load(words, own + NOTIFIED) > (hasGivenUp ? this.#called : 0);
    if (isNotified) Atomics.sub(words, own + NOTIFIED, 1);
    if (isNotified || hasGivenUp) Atomics.sub(words, own, 1);
    return isNotified;
  }

  /** Passes on what the dead were given. */
  #sweep(): void {
    let left = 0;
    this.#members.sweep((fields) => {
      left += Atomics.load(this.#words, fields + NOTIFIED);
    });
    if (left > 0) this.#hand(left);
  }

  /** Gives notifications to waiting callers, one a thread in turns. */
  #hand(count: number): void {
    const called = this.#share(count);
    for (const thread of called) {
      if (thread === ownThread()) this.#callers.serve();
      else wakeThread(thread);
    }
    // One that died before it was given its own: those who looked at the dead at
    // that time found nothing with it, and do not look again.
    for (const thread of called) {
      if (threadIsOver(thread)) return this.#sweep();
    }
  }

  /** @returns The threads that were given any. */
  #share(count: number): Set<number> {
    const words = this.#words;
    const waiting: { fields: number; thread: number }[] = [];
    this.#members.each((fields, thread) => {
      if (threadCanAct(thread)) waiting.push({ fields, thread });
    });
    const next = Atomics.load(words, NEXT);
    const first = Math.max(
      0,
      waiting.findIndex(({ thread }) => slotNumber(thread) >= next),
    );
    const turns = [...waiting.slice(first), ...waiting.slice(0, first)];
    const called = new Set<number>();
    for (let isAny = true; isAny && count > 0;) {
      isAny = false;
      for (const { fields, thread } of turns) {
        const isWaiting = Atomics.load(words, fields) >
          Atomics.load(words, fields + NOTIFIED);
        if (!isWaiting || count === 0) continue;
        Atomics.add(words, fields + NOTIFIED, 1);
        Atomics.store(words, NEXT, slotNumber(thread) + 1);
        called.add(thread);
        isAny = true;
        count--;
      }
    }
    return called;
  }
}
