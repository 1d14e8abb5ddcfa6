/**
 * The bounds and the name that queues and pipes take as options.
 *
 * @module
 */

/** The greatest `maxBytes`, and its default: 1 GiB. */
export const MOST_BYTES_LIMIT = 2 ** 30;

/** The greatest `capacity`. */
export const MOST_ITEMS_LIMIT = 2 ** 31 - 1;

/**
 * Checks a bound.
 *
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is no whole number from 1 to `most`.
 */
export function checkBound(
  option: string,
  value: number,
  most: number,
): number {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot create a channel: ${option} must be a number, got ${typeof value}`,
    );
  }
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(
      `Cannot create a channel: ${option} must be a whole number from 1 to ` +
        `${most}, got ${value}. Leave it out for no bound of your own`,
    );
  }
  return value;
}

/**
 * How error messages call a channel, a lock and the like: `queue "jobs"`.
 *
 * @param kind What it is, also where it has no name.
 * @throws {TypeError} If the name is no string.
 */
export function labelOf(kind: string, name: string | undefined): string {
  if (name === undefined) return kind;
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot create a ${kind}: name must be a string, got ${typeof name}`,
    );
  }
  return `${kind} ${JSON.stringify(name)}`;
}
