/**
 * The value: one number that actors share.
 *
 * @module
 */

import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import type { Lock } from "../locks/lock.ts";
import type { Cells } from "./_cells.ts";
import { cellsOf, sizeOf } from "./_cells_of.ts";
import {
  type BitsOf,
  type ElementNameOf,
  elementNameOf,
  type ElementOf,
  type ElementType,
  type SameElements,
} from "./element_types.ts";
import {
  ADOPTED,
  adopting,
  type InnerOptions,
  SharedMemory,
} from "./_shared_memory.ts";
import type { SharedOptions } from "./shared_options.ts";

const WHAT = "value";

const values = new Identity<Value<ElementType>>();

/**
 * A number in memory that actors share.
 *
 * Made by any actor and passed to others as an argument or an item; all of them
 * see and change the one number. Its type says what it takes, and everything
 * else is refused: a number that is out of range is a `RangeError` and changes
 * nothing, where C and Python let it wrap around.
 *
 * Each call is one atomic step, in one order for all actors, and never waits.
 * `value.value += 1` is two calls, a read and a write, between which another
 * actor may write. So use {@linkcode add} and the like, or hold the
 * {@linkcode lock}: for its holder, reading and setting are plain memory, which is
 * faster, and in order for all that use the lock.
 *
 * The calls themselves do not take the lock. So they neither wait for whoever
 * holds it, nor are they kept out: all that change the number in several steps
 * must hold the lock, and so must those whose single steps are not to come in
 * between.
 *
 * In the spirit of Python's `multiprocessing.Value`.
 *
 * @example Two actors count in one number
 * ```ts ignore
 * import { actor, Value } from "@troupe/troupe";
 *
 * const count = actor(import.meta, function count(total: Value<"int32">) {
 *   for (let i = 0; i < 1000; i++) total.add(1);
 * });
 *
 * if (import.meta.main) {
 *   const total = new Value("int32", 0);
 *   const counters = [count.spawn([total]), count.spawn([total])];
 *   for (const one of counters) await one.join();
 *   console.log(total.value); // 2000
 * }
 * ```
 *
 * @example Steps that belong together, under the lock
 * ```ts
 * import { Value } from "@troupe/troupe";
 *
 * const largest = new Value("d", -Infinity);
 * const offer = (n: number) =>
 *   largest.lock.runSync(() => {
 *     if (n > largest.value) largest.value = n;
 *   });
 * for (const n of [3, 5, 4]) offer(n);
 * console.log(largest.value); // 5
 * ```
 *
 * @typeParam T The type of the number.
 */
export class Value<T extends ElementType> {
  /** The kind of handle this is. */
  readonly kind = "shared-value";
  /** The name of its type, also where it was made with Python's code for it. */
  readonly type!: ElementNameOf<T>;

  /** Never there. Makes `Value<"i">` and `Value<"int32">` one type. */
  declare private readonly _same?: SameElements<T>;

  readonly #memory!: SharedMemory;
  readonly #cells!: Cells<ElementOf<T>>;

  /**
   * Makes a value.
   *
   * @param type Its type: a name such as `"int32"`, or Python's code for it.
   * @param initial What it is at first. Default: 0.
   * @throws {TypeError} If there is no such type, or if the initial number or an
   *   option is of the wrong type.
   * @throws {RangeError} If the type cannot hold the initial number.
   */
  constructor(type: T, initial?: ElementOf<T>, options: SharedOptions = {}) {
    const remote = madeAtHome<this>("shared-value", type, initial, options);
    if (remote !== undefined) return remote;
    this.type = elementNameOf(type, WHAT);
    const adopted = (options as InnerOptions)[ADOPTED];
    const memory = adopted ??
      SharedMemory.create(WHAT, sizeOf(this.type), options);
    this.#memory = memory;
    const where = () => memory.label;
    this.#cells = cellsOf<T>(this.type, memory, 0, 1, where);
    if (adopted === undefined && initial !== undefined) this.value = initial;
    values.add(memory.number, this as unknown as Value<ElementType>);
  }

  /** The number as it is now. */
  get value(): ElementOf<T> {
    return this.#cells.load(0);
  }

