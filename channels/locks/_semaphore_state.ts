/**
 * The permits of a semaphore, and this thread's side of them.
 *
 * ```text
 *   monitor     the sections below run in it
 *   TOTAL       the permits there are: free ones, and those that threads have
 *   FREE        TOTAL less what all members have
 *   RECOVERED   permits that came back from the dead, and of which nobody was told
 *   CLAIM       see `_claim.ts`: one free permit is kept for that thread
 *   gate        where threads wait for a permit
 *   members     for each thread, how many it has
 * ```
 *
 * A section commits by one store, to TOTAL or to a member's record. FREE follows
 * from these: after a thread that died in a section it is counted anew.
 *
 * Each permit that becomes free wakes one waiting thread: the first of them that
 * of the claim, if there is one. So a permit that is kept wakes nobody else, and
 * the gate wakes whoever is next when the claim is dropped and the permit is left.
 *
 * @module
 */

import { type Gate, GATE_WORDS } from "../gate.ts";
import { nameOfThread } from "../thread_notes.ts";
import {
  endCount,
  ownThread,
  seemsFenced,
  stopIfFenced,
  threadIsOver,
  wakeThread,
} from "../threads.ts";
import { Acquiring } from "./_acquiring.ts";
import { Claim } from "./_claim.ts";
import { Guard, type Guarded } from "./guard.ts";
import type { OnDeadlock } from "./lock_options.ts";
import { LoopGate } from "./_loop_gate.ts";
import { Members, memberWords } from "./members.ts";
import { Monitor, MONITOR_WORDS } from "./monitor.ts";

const TOTAL = MONITOR_WORDS;
const FREE = TOTAL + 1;
const RECOVERED = TOTAL + 2;
const CLAIM = TOTAL + 3;
const GATE = TOTAL + 4;
const MEMBERS = GATE + GATE_WORDS;

/** The words of shared memory that one takes. */
export const SEMAPHORE_WORDS: number = MEMBERS + memberWords(1);

/** The most permits there can be. */
export const MOST_PERMITS = 2 ** 31 - 1;

/** Makes the first permits of a new semaphore. */
export function fillSemaphore(words: Int32Array, permits: number): void {
  words[TOTAL] = words[FREE] = permits;
}

class PermitGate extends LoopGate {
  readonly #words: Int32Array;
  readonly #claim: Claim;

  constructor(words: Int32Array, claim: Claim) {
    super(words, GATE, () => Atomics.load(words, FREE) > 0);
    this.#words = words;
    this.#claim = claim;
  }

  override leave(): void {
    if (this.#claim.drop() && Atomics.load(this.#words, FREE) > 0) {
      this.wakeOne();
    }
    super.leave();
  }
}

/** This thread's side of a semaphore. One object a thread for each. */
export class SemaphoreState extends Acquiring implements Guarded {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly number: number;
  readonly label: string;
  readonly gate: Gate;
  readonly onDeadlock: OnDeadlock = "report";
  readonly #limit: number;
  readonly #monitor: Monitor;
  readonly #members: Members;
  readonly #claim: Claim;
  /** The guards of this thread that are not over, in the order of acquiring. */
  readonly #guards: Guard[] = [];
  /** How many threads had ended when the dead were last looked for. */
  #ends = -1;

  /**
   * @param words Its memory, to be filled by {@linkcode fillSemaphore}.
   * @param number Its number, which no other lock of the program has.
   * @param limit How many permits there may be.
   */
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
    this.#limit = limit;
    this.#monitor = new Monitor(words, 0, () => this.#count());
    this.#members = new Members(words, MEMBERS, 1);
    this.#claim = new Claim(words, CLAIM);
    this.gate = new PermitGate(words, this.#claim);
  }

