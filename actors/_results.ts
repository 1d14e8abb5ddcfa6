/**
 * What the methods of a class actor give: a value, a promise or a stream.
 *
 * @module
 */

/** What a generator method gives. */
export type AnyGenerator =
  | Generator<unknown, unknown, unknown>
  | AsyncGenerator<unknown, unknown, unknown>;

/** Whether it is to be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

/**
 * Whether it is a stream. A queue, say, can be iterated over too, but it is a
 * value.
 */
export function isGenerator(value: unknown): value is AnyGenerator {
  return typeof value === "object" && value !== null &&
    // The quick look, since every answer that is an object comes by here.
    typeof (value as { next?: unknown }).next === "function" &&
    /Generator\]$/.test(Object.prototype.toString.call(value));
}
