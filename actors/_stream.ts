/**
 * The receiving side of a stream: the items that a generator method of an actor
 * yields, as they come.
 *
 * The actor may be ahead by so many items as the window is wide; for each half
 * of it that was taken it is told that it may go on. So a slow reader slows the
 * actor down, and no item is asked for one by one.
 *
 * @module
 */

/** How many items an actor may be ahead of who reads them. */
export const WINDOW = 32;

/** What a stream needs of the one who asks. */
export interface StreamLine {
  /** Sends the ask. */
  begin(): void;
  /** Says that so many more items may come. */
  more(count: number): void;
  /** Says that no more are wanted. */
  leave(): void;
}

interface Reader {
  resolve(result: IteratorResult<unknown, unknown>): void;
  reject(error: unknown): void;
}

/** See the module. */
export class StreamReader implements AsyncIterableIterator<unknown> {
  readonly #line: StreamLine;
  readonly #items: unknown[] = [];
  readonly #readers: Reader[] = [];
  #state: "new" | "open" | "over" = "new";
  #failure: { readonly error: () => unknown } | undefined;
  #last: { value: unknown } | undefined;
  #taken = 0;

  /** Reads over `line`; nothing is sent before the first `next`. */
  constructor(line: StreamLine) {
    this.#line = line;
  }

  /** An item came. */
  push(value: unknown): void {
    if (this.#state !== "open") return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#items.push(value);
    else {
      this.#note();
      reader.resolve({ done: false, value });
    }
  }

  /** The stream is over; `value` is what it returned. */
  finish(value: unknown): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#last = { value };
    for (const reader of this.#readers.splice(0)) {
      reader.resolve(this.#end());
    }
  }

  /** The stream has failed. Items that came before are still given. */
  fail(error: () => unknown): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#failure = { error };
    for (const reader of this.#readers.splice(0)) {
      if (this.#failure === undefined) reader.resolve(this.#end());
      else reader.reject(this.#fail());
    }
  }

  /** The next item. */
  next(): Promise<IteratorResult<unknown, unknown>> {
    if (this.#state === "new") {
      this.#state = "open";
      try {
        this.#line.begin();
      } catch (error) {
        this.#state = "over";
        return Promise.reject(error);
      }
    }
    if (this.#items.length > 0) {
      const value = this.#items.shift();
      if (this.#state === "open") this.#note();
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#fail());
    if (this.#state === "over") return Promise.resolve(this.#end());
    const { promise, resolve, reject } = Promise.withResolvers<
      IteratorResult<unknown, unknown>
    >();
    this.#readers.push({ resolve, reject });
    return promise;
  }

  /** Ends the stream before its end: the generator's `finally` runs. */
  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    const wasOpen = this.#state === "open";
    this.#state = "over";
    this.#items.length = 0;
    this.#failure = undefined;
    if (wasOpen) this.#line.leave();
    for (const reader of this.#readers.splice(0)) {
      reader.resolve({ done: true, value: undefined });
    }
    return Promise.resolve({ done: true, value });
  }

  /** Ends the stream; see {@linkcode return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #note(): void {
    if (++this.#taken < WINDOW / 2) return;
    this.#line.more(this.#taken);
    this.#taken = 0;
  }

  /** What the generator returned is given once, as by a generator. */
  #end(): IteratorResult<unknown, unknown> {
    const value = this.#last?.value;
    this.#last = undefined;
    return { done: true, value };
  }

  /** As by a generator, the error is given once, and then the end. */
  #fail(): unknown {
    const error = this.#failure!.error();
    this.#failure = undefined;
    return error;
  }
}
