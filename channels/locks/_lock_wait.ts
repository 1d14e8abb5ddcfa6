/**
 * Waiting for a lock, and finding out that the wait can never end.
 *
 * Most waits are short, and nothing is done about them. One that has lasted
 * {@linkcode LOOK_AFTER} ms is told of in the thread's notes, and from then on a
 * circle is looked for each time it is woken.
 *
 * It also looks by itself then, and each time it has lasted twice as long: the
 * wake-up that a free lock is worth may have gone to a thread that computes on
 * without coming back to its event loop, and it is not to hold up the others. One
 * timer a thread does for all its waits; it keeps nothing alive.
 *
 * @module
 */

import type { Gate } from "../gate.ts";
import {
  eraseWait,
  lastTurn,
  MOST_WAITS,
  nameOfThread,
  nextTurn,
  stampWait,
  type WaitNote,
  writeWait,
} from "../thread_notes.ts";
import { stopIfFenced, wakeThread } from "../threads.ts";
import { beginBlocking, endBlocking } from "../callers.ts";
import { blockAt, waitAt } from "../waiting.ts";
import { timeoutError, type WaitOptions } from "../wait_options.ts";
import { DeadlockError } from "./lock_errors.ts";
import type { OnDeadlock } from "./lock_options.ts";
import { KEPT_FOR } from "./_claim.ts";
import { type Edge, findCircle, markOf, wasSeen } from "./_wait_graph.ts";

/** After so many ms a wait is told of, and its lock looked at again. */
const LOOK_AFTER = KEPT_FOR;

/** So long a circle must stand still in which any wait leaves its thread free. */
const STANDS_FOR = 30;

/** What is waited for. */
export interface Awaited {
  /** The number of the lock, which no other in the program has. */
  readonly number: number;
  /** What messages call it. */
  readonly label: string;
  /** Where its waiters stand. */
  readonly gate: Gate;
  /** The threads that have it. */
  holders(): readonly number[];
}

/** The places in this thread's notes that are taken. */
const places: boolean[] = Array.from({ length: MOST_WAITS }, () => false);

/** The latest of the waits of this thread that leave it free; each has the next. */
let waits: LockWait | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let timerDue = Infinity;

/** Sees to it that a wait looks when it is due. */
function arm(due: number): void {
  if (due >= timerDue) return;
  clearTimeout(timer);
  timerDue = due;
  timer = setTimeout(() => {
    timerDue = Infinity;
    // What looks may end, and leave the list.
    const all: LockWait[] = [];
    for (let wait = waits; wait !== undefined; wait = wait.next) all.push(wait);
    for (const wait of all) wait.lookIfDue();
    for (let wait = waits; wait !== undefined; wait = wait.next) arm(wait.due);
  }, Math.max(0, due - Date.now()));
  Deno.unrefTimer(timer as unknown as number);
}

/** Puts a wait on the list of those that look when they are due. */
function enlist(wait: LockWait): void {
  wait.next = waits;
  if (waits !== undefined) waits.previous = wait;
  waits = wait;
  arm(wait.due);
}

/** Takes it off the list. */
function delist(wait: LockWait): void {
  const { previous, next } = wait;
  wait.previous = wait.next = undefined;
  if (previous === undefined) waits = next;
  else previous.next = next;
  if (next !== undefined) next.previous = previous;
  if (waits !== undefined) return;
  clearTimeout(timer);
  timerDue = Infinity;
}

/** One wait for a lock. */
class LockWait {
  // All times here are by the cheapest clock, which is read for each attempt; it
  // is of no matter that it may be set.
  readonly begun: number = Date.now();
  /** When it is to look by itself. */
  due: number = this.begun + LOOK_AFTER;
  /** Those beside it on the list. */
  previous: LockWait | undefined;
  next: LockWait | undefined;
  readonly #awaited: Awaited;
  readonly #blocks: boolean;
  readonly #onFail: ((error: DeadlockError) => void) | undefined;
  /** Whether it has been due once. */
  #isLong = false;
  #place = -1;
  #turn = 0;
  #holder = 0;
  /** The circle that is to prove itself, and when it has. */
  #suspect = "";
  #provenAt = 0;
  #isTold = false;

  constructor(
    awaited: Awaited,
    blocks: boolean,
    onFail: ((error: DeadlockError) => void) | undefined,
  ) {
    this.#awaited = awaited;
    this.#blocks = blocks;
    this.#onFail = onFail;
  }

