/**
 * The rounds of a barrier, and this thread's side of them.
 *
 * ```text
 *   monitor     the sections below run in it
 *   ENDED       how many rounds have ended, in whatever way; the next is running
 *   HOW    ×2   how the last one ended, and the one before, in turns
 *   CAUSE  ×2   the thread that was the cause
 *   TEAM        the last round that all passed; those who did are the team
 *   ARRIVED     callers that have arrived in the running round
 *   LOST        a thread of the team that is gone
 *   LOST_OF     the TEAM it was of; else LOST says nothing
 *   entry       the gate of those that came when all had arrived
 *   members     for each thread:  +0 ROUND  the number of the round it arrived in
 *                                 +1 HERE   how many of its callers did
 *                                 +2 HOW    how that round ended, or 0
 *                                 +3 CAUSE
 *                                 +4 TEAM   the last round that it passed since the
 *                                           last reset; 0: none
 * ```
 *
 * **The end of a round** is one store, to ENDED. HOW and CAUSE are said before, in
 * words that nobody reads until then. All else follows from these and is done by
 * `#follow`, once more if a thread died before it was through. Each member is told
 * in its own record how its round ended: however late it wakes, and whatever became
 * of the barrier since. It takes this over before it arrives in another round.
 *
 * **Whose death breaks it.** A member is a thread that waited here, or was given
 * the barrier, so that it is expected to come. One that is gone
 *
 * 1. had arrived in the running round: the others would wait for it, or pass with
 *    one too few;
 * 2. or had passed none, or none since the reset: the others would wait for it;
 * 3. or is of the team: broken as well, but only if any other is left that has
 *    passed, and will wait for it. When a team has done its work its members end
 *    one by one, and nobody minds; a new team is made of such that are expected;
 * 4. or was of an earlier team: it is forgotten.
 *
 * So the first two break the barrier when they are seen. The third is noted in
 * LOST, and judged when somebody waits. A reset forgets who is gone, and expects
 * all others: who was told that the barrier is broken may well try again.
 *
 * @module
 */

import { Callers } from "../callers.ts";
import { Gate, GATE_WORDS } from "../gate.ts";
import { nameOfThread } from "../thread_notes.ts";
import {
  endCount,
  ownThread,
  seemsFenced,
  stopIfFenced,
  wakeThread,
} from "../threads.ts";
import { type BarrierBreak, BrokenBarrierError } from "./barrier_error.ts";
import { Members, memberWords } from "./members.ts";
import { Monitor, MONITOR_WORDS } from "./monitor.ts";

const ENDED = MONITOR_WORDS;
const HOW = ENDED + 1;
const CAUSE = HOW + 2;
const TEAM = CAUSE + 2;
const ARRIVED = TEAM + 1;
const LOST = TEAM + 2;
const LOST_OF = TEAM + 3;
const ENTRY = TEAM + 4;
const MEMBERS = ENTRY + GATE_WORDS;

const ROUND_OF = 0;
const HERE_OF = 1;
const HOW_OF = 2;
const CAUSE_OF = 3;
const TEAM_OF = 4;
const FIELDS = 5;

/** The words of shared memory that one takes. */
export const BARRIER_WORDS: number = MEMBERS + memberWords(FIELDS);

/** How a round ended; 0: it has not. */
const PASSED = 1;
const BREAKS: readonly (BarrierBreak | undefined)[] = [
  undefined,
  undefined,
  "reset",
  "aborted",
  "timeout",
  "died",
  "action failed",
];
const RESET = BREAKS.indexOf("reset");

/** A caller of this thread that has arrived in a round. */
export interface Arrival {
  /** The number of the caller in its round. */
  readonly index: number;
  /** How the round ended; see {@linkcode PASSED}. */
  how: number;
  cause: number;
}

