/**
 * The record of an actor: how it ended, in shared memory.
 *
 * Written by the actor itself just before it leaves, so that whoever holds a
 * handle can read it, at once and without the help of any other thread: what
 * an actor said last cannot be lost to a race with its end.
 *
 * ```text
 *   word 0  STOP      1: it was asked to stop; 2: it will be, and may know
 *   word 1  HEARS     1: it has asked for its signal, so it may hear that
 *   word 2  REASON    how it left; an index into REASONS, 0 if it did not
 *   word 3  CODE      its exit code
 *   word 4  LENGTH    the bytes of its outcome: the value or the error
 *   word 5  BESIDE    1: the outcome holds handles, which are with its parent
 *   word 6  OVER      what the one who watches it has seen
 *   word 7  STARTED   1: it was loaded and does what it was started for
 *   word 8  AWAITED   1: somebody waits for that
 *   word 9  WHY       why it was asked to stop; an index into STOP_REASONS
 *   word 10 CLOSING   1: it left, or has seen that it was fenced, and closes
 *   word 11           whether anybody is linked to it: see `_link_list.ts`
 *   word 12 STOP_BY   two words: when that time is over, by the clock of all
 *   word 14 PROCESS   the id of its process, if it has one of its own
 *   word 15 KILLED    1: it is to end as one that was killed, not terminated
 *   word 16…          what it has in hand: see `desk.ts`
 *   byte 4096…        the links to it
 *   byte 20480…       the outcome, encoded
 * ```
 *
 * A terminated actor may still be writing here. Whether what it wrote counts is
 * decided by one compare-and-set in the thread table: from "running" to "left"
 * by itself, or to "fenced" by another.
 *
 * @module
 */

import { clock } from "./current_message.ts";
import { LinkList, LINKS_END } from "./_link_list.ts";

const STOP = 0;
const HEARS = 1;
const REASON = 2;
const CODE = 3;
const LENGTH = 4;
const BESIDE = 5;
const OVER = 6;
const STARTED = 7;
const AWAITED = 8;
const WHY = 9;
const CLOSING = 10;
const STOP_BY = 12;
const PROCESS = 14;
const KILLED = 15;
const HEADER = LINKS_END;
const WORDS = 16;
const MOST = 2 ** 30;

/** The greatest length of an outcome, in bytes. */
export const MOST_OUTCOME: number = MOST - HEADER;

const REASONS = [
  "",
  "returned",
  "threw",
  "exited",
  "failed",
  "killed",
  "terminated",
  "outOfMemory",
] as const;

/** Why an actor may be asked to stop. */
const STOP_REASONS = ["stop", "shutdown", "restart"] as const;

/**
 * Why an actor is asked to stop: `"stop"` by a call of `Process.stop` or the end
 * of its scope, `"shutdown"` by its supervisor, which stops it for good,
 * `"restart"` by its supervisor, which starts it again, since a sibling ended.
 */
export type StopReason = typeof STOP_REASONS[number];

/** What an actor is told when it is asked to stop. */
export interface StopOrder {
  /** Why. */
  readonly reason: StopReason;
  /** How long it has, in ms. */
  readonly grace: number;
}

/** How an actor may leave by itself. */
export type LeaveReason = Exclude<typeof REASONS[number], "">;

/** Whether an actor is over, as seen by the one who watches it. */
export const Over = {
  /** Not seen to be. */
  no: 0,
  /** It left, and its thread is gone. */
  left: 1,
  /** It was ended, and its thread did not stop in time. */
  stuck: 2,
  /** It was ended, and its thread is gone. */
  terminated: 3,
} as const;

/** What an actor said when it left. */
export interface Leaving {
  /** How it left. */
  readonly reason: LeaveReason;
  /** Its exit code. */
  readonly code: number;
  /** Its value or its error, encoded. */
  readonly outcome: Uint8Array<ArrayBuffer>;
  /** Whether the outcome holds handles. */
  readonly hasBeside: boolean;
}

/** See the module. */
export class Record {
  /** The memory, which is all that another thread needs. */
  readonly memory: SharedArrayBuffer;
  /** Who takes the actor along. */
  readonly links: LinkList;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #stopBy: Float64Array<SharedArrayBuffer>;

