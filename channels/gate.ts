/**
 * A gate: where threads wait for one thing about one piece of shared memory,
 * such as "this queue has an item".
 *
 * A gate has two halves. The shared half is a list of the threads that wait,
 * so that whoever makes the thing true can wake one of them:
 *
 * ```text
 *   word 0   USED      entries that were ever in use; bounds every scan
 *   word 1   NEXT      where the next scan begins, so that all get their turn
 *   word 2   CROWDED   1: a thread found no free entry; wake everybody
 *   word 3   ANYONE    0: nobody waits, as a first look; set after entering
 *   word 4…  ENTRY     the id of a waiting thread, or 0
 * ```
 *
 * Where several gates concern whoever has done one thing, `ANYONE` is a bit for
 * each in a word that they share, so that one look tells of all.
 *
 * The local half is the list of this thread's own callers. A thread has one
 * entry in the shared list, however many of its callers wait.
 *
 * The rules that make it lose no wake-up, each with the case that needs it:
 *
 * 1. A waiter enters its thread in the list and only then looks once more. So
 *    either it sees the item, or the producer sees the entry.
 * 2. The waker takes the entry off the list (a compare-and-set) and wakes that
 *    thread. One item wakes one thread, and none is woken twice for nothing.
 * 3. A thread that was taken off the list owes a look: if none of its callers
 *    wants the item any more (time-out, abort), it wakes the next thread.
 * 4. A thread that ends without a look is covered by `wakeAllThreads`.
 *
 * Entries name threads by ids that are never given out again, so that an entry
 * left by a dead thread is recognised and skipped.
 *
 * @module
 */

import { Callers } from "./callers.ts";
import {
  claimPlace,
  ownThread,
  raise,
  threadCanAct,
  wakeAllThreads,
  wakeThread,
} from "./threads.ts";

const USED = 0;
const NEXT = 1;
const CROWDED = 2;
const ANYONE = 3;
const FIRST_ENTRY = 4;

/** The words of shared memory that one gate takes. */
export const GATE_WORDS = 64;
const ENTRIES = GATE_WORDS - FIRST_ENTRY;

/** Where a gate says whether anybody waits there. */
export interface Flag {
  /** The index of the word. */
  readonly word: number;
  /** The gate's own bit in it. */
  readonly bit: number;
}

/** One thing to wait for. See the module. */
export class Gate extends Callers {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #isOpen: () => boolean;
  readonly #flag: number;
  readonly #bit: number;
  /** Where this thread's entry stands, or was last. */
  #entry = -1;

  /**
   * @param words Shared memory that holds the gate's words.
   * @param at The index of the first of them.
   * @param isOpen Whether what is waited for is true now, as far as a look
   *   without locks can tell.
   * @param flag Where `ANYONE` is; by default in a word of the gate's own.
   */
  constructor(
    words: Int32Array,
    at: number,
    isOpen: () => boolean,
    flag: Flag = { word: at + ANYONE, bit: 1 },
  ) {
    super();
    this.#words = words;
    this.#at = at;
    this.#isOpen = isOpen;
    this.#flag = flag.word;
    this.#bit = flag.bit;
  }

  /** Whether anybody may be waiting. */
  get isFlagged(): boolean {
    return (Atomics.load(this.#words, this.#flag) & this.#bit) !== 0;
  }

  #raiseFlag(): void {
    Atomics.or(this.#words, this.#flag, this.#bit);
  }

  #lowerFlag(): void {
    Atomics.and(this.#words, this.#flag, ~this.#bit);
  }

  /**
   * Puts this thread on the list.
   *
   * @returns Whether it was not on it.
   */
  override enter(): boolean {
    const words = this.#words;
    const first = this.#at + FIRST_ENTRY;
    const own = ownThread();
    if (
      this.#entry >= 0 && Atomics.load(words, first + this.#entry) === own
    ) {
      if (this.isFlagged) return false;
      // A waker is about to say otherwise, or ended before it could.
      this.#raiseFlag();
      return true;
    }
    this.#entry = claimPlace(words, first, ENTRIES);
    if (this.#entry >= 0) {
      raise(words, this.#at + USED, this.#entry + 1);
      this.#raiseFlag();
      return true;
    }
    // More threads wait here than there are entries. The next wake-up then
    // goes to all threads: slow, and never wrong.
    const isNew = Atomics.exchange(words, this.#at + CROWDED, 1) === 0;
    this.#raiseFlag();
    return isNew;
  }

  /** Takes this thread off the list, and pays what it owes (rule 3). */
  override leave(): void {
    if (this.#entry < 0) return;
    const at = this.#at + FIRST_ENTRY + this.#entry;
    const own = ownThread();
    this.#entry = -1;
    if (Atomics.compareExchange(this.#words, at, own, 0) === own) return;
    if (this.#isOpen()) this.wakeOne();
  }

  /** The threads on the list; more may wait if it is full. */
  get threads(): number[] {
    const used = Atomics.load(this.#words, this.#at + USED);
    const first = this.#at + FIRST_ENTRY;
    const threads: number[] = [];
    for (let entry = 0; entry < used; entry++) {
      const id = Atomics.load(this.#words, first + entry);
      if (id !== 0 && threadCanAct(id)) threads.push(id);
    }
    return threads;
  }

  /** How many threads stand on the list; more may wait if it is full. */
  get waiting(): number {
    return this.threads.length;
  }

  /** Wakes one waiting thread, if any waits. */
  wakeOne(): void {
    if (!this.isFlagged) return;
    if (this.#wakeFirst()) return;
    // Nobody is on the list. Said first and looked at again after: a thread
    // that enters from here on says otherwise once it stands there.
    this.#lowerFlag();
    if (!this.#wakeFirst()) return;
    // Somebody had just come. Other wakers may have read that nobody waits, and
    // this thread may have slept since: so all are woken, once that is put right.
    this.#raiseFlag();
    this.wakeAll();
  }

  #wakeFirst(): boolean {
    const words = this.#words;
    const used = Atomics.load(words, this.#at + USED);
    const first = this.#at + FIRST_ENTRY;
    const start = Atomics.load(words, this.#at + NEXT);
    for (let i = 0; i < used; i++) {
      const entry = (start + i) % used;
      const id = Atomics.load(words, first + entry);
      if (id === 0) continue;
      if (Atomics.compareExchange(words, first + entry, id, 0) !== id) continue;
      if (!threadCanAct(id)) continue;
      Atomics.store(words, this.#at + NEXT, entry + 1);
      this.#wake(id);
      return true;
    }
    return this.#wakeCrowd();
  }

  /** Wakes all waiting threads. */
  wakeAll(): void {
    const words = this.#words;
    const used = Atomics.load(words, this.#at + USED);
    const first = this.#at + FIRST_ENTRY;
    for (let entry = 0; entry < used; entry++) {
      const id = Atomics.exchange(words, first + entry, 0);
      if (id !== 0) this.#wake(id);
    }
    this.#wakeCrowd();
  }

  #wake(id: number): void {
    // The own thread needs no detour over the sleeping word.
    if (id === ownThread()) this.serveOwn();
    else wakeThread(id);
  }

  /** Has the callers of this thread look again. */
  serveOwn(): void {
    this.serve();
  }

  #wakeCrowd(): boolean {
    const at = this.#at + CROWDED;
    if (Atomics.load(this.#words, at) === 0) return false;
    if (Atomics.exchange(this.#words, at, 0) === 0) return false;
    wakeAllThreads();
    return true;
  }
}
