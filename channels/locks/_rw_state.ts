/**
 * The state of a read-write lock, and this thread's side of it.
 *
 * ```text
 *   monitor     the sections below run in it
 *   WRITER      the thread that writes, or 0
 *   PHASE       counts the writers that have come and gone
 *   ABANDONED   1: a writer died, and none has taken its place
 *   CLAIM       the thread that waited too long for another writer to come before
 *               it, or 0
 *   WANTED      1: some thread may wait to write
 *   readers     the gate of those that wait to read
 *   writers     the gate of those that wait to write
 *   members     for each thread:  +0 READS   how often it reads
 *                                 +1 WANTS   1: it waits to write
 * ```
 *
 * A reader may enter when nobody writes, and nobody waits to write or a writer has
 * come and gone since the reader came. So neither side starves the other, as in
 * the phase-fair locks of Brandenburg and Anderson. That a thread waits to write is
 * said in its record, for the gate no longer has a thread that was woken and is on
 * its way, and nobody is to overtake that one. Among those that race for a
 * free lock, CLAIM sees to it that none loses for ever.
 *
 * @module
 */

import { type Gate, GATE_WORDS } from "../gate.ts";
import { ownThread, threadCanAct, threadIsOver } from "../threads.ts";
import { Guard, type Guarded } from "./guard.ts";
import type { OnDeadlock } from "./lock_options.ts";
import { Acquiring } from "./_acquiring.ts";
import { LoopGate } from "./_loop_gate.ts";
import { Members, memberWords } from "./members.ts";
import { Monitor, MONITOR_WORDS } from "./monitor.ts";
import { Claim, KEPT_FOR } from "./_claim.ts";

const WRITER = MONITOR_WORDS;
const PHASE = WRITER + 1;
const ABANDONED = WRITER + 2;
const CLAIM = WRITER + 3;
const WANTED = WRITER + 4;
const READERS = WRITER + 5;
const WRITERS = READERS + GATE_WORDS;
const MEMBERS = WRITERS + GATE_WORDS;

/** The words of shared memory that one takes. */
export const RW_WORDS: number = MEMBERS + memberWords(2);

const READS = 0;
const WANTS = 1;

/** This thread's side of a read-write lock. One object a thread for each. */
export class RwState {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly number: number;
  readonly label: string;
  readonly onDeadlock: OnDeadlock;
  readonly reading: Side;
  readonly writing: Side;
  readonly #monitor: Monitor;
  readonly #members: Members;
  readonly #claim: Claim;
  /** Since when a reader of this thread saw it free for a writer to come. */
  #freeSince = Infinity;
  /** The phase at that time. */
  #freePhase = 0;

  constructor(
    words: Int32Array<SharedArrayBuffer>,
    number: number,
    label: string,
    onDeadlock: OnDeadlock,
  ) {
    this.words = words;
    this.number = number;
    this.label = label;
    this.onDeadlock = onDeadlock;
    // Each section commits by one store: nothing to put right.
    this.#monitor = new Monitor(words, 0, () => {});
    this.#members = new Members(words, MEMBERS, 2);
    this.#claim = new Claim(words, CLAIM);
    this.reading = new Side(this, READERS, {
      isOpen: () => this.writer() === 0,
      stands: (isThere) => this.#standToRead(isThere),
      take: (phase, begun) => this.#takeToRead(phase, begun),
      give: () => this.#giveFromReading(),
      holders: () => {
        const writer = this.writer();
        return writer !== 0 ? [writer] : this.#wanting();
      },
      isBlockedBySelf: () => this.writer() === ownThread(),
      mayOvertake: () => this.#ownReads() > 0,
    });
    this.writing = new Side(this, WRITERS, {
      isOpen: () => this.holders().length === 0,
      stands: (isThere) => this.#standToWrite(isThere),
      take: (_, begun) => this.#takeToWrite(begun),
      give: () => this.#giveFromWriting(),
      holders: () => this.holders(),
      isBlockedBySelf: () =>
        this.writer() === ownThread() || this.#ownReads() > 0,
      mayOvertake: () => false,
    });
  }

  /** The thread that writes, or 0. */
  writer(): number {
    return Atomics.load(this.words, WRITER);
  }

  /** The threads that read. */
  readers(): number[] {
    return this.#members.having(READS, (thread) => !threadIsOver(thread));
  }

  /** The threads that have it. */
  holders(): number[] {
    const writer = this.writer();
    return writer === 0 ? this.readers() : [writer];
  }

  /** Counts the writers that have come and gone. */
  phase(): number {
    return Atomics.load(this.words, PHASE);
  }

