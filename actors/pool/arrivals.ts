/**
 * Things that come one after the other, for those who iterate over them.
 *
 * @module
 */

/** What happens around an iteration; every part may be missing. */
export interface ArrivalHooks {
  /** Called at every step; what it throws ends the iteration. */
  check?(): void;
  /**
   * Called when a step has to wait.
   *
   * @returns Called when none waits any more.
   */
  wait?(): () => void;
  /** Called when the iteration ends before its end: nothing else may come. */
  leave?(): void;
}

/**
 * Iterates over what is pushed, and keeps no reference to what it gave.
 *
 * Written by hand: an async generator would await what it yields, and its
 * `return()` would wait behind a pending `next()`.
 */
export class Arrivals<T> implements AsyncIterableIterator<T, undefined> {
  readonly #hooks: ArrivalHooks;
  readonly #items: (T | undefined)[] = [];
  readonly #readers: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  /** Where the next item is: to shift a long array would move all of it. */
  #next = 0;
  #isComplete = false;
  #stopWaiting: (() => void) | undefined;

  constructor(hooks: ArrivalHooks) {
    this.#hooks = hooks;
  }

  /** One more came. */
  push(item: T): void {
    const reader = this.#readers.shift();
    if (reader === undefined) {
      this.#items.push(item);
      return;
    }
    reader.resolve({ done: false, value: item });
    if (this.#readers.length === 0) this.#endWait();
  }

  /** No more will come. What is there is still given. */
  complete(): void {
    this.#isComplete = true;
    for (const { resolve } of this.#readers.splice(0)) resolve(END);
    this.#endWait();
  }

  /** It ends here, with an error for the first who waits. */
  fail(error: unknown): void {
    const reader = this.#readers.shift();
    this.#leave();
    reader?.reject(error);
  }

  /** The next one. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#next < this.#items.length || !this.#isComplete) {
      try {
        this.#hooks.check?.();
      } catch (error) {
        this.#leave();
        return Promise.reject(error);
      }
    }
    if (this.#next < this.#items.length) {
      return Promise.resolve({ done: false, value: this.#take() });
    }
    if (this.#isComplete) return Promise.resolve(END);
    const reader = Promise.withResolvers<IteratorResult<T, undefined>>();
    if (this.#readers.push(reader) === 1) {
      this.#stopWaiting = this.#hooks.wait?.();
    }
    return reader.promise;
  }

  /** Ends the iteration; what is there is not given. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.resolve(END);
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): T {
    const item = this.#items[this.#next] as T;
    this.#items[this.#next++] = undefined;
    if (this.#next === this.#items.length) this.#clear();
    return item;
  }

  #clear(): void {
    this.#items.length = 0;
    this.#next = 0;
  }

  #leave(): void {
    this.#clear();
    if (!this.#isComplete) this.#hooks.leave?.();
    this.complete();
  }

  #endWait(): void {
    const stop = this.#stopWaiting;
    this.#stopWaiting = undefined;
    stop?.();
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
