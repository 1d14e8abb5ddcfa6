import nodeAssert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { AssertionError, format, suffix } from "./assertion_error.ts";

export type ArrayLikeArg<T> = ArrayLike<T> & object;

export function equal(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n${difference(actual, expected)}`,
  );
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${
      suffix(msg)
    }`,
  );
}

export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const has = Array.from(actual);
  const missing = Array.from(expected)
    .filter((wanted) => !has.some((one) => equal(one, wanted)));
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${format(has)}" to include: "${
      format(Array.from(expected))
    }"${suffix(msg)}\nmissing: ${format(missing)}`,
  );
}

/**
 * Passes when `actual` has at least what `expected` has, at every depth.
 * `object` accepts what the original's `Record<PropertyKey, any>` accepts.
 */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (covers(actual, expected, new Map())) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n${difference(actual, expected)}`,
  );
}

/** `seen` holds the pairs already under way, so that a cycle ends. */
function covers(
  actual: unknown,
  expected: unknown,
  seen: Map<object, object>,
): boolean {
  if (!isObject(actual) || !isObject(expected)) return equal(actual, expected);
  if (seen.get(expected) === actual) return true;
  seen.set(expected, actual);
  if (expected instanceof Map) {
    return actual instanceof Map &&
      [...expected].every(([key, value]) =>
        actual.has(key) && covers(actual.get(key), value, seen)
      );
  }
  if (expected instanceof Set) {
    return actual instanceof Set &&
      [...expected].every((value) => actual.has(value));
  }
  const keys = Reflect.ownKeys(expected);
  // A Date, an error or a class with private state has nothing to walk.
  if (keys.length === 0 || expected instanceof RegExp) {
    return isPlain(expected) || equal(actual, expected);
  }
  return keys.every((key) =>
    Reflect.has(actual, key) &&
    covers(Reflect.get(actual, key), Reflect.get(expected, key), seen)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Node's own comparison, line by line. */
function difference(actual: unknown, expected: unknown): string {
  try {
    nodeAssert.deepStrictEqual(actual, expected);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return `    actual: ${format(actual)}\n  expected: ${format(expected)}`;
}
