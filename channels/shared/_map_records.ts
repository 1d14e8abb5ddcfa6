/**
 * The records of a shared map, and the region of memory that they lie in.
 *
 * ```text
 *   region  +0 SIZE      its words
 *           +1 BUCKETS   how many there are, a power of 2
 *           +2 COUNT     records that are in the map
 *           +3 LIVE      the words of these records
 *           +4 TAIL      the first word that was never used, from the region's
 *           +5 ORDER     the number of the next record that is new
 *           +8 buckets   the first record of each, from the region's, or 0
 *              records   NEXT    the next record of the bucket, or 0
 *                        HASH    of the key
 *                        ORDER   in which the keys were added
 *                        UNITS   of the key: UTF-16, two a word
 *                        BYTES   of the value, as the codec writes them
 *                        key, value
 * ```
 *
 * @module
 */

/** The words of a region, from its first one. */
export const SIZE = 0;
export const BUCKETS = 1;
export const COUNT = 2;
export const LIVE = 3;
export const TAIL = 4;
export const NEXT_ORDER = 5;
export const FIRST_BUCKET = 8;

/** The words of a record, from its first one. */
export const NEXT = 0;
export const HASH = 1;
export const ORDER = 2;
export const UNITS = 3;
export const BYTES = 4;
export const KEY = 5;

/** The words that a record takes. */
export function sizeOf(units: number, bytes: number): number {
  return KEY + Math.ceil(units / 2) + Math.ceil(bytes / 4);
}

/** The words that the record takes which begins at a word. */
export function sizeAt(words: Int32Array, record: number): number {
  return sizeOf(words[record + UNITS]!, words[record + BYTES]!);
}

/** The first word of a record's value. */
export function valueAt(words: Int32Array, record: number): number {
  return record + KEY + Math.ceil(words[record + UNITS]! / 2);
}

/**
 * The records of the region at `root`, in the order in which the keys were added.
 *
 * Each goes to the place that its number says, and what is left free falls out:
 * to sort them would hold up all others for most of a second where there are a
 * million. A new record takes at least KEY words, so the places take less than the
 * region does.
 */
export function recordsOf(words: Int32Array, root: number): Int32Array {
  const records = new Int32Array(words[root + NEXT_ORDER]!);
  const buckets = words[root + BUCKETS]!;
  for (let i = 0; i < buckets; i++) {
    let next = words[root + FIRST_BUCKET + i]!;
    while (next !== 0) {
      records[words[root + next + ORDER]!] = root + next;
      next = words[root + next + NEXT]!;
    }
  }
  let count = 0;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    if (record !== 0) records[count++] = record;
  }
  return records.subarray(0, count);
}

/** FNV-1a, over the units of the text. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  // The low bits choose the bucket, and are the worst.
  return hash ^ hash >>> 15;
}

/** So many units at a time can be the arguments of a call. */
const UNITS_PER_CALL = 4096;

/** The text of some units. */
export function textOf(units: Uint16Array, at: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i += UNITS_PER_CALL) {
    const end = Math.min(length, i + UNITS_PER_CALL);
    text += String.fromCharCode(...units.subarray(at + i, at + end));
  }
  return text;
}
