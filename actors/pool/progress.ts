/**
 * How far a long piece of work has come.
 *
 * @module
 */

/**
 * How far a map of a pool has come.
 *
 * @example
 * ```ts ignore
 * import { actor, ProcessPool, type Progress } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * function show({ done, total, left }: Progress) {
 *   if (left === undefined) return; // too early to tell
 *   console.log(`${done} of ${total}, ${Math.ceil(left / 1000)} s to go`);
 * }
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   await pool.map(square, [1, 2, 3], { progress: show }).toArray();
 * }
 * ```
 */
export interface Progress {
  /** How many items are done. */
  readonly done: number;
  /** How many there are; `undefined` as long as nobody knows. */
  readonly total: number | undefined;
  /** How long it has taken so far, in ms. */
  readonly elapsed: number;
  /**
   * How many items were done a second of late: in the last five seconds or so,
   * or among the last ten results where these take longer to come.
   */
  readonly rate: number;
  /**
   * How long the rest takes at that rate, in ms; `undefined` where the total is,
   * and as long as there is no rate.
   */
  readonly left: number | undefined;
}

/** After how many ms what was done counts for a third in the rate. */
const WINDOW = 5000;

/** What one arrival leaves, at least, of what counted before it. */
const LEAST_KEPT = 0.9;

/** Counts what is done, and tells how far it has come each time. */
export class ProgressMeter {
  #total: number | undefined;
  readonly #sink: (progress: Progress) => void;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #countedAt: number;
  #done = 0;
  // Items and ms, both fading in the same way: their ratio is the rate.
  //
  // Not the rate since the start: a program that was slow to begin with, or has
  // come to items that take longer, would promise a wrong end for most of its
  // time. Fading, unlike a list of the last arrivals, needs two numbers, and
  // nothing leaves it with a jolt. It fades with time, not with arrivals, as
  // these come in bursts: one from each worker. Where they are rare, each one
  // takes away only so much, or the rate would be that of the last gap alone.
  #items = 0;
  #time = 0;

  /**
   * Starts the clock.
   *
   * @param sink Is told; what it throws, `advance` and `end` throw.
   */
  constructor(
    total: number | undefined,
    sink: (progress: Progress) => void,
    clock: () => number = () => performance.now(),
  ) {
    this.#total = total;
    this.#sink = sink;
    this.#clock = clock;
    this.#startedAt = this.#countedAt = clock();
  }

  /** Says that so many more items are done. */
  advance(count: number): void {
    const now = this.#clock();
    const gap = now - this.#countedAt;
    const kept = Math.max(Math.exp(-gap / WINDOW), LEAST_KEPT);
    this.#items = this.#items * kept + count;
    this.#time = this.#time * kept + gap;
    this.#countedAt = now;
    this.#done += count;
    this.#tell(now);
  }

  /**
   * Says that there are no more: from now on the total is known, which is told
   * where it is news. A meter whose work ends early is just left alone.
   */
  end(): void {
    if (this.#total === this.#done) return;
    this.#total = this.#done;
    this.#tell(this.#clock());
  }

  #tell(now: number): void {
    const done = this.#done;
    const total = this.#total;
    const rate = this.#time > 0 ? this.#items * 1000 / this.#time : 0;
    this.#sink({
      done,
      total,
      elapsed: now - this.#startedAt,
      rate,
      left: leftOf(total, done, rate),
    });
  }
}

function leftOf(
  total: number | undefined,
  done: number,
  rate: number,
): number | undefined {
  if (total === undefined) return undefined;
  if (done >= total) return 0;
  return rate > 0 ? (total - done) * 1000 / rate : undefined;
}
