/**
 * The work of producers and consumers: the loops that all contenders in
 * JavaScript share, also those in an engine that cannot load Troupe. So each
 * brings its own mark of the end.
 *
 * @module
 */

import type { Make, Touch } from "./items.ts";

/** What one producer or consumer is to do. */
export interface FlowOrder {
  /** The id of a producer's first item. */
  readonly first: number;
  /** How many items a producer puts. */
  readonly count: number;
  /** How many marks of the end a producer puts after its items. */
  readonly marks: number;
  /** How many items a consumer takes, if no mark comes first. */
  readonly limit: number;
}

/** What one consumer saw; a producer saw nothing. */
export interface FlowReport {
  readonly count: number;
  /** The sum of the ids. */
  readonly sum: number;
  /** When the first item came and when the last was dealt with, in ms. */
  readonly first: number;
  readonly last: number;
}

/** The report of a producer. */
export const NOTHING_SEEN: FlowReport = { count: 0, sum: 0, first: 0, last: 0 };

/** Milliseconds on a clock that all threads of the program share. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Counts what a consumer receives, and looks at each item. */
export class Tally {
  count = 0;
  readonly limit: number;
  readonly #touch: Touch;
  #sum = 0;
  #first = 0;

  constructor(touch: Touch, limit: number) {
    this.#touch = touch;
    this.limit = limit;
  }

  /** Deals with an item. Returns whether more are wanted. */
  add(item: unknown): boolean {
    if (this.count === 0) this.#first = clock();
    this.#sum += this.#touch(item);
    return ++this.count < this.limit;
  }

  /** Stops the clock. */
  report(): FlowReport {
    return {
      count: this.count,
      sum: this.#sum,
      first: this.#first,
      last: clock(),
    };
  }
}

/** Produces by calls that return when the item is away. */
export function produce(
  { first, count }: FlowOrder,
  make: Make,
  put: (item: unknown) => void,
): void {
  for (let id = first; id < first + count; id++) put(make(id));
}

/** Produces by calls that are awaited. */
export async function produceAwaiting(
  { first, count }: FlowOrder,
  make: Make,
  put: (item: unknown) => Promise<void>,
): Promise<void> {
  for (let id = first; id < first + count; id++) await put(make(id));
}

/** Produces by calls of which each hundredth is awaited, and the last. */
export async function produceLoosely(
  { first, count }: FlowOrder,
  make: Make,
  put: (item: unknown) => Promise<void>,
): Promise<void> {
  for (let done = 1; done <= count; done++) {
    const away = put(make(first + done - 1));
    if (done % 100 === 0 || done === count) await away;
  }
}

/** Consumes by calls that return with an item, or with the mark `end`. */
export function consume(
  tally: Tally,
  get: () => unknown,
  end: unknown,
): void {
  for (;;) {
    const item = get();
    if (item === end || !tally.add(item)) return;
  }
}

/** Consumes by calls that are awaited. */
export async function consumeAwaiting(
  tally: Tally,
  get: () => Promise<unknown>,
  end: unknown,
): Promise<void> {
  for (;;) {
    const item = await get();
    if (item === end || !tally.add(item)) return;
  }
}

/** Consumes by iteration, which ends itself at a mark. */
export async function consumeIterating(
  tally: Tally,
  items: AsyncIterable<unknown>,
): Promise<void> {
  for await (const item of items) if (!tally.add(item)) return;
}
