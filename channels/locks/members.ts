/**
 * What each thread has of one thing, such as permits of a semaphore: a record
 * for each slot of the thread table, so that the record of a dead thread is
 * found, and what it had is given back.
 *
 * ```text
 *   word (1 + fields)·s   the thread whose record this is, or 0
 *                 +1 …    its fields
 * ```
 *
 * The pages of records that no thread uses are never touched, and take no room.
 *
 * @module
 */

import {
  ownThread,
  slotNumber,
  SLOTS,
  slotsUsed,
  threadIsOver,
} from "../threads.ts";

/** The words of shared memory for records of so many fields. */
export function memberWords(fields: number): number {
  return SLOTS * (1 + fields);
}

/** The records of all threads. Looked at and changed in a monitor. */
export class Members {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #at: number;
  readonly #size: number;
  readonly #fields: number;

  constructor(
    words: Int32Array<SharedArrayBuffer>,
    at: number,
    fields: number,
  ) {
    this.#words = words;
    this.#at = at;
    this.#fields = fields;
    this.#size = 1 + fields;
  }

  /** Where the fields of a thread begin, or −1 if it has no record. */
  find(thread: number): number {
    const at = this.#at + slotNumber(thread) * this.#size;
    return Atomics.load(this.#words, at) === thread ? at + 1 : -1;
  }

  /** Where the fields of this thread begin; see {@linkcode enroll}. */
  own(): number {
    return this.enroll(ownThread());
  }

  /**
   * Where the fields of a thread begin; all 0 if it had no record. One that had
   * its slot before must have been {@linkcode sweep}ed.
   */
  enroll(thread: number): number {
    const found = this.find(thread);
    if (found >= 0) return found;
    const at = this.#at + slotNumber(thread) * this.#size;
    this.#words.fill(0, at + 1, at + 1 + this.#fields);
    Atomics.store(this.#words, at, thread);
    return at + 1;
  }

  /** Calls for each thread that has a record, also for one that is over. */
  each(visit: (fields: number, thread: number) => void): void {
    const used = slotsUsed();
    for (let slot = 0; slot < used; slot++) {
      const at = this.#at + slot * this.#size;
      const thread = Atomics.load(this.#words, at);
      if (thread !== 0) visit(at + 1, thread);
    }
  }

  /** The threads, of those that count, that have more than 0 in a field. */
  having(field: number, counts: (thread: number) => boolean): number[] {
    const threads: number[] = [];
    this.each((fields, thread) => {
      if (Atomics.load(this.#words, fields + field) > 0 && counts(thread)) {
        threads.push(thread);
      }
    });
    return threads;
  }

  /** Takes the records of those that are over away, after a last look at each. */
  sweep(last: (fields: number, thread: number) => void): void {
    this.each((fields, thread) => {
      if (!threadIsOver(thread)) return;
      last(fields, thread);
      Atomics.store(this.#words, fields - 1, 0);
    });
  }
}
