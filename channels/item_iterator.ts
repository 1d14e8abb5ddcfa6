/**
 * Iteration over what a receiver gives.
 *
 * @module
 */

import { NOTHING, type Receiver } from "./receiver.ts";
import { EXIT, type Sentinel } from "./sentinel.ts";
import { isTurnDue, turn } from "./turn.ts";
import { checkUntil, type Until, type UntilOptions } from "./until.ts";
import { checkWait } from "./wait_options.ts";

/** What gives the items: a receiver, or what stands for one. */
export type ItemSource<T> = Pick<
  Receiver<T | Sentinel>,
  "takeSoon" | "recvLater"
>;

/**
 * Iterates until an `EXIT`, or until nothing can come any more.
 *
 * Written by hand: an async generator costs three promises an item, and its
 * `return()` would wait behind a pending `next()`.
 */
export class ItemIterator<T> implements AsyncIterableIterator<T> {
  readonly #receiver: ItemSource<T>;
  readonly #isEnd: (error: unknown) => boolean;
  readonly #options: UntilOptions | undefined;
  readonly #until: Until | undefined;
  #isDone = false;

  /** Iterates over `receiver`; `isEnd` tells which of its errors is the end. */
  constructor(
    receiver: ItemSource<T>,
    isEnd: (error: unknown) => boolean,
    options?: UntilOptions,
  ) {
    this.#receiver = receiver;
    this.#isEnd = isEnd;
    this.#options = options;
    this.#until = checkUntil(options?.until);
  }

  /** The next item. */
  next(): Promise<IteratorResult<T>> {
    if (this.#isDone) return Promise.resolve(END);
    // An item that is there costs one promise and no more.
    try {
      if (this.#options !== undefined) checkWait(this.#options);
      const item = this.#receiver.takeSoon(this.#until);
      if (item !== NOTHING) {
        const result = this.#onItem(item);
        return isTurnDue()
          ? turn().then(() => result)
          : Promise.resolve(result);
      }
    } catch (error) {
      return Promise.reject(error).catch(this.#onError);
    }
    return this.#receiver.recvLater(this.#options, this.#until).then(
      this.#onItem,
      this.#onError,
    );
  }

  /** Ends the iteration; takes nothing. */
  return(): Promise<IteratorResult<T>> {
    this.#isDone = true;
    return Promise.resolve(END);
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #onItem = (item: T | Sentinel): IteratorResult<T> => {
    if (item !== EXIT) return { done: false, value: item as T };
    this.#isDone = true;
    return END;
  };

  readonly #onError = (error: unknown): IteratorResult<T> => {
    this.#isDone = true;
    if (this.#isEnd(error)) return END;
    throw error;
  };
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
