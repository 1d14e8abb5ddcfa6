/**
 * Where a lock or the like lies: in memory of its own, made here, or made in
 * another thread and passed on.
 *
 * @module
 */

import type { PackedHandle } from "../handle.ts";
import type { Identity } from "../identity.ts";
import { nextRing } from "../numbers.ts";

/** The place of a thing that is not made anew, among its options. */
export const PLACE: unique symbol = Symbol("place");

/** The memory of a thing, and its number in the program. */
export interface Place {
  /** Its words, all 0 at first. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Which no other thing has; see `nextRing`. */
  readonly number: number;
}

/** Options of a thing that may have its place already. */
export interface Placed {
  /** See {@linkcode PLACE}. */
  readonly [PLACE]?: Place;
}

/** The place that the options name, or else a new one of so many words. */
export function placeOf(options: Placed, words: number): Place {
  return options[PLACE] ?? {
    words: new Int32Array(new SharedArrayBuffer(words * 4)),
    number: nextRing(),
  };
}

/** What {@linkcode unpackPlaced} needs on the other side. */
export function packPlace(
  { words, number }: Place,
): Record<"memory" | "number", unknown> {
  return { memory: words.buffer, number };
}

/**
 * The thing that was packed: the one that this thread has, or else a new one.
 *
 * @param known The things of this kind that this thread has.
 * @param make Makes one, with this among its options.
 */
export function unpackPlaced<T extends object>(
  known: Identity<T>,
  { memory, number }: PackedHandle,
  make: (placed: Placed) => T,
): T {
  const found = known.get(number as number);
  if (found !== undefined) return found;
  const words = new Int32Array(memory as SharedArrayBuffer);
  return make({ [PLACE]: { words, number: number as number } });
}
