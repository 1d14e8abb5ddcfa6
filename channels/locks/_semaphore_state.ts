/**
 * The state of a semaphore, and this thread's side of it.
 *
 * ```text
 *   monitor     the sections below run in it
 *   TOTAL       permits, taken or not
 *   TAKEN       the sum of those that the members hold
 *   RETURNED    permits of the dead that came back, and nobody was told yet
 *   CLAIM       see `_claim.ts`
 *   gate        where threads wait for a permit
 *   members     for each thread, how many it holds
 * ```
 *
 * TAKEN is there to be quick: after a thread that died in a section it is summed
 * up anew. All else changes by one store at a time.
 *
 * @module
 */

import { Gate, GATE_WORDS } from "../gate.ts";
import { endCount, ownThread, threadExists, wakeThread } from "../threads.ts";
import { Acquiring } from "./_acquiring.ts";
import { Claim } from "./_claim.ts";
import { Guard, type Guarded } from "./guard.ts";
import { Members, memberWords } from "./members.ts";
import { Monitor, MONITOR_WORDS } from "./monitor.ts";

const TOTAL = MONITOR_WORDS;
const TAKEN = TOTAL + 1;
const RETURNED = TOTAL + 2;
const CLAIM = TOTAL + 3;
const GATE = TOTAL + 4;
const MEMBERS = GATE + GATE_WORDS;

/** The words of shared memory that one takes. */
export const SEMAPHORE_WORDS: number = MEMBERS + memberWords(1);

class LoopGate extends Gate {
  override readonly needsLoop = true;
}

/** This thread's side of a semaphore. One object a thread for each. */
export class SemaphoreState extends Acquiring implements Guarded {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly gate: Gate;
  readonly number: number;
  readonly label: string;
  /** The most permits there may be. */
  readonly limit: number;
  // Who gives a permit back need not be one that holds one: a wait for it is no
  // edge of the graph of waits.
  readonly onDeadlock = "report";
  readonly #monitor: Monitor;
  readonly #members: Members;
  readonly #claim: Claim;
  /** The guards that this thread has not given back, the latest last. */
  readonly #guards: Guard[] = [];
  /** How many threads had ended when the dead were last looked for. */
  #ends = -1;

  constructor(
    words: Int32Array<SharedArrayBuffer>,
    number: number,
    label: string,
    limit: number,
  ) {
    super();
    this.words = words;
    this.number = number;
    this.label = label;
    this.limit = limit;
    this.gate = new LoopGate(words, GATE, () => this.available > 0);
    this.#monitor = new Monitor(words, 0, () => this.#recount());
    this.#members = new Members(words, MEMBERS, 1);
    this.#claim = new Claim(words, CLAIM);
  }

  /** How many permits are to be had. */
  get available(): number {
    return Atomics.load(this.words, TOTAL) - Atomics.load(this.words, TAKEN);
  }

  /** Makes the first permits. */
  fill(permits: number): void {
    Atomics.store(this.words, TOTAL, permits);
  }

  /** The threads that hold permits. */
  takers(): number[] {
    const takers: number[] = [];
    this.#members.each((count, thread) => {
      if (Atomics.load(this.words, count) > 0 && threadExists(thread)) {
        takers.push(thread);
      }
    });
    return takers;
  }

  override holders(): readonly number[] {
    return [];
  }

  override ticket(): number {
    return 0;
  }

  override attempt(_ticket: number, begun: number): Guard | undefined {
    const { words } = this;
    const isAbandoned = this.#monitor.run(() => {
      this.#sweep();
      if (this.available <= (this.#claim.isKeptFrom(begun) ? 1 : 0)) {
        this.#claim.make(begun);
        return undefined;
      }
      Atomics.add(words, this.#own(), 1);
      Atomics.add(words, TAKEN, 1);
      this.#claim.drop();
      if (Atomics.load(words, RETURNED) === 0) return false;
      Atomics.sub(words, RETURNED, 1);
      return true;
    });
    if (isAbandoned === undefined) return undefined;
    // What was kept for this thread, others may have left to it.
    if (this.available > 0) this.gate.wakeOne();
    const guard = new Guard(this, isAbandoned);
    this.#guards.push(guard);
    return guard;
  }

  // Another actor may give a permit back, whatever this thread holds.
  override isBlockedBySelf(): boolean {
    return false;
  }

  override mayOvertake(): boolean {
    return false;
  }

  override gaveUp(): void {
    if (this.#claim.drop() && this.available > 0) this.gate.wakeOne();
  }

  /** Gives the permit of a guard back. */
  letGo(guard: Guard): void {
    this.#takeOut(guard);
    this.#monitor.run(() => this.#giveBack(1));
    this.#wake(1);
  }

  /** Keeps the permit of a guard for good. */
  forget(guard: Guard): void {
    this.#takeOut(guard);
    this.#monitor.run(() => {
      // In this order: if this thread dies in between, the permit is gone too.
      Atomics.sub(this.words, TOTAL, 1);
      this.#giveBack(1);
    });
  }

  /** Gives back what this thread holds, and adds the rest. */
  release(count: number): void {
    const own = Math.min(count, this.#guards.length);
    const added = count - own;
    this.#monitor.run(() => {
      const total = Atomics.load(this.words, TOTAL);
      if (total + added > this.limit) throw this.#tooMany(count, total);
      if (own > 0) this.#giveBack(own);
      Atomics.add(this.words, TOTAL, added);
    });
    for (let i = 0; i < own; i++) this.#guards.pop()!.end();
    this.#wake(count);
  }

  #tooMany(count: number, total: number): RangeError {
    return new RangeError(
      `Cannot release ${this.label}: ${count} would make more permits than ` +
        `the ${this.limit} it may have; there are ${total}, and this actor ` +
        `holds ${this.#guards.length} of them`,
    );
  }

  #giveBack(count: number): void {
    Atomics.sub(this.words, this.#own(), count);
    Atomics.sub(this.words, TAKEN, count);
  }

  /** Where this thread's count is. The slot may have been a dead one's. */
  #own(): number {
    const own = this.#members.find(ownThread());
    if (own >= 0) return own;
    this.#ends = -1;
    this.#sweep();
    return this.#members.own();
  }

  #takeOut(guard: Guard): void {
    const at = this.#guards.lastIndexOf(guard);
    if (at >= 0) this.#guards.splice(at, 1);
  }

  #wake(count: number): void {
    const { gate } = this;
    for (let i = 0; i < count && gate.isFlagged; i++) gate.wakeOne();
    // Whom it is kept for may have been woken before, in vain.
    const { thread } = this.#claim;
    if (thread === ownThread()) gate.serve();
    else if (thread !== 0) wakeThread(thread);
  }

  /** Takes the permits of the dead back. */
  #sweep(): void {
    const ends = endCount();
    if (ends === this.#ends) return;
    this.#ends = ends;
    this.#members.sweep((count) => {
      const held = Atomics.exchange(this.words, count, 0);
      if (held === 0) return;
      Atomics.sub(this.words, TAKEN, held);
      Atomics.add(this.words, RETURNED, held);
    });
  }

  #recount(): void {
    let taken = 0;
    this.#members.each((count) => taken += Atomics.load(this.words, count));
    Atomics.store(this.words, TAKEN, taken);
  }
}
