/**
 * Arrays that are mostly holes.
 *
 * @module
 */

import type { WriteFrame } from "./_write_frame.ts";

/** A run of holes longer than this makes the array be walked by its keys. */
const LONG_RUN = 64;

/**
 * The next element of a holey array. A long run of holes is not looked through:
 * the array may have billions of them, so from then on its keys are.
 */
export function presentFrom(frame: WriteFrame, hole: number): number {
  const { list, end } = frame;
  const near = Math.min(end, hole + LONG_RUN);
  for (let i = hole + 1; i < near; i++) {
    if (Object.hasOwn(list, i)) return i;
  }
  if (near === end) return end;
  // Keys that are indices come first, in their order.
  const keys = frame.names ??= Object.keys(list);
  for (; frame.cursor < keys.length; frame.cursor++) {
    const key = keys[frame.cursor]!;
    const index = Number(key) >>> 0;
    if (index >= end || String(index) !== key) break;
    if (index > hole) return index;
  }
  return end;
}

/** An index so great that an array with it keeps no place for its holes. */
const FAR = 2 ** 32 - 2;

/**
 * Makes an array store only what is in it. Setting `length` would take memory for
 * the holes, a thousand times the size of the message if the message says so; an
 * array that has an element far off takes none, and goes on so without it.
 */
export function makeSparse(array: unknown[]): void {
  array[FAR] = undefined;
  array.length = FAR; // drops that element again
}
