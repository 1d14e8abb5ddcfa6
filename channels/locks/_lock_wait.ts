/**
 * Waiting for a lock, and finding out that the wait can never end.
 *
 * Most waits are short, and nothing is done about them. One that has lasted
 * {@linkcode LOOK_AFTER} ms is told of in the thread's notes, and from then on a
 * circle is looked for each time who holds the lock has changed. One timer a
 * thread does for all its waits; it keeps nothing alive.
 *
 * @module
 */

import type { Gate } from "../gate.ts";
import {
  eraseWait,
  MOST_WAITS,
  nameOfThread,
  nextTurn,
  writeWait,
} from "../thread_notes.ts";
import { wakeThread } from "../threads.ts";
import { blockAt, waitAt } from "../waiting.ts";
import { timeoutError, type WaitOptions } from "../wait_options.ts";
import { DeadlockError } from "./lock_errors.ts";
import type { OnDeadlock } from "./lock_options.ts";
import { type Edge, findCircle, markOf } from "./_wait_graph.ts";

/** After so many ms a wait is told of. */
const LOOK_AFTER = 20;

/** So long a circle must stand still in which any wait leaves its thread free. */
const STANDS_FOR = 30;

/** What is waited for. */
export interface Awaited {
  /** The number of the lock, which no other in the program has. */
  readonly number: number;
  /** What messages call it. */
  readonly label: string;
  readonly onDeadlock: OnDeadlock;
  /** Where its waiters stand. */
  readonly gate: Gate;
  /** The threads that have it. */
  holders(): readonly number[];
}

/** The places in this thread's notes that are taken. */
const places: boolean[] = Array.from({ length: MOST_WAITS }, () => false);

/** The waits of this thread. */
const waits = new Set<LockWait>();
let timer: ReturnType<typeof setTimeout> | undefined;

function arm(): void {
  if (timer !== undefined || waits.size === 0) return;
  const due = Math.min(...[...waits].map((wait) => wait.due));
  if (due === Infinity) return;
  timer = setTimeout(() => {
    timer = undefined;
    for (const wait of waits) wait.lookIfDue();
    arm();
  }, Math.max(0, due - performance.now()));
  Deno.unrefTimer(timer as unknown as number);
}

function disarm(): void {
  if (waits.size > 0) return;
  clearTimeout(timer);
  timer = undefined;
}

/** One wait for a lock. */
class LockWait {
  /** When it is to be looked at by the clock; on the scale of `performance`. */
  due: number = performance.now() + LOOK_AFTER;
  readonly #awaited: Awaited;
  readonly #blocks: boolean;
  readonly #onFail: (error: DeadlockError) => void;
  #place = -1;
  #turn = 0;
  #holder = 0;
  #suspect = "";
  #isTold = false;

  constructor(
    awaited: Awaited,
    blocks: boolean,
    onFail: (error: DeadlockError) => void,
  ) {
    this.#awaited = awaited;
    this.#blocks = blocks;
    this.#onFail = onFail;
  }

  /** Looks, if the time has come. */
  lookIfDue(): void {
    if (performance.now() < this.due) return;
    this.due = Infinity;
    this.#look();
  }

