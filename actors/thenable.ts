/**
 * What a function may return to say that its result comes later.
 *
 * @module
 */

/** Whether a value is a promise, or is to be awaited like one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
