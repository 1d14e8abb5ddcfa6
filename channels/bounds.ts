/**
 * The bounds and the names that queues, pipes, locks and the like take.
 *
 * @module
 */

/** The greatest `maxBytes`, and its default: 1 GiB. */
export const MOST_BYTES_LIMIT = 2 ** 30;

/** The greatest `capacity`. */
export const MOST_ITEMS_LIMIT = 2 ** 31 - 1;

/**
 * Checks a whole number.
 *
 * @param what What it is, as the error begins: `Cannot create a barrier: parties`.
 * @param advice What the error says after all else.
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is no whole number from `least` to `most`.
 */
export function checkWhole(
  what: string,
  value: number,
  least: number,
  most: number,
  advice: string = "",
): number {
  if (typeof value !== "number") {
    throw new TypeError(`${what} must be a number, got ${typeof value}`);
  }
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `${what} must be a whole number from ${least} to ${most}, got ${value}` +
      advice,
  );
}

/**
 * Checks a bound of a channel.
 *
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is no whole number from 1 to `most`.
 */
export function checkBound(
  option: string,
  value: number,
  most: number,
): number {
  const advice = ". Leave it out for no bound of your own";
  return checkWhole(
    `Cannot create a channel: ${option}`,
    value,
    1,
    most,
    advice,
  );
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