  /**
   * Sets the number. A type with a fraction rounds it to what it can hold.
   *
   * @throws {TypeError} If it is no number, or no bigint where the type has
   *   bigints.
   * @throws {RangeError} If the type cannot hold it.
   */
  set value(value: ElementOf<T>) {
    this.#cells.set(0, value);
  }

  /**
   * The lock that goes with it: that of the options, or its own.
   *
   * @throws {TypeError} If it was made with `lock: false`.
   */
  get lock(): Lock {
    return this.#memory.lock;
  }

  /**
   * Adds to the number, in one step.
   *
   * Types with a fraction have this too, at the cost of some attempts while
   * others change the number: no lock is taken.
   *
   * @returns The number before.
   * @throws {TypeError} If the operand is of the wrong type.
   * @throws {RangeError} If the sum is out of range, or the operand has a
   *   fraction that the type has not. Nothing is changed then.
   */
  add(operand: ElementOf<T>): ElementOf<T> {
    return this.#cells.add(0, operand);
  }

  /**
   * Subtracts from the number, in one step; see {@linkcode add}.
   *
   * @returns The number before.
   * @throws {TypeError} If the operand is of the wrong type.
   * @throws {RangeError} If the difference is out of range, or the operand has a
   *   fraction that the type has not. Nothing is changed then.
   */
  sub(operand: ElementOf<T>): ElementOf<T> {
    return this.#cells.sub(0, operand);
  }

  /**
   * Keeps the bits that the mask has, in one step. Not for types with a
   * fraction.
   *
   * @returns The number before.
   * @throws {TypeError} If the mask is of the wrong type, or the type has a
   *   fraction.
   * @throws {RangeError} If the type cannot hold the mask: for `uint8`, `~1` is
   *   −2, and `~1 & 0xff` is what is meant.
   */
  and(mask: BitsOf<T>): ElementOf<T> {
    return this.#cells.mask("and", 0, mask);
  }

  /**
   * Sets the bits that the mask has, in one step; see {@linkcode and}.
   *
   * @returns The number before.
   * @throws {TypeError} If the mask is of the wrong type, or the type has a
   *   fraction.
   * @throws {RangeError} If the type cannot hold the mask.
   */
  or(mask: BitsOf<T>): ElementOf<T> {
    return this.#cells.mask("or", 0, mask);
  }

  /**
   * Flips the bits that the mask has, in one step; see {@linkcode and}.
   *
   * @returns The number before.
   * @throws {TypeError} If the mask is of the wrong type, or the type has a
   *   fraction.
   * @throws {RangeError} If the type cannot hold the mask.
   */
  xor(mask: BitsOf<T>): ElementOf<T> {
    return this.#cells.mask("xor", 0, mask);
  }

  /**
   * Sets the number, in one step with reading it.
   *
   * @returns The number before.
   * @throws {TypeError} If the new number is of the wrong type.
   * @throws {RangeError} If the type cannot hold it.
   */
  exchange(value: ElementOf<T>): ElementOf<T> {
    return this.#cells.exchange(0, value);
  }

  /**
   * Sets the number if it is the expected one, in one step.
   *
   * Types with a fraction round `expected` as they do any number, and compare as
   * `Object.is` does: `NaN` is equal to itself, and 0 is not −0.
   *
   * @returns The number before; it was replaced if this is the expected one.
   * @throws {TypeError} If one of the two is of the wrong type.
   * @throws {RangeError} If the type cannot hold one of the two.
   */
  compareExchange(
    expected: ElementOf<T>,
    replacement: ElementOf<T>,
  ): ElementOf<T> {
    return this.#cells.compareExchange(0, expected, replacement);
  }

  /** The number as text. */
  toString(): string {
    return `${this.value}`;
  }

  /**
   * How it is logged: `value "hits" (int32: 5)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#memory.label} (${this.type}: ${Deno.inspect(this.value)})`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return { kind: this.kind, type: this.type, ...this.#memory.pack() };
  }
}

registerHandle("shared-value", {
  unpack(packed) {
    const known = values.get(packed.number as number);
    if (known !== undefined) return known;
    const options = adopting(SharedMemory.unpack(WHAT, packed));
    return new Value(packed.type as ElementType, undefined, options);
  },
});
