/**
 * The shared array: numbers of one type that actors share.
 *
 * @module
 */

import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { INSPECT } from "../inspect.ts";
import type { Lock } from "../locks/lock.ts";
import { nextRing } from "../numbers.ts";
import { checkLength, checkOffset, noIndex, noRoom } from "./_array_bounds.ts";
import { itemsOf, limitOf, textOfItems, writeItems } from "./_array_items.ts";
import type { Cells } from "./_cells.ts";
import { cellsOf, sizeOf, viewOf } from "./_cells_of.ts";
import {
  type BitsOf,
  type ElementNameOf,
  elementNameOf,
  type ElementOf,
  type ElementType,
  type ElementView,
  type SameElements,
} from "./element_types.ts";
import {
  ADOPTED,
  adopting,
  type InnerOptions,
  SharedMemory,
} from "./_shared_memory.ts";
import type { SharedOptions } from "./shared_options.ts";

const WHAT = "shared array";

/** Where an array lies that is not made anew. */
interface Place {
  readonly memory: SharedMemory;
  /** Which no other array of the program has. */
  readonly number: number;
  /** The index of its first element in the whole array. */
  readonly start: number;
  readonly length: number;
}

const arrays = new Identity<SharedArray<ElementType>>();

/**
 * Numbers of one type in memory that actors share, of a fixed count.
 *
 * Made by any actor and passed to others as an argument or an item; all of them
 * see and change the same numbers. What the type cannot hold is refused, as by a
 * `Value`: nothing wraps around.
 *
 * Each call on one element is one atomic step and never waits. What concerns
 * several elements, such as {@linkcode fill}, is many steps: another actor may
 * see some of them done. Where that matters, or where one step depends on
 * another, hold the {@linkcode lock}. No call takes it by itself.
 *
 * For number crunching there is {@linkcode view}: the typed array itself, with
 * no check and no cost.
 *
 * In the spirit of Python's `multiprocessing.Array`.
 *
 * @example Each actor works on a part of its own
 * ```ts ignore
 * import { actor, SharedArray } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(part: SharedArray<"float64">) {
 *   const { view } = part;
 *   for (let i = 0; i < view.length; i++) view[i] = view[i]! ** 2;
 * });
 *
 * if (import.meta.main) {
 *   const numbers = new SharedArray("float64", [1, 2, 3, 4]);
 *   const halves = [numbers.subarray(0, 2), numbers.subarray(2)];
 *   const workers = halves.map((half) => square.spawn([half]));
 *   for (const one of workers) await one.join();
 *   console.log(numbers.toArray()); // [ 1, 4, 9, 16 ]
 * }
 * ```
 *
 * @typeParam T The type of the numbers.
 */
