/**
 * The options every waiting call takes, and what happens when they strike.
 *
 * @module
 */

/** How long a waiting call may wait, and what may end it early. */
export interface WaitOptions {
  /**
   * The longest time to wait, in milliseconds; 0 tries once. Without it, or
   * with `Infinity`, the call waits for as long as it takes.
   */
  timeout?: number;
  /** Ends the wait early: the call rejects with the signal's own reason. */
  signal?: AbortSignal;
}

/** How long a call may block its thread. */
export interface BlockOptions {
  /**
   * The longest time to block, in milliseconds; 0 tries once. Without it, or
   * with `Infinity`, the call blocks for as long as it takes.
   */
  timeout?: number;
}

/**
 * Checks a time-out and gives it as a number.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is negative or NaN.
 */
export function checkTimeout(timeout: number | undefined): number {
  if (timeout === undefined) return Infinity;
  if (typeof timeout !== "number") {
    throw new TypeError(
      `Cannot wait: timeout must be a number of milliseconds, got ${
        timeout === null ? "null" : typeof timeout
      }`,
    );
  }
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot wait: timeout must be 0 or more milliseconds, got ${timeout}`,
    );
  }
  return timeout;
}

/**
 * Checks the options of an awaiting call and gives the time-out.
 *
 * @throws {TypeError} If the time-out is no number or the signal no signal.
 * @throws {RangeError} If the time-out is negative or NaN.
 * @throws The signal's reason, if it is aborted already.
 */
export function checkWait(options: WaitOptions | undefined): number {
  if (options === undefined) return Infinity;
  const { timeout, signal } = options;
  const ms = checkTimeout(timeout);
  if (signal !== undefined) {
    if (!(signal instanceof AbortSignal)) {
      throw new TypeError("Cannot wait: signal must be an AbortSignal");
    }
    signal.throwIfAborted();
  }
  return ms;
}

/** The error of a wait that took too long: a `DOMException` as the web's. */
export function timeoutError(message: string): DOMException {
  return new DOMException(message, "TimeoutError");
}

/** The longest time a platform timer takes; more would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls `strike` after `ms` milliseconds, however many those are.
 *
 * @returns Takes the call back; safe to use at any time.
 */
export function startTimer(ms: number, strike: () => void): () => void {
  if (ms === Infinity) return () => {};
  let left = ms;
  let timer: ReturnType<typeof setTimeout>;
  const step = () => {
    const now = Math.min(left, LONGEST_TIMER);
    left -= now;
    timer = setTimeout(left > 0 ? step : strike, now);
  };
  step();
  return () => clearTimeout(timer);
}
