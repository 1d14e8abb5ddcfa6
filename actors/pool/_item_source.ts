/**
 * The items of a map, read a few at a time.
 *
 * @module
 */

import type { Items } from "./map_options.ts";

/** See the module. */
export class ItemSource {
  /** How many items there are, where that is known before. */
  readonly total: number | undefined;
  /** What reading them ended with, but for the end. */
  failure: { readonly error: unknown } | undefined;
  /** Whether there are no more. */
  isAtEnd = false;
  readonly #sync: Iterator<unknown> | undefined;
  readonly #async: AsyncIterator<unknown> | undefined;

  /**
   * Begins to read.
   *
   * @throws {TypeError} If it is nothing to iterate over.
   */
  constructor(items: Items<unknown>) {
    const given = items as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    if (typeof given?.[Symbol.asyncIterator] === "function") {
      this.#async = given[Symbol.asyncIterator]!();
    } else if (typeof given?.[Symbol.iterator] === "function") {
      this.#sync = given[Symbol.iterator]!();
    } else {
      throw new TypeError(
        "Cannot map: the items must be iterable, or async iterable, got " +
          (items === null ? "null" : typeof items),
      );
    }
    this.total = countOf(items);
  }

  /**
   * Reads so many items, or fewer at their end. An error ends them, behind those
   * that came before it.
   */
  read(count: number): unknown[] | Promise<unknown[]> {
    if (this.#async !== undefined) return this.#readAsync(this.#async, count);
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
      this.failure = { error };
      this.isAtEnd = true;
    }
    return items;
  }

  /** Reads no more: the source may let go of what it holds. */
  async close(): Promise<void> {
    if (this.isAtEnd) return;
    this.isAtEnd = true;
    if (this.#async !== undefined) await this.#async.return?.();
    else this.#sync!.return?.();
  }

  async #readAsync(
    iterator: AsyncIterator<unknown>,
    count: number,
  ): Promise<unknown[]> {
    const items: unknown[] = [];
    try {
      while (items.length < count && !this.isAtEnd) {
        const { done, value } = await iterator.next();
        if (done) this.isAtEnd = true;
        else items.push(value);
      }
    } catch (error) {
      this.failure = { error };
      this.isAtEnd = true;
    }
    return items;
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
