/**
 * What each thread says of itself, for the others to read: its name, and which
 * locks it has been waiting for.
 *
 * The notes of a thread lie behind the thread table (see `threads.ts`), 64 words
 * each. The thread itself writes them, and nobody else:
 *
 * ```text
 *   +0       OF       the id of the thread that these notes are of
 *   +1       waits    3 × [ LOCK    the number of the lock, or 0
 *                           HOLDER  the thread that holds it
 *                           TURN    the later of two waits has the greater one
 *                           HOW     1: the thread itself sleeps, and does nothing
 *                                   else; 0: only the caller waits
 *                           SEEN    the last turn when it was looked at: since
 *                                   then HOLDER was seen to hold it ]
 *   +16      names    the thread's, then those of the three locks: 12 words each,
 *                     24 UTF-16 units; what is longer is cut, what is shorter
 *                     ends at a 0
 * ```
 *
 * A reader takes what it finds as a hint and looks again before it acts on it:
 * a note may change between two of its words.
 *
 * @module
 */

import { notesAt, ownThread, ROOT, tableWords } from "./threads.ts";

const OF = 0;
const WAITS = 1;
const WAIT_WORDS = 5;
const LOCK = 0;
const HOLDER = 1;
const TURN = 2;
const HOW = 3;
const SEEN = 4;
const NAMES = 16;
const NAME_WORDS = 12;
const NAME_UNITS = NAME_WORDS * 2;

/** How many waits for locks a thread can tell of at a time. */
export const MOST_WAITS = 3;

/** The word of the table that counts the turns; see `threads.ts`. */
const LAST_TURN = 7;

/** A wait for a lock, as the thread that waits tells of it. */
export interface WaitNote {
  /** The number of the lock. */
  readonly lock: number;
  /** What error messages call the lock. */
  readonly label: string;
  /** The thread that was seen to hold it. */
  readonly holder: number;
  /** The later of two waits has the greater turn. */
  readonly turn: number;
  /** Whether the thread sleeps, so that nothing else goes on in it. */
  readonly blocks: boolean;
  /** The last turn there was when it began to look at the lock the last time. */
  readonly seen: number;
}

/** Makes the notes this thread's, and says its name. */
export function nameThread(name: string): void {
  const table = tableWords();
  const own = ownThread();
  const at = notesAt(own);
  for (let place = 0; place < MOST_WAITS; place++) eraseWait(place);
  writeText(at + NAMES, name);
  Atomics.store(table, at + OF, own);
}

/** The name of a thread's actor, as messages call it. */
export function nameOfThread(id: number): string {
  if (Atomics.load(tableWords(), notesAt(id) + OF) !== id) {
    return id === ROOT ? "MainProcess" : `thread ${id}`;
  }
  return readText(notesAt(id) + NAMES);
}

/** The last turn that was given to a wait, in any thread. */
export function lastTurn(): number {
  return Atomics.load(tableWords(), LAST_TURN);
}

/** The turn of a wait that is about to be told of. */
export function nextTurn(): number {
  return Atomics.add(tableWords(), LAST_TURN, 1) + 1;
}

/** Tells of a wait of this thread. */
export function writeWait(place: number, wait: WaitNote): void {
  const table = tableWords();
  const own = ownThread();
  const at = notesAt(own) + WAITS + place * WAIT_WORDS;
  writeText(notesAt(own) + NAMES + (place + 1) * NAME_WORDS, wait.label);
  Atomics.store(table, at + HOLDER, wait.holder);
  Atomics.store(table, at + TURN, wait.turn);
  Atomics.store(table, at + HOW, wait.blocks ? 1 : 0);
  Atomics.store(table, at + SEEN, wait.seen);
  Atomics.store(table, at + LOCK, wait.lock);
}

/** Says that a wait of this thread was looked at again, with the same result. */
export function stampWait(place: number, seen: number): void {
  const at = notesAt(ownThread()) + WAITS + place * WAIT_WORDS;
  Atomics.store(tableWords(), at + SEEN, seen);
}

/** Says that a wait of this thread is over. */
export function eraseWait(place: number): void {
  const at = notesAt(ownThread()) + WAITS + place * WAIT_WORDS;
  Atomics.store(tableWords(), at + LOCK, 0);
}

/** The waits that a thread tells of. */
export function readWaits(id: number): WaitNote[] {
  const table = tableWords();
  const notes = notesAt(id);
  const waits: WaitNote[] = [];
  for (let place = 0; place < MOST_WAITS; place++) {
    const at = notes + WAITS + place * WAIT_WORDS;
    const lock = Atomics.load(table, at + LOCK);
    if (lock === 0) continue;
    waits.push({
      lock,
      label: readText(notes + NAMES + (place + 1) * NAME_WORDS),
      holder: Atomics.load(table, at + HOLDER),
      turn: Atomics.load(table, at + TURN),
      blocks: Atomics.load(table, at + HOW) !== 0,
      seen: Atomics.load(table, at + SEEN),
    });
  }
  // Notes of a thread that was there before are no notes of this one.
  const isOwn = Atomics.load(table, notes + OF) === id || id === ROOT;
  return isOwn ? waits : [];
}

function unitsAt(at: number): Uint16Array {
  return new Uint16Array(tableWords().buffer, at * 4, NAME_UNITS);
}

function writeText(at: number, text: string): void {
  const units = unitsAt(at).fill(0);
  const isCut = text.length > NAME_UNITS;
  const shown = isCut ? `${text.slice(0, NAME_UNITS - 1)}…` : text;
  for (let i = 0; i < shown.length; i++) units[i] = shown.charCodeAt(i);
}

function readText(at: number): string {
  const units = unitsAt(at);
  const end = units.indexOf(0);
  const shown = end < 0 ? units : units.subarray(0, end);
  // Half of a pair of units may have been cut off.
  return String.fromCharCode(...shown).toWellFormed();
}
