/**
 * The shape table: the lists of keys that the whole program knows by a number.
 *
 * Programs send many objects of few kinds. A list of keys that a thread meets
 * for the second time goes into the table; from then on an object with these keys
 * takes two bytes for all of them, in the messages of every thread.
 *
 * ```text
 *   shape n: 64 words, 256 bytes
 *
 *   ┌────────┬─────────┬─────────────────────────────────────┐
 *   │ STATE  │ keys: 1 │ for each key: length 1, latin1 units │
 *   └────────┴─────────┴─────────────────────────────────────┘
 *   STATE   0           nobody's, and so are all after it
 *           id > 0      the thread that is writing the list
 *           −length     the list is real: so many bytes, for ever
 * ```
 *
 * A thread claims a shape by its id, writes the list, and makes it real by one
 * store. One that dies in between leaves its claim, which the next thread takes
 * over. Two threads that register a list at once give it two numbers, which is
 * harmless: a number, once real, never changes its meaning.
 *
 * Shapes have a fixed place and size so that nothing has to be allocated, and
 * nothing can be lost. Memory of the table that was never used is not resident.
 *
 * @module
 */

import { LONGEST_SHORT_TEXT, MOST_KEYS } from "./_format.ts";
import { ownThread, threadExists } from "./threads.ts";

/** How many shapes the program may have. */
export const MOST_SHAPES = 1024;

/** The words of a shape. */
const WORDS = 64;

/** The bytes of the longest list. */
const ROOM = WORDS * 4 - 4;

/** The keys of an object that is to be built. */
export interface KeyList {
  /** The keys, in the order of the values. */
  readonly names: readonly string[];
  /** Whether all may be assigned, as nothing inherited stands in the way. */
  readonly assignable: boolean;
}

let words: Int32Array<SharedArrayBuffer>;
let bytes: Uint8Array<SharedArrayBuffer>;

/** The shapes that this thread has read, by number. */
let known: (KeyList | undefined)[];
/** Their numbers, by the list's bytes as a text. */
let numbers: Map<string, number>;
/** All shapes before this one are real and among `numbers`. */
let next = 0;

/** Makes a program's table this thread's; before any message is read. */
export function joinShapes(memory: SharedArrayBuffer): void {
  words = new Int32Array(memory);
  bytes = new Uint8Array(memory);
  known = Array(MOST_SHAPES).fill(undefined);
  numbers = new Map();
  next = 0;
}

/** The memory of the table, for the threads that this one starts. */
export function shapeTable(): SharedArrayBuffer {
  return words.buffer;
}

/** The keys of a shape; undefined if there is none of this number. */
export function shapeAt(number: number): KeyList | undefined {
  return known[number] ?? learn(number);
}

/**
 * The number of the shape with these keys. Registers it if need be; −1 if it
 * cannot be, as the table is full, or the keys are not fit for it.
 */
export function shapeOf(names: readonly string[]): number {
  const text = spell(names);
  if (text === undefined) return -1;
  for (; next < MOST_SHAPES; next++) {
    const number = numbers.get(text);
    if (number !== undefined) return number;
    if (!take(next, text)) continue;
    numbers.set(text, next);
    return next++;
  }
  return numbers.get(text) ?? -1;
}

/**
 * Writes a list to a place, if that is free; otherwise reads what is there. A
 * place that another thread is writing to is passed by: that its list may get a
 * second number is better than to wait.
 */
function take(place: number, text: string): boolean {
  const at = place * WORDS;
  const own = ownThread();
  for (;;) {
    const state = Atomics.load(words, at);
    if (state < 0) {
      numbers.set(textAt(place, -state), place);
      return false;
    }
    if (state > 0 && state !== own && threadExists(state)) return false;
    if (Atomics.compareExchange(words, at, state, own) === state) break;
  }
  const start = at * 4 + 4;
  for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
  return Atomics.compareExchange(words, at, own, -text.length) === own;
}

/** The bytes of a list as a text; undefined if the list is not fit for it. */
function spell(names: readonly string[]): string | undefined {
  if (names.length > MOST_KEYS) return undefined;
  let text = String.fromCharCode(names.length);
  for (const name of names) {
    if (name.length > LONGEST_SHORT_TEXT) return undefined;
    text += String.fromCharCode(name.length) + name;
  }
  if (text.length > ROOM) return undefined;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return undefined;
  }
  return text;
}

function textAt(number: number, length: number): string {
  const start = number * WORDS * 4 + 4;
  // Not from shared memory itself: a call may take no view of that.
  const copy = bytes.slice(start, start + Math.min(length, ROOM));
  return String.fromCharCode(...copy);
}

function learn(number: number): KeyList | undefined {
  if (!(number < MOST_SHAPES)) return undefined;
  const state = Atomics.load(words, number * WORDS);
  if (state >= 0) return undefined;
  const text = textAt(number, -state);
  const names: string[] = [];
  for (let at = 1; at < text.length;) {
    const end = at + 1 + text.charCodeAt(at);
    names.push(text.slice(at + 1, end));
    at = end;
  }
  return known[number] = keyList(names);
}

/** A list of keys, and how objects with them are built. */
export function keyList(names: readonly string[]): KeyList {
  // Assigning would call an inherited setter, or fail where the inherited one is
  // read-only; `__proto__` is the well-known case.
  const assignable = names.every((name) => !(name in Object.prototype));
  return { names, assignable };
}

// The root thread makes the table when it loads this module; in an actor the
// host replaces it, as it does with the thread table.
joinShapes(new SharedArrayBuffer(MOST_SHAPES * WORDS * 4));