  /** Looks, if it lasts that long already: something may have changed. */
  lookAgain(): void {
    if (this.#turn !== 0) this.#look();
  }

  /** The wait is over. */
  end(): void {
    if (this.#place < 0) return;
    eraseWait(this.#place);
    places[this.#place] = false;
  }

  #look(): void {
    if (this.#isTold) return;
    const { number: lock, label } = this.#awaited;
    const holders = this.#awaited.holders();
    const holder = holders[0] ?? 0;
    const hasChanged = this.#turn === 0 || holder !== this.#holder;
    if (this.#turn === 0) this.#turn = nextTurn();
    if (this.#place < 0) this.#takePlace();
    this.#holder = holder;
    const wait = {
      lock,
      label,
      holder,
      turn: this.#turn,
      blocks: this.#blocks,
    };
    if (hasChanged && this.#place >= 0) writeWait(this.#place, wait);
    const circle = findCircle(wait, holders, hasChanged);
    if (circle === undefined) this.#suspect = "";
    else this.#judge(circle);
  }

  // More waits of one thread than it has places go untold: they can still find
  // a circle, but nobody finds one through them.
  #takePlace(): void {
    this.#place = places.indexOf(false);
    if (this.#place >= 0) places[this.#place] = true;
  }

  #judge(circle: readonly Edge[]): void {
    // One of its waits is to blame: the latest, which closed it.
    const last = circle.reduce((one, other) =>
      other.wait.turn > one.wait.turn ? other : one
    );
    if (last.wait.turn !== this.#turn) return wakeThread(last.thread);
    const mark = markOf(circle);
    if (mark !== this.#suspect && !circle.every(({ wait }) => wait.blocks)) {
      this.#suspect = mark;
      this.due = performance.now() + STANDS_FOR;
      if (!this.#blocks) arm();
      return;
    }
    if (performance.now() < this.due && this.due !== Infinity) return;
    this.#isTold = true;
    const error = new DeadlockError(circle.map(({ thread, wait }) => ({
      actor: nameOfThread(thread),
      lock: wait.label,
    })));
    if (this.#awaited.onDeadlock === "fail") this.#onFail(error);
    else console.warn(error.message);
  }
}

/**
 * Waits for a lock without blocking.
 *
 * @param attempt Tries to take it; gets for how many ms it has waited.
 * @throws {DeadlockError} If it can never end, and the lock's option says so.
 */
export async function awaitLock(
  awaited: Awaited,
  attempt: (waited: number) => boolean,
  options: WaitOptions | undefined,
): Promise<void> {
  const begun = performance.now();
  const failing = awaited.onDeadlock === "fail"
    ? new AbortController()
    : undefined;
  const wait = new LockWait(
    awaited,
    false,
    (error) => failing?.abort(error),
  );
  waits.add(wait);
  arm();
  try {
    await waitAt([awaited.gate], {
      attempt: () => {
        if (attempt(performance.now() - begun)) return true;
        wait.lookAgain();
        return false;
      },
      options: failing === undefined ? options : {
        timeout: options?.timeout,
        signal: options?.signal === undefined
          ? failing.signal
          : AbortSignal.any([options.signal, failing.signal]),
      },
      late: () => lateText(awaited, options?.timeout),
    });
  } finally {
    waits.delete(wait);
    wait.end();
    disarm();
  }
}

/**
 * Blocks until the lock is taken.
 *
 * @param attempt Tries to take it; gets for how many ms it has waited.
 * @throws {DeadlockError} If it can never end, and the lock's option says so.
 * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
 */
export function blockForLock(
  awaited: Awaited,
  attempt: (waited: number) => boolean,
  timeout: number,
): void {
  const begun = performance.now();
  const wait = new LockWait(awaited, true, (error) => {
    throw error;
  });
  const end = begun + timeout;
  let isTaken = false;
  let until = 0;
  const tryNow = () => {
    isTaken = attempt(performance.now() - begun);
    if (isTaken) return true;
    wait.lookAgain();
    return wait.due < until; // The sleep was planned for longer.
  };
  try {
    for (;;) {
      until = Math.min(end, wait.due);
      blockAt([awaited.gate], tryNow, until - performance.now());
      if (isTaken) return;
      if (performance.now() >= end) {
        throw timeoutError(lateText(awaited, timeout));
      }
      wait.lookIfDue();
    }
  } finally {
    wait.end();
  }
}

function lateText(awaited: Awaited, timeout: number | undefined): string {
  const names = awaited.holders().map((id) => `"${nameOfThread(id)}"`);
  const by = names.length === 0 ? "" : `: ${names.join(", ")} held it`;
  return `Cannot acquire ${awaited.label} within ${timeout} ms${by}`;
}
