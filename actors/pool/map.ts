/**
 * Calling an actor with each of many items.
 *
 * ```text
 *   items ──read──▶ chunks ──submit──▶ tasks, done in any order
 *     ▲ no further ahead than `buffer`          │
 *     └───────────── results, in order ◀────────┘
 * ```
 *
 * Who reads the results waits for the first chunk only, and finds in it what
 * comes next: its results, and behind them the error that ended it, if one did.
 *
 * @module
 */

import { NotSendableError } from "../../channels/errors.ts";
import { timeoutError } from "../../channels/wait_options.ts";
import { relocated } from "../../channels/relocated.ts";
import { waitForWord } from "../wait_for_word.ts";
import { ChunkSize } from "./_chunk_size.ts";
import { listenTo, unlistenTo } from "./future.ts";
import { ItemSource } from "./_item_source.ts";
import { joined } from "./_joined.ts";
import {
  type CheckedMapOptions,
  checkMapOptions,
  type Items,
  type MapOptions,
  type MapResults,
} from "./map_options.ts";
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
  /** The number of the first of its items. */
  readonly first: number;
  /** The items, if they could not be sent. */
  readonly items: unknown[] | undefined;
  /** Whether its end was noted. */
  isNoted: boolean;
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
  readonly #options: CheckedMapOptions;
  readonly #deadline: number;
  readonly #size: ChunkSize;
  readonly #source: ItemSource;
  readonly #meter: ProgressMeter | undefined;
  readonly #bar: ProgressBar | undefined;
  #chunks: Chunk[] = [];
  /** How many items were read. */
  #read = 0;
  /** How many results were given. */
  #given = 0;
  /** The chunks whose end was not noted. */
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
  /** The steps that are not over; each waits for the one before. */
  #steps = 0;
  #lastStep: Promise<void> | undefined;
  /** Called when there is a chunk to wait for, or none will come. */
  #onRead: (() => void) | undefined;

  constructor(items: Items<unknown>, options: MapOptions, mapper: Mapper) {
    const { workers } = mapper;
    this.#mapper = mapper;
    this.#options = checkMapOptions(options, workers);
    const { chunkSize, buffer, timeout, progress } = this.#options;
    this.#deadline = performance.now() + timeout;
    this.#source = new ItemSource(items);
    const { total } = this.#source;
    this.#size = new ChunkSize(chunkSize, { total, buffer, workers });
    if (progress === true) {
      const bar = this.#bar = new ProgressBar();
      this.#meter = new ProgressMeter(total, (numbers) => bar.draw(numbers));
    } else if (progress) this.#meter = new ProgressMeter(total, progress);
    this.#readOn();
  }

  next(): Promise<IteratorResult<R>> {
    if (this.#steps === 0 && this.#next < this.#results.length) {
      return Promise.resolve({ done: false, value: this.#give() });
    }
    return this.#inTurn(async () => {
      while (this.#next === this.#results.length) {
        if (!await this.#fetch()) return { done: true, value: undefined };
      }
      return { done: false, value: this.#give() };
    });
  }

  async return(): Promise<IteratorResult<R>> {
    this.#end();
    this.#results = [];
    this.#next = 0;
    await this.#source.close();
    return { done: true, value: undefined };
  }

  toArray(): Promise<R[]> {
    return this.#inTurn(async () => {
      const parts: R[][] = [];
      do {
        const part = this.#results.slice(this.#next);
        parts.push(part);
        this.#given += part.length;
        this.#next += part.length;
      } while (await this.#fetch());
      return joined(parts);
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Runs a step when those before it are over. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const run = async () => {
      try {
        return await step();
      } finally {
        // Before anybody hears of it: the next call need not wait in turn.
        this.#steps--;
      }
    };
    const own = this.#steps++ === 0 ? run() : this.#lastStep!.then(run);
    this.#lastStep = own.then(ignore, ignore);
    return own;
  }

  #give(): R {
    const value = this.#results[this.#next]!;
    this.#results[this.#next++] = undefined as R; // Kept no longer than needed.
    this.#given++;
    return value;
  }

  /**
   * Fetches the results of the next chunk, once those of the last were given.
   *
   * @returns `false` if there is none: all is over.
   */
  async #fetch(): Promise<boolean> {
    if (this.#isOver) return false;
    try {
      if (this.#error !== undefined) throw this.#error.error;
      this.#readOn();
      while (this.#chunks.length === 0 && !this.#isExhausted) {
        await this.#nextRead();
      }
      const chunk = this.#chunks[0];
      const value = chunk && await this.#resultOf(chunk);
      if (this.#isOver) return false; // Left meanwhile.
      if (chunk === undefined) {
        if (this.#failure !== undefined) throw this.#failure.error;
        this.#meter?.end();
        this.#end();
        return false;
      }
      this.#chunks.shift();
      this.#show(value, chunk);
      return true;
    } catch (error) {
      if (this.#isOver) return false;
      this.#end();
      // The first error is the one that counts.
      this.#source.close().catch(ignore);
      throw error;
    }
  }

  #show(value: unknown, { task, size }: Chunk): void {
    const isPartial = value instanceof PartialResults;
    this.#results = (isPartial ? value.results : value) as R[];
    this.#next = 0;
    // Else it was counted when it was done.
    if (task.ran === 0) this.#count(isPartial ? this.#results.length : size);
    if (isPartial) this.#error = value;
  }

  async #resultOf(chunk: Chunk): Promise<unknown> {
    const { task, items, first } = chunk;
    try {
      return await this.#inTime(task, first);
    } catch (error) {
      if (items === undefined || !(error instanceof NotSendableError)) {
        throw error;
      }
      // One of them cannot be sent; those before it can.
      const index = Number(/^\$\[0\]\[(\d+)\]/.exec(error.path)?.[1] ?? 0);
      const own = relocated(error, /^\$\[0\]\[\d+\]/, `$[${first + index}]`);
      if (index === 0) throw own;
      const before = this.#submit(items.slice(0, index));
      const results = await this.#inTime(before, first);
      return results instanceof PartialResults
        ? results
        : new PartialResults(results as unknown[], own);
    } finally {
      this.#note(chunk);
    }
  }

  /** Waits for a chunk, whose first item has that number. */
  async #inTime(task: Task, first: number): Promise<unknown> {
    if (this.#deadline !== Infinity && !task.done) {
      const isInTime = await this.#wait((tell) => {
        listenTo(task, tell);
        return () => unlistenTo(task, tell);
      });
      if (!isInTime && !task.done) throw this.#lateError();
    }
    const value = await task.result();
    if (!(value instanceof PartialResults)) return value;
    const { results, error } = value;
    const own = relocated(error, /^\$/, `$[${first + results.length}]`);
    return new PartialResults(results, own);
  }

  /** Waits until something was read, or there is no more. */
  async #nextRead(): Promise<void> {
    const isInTime = await this.#wait((tell) => {
      this.#onRead = tell;
      return () => this.#onRead = undefined;
    });
    if (!isInTime) throw this.#lateError();
  }

  /** Waits for a word, but not longer than the whole may take. */
  async #wait(listen: (tell: () => void) => () => void): Promise<boolean> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const left = Math.max(0, this.#deadline - performance.now());
    return await waitForWord(listen, left, signal);
  }

  #lateError(): DOMException {
    const { total } = this.#source;
    return timeoutError(
      `Cannot get the next result of map over ${this.#mapper.name}(): ` +
        `${this.#given}${total === undefined ? "" : ` of ${total}`} were ` +
        `there after ${this.#options.timeout} ms`,
    );
  }

  /** Reads items and submits them, as far as that may go ahead. */
  #readOn(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#mayRead()) {
      const items = this.#source.read(this.#size.next);
      if (items instanceof Promise) {
        items.then((items) => {
          this.#take(items);
          this.#isReading = false;
          this.#readOn();
        });
        return;
      }
      this.#take(items);
    }
    this.#isReading = false;
  }

  #mayRead(): boolean {
    const ahead = this.#read - this.#given;
    return !this.#isExhausted &&
      ahead + this.#size.next <= this.#options.buffer &&
      this.#size.mayAdd(this.#underway);
  }

  /** Submits items that were read. */
  #take(items: unknown[]): void {
    if (this.#isOver) return;
    this.#failure = this.#source.failure;
    this.#isExhausted = this.#source.isAtEnd;
    try {
      if (items.length > 0) this.#add(items);
    } catch (error) {
      this.#failure = { error };
      this.#isExhausted = true;
    }
    this.#onRead?.();
  }

  #submit(items: unknown[]): Task {
    return this.#mapper.submit(items, this.#options.signal);
  }

  #add(items: unknown[]): void {
    const task = this.#submit(items);
    const chunk: Chunk = {
      task,
      size: items.length,
      first: this.#read,
      // Only where it was refused at once: else they are with the worker.
      items: task.done ? items : undefined,
      isNoted: false,
    };
    this.#read += items.length;
    this.#underway++;
    this.#chunks.push(chunk);
    listenTo(task, () => {
      this.#note(chunk);
      this.#readOn();
    });
  }

  /** Notes the end of a chunk, whoever learns of it first. */
  #note(chunk: Chunk): void {
    if (chunk.isNoted || !chunk.task.done) return;
    chunk.isNoted = true;
    this.#underway--;
    const { size, task: { ran } } = chunk;
    // Known of chunks that went well; the others are counted at their place.
    if (ran === 0) return;
    this.#size.learn(size, ran);
    this.#count(size);
  }

  #count(done: number): void {
    if (this.#isOver || this.#error !== undefined) return;
    try {
      this.#meter?.advance(done);
    } catch (error) {
      // The caller's own function: the map is of no use to who wrote it then.
      this.#error = { error };
    }
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

function ignore(): void {}
