/**
 * The heart of every lock: one word of shared memory that names who holds it.
 *
 * ```text
 *   word 0   OWNER     0                 free
 *                      id                held by the thread id; nobody waits
 *                      id | CONTENDED    held, and somebody may wait
 *                      CONTENDED         free, and somebody may wait
 *   word 1   STARVED   the thread that a free one is kept for, or 0
 *   word 4…  the gate  where threads wait for it
 * ```
 *
 * To take a free one and to give it back where nobody waits is one exchange
 * each. Where somebody waits, whoever gives it back wakes one of them, and may
 * well be the first to take it again: that is what makes a contended lock fast,
 * since nobody waits for a thread to wake up. So that it starves none, a thread
 * that has waited for {@linkcode PATIENCE} ms claims the next turn, and a lock
 * given back is kept for it (so does Go's `sync.Mutex`).
 *
 * What is kept is not held: if the thread dies or gives up before it comes, the
 * lock is simply free, and nobody is told that a holder died.
 *
 * No wake-up is lost:
 *
 * 1. A waiter enters the gate, and only then marks the word as contended. So
 *    either it finds the lock free, or its holder finds the mark.
 * 2. The mark stays as long as the gate may have anybody: each that gives the
 *    lock back wakes one more, also if the one woken before has not come yet.
 * 3. One that was woken and gives up marks it, or wakes the next, on its way out.
 * 4. Who keeps it for a thread looks once more whether that one still waits.
 * 5. When a thread ends, all waiters look again. The lock of one that is over
 *    falls to the first that finds it so; see {@linkcode Taken.abandoned}.
 *
 * @module
 */

import { type Gate, GATE_WORDS } from "../gate.ts";
import { ownThread, threadIsOver, wakeThread } from "../threads.ts";
import { Claim } from "./_claim.ts";
import { LoopGate } from "./_loop_gate.ts";

const STARVED = 1;
const GATE = 4;

/** The words of shared memory that one takes. */
export const MUTEX_WORDS: number = GATE + GATE_WORDS;

/** The sign bit, which is in no id. */
const CONTENDED = 1 << 31;

/** How often to look before this thread says that it waits. */
const LOOKS = 32;

/** What came of an attempt to take it. */
export const Taken = {
  /** Another has it. */
  not: 0,
  /** It is this thread's. */
  fresh: 1,
  /** It is this thread's, and was held by one that died. */
  abandoned: 2,
} as const;

/** One of {@linkcode Taken}. */
export type Taken = typeof Taken[keyof typeof Taken];

class MutexGate extends LoopGate {
  readonly #renounce: () => void;

  constructor(
    words: Int32Array,
    at: number,
    isOpen: () => boolean,
    renounce: () => void,
  ) {
    super(words, at, isOpen);
    this.#renounce = renounce;
  }

  override leave(): void {
    this.#renounce();
    super.leave();
  }
}

/** A word that one thread holds at a time. See the module. */
export class Mutex {
  /** Where threads wait for it. */
  readonly gate: Gate;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly at: number;
  readonly #claim: Claim;

  /**
   * @param words Shared memory that holds its words, 0 at first.
   * @param at The index of the first of them.
   */
  constructor(words: Int32Array<SharedArrayBuffer>, at: number) {
    this.words = words;
    this.at = at;
    this.#claim = new Claim(words, at + STARVED);
    this.gate = new MutexGate(
      words,
      at + GATE,
      () => this.#isFreeForOthers(),
      () => this.#renounce(),
    );
  }

  /** The thread that holds it, or 0. */
  get holder(): number {
    return Atomics.load(this.words, this.at) & ~CONTENDED;
  }

  /** Takes it if it is free and nobody waits. */
  tryTake(): boolean {
    return Atomics.compareExchange(this.words, this.at, 0, ownThread()) === 0;
  }

  /**
   * Takes it if it comes free within a moment, and nobody waits. Most holds are
   * shorter than it takes to say that one waits.
   */
  takeSoon(): boolean {
    const { words, at } = this;
    const own = ownThread();
    for (let look = 0; look < LOOKS; look++) {
      const word = Atomics.load(words, at);
      // Its own holder would look in vain.
      if (word < 0 || word === own) return false;
      if (word === 0 && this.tryTake()) return true;
      Atomics.pause();
    }
    return false;
  }

  /**
   * Takes it if this thread may; else sees to it that this thread, which stands
   * at the gate, is woken when it is given back.
   *
   * @param begun Since when it has been waited for, by `Date.now`.
   */
  takeOrWait(begun: number): Taken {
    const { words, at } = this;
    const own = ownThread();
    const contended = own | CONTENDED;
    for (;;) {
      const word = Atomics.load(words, at);
      const holder = word & ~CONTENDED;
      if (holder === 0) {
        if (this.#claim.isKeptFrom(begun)) return Taken.not;
        if (Atomics.compareExchange(words, at, word, contended) === word) {
          this.#claim.drop();
          return Taken.fresh;
        }
      } else if (threadIsOver(holder)) {
        if (Atomics.compareExchange(words, at, word, contended) === word) {
          this.#claim.drop();
          return Taken.abandoned;
        }
      } else if (
        word < 0 ||
        Atomics.compareExchange(words, at, word, word | CONTENDED) === word
      ) {
        // A thread's own callers need no claim, it serves them. And the clock is
        // not read where many wait in one thread.
        if (holder === own || !this.#claim.make(begun)) return Taken.not;
        // It may have been given back before the claim was there to be seen.
      }
    }
  }

  /**
   * Gives it back, and wakes the next that waits for it.
   *
   * @returns Whether this thread held it.
   */
  give(): boolean {
    const { words, at } = this;
    const own = ownThread();
    const word = Atomics.compareExchange(words, at, own, 0);
    if (word === own) return true;
    if (word !== (own | CONTENDED)) return false;
    Atomics.store(words, at, CONTENDED);
    const starved = this.#claim.thread;
    if (starved !== 0) {
      if (starved === own) this.gate.serveOwn();
      else wakeThread(starved);
      if (this.#claim.thread === starved) return true;
      // It has it already, or gave up and may not have seen it lie here.
    }
    if (this.gate.isFlagged) this.gate.wakeOne();
    // Nobody stands there. Who enters from here on looks at the word after that.
    if (!this.gate.isFlagged) Atomics.compareExchange(words, at, CONTENDED, 0);
    return true;
  }

  /** Gives the claim up: nobody in this thread waits any longer. */
  #renounce(): void {
    if (!this.#claim.drop()) return;
    if (Atomics.load(this.words, this.at) === CONTENDED) this.gate.wakeOne();
  }

  /** Rule 3: whether to wake another. If it is held, its holder will. */
  #isFreeForOthers(): boolean {
    const { words, at } = this;
    for (;;) {
      const word = Atomics.load(words, at);
      if ((word & ~CONTENDED) === 0) return true;
      if (word < 0) return false;
      // Its own holder, on its way in, takes it contended anyway.
      const marked = Atomics.compareExchange(words, at, word, word | CONTENDED);
      if (marked === word) return false;
    }
  }
}
