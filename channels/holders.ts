/**
 * Who has a handle of a queue: so that it is known when nobody has any more,
 * and what waits beside its items can be let go.
 *
 * ```text
 *   word 0   TRANSIT   handles that are on their way to a thread
 *   word 1   CROWDED   1: a thread found no free entry; nothing is known any more
 *   word 2…  ENTRY     the id of a thread that has a handle, or 0
 * ```
 *
 * Ids of threads, not a count: one that was killed gives nothing back, and is
 * recognised all the same. A handle that gets lost on its way counts for ever;
 * so what is kept too long is memory, and what is let go was nobody's.
 *
 * @module
 */

import { HEADER_WORDS, HOLDERS } from "./_ring_layout.ts";
import { claimPlace, ownThread, threadExists } from "./threads.ts";

const TRANSIT: number = HOLDERS;
const CROWDED: number = HOLDERS + 1;
const FIRST_ENTRY: number = HOLDERS + 2;

/** How many handles of each queue this thread has, by the queue's number. */
const held = new Map<number, number>();

interface Held {
  readonly number: number;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Called when nobody has a handle any more. */
  readonly onLast: () => void;
}

const collected = new FinalizationRegistry<Held>(letGo);

/**
 * Notes that this thread has a handle, until that is collected.
 *
 * @param held What is to be known of the ring; it must not keep `handle`.
 */
export function hold(handle: object, held: Held): void {
  enter(held);
  collected.register(handle, held);
}

function enter({ number, words }: Held): void {
  const count = held.get(number) ?? 0;
  held.set(number, count + 1);
  if (count > 0) return;
  if (claimPlace(words, FIRST_ENTRY, HEADER_WORDS - FIRST_ENTRY) >= 0) return;
  Atomics.store(words, CROWDED, 1);
}

function letGo(one: Held): void {
  const { number, words, onLast } = one;
  const count = held.get(number)! - 1;
  if (count > 0) {
    held.set(number, count);
    return;
  }
  held.delete(number);
  const own = ownThread();
  for (let at = FIRST_ENTRY; at < HEADER_WORDS; at++) {
    if (Atomics.compareExchange(words, at, own, 0) === own) break;
  }
  if (!isHeld(words)) onLast();
}

/** Notes that a handle is on its way to a thread. */
export function depart(words: Int32Array<SharedArrayBuffer>): void {
  Atomics.add(words, TRANSIT, 1);
}

/** Notes that it has arrived, once the thread it came to holds it. */
export function arrive(words: Int32Array<SharedArrayBuffer>): void {
  Atomics.sub(words, TRANSIT, 1);
}

/** Whether any thread has a handle, or may get one. */
export function isHeld(words: Int32Array<SharedArrayBuffer>): boolean {
  // A handle arrives and is held before it is no longer on its way, so the
  // entries are looked at last.
  if (Atomics.load(words, CROWDED) !== 0) return true;
  if (Atomics.load(words, TRANSIT) > 0) return true;
  for (let at = FIRST_ENTRY; at < HEADER_WORDS; at++) {
    const id = Atomics.load(words, at);
    if (id !== 0 && threadExists(id)) return true;
  }
  return false;
}
