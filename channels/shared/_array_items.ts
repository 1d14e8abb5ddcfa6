/**
 * What an array is given, and what it shows.
 *
 * @module
 */

import type { Cells } from "./_cells.ts";
import { isViewOf } from "./_cells_of.ts";
import type { ElementName, ElementOf, ElementType } from "./element_types.ts";

/** How many elements a log shows. */
const MOST_SHOWN = 10;

/**
 * The items to be written to an array: a view, if its elements are of the type
 * already, else a copy, which cannot change between the check and the writing.
 *
 * @param name The type of the elements.
 * @param most How many may be written; of more it is enough to have one.
 * @throws {TypeError} If it is no iterable.
 */
export function itemsOf<T extends ElementType>(
  name: ElementName,
  items: Iterable<ElementOf<T>>,
  most: number = Infinity,
): ArrayLike<ElementOf<T>> {
  const source: unknown = items;
  if (isViewOf(name, source)) return source as ArrayLike<ElementOf<T>>;
  if (!(Symbol.iterator in Object(source))) {
    throw new TypeError(
      `Cannot take the elements of a shared array from ${
        Deno.inspect(source)
      }: it is not iterable`,
    );
  }
  const copy: ElementOf<T>[] = [];
  for (const item of items) {
    copy.push(item);
    if (copy.length > most) break;
  }
  return copy;
}

/**
 * Writes what {@linkcode itemsOf} gave, from a cell on: all or, if one is
 * refused, none.
 */
export function writeItems<N extends number | bigint>(
  cells: Cells<N>,
  view: ArrayLike<number | bigint>,
  items: ArrayLike<N>,
  offset: number,
): void {
  if (ArrayBuffer.isView(items)) {
    // Of the same type, so that there is nothing to be refused.
    (view as Float64Array).set(items as ArrayLike<number>, offset);
    return;
  }
  for (let at = 0; at < items.length; at++) {
    cells.check("set", offset + at, items[at]!);
  }
  for (let at = 0; at < items.length; at++) {
    cells.store(offset + at, items[at]!);
  }
}

/** The index that a `start` or an `end` means, as `Array.slice` reads it. */
export function limitOf(index: number, length: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? Math.max(0, whole + length) : Math.min(whole, length);
}

/** The first elements as a log shows them: `: 1, 2, 3`. */
export function textOfItems(view: ArrayLike<number | bigint>): string {
  if (view.length === 0) return "";
  const shown = Array.from(
    { length: Math.min(view.length, MOST_SHOWN) },
    (_, at) => Deno.inspect(view[at]),
  );
  if (view.length > MOST_SHOWN) shown.push("…");
  return `: ${shown.join(", ")}`;
}