export class SharedArray<T extends ElementType>
  implements Iterable<ElementOf<T>> {
  /** The kind of handle this is. */
  readonly kind = "shared-array";
  /** The name of its type, also where it was made with Python's code for it. */
  readonly type: ElementNameOf<T>;
  /** The number of elements. */
  readonly length: number;
  /**
   * The elements as a typed array over the shared memory.
   *
   * For loops over many elements. It has the rules of typed arrays: no check,
   * what is out of range wraps around, and a read or write of it is no atomic
   * step.
   */
  readonly view: ElementView<T>;

  /** Never there. Makes `SharedArray<"i">` and `SharedArray<"int32">` one type. */
  declare private readonly _same?: SameElements<T>;

  readonly #place: Place;
  readonly #cells: Cells<ElementOf<T>>;

  /**
   * Makes an array.
   *
   * @param type The type: a name such as `"float64"`, or Python's code for it.
   * @param from The number of elements, which are 0 then; or the elements.
   * @throws {TypeError} If there is no such type, or if an element or an option
   *   is of the wrong type.
   * @throws {RangeError} If the length is no whole number from 0 on, or the type
   *   cannot hold an element.
   */
  constructor(
    type: T,
    from: number | Iterable<ElementOf<T>>,
    options: SharedOptions = {},
  ) {
    this.type = elementNameOf(type, WHAT);
    const adopted = (options as InnerOptions<Place>)[ADOPTED];
    const items = typeof from === "number"
      ? undefined
      : itemsOf<T>(this.type, plain(from));
    const place = this.#place = adopted ??
      newPlace(sizeOf(this.type), items?.length ?? from as number, options);
    const { memory, start, length, number } = place;
    const offset = start * sizeOf(this.type);
    this.length = length;
    this.view = viewOf<T>(this.type, memory.memory, offset, length);
    const where = (at: number) => `[${at}] of ${memory.label}`;
    this.#cells = cellsOf<T>(this.type, memory, offset, length, where);
    if (items !== undefined) writeItems(this.#cells, this.view, items, 0);
    arrays.add(number, this as unknown as SharedArray<ElementType>);
  }

  /**
   * The element at an index.
   *
   * @throws {RangeError} If there is no such index.
   */
  get(index: number): ElementOf<T> {
    this.#check("get", index);
    return this.#cells.load(index);
  }

  /**
   * The element at an index, which counts from the end if it is negative, as
   * with `Array.at`; undefined if there is none.
   */
  at(index: number): ElementOf<T> | undefined {
    const whole = Math.trunc(index) || 0;
    const from = whole < 0 ? whole + this.length : whole;
    if (from < 0 || from >= this.length) return undefined;
    return this.#cells.load(from);
  }

  /**
   * Sets one element.
   *
   * @throws {TypeError} If it is no number, or no bigint where the type has
   *   bigints.
   * @throws {RangeError} If there is no such index, or the type cannot hold the
   *   number.
   */
  set(index: number, value: ElementOf<T>): void;
  /**
   * Sets several elements, from the index `offset` on (default: 0). All of them
   * are checked before the first is written.
   *
   * @throws {TypeError} If one is of the wrong type.
   * @throws {RangeError} If there are too many of them, or the type cannot hold
   *   one.
   */
  set(items: Iterable<ElementOf<T>>, offset?: number): void;
  set(
    to: number | Iterable<ElementOf<T>>,
    value?: ElementOf<T> | number,
  ): void {
    if (typeof to === "number") {
      this.#check("set", to);
      this.#cells.set(to, value as ElementOf<T>);
      return;
    }
    const offset = value as number | undefined ?? 0;
    const { label } = this.#place.memory;
    checkOffset(offset, label, this.length);
    const room = this.length - offset;
    const items = itemsOf<T>(this.type, plain(to), room);
    if (items.length > room) throw noRoom(label, offset, this.length);
    writeItems(this.#cells, this.view, items, offset);
  }

  /**
   * Sets all elements from `start` to before `end` to one number. The two count
   * from the end if they are negative, as with `Array.fill`.
   *
   * @throws {TypeError} If the number is of the wrong type.
   * @throws {RangeError} If the type cannot hold it.
   */
  fill(value: ElementOf<T>, start?: number, end?: number): this {
    const [first, after] = this.#range(start, end);
    this.#cells.check("set", first, value);
    (this.view as Float64Array).fill(value as number, first, after);
    return this;
  }

  /**
   * The elements from `start` to before `end`, as an array of their own over the
   * same memory, with the same lock. It can be sent as well. The two count from
   * the end if they are negative, as with `Array.slice`.
   */
  subarray(start?: number, end?: number): SharedArray<T> {
    const [first, after] = this.#range(start, end);
    const place: Place = {
      memory: this.#place.memory,
      number: nextRing(),
      start: this.#place.start + first,
      length: after - first,
    };
    return new SharedArray(this.type as unknown as T, 0, adopting(place));
  }

  /** The elements, copied one after another into an array of this actor. */
  toArray(): ElementOf<T>[] {
    return [...this];
  }

  /** Iterates over the elements as they are when their turn comes. */
  *[Symbol.iterator](): IterableIterator<ElementOf<T>> {
    for (let at = 0; at < this.length; at++) yield this.#cells.load(at);
  }

  /**
   * The lock that goes with it: that of the options, or its own.
   *
   * @throws {TypeError} If it was made with `lock: false`.
   */
  get lock(): Lock {
    return this.#place.memory.lock;
  }

  /**
   * Adds to an element, in one step.
   *
   * @returns The element before.
   * @throws {TypeError} If the operand is of the wrong type.
   * @throws {RangeError} If there is no such index, the sum is out of range, or
   *   the operand has a fraction that the type has not. Nothing is changed then.
   */
  add(index: number, operand: ElementOf<T>): ElementOf<T> {
    this.#check("add to", index);
    return this.#cells.add(index, operand);
  }

  /**
   * Subtracts from an element, in one step; see {@linkcode add}.
   *
   * @returns The element before.
   * @throws {TypeError} If the operand is of the wrong type.
   * @throws {RangeError} If there is no such index, the difference is out of
   *   range, or the operand has a fraction that the type has not. Nothing is
   *   changed then.
   */
  sub(index: number, operand: ElementOf<T>): ElementOf<T> {
    this.#check("subtract from", index);
    return this.#cells.sub(index, operand);
  }

  /**
   * Keeps the bits of an element that the mask has, in one step. Not for types
   * with a fraction.
   *
   * @returns The element before.
   * @throws {TypeError} If the mask is of the wrong type, or the type has a
   *   fraction.
   * @throws {RangeError} If there is no such index, or the type cannot hold the
   *   mask.
   */
  and(index: number, mask: BitsOf<T>): ElementOf<T> {
    this.#check("apply and() to", index);
    return this.#cells.mask("and", index, mask);
  }

  /**
   * Sets the bits of an element that the mask has; see {@linkcode and}.
   *
   * @returns The element before.
   */
  or(index: number, mask: BitsOf<T>): ElementOf<T> {
    this.#check("apply or() to", index);
    return this.#cells.mask("or", index, mask);
  }

  /**
   * Flips the bits of an element that the mask has; see {@linkcode and}.
   *
   * @returns The element before.
   */
  xor(index: number, mask: BitsOf<T>): ElementOf<T> {
    this.#check("apply xor() to", index);
    return this.#cells.mask("xor", index, mask);
  }

  /**
   * Sets an element, in one step with reading it.
   *
   * @returns The element before.
   * @throws {TypeError} If the new number is of the wrong type.
   * @throws {RangeError} If there is no such index, or the type cannot hold the
   *   number.
   */
  exchange(index: number, value: ElementOf<T>): ElementOf<T> {
    this.#check("exchange", index);
    return this.#cells.exchange(index, value);
  }

  /**
   * Sets an element if it is the expected number, in one step. Numbers with a
   * fraction are compared as `Value.compareExchange` says.
   *
   * @returns The element before; it was replaced if this is the expected one.
   * @throws {TypeError} If one of the two numbers is of the wrong type.
   * @throws {RangeError} If there is no such index, or the type cannot hold one
   *   of the two.
   */
  compareExchange(
    index: number,
    expected: ElementOf<T>,
    replacement: ElementOf<T>,
  ): ElementOf<T> {
    this.#check("compare", index);
    return this.#cells.compareExchange(index, expected, replacement);
  }

  #check(action: string, index: number): void {
    if (index >= 0 && index < this.length && Number.isInteger(index)) return;
    throw noIndex(action, index, this.#place.memory.label, this.length);
  }

  #range(start: number = 0, end: number = this.length): [number, number] {
    const first = limitOf(start, this.length);
    return [first, Math.max(first, limitOf(end, this.length))];
  }

  /**
   * How it is logged: `shared array "xs" (3 int32: 1, 2, 3)`.
   *
   * @internal
   */
  [INSPECT](): string {
    const { label } = this.#place.memory;
    const elements = textOfItems(this.view);
    return `${label} (${this.length} ${this.type}${elements})`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    const { kind, type, length } = this;
    const { memory, number: part, start } = this.#place;
    return { kind, type, length, part, start, ...memory.pack() };
  }
}

/** The items of a shared array are to be had at once, by its view. */
function plain<N>(items: Iterable<N>): Iterable<N> {
  return items instanceof SharedArray ? items.view : items;
}

function newPlace(size: number, length: number, options: SharedOptions): Place {
  checkLength(`a ${WHAT}`, length);
  const memory = SharedMemory.create(WHAT, length * size, options);
  return { memory, number: memory.number, start: 0, length };
}

registerHandle("shared-array", {
  unpack(packed) {
    const number = packed.part as number;
    const known = arrays.get(number);
    if (known !== undefined) return known;
    const place: Place = {
      memory: SharedMemory.unpack(WHAT, packed),
      number,
      start: packed.start as number,
      length: packed.length as number,
    };
    return new SharedArray(packed.type as ElementType, 0, adopting(place));
  },
});
