/**
 * Calling an actor with each of many items.
 *
 * ```text
 *   items ──read──▶ chunks ──submit──▶ tasks, done in any order
 *     ▲ no further ahead than `buffer`          │
 *     └───────────── results, in order ◀────────┘
 * ```
 *
 * @module
 */

import { NotSendableError } from "../../channels/errors.ts";
import { checkTimeout, timeoutError } from "../../channels/wait_options.ts";
import { ChunkSize } from "./_chunk_size.ts";
import { ItemSource } from "./_item_source.ts";
import type { Items, MapOptions, MapResults } from "./map_options.ts";
import { ProgressMeter } from "./progress.ts";
import { ProgressBar } from "./_progress_bar.ts";
import { PartialResults, type Task } from "./_task.ts";

/** What a map needs of its pool. */
export interface Mapper {
  /** The name of the actor. */
  readonly name: string;
  /** The most workers. */
  readonly workers: number;
  /** Submits a chunk. */
  readonly submit: (chunk: unknown[], signal: AbortSignal | undefined) => Task;
}

/** A chunk that was submitted. */
interface Chunk {
  readonly task: Task;
  readonly size: number;
  /** The items, if they could not be sent. */
  readonly items: unknown[] | undefined;
  /** The number of the first of them. */
  readonly first: number;
}

/**
 * Maps over items.
 *
 * @throws {TypeError} If an option, or what is to be iterated, is of a wrong
 *   type.
 * @throws {RangeError} If an option is out of range.
 */
export function mapItems<R>(
  items: Items<unknown>,
  options: MapOptions,
  mapper: Mapper,
): MapResults<R> {
  return new Mapping<R>(items, options, mapper);
}

class Mapping<R> implements MapResults<R> {
  readonly #mapper: Mapper;
  readonly #options: MapOptions;
  readonly #deadline: number;
  readonly #buffer: number;
  readonly #size: ChunkSize;
  readonly #source: ItemSource;
  readonly #meter: ProgressMeter | undefined;
  readonly #bar: ProgressBar | undefined;
  #chunks: Chunk[] = [];
  /** How many items were read. */
  #read = 0;
  /** How many results were given. */
  #given = 0;
  /** The chunks that are not settled. */
  #underway = 0;
  #isReading = false;
  /** What ended the reading of items, if anything did but their end. */
  #failure: { readonly error: unknown } | undefined;
  #isExhausted = false;
  #isOver = false;
  /** The results that are there and were not given. */
  #results: R[] = [];
  #next = 0;
  /** What comes after them. */
  #error: { readonly error: unknown } | undefined;
  /** Steps wait for those before them. */
  #last: Promise<unknown> | undefined;
  /** Called when there is a chunk to wait for, or none will come. */
  #onRead: (() => void) | undefined;

