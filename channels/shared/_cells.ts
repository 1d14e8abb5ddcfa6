/**
 * Numbers in shared memory, each checked before it is written.
 *
 * All that holds shared numbers is built on these, so that a number is refused
 * or taken for the same reasons everywhere:
 *
 * ```text
 *   Value         one cell
 *   SharedArray   cells of one type, by index
 *   SharedStruct  for each type of its fields: cells over all of its memory,
 *                 of which it uses those where a field of the type lies
 * ```
 *
 * Each operation on one cell is atomic, and in one order with all others for all
 * threads. None waits. Whoever holds the lock that goes with the cells reads and
 * writes them as plain memory, which takes half the time: others that use the lock
 * see all of it when they get the lock, and it is whole for those that do not.
 *
 * @module
 */

/** How an error calls the cell with this index: `value "hits"`. */
export type Where = (at: number) => string;

/** What knows whether this actor holds the lock that goes with the cells. */
export interface Lockable {
  /** Whether it does. */
  readonly isLockedHere: boolean;
}

/** What is done bit by bit. */
export type BitOperation = "and" | "or" | "xor";

/**
 * Cells of one type.
 *
 * @typeParam N Their numbers.
 */
export abstract class Cells<N extends number | bigint> {
  /** The name of their type. */
  readonly type: string;
  /** What the cells belong to. */
  protected readonly owner: Lockable;
  readonly #where: Where;

  constructor(type: string, owner: Lockable, where: Where) {
    this.type = type;
    this.owner = owner;
    this.#where = where;
  }

  /** What a cell holds. */
  abstract load(at: number): N;

  /** Writes a number that was checked. */
  abstract store(at: number, value: N): void;

  /**
   * Checks that a cell can hold the value.
   *
   * @param action What is done to the cell, for the error.
   * @throws {TypeError} If it is of another type than the elements.
   * @throws {RangeError} If it is out of range, or has a fraction that the
   *   cell cannot hold.
   */
  abstract check(action: string, at: number, value: N): void;

  /** Changes bits, and returns what was there before. */
  abstract mask(operation: BitOperation, at: number, operand: N): N;

  /** Writes a number that was checked, and returns what was there before. */
  protected abstract swap(at: number, value: N): N;

  /**
   * Writes a number that was checked if the cell holds the expected one, which
   * was checked as well. Returns what was there before.
   */
  protected abstract swapIf(at: number, expected: N, replacement: N): N;

  /** Adds or subtracts; see {@linkcode add}. */
  protected abstract change(
    at: number,
    operand: N,
    action: "add to" | "subtract from",
  ): N;

  /** Adds, and returns what was there before. Nothing wraps around. */
  add(at: number, operand: N): N {
    return this.change(at, operand, "add to");
  }

  /** Subtracts, and returns what was there before. Nothing wraps around. */
  sub(at: number, operand: N): N {
    return this.change(at, operand, "subtract from");
  }

  /** Checks and writes. */
  set(at: number, value: N): void {
    this.check("set", at, value);
    this.store(at, value);
  }

  /** Writes, and returns what was there before. */
  exchange(at: number, value: N): N {
    this.check("exchange", at, value);
    return this.swap(at, value);
  }

  /** Writes if the cell holds `expected`, and returns what was there before. */
  compareExchange(at: number, expected: N, replacement: N): N {
    this.check("compare", at, expected);
    this.check("exchange", at, replacement);
    return this.swapIf(at, expected, replacement);
  }

  /** The error for a value of another type than the elements. */
  protected wrongType(
    action: string,
    at: number,
    value: unknown,
    wanted: "number" | "bigint",
  ): TypeError {
    return new TypeError(
      `Cannot ${action} ${this.#where(at)}: ${this.type} takes a ${wanted}, ` +
        `got ${value === null ? "null" : typeof value}`,
    );
  }

  /** The error for a number that has a fraction, or is none. */
  protected notWhole(action: string, at: number, value: unknown): RangeError {
    return new RangeError(
      `Cannot ${action} ${this.#where(at)}: ${this.type} takes whole numbers ` +
        `only, got ${value}`,
    );
  }

  /**
   * The error for a number that is too large or too small.
   *
   * @param text The number, or what would give it.
   */
  protected outOfRange(
    action: string,
    at: number,
    text: string,
    min: N,
    max: N,
  ): RangeError {
    return new RangeError(
      `Cannot ${action} ${this.#where(at)}: ${text} is out of range of ` +
        `${this.type} (${min} to ${max})`,
    );
  }

  /** The error for bits of what has none to be masked. */
  protected noBits(operation: BitOperation, at: number): TypeError {
    return new TypeError(
      `Cannot apply ${operation}() to ${this.#where(at)}: ${this.type} has ` +
        "fractions, only types of whole numbers have bits to be masked",
    );
  }
}

/** How the text of a sum or a difference reads. */
export function textOfChange<N extends number | bigint>(
  old: N,
  operand: N,
  isSum: boolean,
): string {
  const text = operand < 0 ? `(${operand})` : `${operand}`;
  return `${old} ${isSum ? "+" : "-"} ${text}`;
}
