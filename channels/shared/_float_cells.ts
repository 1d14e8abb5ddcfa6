/**
 * Cells of numbers that have a fraction.
 *
 * The platform's atomic operations are for whole numbers. So all is done on the
 * bits of a number, seen as a whole number of the same size, and a sum is put in
 * the place of the number it was made from only if that is still there (a
 * compare-and-exchange loop). Python's wrapper takes the lock for this; here
 * nothing waits for whoever holds it.
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

/** What is to be known of a type of numbers that have a fraction. */
export interface FloatFormat {
  /** The greatest finite number. */
  readonly max: number;
  /** One number of the type, to go from it to its bits and back. */
  readonly number: Float16Array | Float32Array | Float64Array;
  /** The bits of {@linkcode number}. */
  readonly bits: Int16Array | Int32Array | BigInt64Array;
}

/** A view of the bits of numbers in shared memory. */
export type FloatBits =
  | Int16Array<SharedArrayBuffer>
  | Int32Array<SharedArrayBuffer>
  | BigInt64Array<SharedArrayBuffer>;

/** Cells of a type with a fraction. */
export class FloatCells extends Cells<number> {
  // The bits of a float64 are a bigint, which is handled in the same way as a
  // number; the compiler cannot express that, and is told that it is a number.
  readonly #view: Int32Array<SharedArrayBuffer>;
  readonly #bits: Int32Array;
  readonly #number: Float64Array;
  readonly #max: number;

  constructor(
    type: string,
    view: FloatBits,
    { max, number, bits }: FloatFormat,
    owner: Lockable,
    where: Where,
  ) {
    super(type, owner, where);
    this.#view = view as Int32Array<SharedArrayBuffer>;
    this.#bits = bits as Int32Array;
    this.#number = number as Float64Array;
    this.#max = max;
  }

  #numberOf(bits: number): number {
    this.#bits[0] = bits;
    return this.#number[0]!;
  }

  /** The bits of a number, rounded to the type. */
  #bitsOf(value: number): number {
    this.#number[0] = value;
    return this.#bits[0]!;
  }

  override load(at: number): number {
    return this.#numberOf(
      this.owner.isLockedHere ? this.#view[at]! : Atomics.load(this.#view, at),
    );
  }

  override store(at: number, value: number): void {
    const bits = this.#bitsOf(value);
    if (this.owner.isLockedHere) this.#view[at] = bits;
    else Atomics.store(this.#view, at, bits);
  }

  override check(action: string, at: number, value: number): void {
    if (typeof value !== "number") {
      throw this.wrongType(action, at, value, "number");
    }
    if (this.#fits(value)) return;
    throw this.outOfRange(action, at, `${value}`, -this.#max, this.#max);
  }

  /** Whether it stays finite, or is not finite itself. */
  #fits(value: number): boolean {
    if (value <= this.#max && value >= -this.#max) return true;
    if (!Number.isFinite(value)) return true;
    return Number.isFinite(this.#numberOf(this.#bitsOf(value)));
  }

  protected override change(
    at: number,
    operand: number,
    action: "add to" | "subtract from",
  ): number {
    if (typeof operand !== "number") {
      throw this.wrongType(action, at, operand, "number");
    }
    const isSum = action === "add to";
    for (;;) {
      const oldBits = Atomics.load(this.#view, at);
      const old = this.#numberOf(oldBits);
      const result = isSum ? old + operand : old - operand;
      const bits = this.#bitsOf(result);
      if (
        !Number.isFinite(this.#number[0]) && Number.isFinite(old) &&
        Number.isFinite(operand)
      ) {
        const text = textOfChange(old, operand, isSum);
        throw this.outOfRange(action, at, text, -this.#max, this.#max);
      }
      if (Atomics.compareExchange(this.#view, at, oldBits, bits) === oldBits) {
        return old;
      }
    }
  }

  override mask(operation: BitOperation, at: number): number {
    throw this.noBits(operation, at);
  }

  protected override swap(at: number, value: number): number {
    const bits = this.#bitsOf(value);
    return this.#numberOf(Atomics.exchange(this.#view, at, bits));
  }

  protected override swapIf(
    at: number,
    expected: number,
    replacement: number,
  ): number {
    // NaN has many bit patterns, so the numbers are compared.
    const rounded = this.#numberOf(this.#bitsOf(expected));
    const bits = this.#bitsOf(replacement);
    for (;;) {
      const oldBits = Atomics.load(this.#view, at);
      const old = this.#numberOf(oldBits);
      if (!Object.is(old, rounded)) return old;
      if (Atomics.compareExchange(this.#view, at, oldBits, bits) === oldBits) {
        return old;
      }
    }
  }
}
