/**
 * Cells of whole numbers, and of bigints.
 *
 * @module
 */

import {
  type BitOperation,
  Cells,
  type Lockable,
  textOfChange,
  type Where,
} from "./_cells.ts";

/** A view of whole numbers in shared memory. */
export type IntegerView =
  | Int8Array<SharedArrayBuffer>
  | Uint8Array<SharedArrayBuffer>
  | Int16Array<SharedArrayBuffer>
  | Uint16Array<SharedArrayBuffer>
  | Int32Array<SharedArrayBuffer>
  | Uint32Array<SharedArrayBuffer>
  | BigInt64Array<SharedArrayBuffer>
  | BigUint64Array<SharedArrayBuffer>;

/**
 * Cells of a type without a fraction.
 *
 * The code is the same for numbers and for bigints, which the compiler cannot
 * express: it is told that they are numbers.
 */
export class IntegerCells extends Cells<number> {
  readonly #view: Int32Array<SharedArrayBuffer>;
  readonly #holds: "number" | "bigint";
  readonly #min: number;
  readonly #max: number;

  constructor(
    type: string,
    view: IntegerView,
    [min, max]: readonly [min: number | bigint, max: number | bigint],
    owner: Lockable,
    where: Where,
  ) {
    super(type, owner, where);
    this.#view = view as Int32Array<SharedArrayBuffer>;
    this.#holds = typeof min as "number" | "bigint";
    this.#min = min as number;
    this.#max = max as number;
  }

  override load(at: number): number {
    return this.owner.isLockedHere
      ? this.#view[at]!
      : Atomics.load(this.#view, at);
  }

  override store(at: number, value: number): void {
    if (this.owner.isLockedHere) this.#view[at] = value;
    else Atomics.store(this.#view, at, value);
  }

  override check(action: string, at: number, value: number): void {
    this.#checkWhole(action, at, value);
    if (value >= this.#min && value <= this.#max) return;
    throw this.outOfRange(action, at, `${value}`, this.#min, this.#max);
  }

  #checkWhole(action: string, at: number, value: number): void {
    const given = typeof value;
    if (given !== this.#holds) {
      throw this.wrongType(action, at, value, this.#holds);
    }
    if (this.#holds === "bigint" || Number.isInteger(value)) return;
    throw this.notWhole(action, at, value);
  }

  protected override change(
    at: number,
    operand: number,
    action: "add to" | "subtract from",
  ): number {
    this.#checkWhole(action, at, operand);
    const view = this.#view;
    const isSum = action === "add to";
    for (;;) {
      const old = Atomics.load(view, at);
      const result = isSum ? old + operand : old - operand;
      if (!(result >= this.#min && result <= this.#max)) {
        const text = textOfChange(old, operand, isSum);
        throw this.outOfRange(action, at, text, this.#min, this.#max);
      }
      if (Atomics.compareExchange(view, at, old, result) === old) return old;
    }
  }

  override mask(operation: BitOperation, at: number, operand: number): number {
    this.check(`apply ${operation}() to`, at, operand);
    return Atomics[operation](this.#view, at, operand);
  }

  protected override swap(at: number, value: number): number {
    return Atomics.exchange(this.#view, at, value);
  }

  protected override swapIf(
    at: number,
    expected: number,
    replacement: number,
  ): number {
    return Atomics.compareExchange(this.#view, at, expected, replacement);
  }
}