  /** The threads that wait to write. */
  #wanting(): number[] {
    return this.#members.having(WANTS, threadCanAct);
  }

  /** Whether any thread waits to write; in the monitor. */
  #isWanted(): boolean {
    const { words } = this;
    if (Atomics.load(words, WANTED) === 0) return false;
    if (this.#wanting().length > 0) return true;
    Atomics.store(words, WANTED, 0);
    return false;
  }

  /** Whether a writer does not come for a while, though nothing is in its way. */
  #isLeftFree(): boolean {
    if (this.readers().length > 0) {
      this.#freeSince = Infinity;
      return false;
    }
    const now = Date.now();
    const phase = this.phase();
    if (this.#freeSince === Infinity || phase !== this.#freePhase) {
      this.#freeSince = now;
      this.#freePhase = phase;
    }
    return now - this.#freeSince >= KEPT_FOR;
  }

  /** This thread has begun to wait to read, or does so no longer. */
  #standToRead(isThere: boolean): void {
    if (!isThere) this.#dropClaim();
  }

  /** This thread has begun to wait to write, or does so no longer. */
  #standToWrite(isThere: boolean): void {
    const { words } = this;
    this.#monitor.run(() => {
      Atomics.store(words, this.#members.own() + WANTS, isThere ? 1 : 0);
      if (isThere) Atomics.store(words, WANTED, 1);
    });
    if (isThere || this.writer() === ownThread()) return;
    // What was held back for it is so no longer.
    this.#dropClaim();
    this.reading.gate.wakeAll();
  }

  #dropClaim(): void {
    if (this.#claim.drop()) this.writing.gate.wakeOne();
  }

  #ownReads(): number {
    const reads = this.#members.find(ownThread());
    return reads < 0 ? 0 : Atomics.load(this.words, reads);
  }

  /** @returns The guard's `abandoned`, or `undefined` if it was not taken. */
  #takeToRead(phase: number, begun: number): boolean | undefined {
    const { words } = this;
    return this.#monitor.run(() => {
      if (!this.#isUnwritten()) {
        this.#claim.make(begun);
        this.#freeSince = Infinity;
        return undefined;
      }
      const mayEnter = this.#ownReads() > 0 || phase !== this.phase() ||
        !this.#isWanted() || this.#isLeftFree();
      if (!mayEnter) return undefined;
      Atomics.add(words, this.#members.own(), 1);
      this.#claim.drop();
      return Atomics.load(words, ABANDONED) !== 0;
    });
  }

  #takeToWrite(begun: number): boolean | undefined {
    const { words } = this;
    return this.#monitor.run(() => {
      if (!this.#isUnwritten()) {
        this.#claim.make(begun);
        return undefined;
      }
      if (this.readers().length > 0) return undefined;
      if (this.#claim.isKeptFrom(begun)) return undefined;
      // In this order: who dies here has been told, and tells the next.
      const wasAbandoned = Atomics.load(words, ABANDONED) !== 0;
      Atomics.store(words, WRITER, ownThread());
      Atomics.store(words, ABANDONED, 0);
      this.#claim.drop();
      return wasAbandoned;
    });
  }

  /** Whether nobody writes; takes the lock from a writer that is over. */
  #isUnwritten(): boolean {
    const writer = this.writer();
    if (writer === 0) return true;
    if (!threadIsOver(writer)) return false;
    Atomics.store(this.words, ABANDONED, 1);
    Atomics.store(this.words, WRITER, 0);
    return true;
  }

  #giveFromReading(): void {
    this.#monitor.run(() => Atomics.sub(this.words, this.#members.own(), 1));
    // The last one out could not know that it is: all but the last wake a writer
    // in vain, which is cheaper than to count.
    this.writing.gate.wakeOne();
  }

  #giveFromWriting(): void {
    this.#monitor.run(() => {
      Atomics.add(this.words, PHASE, 1);
      Atomics.store(this.words, WRITER, 0);
    });
    this.reading.gate.wakeAll();
    this.writing.gate.wakeOne();
  }
}

/** A gate that is told whether this thread stands there. */
class SideGate extends LoopGate {
  readonly #stands: (isThere: boolean) => void;
  #isThere = false;

  constructor(
    words: Int32Array,
    at: number,
    { isOpen, stands }: Pick<SideWays, "isOpen" | "stands">,
  ) {
    super(words, at, isOpen);
    this.#stands = stands;
  }

  override enter(): boolean {
    if (!this.#isThere) this.#stands(this.#isThere = true);
    return super.enter();
  }

  override leave(): void {
    if (this.#isThere) this.#stands(this.#isThere = false);
    super.leave();
  }
}

/** How one of the two sides differs from the other. */
interface SideWays {
  /** Whether the lock may be free for it, as far as a look can tell. */
  isOpen(): boolean;
  /** This thread has begun to stand at the gate, or does so no longer. */
  stands(isThere: boolean): void;
  /** @returns The guard's `abandoned`, or `undefined` if it was not taken. */
  take(phase: number, begun: number): boolean | undefined;
  give(): void;
  holders(): readonly number[];
  /** Whether this thread has the lock so that it cannot get this side of it. */
  isBlockedBySelf(): boolean;
  mayOvertake(): boolean;
}

/** Reading, or writing. */
class Side extends Acquiring implements Guarded {
  readonly gate: Gate;
  readonly number: number;
  readonly label: string;
  readonly onDeadlock: OnDeadlock;
  readonly #state: RwState;
  readonly #ways: SideWays;

  constructor(state: RwState, gate: number, ways: SideWays) {
    super();
    this.gate = new SideGate(state.words, gate, ways);
    this.number = state.number;
    this.label = state.label;
    this.onDeadlock = state.onDeadlock;
    this.#state = state;
    this.#ways = ways;
  }

  override holders(): readonly number[] {
    return this.#ways.holders();
  }

  override ticket(): number {
    return this.#state.phase();
  }

  override attempt(phase: number, begun: number): Guard | undefined {
    const isAbandoned = this.#ways.take(phase, begun);
    return isAbandoned === undefined ? undefined : new Guard(this, isAbandoned);
  }

  override isBlockedBySelf(): boolean {
    return this.#ways.isBlockedBySelf();
  }

  override mayOvertake(): boolean {
    return this.#ways.mayOvertake();
  }

  letGo(): void {
    this.#ways.give();
  }
}