/** This thread's side of a barrier. One object a thread for each. */
export class BarrierState {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly label: string;
  readonly parties: number;
  /** Callers of this thread that have arrived. */
  readonly callers: Callers = new Callers();
  /** Callers that came when all had arrived. */
  readonly entry: Gate;
  readonly #monitor: Monitor;
  readonly #members: Members;
  /** Those of this thread that do not know yet how their round ended. */
  readonly #arrivals = new Set<Arrival>();
  /** Whom to wake after the section. */
  readonly #told = new Set<number>();
  #hasEnded = false;
  /** How many threads had ended when the dead were last looked for. */
  #ends = -1;

  constructor(
    words: Int32Array<SharedArrayBuffer>,
    label: string,
    parties: number,
  ) {
    this.words = words;
    this.label = label;
    this.parties = parties;
    this.entry = new Gate(words, ENTRY, () => this.waiting < parties);
    this.#monitor = new Monitor(words, 0, () => this.#follow());
    this.#members = new Members(words, MEMBERS, FIELDS);
  }

  /** Callers that have arrived in the running round. */
  get waiting(): number {
    return this.#get(ARRIVED);
  }

  /** Whether it is broken. */
  get isBroken(): boolean {
    return this.#lastHow() > RESET;
  }

  /**
   * Arrives, if not all have arrived already.
   *
   * @param acts Whether the caller has something to do if it is the last; the
   *   round ends only when it says so then.
   * @throws {BrokenBarrierError} If it is broken.
   */
  arrive(acts: boolean): Arrival | undefined {
    return this.#section(() => {
      this.#judge();
      const index = this.waiting;
      if (this.isBroken) {
        const last = this.#get(ENDED) - 1 & 1;
        throw this.#error(this.#get(HOW + last), this.#get(CAUSE + last));
      }
      if (index >= this.parties) return undefined;
      this.#look();
      this.#enter(this.#members.own());
      const arrival: Arrival = { index, how: 0, cause: 0 };
      this.#arrivals.add(arrival);
      if (index + 1 === this.parties && !acts) this.#end(PASSED, ownThread());
      this.#look();
      return arrival;
    });
  }

  #enter(own: number): void {
    const { words } = this;
    const round = this.#get(ENDED) + 1;
    if (this.#get(own + ROUND_OF) !== round) {
      Atomics.store(words, own + HERE_OF, 0);
      Atomics.store(words, own + HOW_OF, 0);
      Atomics.store(words, own + ROUND_OF, round);
    }
    Atomics.add(words, own + HERE_OF, 1);
    Atomics.add(words, ARRIVED, 1);
  }

  /** Whether the caller's round has ended. */
  isOver(arrival: Arrival): boolean {
    this.#look();
    if (arrival.how === 0 && this.#ends !== endCount()) {
      this.#section(() => this.#judge());
      this.#look();
    }
    return arrival.how !== 0;
  }

  /** Ends the caller's round, if it has not ended. */
  pass(arrival: Arrival): void {
    this.#endFor(arrival, PASSED);
  }

  /**
   * Breaks the barrier, if the caller's round has not ended.
   *
   * @returns Whether it had not.
   */
  giveUp(arrival: Arrival, reason: BarrierBreak): boolean {
    return this.#endFor(arrival, BREAKS.indexOf(reason));
  }

  #endFor(arrival: Arrival, how: number): boolean {
    if (arrival.how !== 0) return false;
    return this.#section(() => {
      this.#look();
      if (arrival.how !== 0) return false;
      this.#end(how, ownThread());
      this.#look();
      return true;
    });
  }

  /** Fails if the caller's round was broken. */
  check({ how, cause }: Arrival): void {
    if (how !== PASSED) throw this.#error(how, cause);
  }

  /** Breaks the barrier. */
  abort(): void {
    this.#section(() => {
      if (!this.isBroken) this.#end(BREAKS.indexOf("aborted"), ownThread());
    });
  }

  /** Begins anew. */
  reset(): void {
    this.#section(() => {
      const ends = endCount();
      this.#members.sweep(() => {});
      this.#ends = ends;
      Atomics.store(this.words, LOST_OF, 0);
      this.#end(RESET, ownThread());
    });
  }

  /** Expects a thread that was given the barrier. */
  expect(thread: number): void {
    if (this.#members.find(thread) >= 0) return;
    this.#section(() => {
      this.#sweep();
      this.#members.enroll(thread);
    });
  }

  #get(word: number): number {
    return Atomics.load(this.words, word);
  }

  /** How the last round ended. */
  #lastHow(): number {
    return this.#get(HOW + (this.#get(ENDED) - 1 & 1));
  }

  #error(how: number, cause: number): BrokenBarrierError {
    return new BrokenBarrierError(
      this.label,
      BREAKS[how]!,
      nameOfThread(cause),
    );
  }

  /** Runs a section, and then wakes those that it told of the end of a round. */
  #section<T>(section: () => T): T {
    if (seemsFenced()) stopIfFenced();
    try {
      return this.#monitor.run(section);
    } finally {
      if (this.#hasEnded) this.#wake();
    }
  }

  #wake(): void {
    this.#hasEnded = false;
    const told = [...this.#told];
    this.#told.clear();
    for (const thread of told) {
      if (thread === ownThread()) this.callers.serve();
      else wakeThread(thread);
    }
    this.entry.wakeAll();
  }

  /** Takes over how the round of this thread's callers ended. */
  #look(): void {
    if (this.#arrivals.size === 0) return;
    const own = this.#members.find(ownThread());
    const how = this.#get(own + HOW_OF);
    if (how === 0) return;
    const cause = this.#get(own + CAUSE_OF);
    for (const arrival of this.#arrivals) {
      arrival.how = how;
      arrival.cause = cause;
    }
    this.#arrivals.clear();
  }

  #end(how: number, cause: number): void {
    const { words } = this;
    const ended = this.#get(ENDED);
    Atomics.store(words, HOW + (ended & 1), how);
    Atomics.store(words, CAUSE + (ended & 1), cause);
    Atomics.store(words, ENDED, ended + 1 | 0);
    this.#follow();
  }

  /** Brings all else up to date with ENDED, as far as that was not done. */
  #follow(): void {
    const { words } = this;
    const ended = this.#get(ENDED);
    const how = this.#lastHow();
    const cause = this.#get(CAUSE + (ended - 1 & 1));
    if (how === PASSED) Atomics.store(words, TEAM, ended);
    const isReset = how === RESET;
    let arrived = 0;
    this.#members.each((of, thread) => {
      const round = this.#get(of + ROUND_OF);
      if (isReset) Atomics.store(words, of + TEAM_OF, 0);
      if (round === ended + 1) arrived += this.#get(of + HERE_OF);
      if (round !== ended || this.#get(of + HOW_OF) !== 0) return;
      if (how === PASSED) Atomics.store(words, of + TEAM_OF, ended);
      Atomics.store(words, of + CAUSE_OF, cause);
      Atomics.store(words, of + HOW_OF, how);
      this.#told.add(thread);
    });
    Atomics.store(words, ARRIVED, arrived);
    this.#hasEnded = true;
  }

  /** Breaks the barrier if somebody is missing for whom others wait. */
  #judge(): void {
    if (this.#ends !== endCount()) this.#sweep();
    const team = this.#get(TEAM);
    if (team === 0 || this.#get(LOST_OF) !== team) return;
    let isMissed = false;
    this.#members.each((of) => isMissed ||= this.#get(of + TEAM_OF) !== 0);
    if (isMissed) this.#break(this.#get(LOST));
    Atomics.store(this.words, LOST_OF, 0);
  }

  #sweep(): void {
    const { words } = this;
    const ends = endCount();
    this.#members.sweep((of, thread) => {
      const isHere = this.#get(of + ROUND_OF) === this.#get(ENDED) + 1 &&
        this.#get(of + HERE_OF) > 0;
      const team = this.#get(of + TEAM_OF);
      if (isHere || team === 0) this.#break(thread);
      else if (team === this.#get(TEAM)) {
        Atomics.store(words, LOST, thread);
        Atomics.store(words, LOST_OF, team);
      }
    });
    this.#ends = ends;
  }

  #break(dead: number): void {
    if (!this.isBroken) this.#end(BREAKS.indexOf("died"), dead);
  }
}
