/**
 * The links to an actor: the threads that take it along when they end
 * abnormally.
 *
 * A thread that was killed can do nothing for anybody any more. So it says
 * beforehand whom its death concerns, in the record of that actor, and takes it
 * back when it leaves in peace. Whoever finds a thread there that can act no
 * more knows that it did not.
 *
 * ```text
 *   word 11     USED   places that were ever in use; bounds every look
 *   byte 4096…  PLACE  the id of a thread, or 0
 * ```
 *
 * The list is looked at at every wake-up of the actor's thread and of the one
 * that started it, which every end of a thread causes: one load, where nobody
 * is linked.
 *
 * @module
 */

import {
  fenceThread,
  ownThread,
  raise,
  threadCanAct,
  wakeAllThreads,
} from "../channels/threads.ts";
import { NAMES_END } from "./desk.ts";

const USED = 11;
const FIRST = NAMES_END / 4;
/** As many as there can be threads, each of which takes one at the most. */
const PLACES = 4096;

/** Where the list ends in a record, in bytes. */
export const LINKS_END: number = NAMES_END + PLACES * 4;

/** See the module. */
export class LinkList {
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** Where this thread stands. */
  #place = -1;

  /** The list in the memory of a record. */
  constructor(record: SharedArrayBuffer) {
    this.#words = new Int32Array(record, 0, LINKS_END / 4);
  }

  /** Puts this thread on the list. */
  enter(): void {
    const words = this.#words;
    // A place of one that is gone is not free: its end may not have been seen.
    // None is, only if the actor is to end anyway.
    for (let place = 0; place < PLACES; place++) {
      const found = Atomics.compareExchange(
        words,
        FIRST + place,
        0,
        ownThread(),
      );
      if (found !== 0) continue;
      this.#place = place;
      raise(words, USED, place + 1);
      return;
    }
  }

  /** Takes this thread off the list. */
  leave(): void {
    if (this.#place < 0) return;
    Atomics.store(this.#words, FIRST + this.#place, 0);
    this.#place = -1;
  }

  /** Ends the actor, whose thread is given, if one it is linked to is dead. */
  endIfBroken(thread: number): void {
    // Once: each time wakes all threads, which then look here again.
    if (!this.#isBroken || !threadCanAct(thread)) return;
    fenceThread(thread);
    wakeAllThreads();
  }

  /** Whether a thread that is on the list can act no more. */
  get #isBroken(): boolean {
    const used = Atomics.load(this.#words, USED);
    for (let place = 0; place < used; place++) {
      const id = Atomics.load(this.#words, FIRST + place);
      if (id !== 0 && !threadCanAct(id)) return true;
    }
    return false;
  }
}
