/**
 * The word that mail waits at the root, so that it need not look for it each
 * time it is woken.
 *
 * @module
 */

import {
  ownThread,
  ROOT,
  SENT,
  slotOf,
  tableWords,
  threadExists,
  wakeThread,
} from "./threads.ts";

/** The word of the table that says so; see `threads.ts`. */
const MAIL = 4;

/** Says that this thread has sent mail to the root, and wakes the root. */
export function announceMail(): void {
  const table = tableWords();
  Atomics.store(table, slotOf(ownThread()) + SENT, 1);
  Atomics.store(table, MAIL, 1);
  wakeThread(ROOT);
}

/** Whether any thread announced mail since the last such question. */
export function isMailThere(): boolean {
  const table = tableWords();
  return Atomics.load(table, MAIL) !== 0 &&
    Atomics.exchange(table, MAIL, 0) !== 0;
}

/**
 * Whether a thread announced mail since the last such question. Not of one that
 * is gone: the word may be its successor's by now.
 */
export function isMailFrom(id: number): boolean {
  if (!threadExists(id)) return false;
  const table = tableWords();
  const at = slotOf(id) + SENT;
  return Atomics.load(table, at) !== 0 && Atomics.exchange(table, at, 0) !== 0;
}