  /** Has the callers look again, if the time has come. */
  lookIfDue(): void {
    const now = Date.now();
    if (now < this.due) return;
    this.#isLong = true;
    this.due = now + Math.max(now - this.begun, LOOK_AFTER);
    if (!this.#blocks) this.#awaited.gate.serve();
  }

  /** The lock was not to be had. Looks for a circle, if it lasts that long. */
  wasInVain(): void {
    if (!this.#isLong || this.#isTold) return;
    if (this.#turn === 0) this.#turn = nextTurn();
    const seen = lastTurn();
    const holders = this.#awaited.holders();
    const isKnown = holders.includes(this.#holder);
    const wait = this.#note(isKnown ? this.#holder : holders[0] ?? 0, seen);
    const circle = findCircle(wait, holders, !isKnown);
    if (circle === undefined) {
      this.#suspect = "";
      return;
    }
    // Of several that have it, the others are to see the one that leads on.
    this.#note(circle[0]!.wait.holder, seen);
    this.#judge(circle);
  }

  /** Tells of the wait: who was seen to have what it is for, and when. */
  #note(holder: number, seen: number): WaitNote {
    const { number: lock, label } = this.#awaited;
    const turn = this.#turn;
    const wait = { lock, label, holder, turn, blocks: this.#blocks, seen };
    const isNew = this.#place < 0 && this.#takePlace();
    if (this.#place >= 0) {
      if (isNew || holder !== this.#holder) writeWait(this.#place, wait);
      else stampWait(this.#place, seen);
    }
    this.#holder = holder;
    return wait;
  }

  /** The wait is over. */
  end(): void {
    if (this.#place < 0) return;
    eraseWait(this.#place);
    places[this.#place] = false;
  }

  // More waits of one thread than it has places go untold: they can still find
  // a circle, but nobody finds one through them.
  #takePlace(): boolean {
    this.#place = places.indexOf(false);
    if (this.#place < 0) return false;
    places[this.#place] = true;
    return true;
  }

  #judge(circle: readonly Edge[]): void {
    // One of its waits is to blame: the latest, which closed it.
    const last = circle.reduce((one, other) =>
      other.wait.turn > one.wait.turn ? other : one
    );
    if (last.wait.turn !== this.#turn) return wakeThread(last.thread);
    const unseen = circle.filter((edge) => !wasSeen(edge, this.#turn));
    if (unseen.length > 0) {
      for (const { thread } of unseen) wakeThread(thread);
      return;
    }
    if (!circle.every(({ wait }) => wait.blocks) && !this.#isProven(circle)) {
      return;
    }
    this.#isTold = true;
    const error = new DeadlockError(circle.map(({ thread, wait }) => ({
      actor: nameOfThread(thread),
      lock: wait.label,
    })));
    if (this.#onFail !== undefined) this.#onFail(error);
    else console.warn(error.message);
  }

  /** Whether a circle that could still open has stood for long enough. */
  #isProven(circle: readonly Edge[]): boolean {
    const mark = markOf(circle);
    const now = Date.now();
    if (mark === this.#suspect) return now >= this.#provenAt;
    this.#suspect = mark;
    this.#provenAt = now + STANDS_FOR;
    this.due = Math.min(this.due, this.#provenAt);
    if (!this.#blocks) arm(this.due);
    return false;
  }
}

/**
 * Waits for a lock without blocking.
 *
 * @param attempt Tries to take it; is told since when it has waited.
 * @param onDeadlock What to do about a wait that can never end.
 * @throws {DeadlockError} If it can never end, and the lock's option says so.
 */
export function awaitLock(
  awaited: Awaited,
  attempt: (begun: number) => boolean,
  options: WaitOptions | undefined,
  onDeadlock: OnDeadlock,
): Promise<void> {
  const failing = onDeadlock === "fail" ? new AbortController() : undefined;
  const wait = new LockWait(
    awaited,
    false,
    failing && ((error) => {
      failing.abort(error);
    }),
  );
  enlist(wait);
  return waitAt([awaited.gate], {
    attempt: () => {
      // It is not always a wake-up that leads here.
      stopIfFenced();
      if (attempt(wait.begun)) return true;
      wait.wasInVain();
      return false;
    },
    options: failing === undefined ? options : {
      timeout: options?.timeout,
      signal: options?.signal === undefined
        ? failing.signal
        : AbortSignal.any([options.signal, failing.signal]),
    },
    late: () => lateText(awaited, options?.timeout),
    onEnd: () => {
      delist(wait);
      wait.end();
    },
  });
}

/**
 * Blocks until the lock is taken.
 *
 * @param attempt Tries to take it; is told since when it has waited.
 * @param onDeadlock What to do about a wait that can never end.
 * @throws {DeadlockError} If it can never end, and the lock's option says so.
 * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
 */
export function blockForLock(
  awaited: Awaited,
  attempt: (begun: number) => boolean,
  timeout: number,
  onDeadlock: OnDeadlock,
): void {
  const fail = (error: DeadlockError) => {
    throw error;
  };
  const wait = new LockWait(
    awaited,
    true,
    onDeadlock === "fail" ? fail : undefined,
  );
  const end = performance.now() + timeout;
  let isTaken = false;
  let due = 0;
  const tryNow = () => {
    isTaken = attempt(wait.begun);
    if (isTaken) return true;
    wait.wasInVain();
    return wait.due < due; // The sleep was planned for longer.
  };
  // From here to the end, also between two sleeps: who waits in this thread without
  // blocking could take it and not go on.
  beginBlocking();
  try {
    for (;;) {
      due = wait.due;
      const left = end - performance.now();
      blockAt([awaited.gate], tryNow, Math.min(left, due - Date.now()));
      if (isTaken) return;
      if (performance.now() >= end) {
        throw timeoutError(lateText(awaited, timeout));
      }
      wait.lookIfDue();
    }
  } finally {
    endBlocking();
    wait.end();
  }
}

function lateText(awaited: Awaited, timeout: number | undefined): string {
  const names = awaited.holders().map((id) => `"${nameOfThread(id)}"`);
  const by = names.length === 0 ? "" : `: ${names.join(", ")} held it`;
  return `Cannot acquire ${awaited.label} within ${timeout} ms${by}`;
}
