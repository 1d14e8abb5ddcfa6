/**
 * The key lists that messages spell out.
 *
 * @module
 */

import type { Input } from "./_input.ts";
import { type KeyList, keyList } from "./shapes.ts";

interface Known {
  readonly bytes: Uint8Array;
  readonly list: KeyList;
}

/** Must be a power of two. */
const PLACES = 512;

/** A list longer than this, in bytes, is not remembered. */
const LONGEST = 1024;

const known: (Known | undefined)[] = Array(PLACES).fill(undefined);

/** The sum of the list that was met last at each place. */
const metOnce = new Int32Array(PLACES);

/** Reads a key list. */
export function readKeyList(input: Input): KeyList {
  const size = input.countWithin();
  const { bytes, position } = input;
  const end = position + size;
  let list = recall(bytes, position, size);
  if (list === undefined) {
    list = spelled(input, end);
    remember(bytes, position, size, list);
  }
  input.position = end;
  return list;
}

function spelled(input: Input, end: number): KeyList {
  const names: string[] = [];
  for (let rest = input.countWithin(); rest > 0; rest--) {
    names.push(input.text());
  }
  if (input.position !== end) input.fail("a key list has another length");
  return keyList(names);
}

/** The list that these bytes spell, if they were met before. */
function recall(
  bytes: Uint8Array,
  start: number,
  size: number,
): KeyList | undefined {
  const candidate = known[sumOf(bytes, start, size) & (PLACES - 1)];
  if (candidate === undefined || candidate.bytes.length !== size) {
    return undefined;
  }
  const spelled = candidate.bytes;
  for (let i = 0; i < size; i++) {
    if (spelled[i] !== bytes[start + i]) return undefined;
  }
  return candidate.list;
}

/**
 * Remembers the list that these bytes spell, if they come for the second time:
 * the keys of many an object are met only once, as those of a table are.
 */
function remember(
  bytes: Uint8Array,
  start: number,
  size: number,
  list: KeyList,
): void {
  if (size > LONGEST) return;
  const sum = sumOf(bytes, start, size);
  const place = sum & (PLACES - 1);
  if (metOnce[place] !== sum) {
    metOnce[place] = sum;
    return;
  }
  known[place] = { bytes: bytes.slice(start, start + size), list };
}

/** Tells most lists apart, from a few of their bytes. */
function sumOf(bytes: Uint8Array, start: number, size: number): number {
  const last = start + size - 1;
  return size * 13 + bytes[start + (size >> 2)]! * 5 +
    bytes[start + (size >> 1)]! * 37 + bytes[last]! * 163 +
    bytes[last - 1]! * 67;
}
