/**
 * The state of a barrier.
 *
 * ```text
 *   monitor     the sections below run in it
 *   ROUND       the number of the running round
 *   ARRIVED     how many have arrived in it
 *   STATE       0: it fills; 1: all are there, and one runs its action; 2: broken
 *   gate        where threads wait for the end of the round
 *   ends        for each of the last rounds, how it ended: REASON and ACTOR
 *   members     for each thread:  +0 LAST     the round it last came to, plus 1
 *                                 +1 HERE     how many of its callers have, then
 *                                 +2 BEFORE   the round before that, plus 1
 * ```
 *
 * A round ends by one store, the next number in ROUND, after its end was written
 * down: all have come, or it broke. Whoever waits remembers its round, and finds
 * how that one ended, however late it looks.
 *
 * Who has died is judged whenever somebody comes or is woken. Since a barrier does
 * not know its parties beforehand, it takes for one who was given it or has waited
 * at it. If one of them is dead:
 *
 * - it had come to the running round, or to none yet: the round breaks;
 * - it had come to the last round, and others of that round live: it breaks, for
 *   they will wait for it;
 * - it had come to the last round, and nobody of that round is left: those who come
 *   now are another team. It is forgotten.
 *
 * @module
 */

import { Gate, GATE_WORDS } from "../gate.ts";
import { nameOfThread } from "../thread_notes.ts";
import { endCount, ownThread, ROOT, threadExists } from "../threads.ts";
import { type BarrierBreak, BrokenBarrierError } from "./barrier_error.ts";
import { Members, memberWords } from "./members.ts";
import { Monitor, MONITOR_WORDS } from "./monitor.ts";

const ROUND = MONITOR_WORDS;
const ARRIVED = ROUND + 1;
const STATE = ROUND + 2;
const GATE = ROUND + 3;
const ENDS = GATE + GATE_WORDS;
const ENDS_KEPT = 256;
const MEMBERS = ENDS + 2 * ENDS_KEPT;

const LAST = 0;
const HERE = 1;
const BEFORE = 2;

const FILLING = 0;
const COMPLETE = 1;
const BROKEN = 2;

const REASONS: readonly BarrierBreak[] = [
  "aborted",
  "reset",
  "timed out",
  "died",
  "action failed",
];

/** The words of shared memory that one takes. */
export const BARRIER_WORDS: number = MEMBERS + memberWords(3);

/** What comes of an arrival. */
export interface Arrival {
  /** The round it came to. */
  readonly round: number;
  /** Its place in the round, from 0; −1 if the round had all it needs. */
  readonly place: number;
  /** Whether it is the last, and has to run its action before the others go. */
  readonly isLast: boolean;
}

/** This thread's side of a barrier. */
export class BarrierState {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly parties: number;
  readonly label: string;
  readonly gate: Gate;
  readonly #monitor: Monitor;
  readonly #members: Members;
  /** How many threads had ended when the dead were last looked for. */
  #ends = -1;

  constructor(
    words: Int32Array<SharedArrayBuffer>,
    parties: number,
    label: string,
  ) {
    this.words = words;
    this.parties = parties;
    this.label = label;
    // Each end of a round wakes all: nobody owes a look to another.
    this.gate = new Gate(words, GATE, () => false);
    this.#monitor = new Monitor(words, 0, () => this.#recount());
    this.#members = new Members(words, MEMBERS, 3);
  }

  /** How many wait in the running round. */
  get waiting(): number {
    return this.isBroken ? 0 : Atomics.load(this.words, ARRIVED);
  }

  /** Whether it is broken, and was not reset yet. */
  get isBroken(): boolean {
    return Atomics.load(this.words, STATE) === BROKEN;
  }

