/**
 * How a map works, and what it gives.
 *
 * @module
 */

import type { Progress } from "./progress.ts";

/** What may be mapped over: a list, or what gives its items one by one. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** How a map works. */
export interface MapOptions {
  /**
   * How many items go to a worker at once. More of them cost less for each, and
   * are shared out less evenly. Default: chosen by how long the items take.
   */
  chunkSize?: number;
  /**
   * How many items may be under way or done, and not yet read by the caller. So
   * far are the items read ahead. Default: 1,024, or four chunks a worker, if
   * that is more.
   */
  buffer?: number;
  /**
   * How long the whole may take, in milliseconds, from the call on. Results that
   * are there by then still come out.
   */
  timeout?: number;
  /** Ends all of it: see `SubmitOptions.signal`. */
  signal?: AbortSignal;
  /**
   * `true` draws a bar on the terminal, if stderr is one; a function is told the
   * numbers.
   */
  progress?: true | ((progress: Progress) => void);
}

/**
 * The results of a map, in the order of its items.
 *
 * To leave the loop cancels the chunks that have not begun.
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
