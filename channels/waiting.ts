/**
 * Waiting at gates: the awaiting form and the blocking form.
 *
 * A thread has one sleeping word (see `threads.ts`), and at most one native
 * waiter on it, however many of its callers wait at however many gates. After
 * each wake-up it looks at every gate its callers wait at:
 *
 * ```text
 *   caller ─┐                                        ┌─▶ gate of queue A
 *   caller ─┼─▶ gates ──▶ one Atomics.waitAsync ──▶ serve ─▶ gate of pipe B
 *   caller ─┘             on the thread's own word   └─▶ gate of the ends
 * ```
 *
 * @module
 */

import {
  beginBlocking,
  type Callers,
  endBlocking,
  isAttending,
  type Place,
  serveAll,
  type Waiter,
} from "./callers.ts";
import { sleep, sleepAsync, stopIfFenced, wakeCount } from "./threads.ts";
import { startTimer, timeoutError, type WaitOptions } from "./wait_options.ts";

let isArmed = false;

/** Arms the native waiter, so that a wake-up reaches the gates. */
function arm(): void {
  if (isArmed || !isAttending()) return;
  for (;;) {
    // The count is read before the look: a wake-up after the look then finds
    // a count that differs, and does not fall between the two.
    const seen = wakeCount();
    serveAll();
    if (!isAttending()) return;
    const woken = sleepAsync(seen);
    if (woken === undefined) continue;
    isArmed = true;
    woken.then(wakeUp);
    return;
  }
}

function wakeUp(): void {
  isArmed = false;
  stopIfFenced();
  arm();
}

// A native waiter does not keep the program alive, so a timer does while
// somebody waits. Only the root thread ends by itself: a worker lives until it
// is closed.
const endsByItself = !("WorkerGlobalScope" in globalThis);
let holders = 0;
let holder: ReturnType<typeof setInterval> | undefined;

function hold(): void {
  if (endsByItself && holders++ === 0) {
    holder = setInterval(() => {}, 2 ** 30);
  }
}

function release(): void {
  if (endsByItself && --holders === 0) clearInterval(holder);
}

/** What {@linkcode waitAt} needs beside the gates. */
export interface WaitRequest {
  /**
   * Tries to do what is waited for; may throw to end the wait with an error.
   * Runs no user code.
   */
  attempt: () => boolean;
  /** The wait's options, already checked. */
  options: WaitOptions | undefined;
  /** The text of the error when the time is over. */
  late: () => string;
  /** Whether the wait keeps the program alive; true by default. */
  keepsAlive?: boolean;
  /** Called when the wait is over, however it ended, before its caller hears. */
  onEnd?: () => void;
}

/**
 * Waits until `attempt` succeeds.
 *
 * Rejects with what `attempt` throws, with a `TimeoutError` when the time is
 * over, or with the signal's reason. Afterwards nothing is left behind.
 */
export function waitAt(
  gates: readonly Callers[],
  { attempt, options, late, keepsAlive = true, onEnd }: WaitRequest,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const signal = options?.signal;
  // Checked before, but user code may have run since: a getter of the item.
  if (signal?.aborted) return Promise.reject(signal.reason);
  const waiter: Waiter = {
    attempt() {
      try {
        // An attempt may have had the wait given up.
        if (!attempt()) return !isWaiting;
        finish();
        resolve();
      } catch (error) {
        finish();
        reject(error);
      }
      return true;
    },
  };
  const giveUp = (error: unknown) => {
    finish();
    reject(error);
    // Those behind may want less, such as to put a smaller item.
    for (const gate of gates) gate.serve();
  };
  const abort = () => giveUp(signal!.reason);
  const stopTimer = startTimer(options?.timeout ?? Infinity, () => {
    // The last look: what came at the same instant is not lost to the clock.
    // In the callers' order, so that no later put overtakes an earlier one.
    for (const gate of gates) gate.serve();
    if (isWaiting) giveUp(timeoutError(late()));
  });
  let isWaiting = true;
  const finish = () => {
    if (!isWaiting) return;
    isWaiting = false;
    stopTimer();
    signal?.removeEventListener("abort", abort);
    if (keepsAlive) release();
    for (let i = 0; i < gates.length; i++) gates[i]!.remove(places[i]!);
    onEnd?.();
  };
  signal?.addEventListener("abort", abort, { once: true });
  if (keepsAlive) hold();
  const places: Place[] = [];
  for (const gate of gates) places.push(gate.add(waiter));
  // After entering the lists, the look that rule 1 asks for.
  for (let i = 0; i < gates.length; i++) {
    if (places[i]!.before === undefined) gates[i]!.serve();
  }
  arm();
  return promise;
}

/** How long to look before a sleep, in ms; a sleeper wakes in about half. */
const LOOK = 0.02;

/**
 * Blocks the thread until `attempt` succeeds.
 *
 * Callers of this thread that wait without blocking are served meanwhile. Ends
 * with the thread when it is terminated.
 *
 * @returns Whether it succeeded within `timeout` ms.
 */
export function blockAt(
  gates: readonly Callers[],
  attempt: () => boolean,
  timeout: number,
): boolean {
  const deadline = performance.now() + timeout;
  const { patience } = gates[0]!;
  beginBlocking();
  try {
    for (;;) {
      // Read before the look at the fence, which wakes whoever it concerns.
      const seen = wakeCount();
      stopIfFenced();
      for (const gate of gates) gate.enter();
      if (attempt()) return true;
      const left = deadline - performance.now();
      if (!(left > 0)) return false;
      // A wake-up that came before the count was read may have been for those
      // who wait without blocking, whose turn of the event loop does not come.
      serveAll();
      // That may have served the last caller that waits without blocking, as the
      // attempt may have, and with it have taken the thread off the list.
      let isListed = true;
      for (const gate of gates) if (gate.enter()) isListed = false;
      if (isListed && !patience.look(() => wakeCount() !== seen, LOOK)) {
        sleep(seen, left);
      }
    }
  } finally {
    endBlocking();
    for (const gate of gates) {
      if (gate.hasWaiters) gate.serve();
      else gate.leave();
    }
  }
}