  get #round(): number {
    return Atomics.load(this.words, ROUND);
  }

  /** Makes a thread a party, since it was given the barrier. */
  enroll(thread: number): void {
    // What is packed for the root may be for anybody: it passes things on.
    if (thread === ROOT || !threadExists(thread)) return;
    this.#monitor.run(() => {
      this.#judge(true);
      this.#members.enroll(thread);
    });
  }

  /**
   * Comes to the running round.
   *
   * @param hasAction Whether it is to run an action if it is the last.
   * @throws {BrokenBarrierError} If the barrier is broken.
   */
  arrive(hasAction: boolean): Arrival {
    const { words } = this;
    const arrival = this.#monitor.run(() => {
      // The slot of this thread may have been a dead one's.
      this.#judge(this.#members.find(ownThread()) < 0);
      const round = this.#round;
      if (this.isBroken) throw this.#errorOf(round - 1);
      if (Atomics.load(words, STATE) === COMPLETE) {
        return { round, place: -1, isLast: false };
      }
      const own = this.#members.own();
      if (words[own + LAST] !== round + 1) {
        words[own + BEFORE] = words[own + LAST]!;
        words[own + HERE] = 0;
        words[own + LAST] = round + 1;
      }
      words[own + HERE]!++;
      const place = Atomics.add(words, ARRIVED, 1);
      const isLast = place + 1 === this.parties;
      if (isLast && hasAction) Atomics.store(words, STATE, COMPLETE);
      else if (isLast) this.#endRound(0);
      return { round, place, isLast };
    });
    if (arrival.isLast && !hasAction) this.gate.wakeAll();
    return arrival;
  }

  /**
   * Lets all go on, after the action of the last.
   *
   * @throws {BrokenBarrierError} If the round has broken meanwhile.
   */
  complete(round: number): void {
    this.#monitor.run(() => {
      if (this.#round !== round) throw this.#errorOf(round);
      this.#endRound(0);
    });
    this.gate.wakeAll();
  }

  /**
   * Whether a round is over.
   *
   * @throws {BrokenBarrierError} If it broke.
   */
  isOver(round: number): boolean {
    if (this.#round === round && this.#ends !== endCount()) {
      this.#monitor.run(() => this.#judge(false));
      if (this.#round !== round) this.gate.wakeAll();
    }
    if (this.#round === round) return false;
    if (this.#reasonOf(round) === undefined) return true;
    throw this.#errorOf(round);
  }

  /**
   * Breaks a round, if it still runs.
   *
   * @param round Its number; by default the running one.
   * @returns Whether it did.
   */
  break(reason: BarrierBreak, round?: number): boolean {
    const hasBroken = this.#monitor.run(() => {
      if (this.isBroken || (round ?? this.#round) !== this.#round) return false;
      this.#break(reason, ownThread());
      return true;
    });
    this.gate.wakeAll();
    return hasBroken;
  }

  /** Makes it as new, whatever it was. Those that wait are told. */
  reset(): void {
    this.#monitor.run(() => {
      this.#ends = endCount();
      this.#members.sweep(() => {});
      if (!this.isBroken && this.waiting > 0) this.#break("reset", ownThread());
      Atomics.store(this.words, STATE, FILLING);
    });
    this.gate.wakeAll();
  }

  #break(reason: BarrierBreak, thread: number): void {
    // Broken first: a thread that dies before the round has ended leaves it so.
    Atomics.store(this.words, STATE, BROKEN);
    this.#endRound(REASONS.indexOf(reason) + 1, thread);
  }

  #endRound(reason: number, thread: number = 0): void {
    const { words } = this;
    const end = this.#endAt(this.#round);
    Atomics.store(words, end, reason);
    Atomics.store(words, end + 1, thread);
    Atomics.store(words, ARRIVED, 0);
    Atomics.store(words, ROUND, this.#round + 1);
    if (reason === 0) Atomics.store(words, STATE, FILLING);
  }

  #endAt(round: number): number {
    return ENDS + 2 * (round & (ENDS_KEPT - 1));
  }

  #reasonOf(round: number): BarrierBreak | undefined {
    return REASONS[Atomics.load(this.words, this.#endAt(round)) - 1];
  }

  #errorOf(round: number): BrokenBarrierError {
    const thread = Atomics.load(this.words, this.#endAt(round) + 1);
    return new BrokenBarrierError(
      this.label,
      this.#reasonOf(round) ?? "aborted",
      nameOfThread(thread),
    );
  }

  /** Breaks the running round if one that it needs has died. */
  #judge(mustSweep: boolean): void {
    const ends = endCount();
    if (!mustSweep && ends === this.#ends) return;
    this.#ends = ends;
    const round = this.#round;
    const { words } = this;
    // The members of the last round.
    const isOld = (at: number) =>
      words[at + LAST] === round ||
      words[at + LAST] === round + 1 && words[at + BEFORE] === round;
    let isAnyLeft = false;
    this.#members.each((at, thread) => {
      isAnyLeft ||= threadExists(thread) && isOld(at);
    });
    let missed = 0;
    this.#members.sweep((at, thread) => {
      const isNeeded = words[at + LAST] === 0 ||
        words[at + LAST] === round + 1 || isOld(at) && isAnyLeft;
      if (isNeeded) missed = thread;
    });
    if (missed !== 0 && !this.isBroken) this.#break("died", missed);
  }

  /** After a thread died in a section. */
  #recount(): void {
    const { words } = this;
    if (this.isBroken) return;
    let arrived = 0;
    this.#members.each((at) => {
      if (words[at + LAST] === this.#round + 1) arrived += words[at + HERE]!;
    });
    Atomics.store(words, ARRIVED, arrived);
    this.#ends = -1;
  }
}
