/**
 * How a map works, and what it gives.
 *
 * @module
 */

import { checkTimeout } from "../../channels/wait_options.ts";
import { CHUNKS_PER_WORKER } from "./_chunk_size.ts";
import type { Progress } from "./progress.ts";
import { typeName } from "./type_name.ts";

/**
 * What may be mapped over: a list, or anything else that gives items one by one,
 * now or later. It is read as far ahead as `buffer` allows, and no further.
 *
 * @example Items that a generator makes
 * ```ts ignore
 * import { actor, type Items, ProcessPool } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * function* naturals() {
 *   for (let n = 1;; n++) yield n;
 * }
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   const items: Items<number> = naturals(); // without end
 *   for await (const n of pool.map(square, items, { buffer: 16 })) {
 *     console.log(n); // 1, 4, 9
 *     if (n === 9) break;
 *   }
 * }
 * ```
 *
 * @typeParam T An item.
 */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/**
 * How a map works.
 *
 * @example Few items of much work each, and a bar that shows how far it is
 * ```ts ignore
 * import { actor, type MapOptions, ProcessPool } from "@troupe/troupe";
 *
 * const factor = actor(import.meta, function factor(n: number) {
 *   for (let p = 2; p * p <= n; p++) if (n % p === 0) return p;
 *   return n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   const options: MapOptions = { chunkSize: 1, timeout: 60_000, progress: true };
 *   const numbers = [1_000_003 * 1_000_033, 999_983 * 1_000_003];
 *   console.log(await pool.map(factor, numbers, options).toArray());
 * }
 * ```
 */
export interface MapOptions {
  /**
   * How many items go to a worker at once. More of them cost less for each, and
   * are shared out less evenly. Fewer go where the items end, or have to be
   * waited for. Default: chosen by how long the items take.
   */
  chunkSize?: number;
  /**
   * How many items may be under way or done, and not yet read by the caller. So
   * far are the items read ahead. Default: 1,024, or four chunks for each worker,
   * if that is more; chunks that are chosen have up to 512 items then.
   */
  buffer?: number;
  /**
   * How long the whole may take, in milliseconds, from the call on. Results that
   * are there by then still come out.
   */
  timeout?: number;
  /**
   * Ends all of it, items that run included: see `SubmitOptions.signal`. Results
   * that are there still come out, then the signal's reason is thrown.
   */
  signal?: AbortSignal;
  /**
   * `true` draws a bar on the terminal, if stderr is one; a function is told the
   * numbers. What that throws, the map throws.
   */
  progress?: boolean | ((progress: Progress) => void);
}

/**
 * The results of a map, in the order of its items.
 *
 * An error comes at the place of its item, behind the results before it, and
 * ends the map. So does to leave the loop: the chunks that have not begun are
 * cancelled, and the source of the items is told that no more are read.
 *
 * @example
 * ```ts ignore
 * import { actor, type MapResults, ProcessPool } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   const results: MapResults<number> = pool.map(square, [1, 2, 3, 4]);
 *   console.log((await results.next()).value); // 1
 *   console.log(await results.toArray()); // [ 4, 9, 16 ]
 * }
 * ```
 *
 * @typeParam R What the actor returns.
 */
export interface MapResults<R> extends AsyncIterableIterator<R> {
  /**
   * Collects all results that were not read, quicker than a loop does.
   *
   * @throws What a loop would throw; the results before it are lost then.
   */
  toArray(): Promise<R[]>;
}

/** The options of a map, checked. */
export interface CheckedMapOptions extends MapOptions {
  /** See `MapOptions`. */
  readonly buffer: number;
  /** In ms; `Infinity` if there is none. */
  readonly timeout: number;
}

const LEAST_BUFFER = 1024;
/** What a chunk costs is little beside so many of the quickest items. */
const MOST_CHOSEN = 512;

/**
 * Checks how a map is to work.
 *
 * @param workers The most workers.
 * @throws {TypeError} If an option is of a wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkMapOptions(
  options: MapOptions,
  workers: number,
): CheckedMapOptions {
  if (typeof options !== "object" || options === null) {
    throw wrong(
      `options must be an object, got ${typeName(options)}`,
    );
  }
  const { chunkSize, buffer, timeout, signal, progress } = options;
  if (chunkSize !== undefined) checkCount("chunkSize", chunkSize);
  if (buffer !== undefined) checkCount("buffer", buffer);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrong("signal must be an AbortSignal");
  }
  if (
    progress !== undefined && typeof progress !== "boolean" &&
    typeof progress !== "function"
  ) {
    throw wrong(
      `progress must be true, false or a function, got ${typeof progress}`,
    );
  }
  return {
    chunkSize,
    buffer: buffer ?? Math.max(
      LEAST_BUFFER,
      CHUNKS_PER_WORKER * workers * (chunkSize ?? MOST_CHOSEN),
    ),
    timeout: checkTimeout(timeout),
    signal,
    progress,
  };
}

function checkCount(what: string, count: number): void {
  if (typeof count !== "number") {
    throw wrong(`${what} must be a number, got ${typeof count}`);
  }
  if (Number.isInteger(count) && count >= 1) return;
  throw new RangeError(
    `Cannot map: ${what} must be >= 1, and whole, got ${count}`,
  );
}

function wrong(what: string): TypeError {
  return new TypeError(`Cannot map: ${what}`);
}