  /** How many permits are free. */
  get available(): number {
    if (this.#ends !== endCount()) this.#monitor.run(() => this.#sweep());
    return Atomics.load(this.words, FREE);
  }

  /** The threads that have a permit, or several. */
  havers(): number[] {
    return this.#members.having(0, (thread) => !threadIsOver(thread));
  }

  // Whom a waiter waits for is not known: any of those that have a permit, or one
  // that has none and signals. So its wait is no edge in the graph of waits.
  override holders(): readonly number[] {
    return [];
  }

  override ticket(): number {
    return 0;
  }

  override isBlockedBySelf(): boolean {
    return false;
  }

  override mayOvertake(): boolean {
    return false;
  }

  override attempt(_ticket: number, begun: number): Guard | undefined {
    const isAbandoned = this.#monitor.run(() => this.#take(begun));
    if (isAbandoned === undefined) return undefined;
    const guard = new Guard(this, isAbandoned);
    this.#guards.push(guard);
    return guard;
  }

  /** @returns The guard's `abandoned`, or `undefined` if none was taken. */
  #take(begun: number): boolean | undefined {
    const { words } = this;
    this.#sweep();
    const kept = this.#claim.isKeptFrom(begun) ? 1 : 0;
    if (Atomics.load(words, FREE) <= kept) {
      this.#claim.make(begun);
      return undefined;
    }
    Atomics.add(words, this.#members.own(), 1);
    Atomics.sub(words, FREE, 1);
    this.#claim.drop();
    if (Atomics.load(words, RECOVERED) === 0) return false;
    Atomics.sub(words, RECOVERED, 1);
    return true;
  }

  /** Gives the permit of a guard back. */
  letGo(guard: Guard): void {
    this.#end(guard);
    this.#wake(this.#monitor.run(() => {
      const held = this.#members.find(ownThread());
      Atomics.sub(this.words, held, 1);
      return this.#free(1);
    }));
  }

  /** Takes the permit of a guard out of the world. */
  forget(guard: Guard): void {
    this.#end(guard);
    this.#monitor.run(() => {
      // In this order: who dies in between leaves as many free permits as after.
      Atomics.sub(this.words, TOTAL, 1);
      Atomics.sub(this.words, this.#members.find(ownThread()), 1);
    });
  }

  #end(guard: Guard): void {
    const at = this.#guards.lastIndexOf(guard);
    if (at >= 0) this.#guards.splice(at, 1);
  }

  /**
   * Gives back permits that this thread has, the latest first, and adds new ones
   * for what it has not.
   *
   * @throws {RangeError} If there would be more than there may be.
   */
  release(count: number): void {
    if (seemsFenced()) stopIfFenced();
    let own = 0;
    const woken = this.#monitor.run(() => {
      const { words } = this;
      this.#sweep();
      const held = this.#members.find(ownThread());
      own = held < 0 ? 0 : Math.min(count, Atomics.load(words, held));
      const total = Atomics.load(words, TOTAL) + count - own;
      if (total > this.#limit) throw this.#tooMany(count, own, total);
      Atomics.store(words, TOTAL, total);
      if (own > 0) Atomics.sub(words, held, own);
      return this.#free(count);
    });
    for (; own > 0; own--) this.#guards.pop()?.end();
    this.#wake(woken);
  }

  #tooMany(count: number, own: number, total: number): RangeError {
    const has = own === 0 ? "has none" : `has only ${own}`;
    return new RangeError(
      `Cannot release ${count} of ${this.label}: actor ` +
        `"${nameOfThread(ownThread())}" ${has}, and there would be ${total} ` +
        `permits, of at most ${this.#limit}. Let the actor that acquired a ` +
        "permit release it, or forget() it first",
    );
  }

  /**
   * Adds free permits; in the monitor.
   *
   * @returns What to do about them; see {@linkcode #wake}.
   */
  #free(count: number): [claimant: number, others: number] {
    const free = Atomics.add(this.words, FREE, count) + count;
    const claimant = this.#claim.thread;
    return [claimant, claimant === 0 ? count : Math.min(count, free - 1)];
  }

  /** Wakes those for whom there are permits; out of the monitor. */
  #wake([claimant, others]: [claimant: number, others: number]): void {
    const { gate } = this;
    if (claimant === ownThread()) gate.serveOwn();
    else if (claimant !== 0) wakeThread(claimant);
    for (; others > 0 && gate.isFlagged; others--) gate.wakeOne();
  }

  /** Gets back what the dead had. Who waits was woken, and does so as well. */
  #sweep(): void {
    const ends = endCount();
    if (this.#ends === ends) return;
    const { words } = this;
    this.#members.sweep((held) => {
      Atomics.add(words, RECOVERED, Atomics.load(words, held));
    });
    this.#count();
    this.#ends = ends;
  }

  #count(): void {
    const { words } = this;
    let free = Atomics.load(words, TOTAL);
    this.#members.each((held) => free -= Atomics.load(words, held));
    Atomics.store(words, FREE, free);
  }
}
