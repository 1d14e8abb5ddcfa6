/**
 * The items of a map, read a few at a time.
 *
 * What gives its items later may keep the reader waiting, for as long as it
 * likes. The items that are there by then are not held back: they are given,
 * fewer than were asked for, and what is awaited comes with the next reading.
 *
 * @module
 */

import { turn } from "../../channels/turn.ts";
import type { Items } from "./map_options.ts";

/** See the module. */
export class ItemSource {
  /** The items, where they are a list. */
  #list: readonly unknown[] | undefined;
  /** How many of the list were read. */
  #at = 0;
  /** How many items there are, where that is known before. */
  readonly total: number | undefined;
  /** What reading them ended with, but for the end. */
  failure: { readonly error: unknown } | undefined;
  /** Whether there are no more. */
  isAtEnd = false;
  readonly #sync: Iterator<unknown> | undefined;
  readonly #later: LaterItems | undefined;

  /**
   * Begins to read.
   *
   * @throws {TypeError} If it is nothing to iterate over.
   */
  constructor(items: Items<unknown>) {
    const given = items as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    if (typeof given?.[Symbol.asyncIterator] === "function") {
      this.#later = new LaterItems(given[Symbol.asyncIterator]!());
    } else if (typeof given?.[Symbol.iterator] === "function") {
      this.#sync = given[Symbol.iterator]!();
      // A loop over a list is quicker than its iterator.
      if (Array.isArray(items) && isPlain(items)) this.#list = items;
    } else {
      throw new TypeError(
        "Cannot map: the items must be iterable, or async iterable, got " +
          (items === null ? "null" : typeof items),
      );
    }
    this.total = countOf(items);
  }

  /**
   * Reads so many items, or fewer: none only at their end. An error ends them,
   * behind those that came before it.
   */
  read(count: number): unknown[] | Promise<unknown[]> {
    if (this.#later !== undefined) return this.#readLater(this.#later, count);
    if (this.#list !== undefined) return this.#readList(this.#list, count);
    const items: unknown[] = [];
    try {
      while (items.length < count) {
        const { done, value } = this.#sync!.next();
        if (done) {
          this.isAtEnd = true;
          break;
        }
        items.push(value);
      }
    } catch (error) {
      this.#fail(error);
    }
    return items;
  }

  #readList(list: readonly unknown[], count: number): unknown[] {
    const items: unknown[] = [];
    const end = Math.min(this.#at + count, list.length);
    while (this.#at < end) items.push(list[this.#at++]);
    if (items.length < count) this.isAtEnd = true;
    return items;
  }

  /**
   * Reads no more: the source may let go of what it holds. Not awaited is one
   * that has an item to give first, which may never come.
   */
  async close(): Promise<void> {
    if (this.isAtEnd) return;
    this.isAtEnd = true;
    if (this.#later !== undefined) await this.#later.close();
    else this.#sync!.return?.();
  }

  async #readLater(later: LaterItems, count: number): Promise<unknown[]> {
    const items = await later.read(count);
    if (later.failure !== undefined) this.#fail(later.failure.error);
    else if (later.isAtEnd) this.isAtEnd = true;
    return items;
  }

  #fail(error: unknown): void {
    this.failure = { error };
    this.isAtEnd = true;
  }
}

/** Items that come later. */
class LaterItems {
  failure: { readonly error: unknown } | undefined;
  isAtEnd = false;
  readonly #iterator: AsyncIterator<unknown>;
  #items: unknown[] = [];
  #wanted = 0;
  #isReading = false;
  /** Gives the items to who reads; nobody does if it is `undefined`. */
  #give: ((items: unknown[]) => void) | undefined;

  constructor(iterator: AsyncIterator<unknown>) {
    this.#iterator = iterator;
  }

  /** Reads up to so many; one reading at a time. */
  read(count: number): Promise<unknown[]> {
    const { promise, resolve } = Promise.withResolvers<unknown[]>();
    this.#wanted = count;
    this.#give = resolve;
    // One that was awaited, and came between two readings.
    if (this.#items.length > 0) this.#giveSoon();
    if (!this.#isReading) this.#readOn();
    return promise;
  }

  async close(): Promise<void> {
    this.isAtEnd = true;
    const closing = this.#iterator.return?.();
    if (!this.#isReading) await closing;
    else Promise.resolve(closing).catch(() => {});
  }

  async #readOn(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isWanted()) {
        const { done, value } = await this.#iterator.next();
        if (done) {
          this.isAtEnd = true;
          break;
        }
        if (this.#items.push(value) === 1) this.#giveSoon();
      }
    } catch (error) {
      this.failure = { error };
      this.isAtEnd = true;
    }
    this.#isReading = false;
    this.#giveAll();
  }

  #isWanted(): boolean {
    return this.#give !== undefined && !this.isAtEnd &&
      this.#items.length < this.#wanted;
  }

  /** Gives what is there after a turn: the rest has to be waited for. */
  #giveSoon(): void {
    turn().then(() => {
      if (this.#items.length > 0) this.#giveAll();
    });
  }

  #giveAll(): void {
    const give = this.#give;
    if (give === undefined) return;
    const items = this.#items;
    this.#items = [];
    this.#give = undefined;
    give(items);
  }
}

function countOf(items: Items<unknown>): number | undefined {
  const { length, size } = items as { length?: unknown; size?: unknown };
  const count = Array.isArray(items) || ArrayBuffer.isView(items)
    ? length
    : items instanceof Set || items instanceof Map
    ? size
    : undefined;
  return typeof count === "number" ? count : undefined;
}

/** Whether a list is iterated over as all lists are. */
function isPlain(list: readonly unknown[]): boolean {
  return list[Symbol.iterator] === Array.prototype[Symbol.iterator];
}