  constructor(items: Items<unknown>, options: MapOptions, mapper: Mapper) {
    const { chunkSize, buffer, timeout, progress } = options;
    if (chunkSize !== undefined) checkCount("chunkSize", chunkSize);
    if (buffer !== undefined) checkCount("buffer", buffer);
    if (
      progress !== undefined && progress !== true &&
      typeof progress !== "function"
    ) {
      throw new TypeError(
        `Cannot map: progress must be true or a function, got ${typeof progress}`,
      );
    }
    this.#mapper = mapper;
    this.#options = options;
    this.#deadline = performance.now() + checkTimeout(timeout);
    this.#buffer = buffer ??
      Math.max(1024, 4 * mapper.workers * (chunkSize ?? 1));
    this.#source = new ItemSource(items);
    const { total } = this.#source;
    this.#size = new ChunkSize(chunkSize, {
      total,
      buffer: this.#buffer,
      workers: mapper.workers,
    });
    if (progress !== undefined) {
      const bar = progress === true ? new ProgressBar() : undefined;
      this.#bar = bar;
      this.#meter = new ProgressMeter(
        total,
        progress === true ? (numbers) => bar!.draw(numbers) : progress,
      );
    }
    this.#readOn();
  }

  next(): Promise<IteratorResult<R>> {
    if (this.#last === undefined && this.#next < this.#results.length) {
      return Promise.resolve({ done: false, value: this.#give() });
    }
    return this.#inTurn(() => this.#step());
  }

  async return(): Promise<IteratorResult<R>> {
    this.#end();
    await this.#source.close();
    return { done: true, value: undefined };
  }

  toArray(): Promise<R[]> {
    return this.#inTurn(async () => {
      const all: R[] = [];
      for (;;) {
        const { length } = this.#results;
        for (let i = this.#next; i < length; i++) all.push(this.#results[i]!);
        this.#given += length - this.#next;
        this.#next = length;
        if (!await this.#fetch()) return all;
      }
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Runs a step when those before it are over. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const own = before === undefined ? step() : before.then(step, step);
    const last = own.then(done, done);
    const forget = () => {
      if (this.#last === last) this.#last = undefined;
    };
    this.#last = last;
    last.then(forget);
    return own;
  }

  async #step(): Promise<IteratorResult<R>> {
    while (this.#next === this.#results.length) {
      if (!await this.#fetch()) return { done: true, value: undefined };
    }
    return { done: false, value: this.#give() };
  }

  #give(): R {
    const value = this.#results[this.#next]!;
    this.#results[this.#next++] = undefined as R; // Kept no longer than needed.
    this.#given++;
    return value;
  }

  /** Fetches the results of the next chunk; `false` if there is none. */
  async #fetch(): Promise<boolean> {
    if (this.#error !== undefined) throw this.#fail(this.#error.error);
    if (this.#isOver) return false;
    this.#readOn();
    while (this.#chunks.length === 0 && !this.#isExhausted) {
      await this.#reading();
    }
    const chunk = this.#chunks.shift();
    if (chunk === undefined) {
      if (this.#failure !== undefined) throw this.#fail(this.#failure.error);
      this.#meter?.end();
      this.#end();
      return false;
    }
    let value: unknown;
    try {
      value = await this.#resultOf(chunk);
    } catch (error) {
      throw this.#fail(error);
    }
    if (value instanceof PartialResults) {
      this.#results = value.results as R[];
      this.#error = { error: value.error };
    } else this.#results = value as R[];
    this.#next = 0;
    return true;
  }

  async #resultOf({ task, items, first }: Chunk): Promise<unknown> {
    const left = this.#deadline - performance.now();
    try {
      return await (left === Infinity || task.done
        ? task.result()
        : task.result({ timeout: Math.max(0, left) }));
    } catch (error) {
      if (!task.done) throw this.#lateError();
      if (items === undefined || !(error instanceof NotSendableError)) {
        throw error;
      }
      return await this.#sendBefore(error, items, first);
    }
  }

  /** An item cannot be sent; those before it can. */
  async #sendBefore(
    error: NotSendableError,
    items: unknown[],
    first: number,
  ): Promise<unknown> {
    const [whole, index] = /^\$\[0\]\[(\d+)\]/.exec(error.path) ?? ["", "0"];
    const path = `$[${first + Number(index)}]${error.path.slice(whole.length)}`;
    const own = new NotSendableError(path, error.found);
    const before = items.slice(0, Number(index));
    if (before.length === 0) throw own;
    const { submit } = this.#mapper;
    const task = submit(before, this.#options.signal);
    const results = await task.result();
    return results instanceof PartialResults
      ? results
      : new PartialResults(results as unknown[], own);
  }

  #lateError(): DOMException {
    const { total } = this.#source;
    return timeoutError(
      `Cannot get the next result of map over ${this.#mapper.name}(): ` +
        `${this.#given} (of ${total ?? "?"}) were there after ` +
        `${this.#options.timeout} ms`,
    );
  }

  /** Reads items and submits them, as far as that may go ahead. */
  #readOn(): void {
    if (this.#isReading || this.#isExhausted || this.#isOver) return;
    this.#isReading = true;
    try {
      while (this.#mayRead()) {
        const chunk = this.#source.read(this.#size.next);
        if (chunk instanceof Promise) {
          this.#readLater(chunk);
          return;
        }
        if (!this.#take(chunk)) break;
      }
    } catch (error) {
      this.#failReading(error);
    }
    this.#isReading = false;
  }

  async #readLater(reading: Promise<unknown[]>): Promise<void> {
    try {
      const chunk = await reading;
      this.#take(chunk);
    } catch (error) {
      this.#failReading(error);
    }
    this.#isReading = false;
    this.#readOn();
  }

  #failReading(error: unknown): void {
    this.#failure = { error };
    this.#isExhausted = true;
    this.#onRead?.();
  }

  #mayRead(): boolean {
    const ahead = this.#read - this.#given;
    return !this.#isOver && !this.#isExhausted &&
      ahead + this.#size.next <= this.#buffer &&
      this.#size.mayAdd(this.#underway);
  }

  /** Submits a chunk that was read; `false` if it was the last. */
  #take(items: unknown[]): boolean {
    if (this.#isOver) return false;
    if (items.length > 0) this.#submit(items);
    // What came before the items ended in an error is sent all the same.
    if (this.#source.failure !== undefined) {
      this.#failReading(this.#source.failure.error);
    } else if (this.#source.isAtEnd) this.#isExhausted = true;
    this.#onRead?.();
    return !this.#isExhausted;
  }

  #submit(items: unknown[]): void {
    const task = this.#mapper.submit(items, this.#options.signal);

    const size = items.length;
    const first = this.#read;
    this.#read += size;
    this.#underway++;
    // Only where it was refused at once: else the items are with the worker.
    const kept = task.done ? items : undefined;
    this.#chunks.push({ task, size, first, items: kept });
    task.addDoneCallback(() => {
      this.#underway--;
      this.#size.learn(size, task.ran);
      this.#advance(size);
      this.#readOn();
    });
  }

  #advance(size: number): void {
    try {
      this.#meter?.advance(size);
    } catch (error) {
      // The caller's own function: the map is of no use to who wrote it then.
      this.#error ??= { error };
    }
  }

  #reading(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onRead = () => {
      this.#onRead = undefined;
      resolve();
    };
    return promise;
  }

  #fail(error: unknown): unknown {
    this.#error = undefined;
    this.#end();
    this.#source.close();
    return error;
  }

  /** Nothing more is wanted. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isExhausted = true;
    this.#bar?.end();
    for (const { task } of this.#chunks.splice(0)) task.cancel();
    this.#onRead?.();
  }
}

function done(): void {}

function checkCount(what: string, count: number): void {
  if (typeof count !== "number") {
    throw new TypeError(
      `Cannot map: ${what} must be a number, got ${typeof count}`,
    );
  }
  if (Number.isInteger(count) && count >= 1) return;
  throw new RangeError(
    `Cannot map: ${what} must be >= 1, and whole, got ${count}`,
  );
}
