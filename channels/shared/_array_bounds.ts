/**
 * The bounds of arrays: what is no index, no length, or no room.
 *
 * @module
 */

import { checkWhole } from "../bounds.ts";

/** The error for what is no index of an array. */
export function noIndex(
  action: string,
  index: unknown,
  label: string,
  length: number,
): TypeError | RangeError {
  const text = `Cannot ${action} [${String(index)}] of ${label}: `;
  if (typeof index !== "number") {
    return new TypeError(`${text}an index is a number, got ${typeof index}`);
  }
  return new RangeError(
    text +
      (length === 0
        ? "it has no elements"
        : `its indices are whole numbers from 0 to ${length - 1}`),
  );
}

/**
 * Checks a number of elements or bytes.
 *
 * @param what What is to have so many.
 * @throws {RangeError} If it is no whole number from 0 on.
 */
export function checkLength(what: string, length: number): number {
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new RangeError(
    `Cannot create ${what}: the length must be a whole number from 0 on, ` +
      `got ${length}`,
  );
}

/**
 * Checks where items are to be written.
 *
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is no whole number from 0 to `length`.
 */
export function checkOffset(
  offset: number,
  label: string,
  length: number,
): void {
  checkWhole(`Cannot set ${label}: the offset`, offset, 0, length);
}

/** The error for more items than there is room for. */
export function noRoom(
  label: string,
  offset: number,
  length: number,
): RangeError {
  return new RangeError(
    `Cannot set ${label}: it has ${length} elements, and there are more items ` +
      `than the ${length - offset} from [${offset}] on take`,
  );
}