  /** Makes a record, or uses the one in `memory`. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ??
      new SharedArrayBuffer(HEADER, { maxByteLength: MOST });
    this.#words = new Int32Array(this.memory, 0, WORDS);
    this.links = new LinkList(this.memory);
    this.#stopBy = new Float64Array(this.memory, STOP_BY * 4, 1);
  }

  /** Whether it was asked to stop. */
  get stopAsked(): boolean {
    return Atomics.load(this.#words, STOP) === 1;
  }

  /** Whether it was asked to stop, or told that it will be. */
  get stopKnown(): boolean {
    return Atomics.load(this.#words, STOP) !== 0;
  }

  /** Asks it to stop. It must be woken to see it. */
  askToStop(order: StopOrder): void {
    this.#order(order, 1);
  }

  /**
   * Tells it that it will be asked to stop, when it has handled the messages that
   * are under way to it. It must be woken to see it.
   */
  warnOfStop(order: StopOrder): void {
    this.#order(order, 2);
  }

  #order({ reason, grace }: StopOrder, stop: number): void {
    this.#words[WHY] = STOP_REASONS.indexOf(reason);
    this.#stopBy[0] = clock() + grace;
    Atomics.store(this.#words, STOP, stop);
  }

  /** Why it was asked to stop. */
  get stopReason(): StopReason {
    return STOP_REASONS[this.#words[WHY]!]!;
  }

  /**
   * How long it still has to stop, in ms. Counts from when it was asked, which
   * it may have heard late: what it did then took from the same time.
   */
  get stopTimeLeft(): number {
    return Math.max(0, this.#stopBy[0]! - clock());
  }

  /** Whether the actor has asked for its signal. */
  get hearsStop(): boolean {
    return Atomics.load(this.#words, HEARS) !== 0;
  }

  /** Says that the actor has asked for its signal. */
  hear(): void {
    Atomics.store(this.#words, HEARS, 1);
  }

  /** Whether it was loaded and does what it was started for. */
  get isStarted(): boolean {
    return Atomics.load(this.#words, STARTED) !== 0;
  }

  /**
   * Says that it is started. For the actor itself.
   *
   * @returns Whether somebody waits for it, and must be woken.
   */
  setStarted(): boolean {
    Atomics.store(this.#words, STARTED, 1);
    return Atomics.load(this.#words, AWAITED) !== 0;
  }

  /** Says that somebody waits for it to be started; before that one looks. */
  awaitStart(): void {
    Atomics.store(this.#words, AWAITED, 1);
  }

  /** Whether it left or has seen that it was fenced: its thread will be gone. */
  get isClosing(): boolean {
    return Atomics.load(this.#words, CLOSING) !== 0;
  }

  /** Says that it has seen that. For the actor itself. */
  setClosing(): void {
    Atomics.store(this.#words, CLOSING, 1);
  }

  /** The id that its own process has, if it has one; 0 if not, or no more. */
  get process(): number {
    return Atomics.load(this.#words, PROCESS);
  }

  /** Says which that is. For its agent. */
  setProcess(id: number): void {
    Atomics.store(this.#words, PROCESS, id);
  }

  /** Whether it is to end as one that was killed. */
  get isKilled(): boolean {
    return Atomics.load(this.#words, KILLED) !== 0;
  }

  /** Says so; before it is ended. */
  setKilled(): void {
    Atomics.store(this.#words, KILLED, 1);
  }

  /** One of {@linkcode Over}. */
  get over(): number {
    return Atomics.load(this.#words, OVER);
  }

  /** Says that it is over. */
  setOver(over: number): void {
    Atomics.store(this.#words, OVER, over);
  }

  /**
   * Says how the actor leaves. For the actor itself, before it leaves.
   *
   * @param outcome Holds the outcome in its first `length` bytes.
   *   At most {@linkcode MOST_OUTCOME}.
   */
  leave(
    reason: LeaveReason,
    code: number,
    outcome: Uint8Array<ArrayBuffer>,
    length: number,
    hasBeside: boolean,
  ): void {
    if (HEADER + length > this.memory.byteLength) {
      this.memory.grow(HEADER + length);
    }
    new Uint8Array(this.memory, HEADER, length).set(
      outcome.subarray(0, length),
    );
    this.#words[CODE] = code;
    this.#words[LENGTH] = length;
    this.#words[BESIDE] = hasBeside ? 1 : 0;
    Atomics.store(this.#words, REASON, REASONS.indexOf(reason));
  }

  /** What the actor said when it left, if it did. */
  get leaving(): Leaving | undefined {
    const reason = REASONS[Atomics.load(this.#words, REASON)];
    if (reason === "" || reason === undefined) return undefined;
    const outcome = new Uint8Array(this.#words[LENGTH]!);
    outcome.set(new Uint8Array(this.memory, HEADER, outcome.length));
    return {
      reason,
      code: this.#words[CODE]!,
      outcome,
      hasBeside: this.#words[BESIDE] !== 0,
    };
  }
}
