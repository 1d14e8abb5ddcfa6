/**
 * Calls that succeed at once must not keep the thread from everything else.
 *
 * A loop like `for (;;) await queue.put(x)` whose every wait is over before it
 * began runs in one turn of the event loop for ever: no timer, no signal and no
 * message gets in. So one call in so many takes a turn.
 *
 * @module
 */

/** A turn costs about a microsecond, so this adds a few ns to a call. */
const CALLS_PER_TURN = 256;

let left = CALLS_PER_TURN;

/** Whether this call, one of many that succeed at once, should take a turn. */
export function isTurnDue(): boolean {
  if (--left > 0) return false;
  left = CALLS_PER_TURN;
  return true;
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
