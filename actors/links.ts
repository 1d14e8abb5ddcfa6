/**
 * The links that this thread has made, and what a broken one does to it.
 *
 * @module
 */

import type { LinkList } from "./_link_list.ts";

/** The links of this thread to one process. */
interface Tie {
  readonly list: LinkList;
  /** How many there are. */
  count: number;
}

/** By the id of the process. */
const ties = new Map<number, Tie>();

/** In the program itself: an error that nobody handles ends it. */
let end = (error: Error): void => void Promise.reject(error);

/** Says how this thread, an actor's, is ended with an error. */
export function setEnd(endWith: (error: Error) => void): void {
  end = endWith;
}

/** Ends the actor of this thread, or the program, with an error. */
export function endCaller(error: Error): void {
  end(error);
}

/**
 * Has a process end when this thread ends abnormally.
 *
 * @param process Its id.
 * @param list The list in its record.
 * @returns Takes that back; to be called once.
 */
export function tie(process: number, list: LinkList): () => void {
  let known = ties.get(process);
  if (known === undefined) {
    list.enter();
    known = { list, count: 0 };
    ties.set(process, known);
  }
  const one = known;
  one.count++;
  return () => {
    one.count--;
    if (one.count > 0) return;
    one.list.leave();
    if (ties.get(process) === one) ties.delete(process);
  };
}

/** This thread leaves in peace: nobody ends with it. */
export function untieAll(): void {
  for (const { list } of ties.values()) list.leave();
  ties.clear();
}
