/**
 * Waiting for several futures at once.
 *
 * @module
 */

import { checkWait, type WaitOptions } from "../../channels/wait_options.ts";
import { waitForWord } from "../wait_for_word.ts";
import {
  announceWait,
  Future,
  hasRaised,
  isWatched,
  listenTo,
  unlistenTo,
} from "./future.ts";

/** What {@linkcode wait} waits for, and how long. */
export interface WaitForOptions extends WaitOptions {
  /**
   * What ends the wait: `"all"`, the default, that all futures are done;
   * `"first"`, that one is; `"first-error"`, that the task of one has thrown,
   * or that all are done. To be cancelled is not to throw.
   */
  until?: "first" | "first-error" | "all";
}

/**
 * What {@linkcode wait} gives.
 *
 * @typeParam F The futures.
 */
export interface WaitResult<F extends Future = Future> {
  /** The futures that are finished or cancelled. */
  readonly done: Set<F>;
  /** The others. */
  readonly notDone: Set<F>;
}

/**
 * Waits until the first of several futures is done, or the first that fails, or
 * all of them.
 *
 * That the time is over is no error: `notDone` tells. Nothing is cancelled, and
 * nothing is thrown for a task that failed: ask its future.
 *
 * As Python's `concurrent.futures.wait`. To have the futures one by one, there is
 * {@linkcode asCompleted}.
 *
 * @example
 * ```ts ignore
 * import { actor, ProcessPool, wait } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   const futures = [1, 2, 3].map((n) => pool.submit(square, [n]));
 *   const { done, notDone } = await wait(futures, { until: "first-error" });
 *   console.log(done.size, notDone.size); // 3 0
 * }
 * ```
 *
 * @param futures A future that is in it twice counts once.
 * @throws {TypeError} If `until` is none of these, or an item is no future.
 * @throws The signal's reason, if that came first.
 */
export async function wait<F extends Future>(
  futures: Iterable<F>,
  options: WaitForOptions = {},
): Promise<WaitResult<F>> {
  const { until = "all", signal } = options;
  if (until !== "all" && until !== "first" && until !== "first-error") {
    throw new TypeError(
      'Cannot wait for futures: until must be "first", "first-error" or ' +
        `"all". Invalid return condition: ${JSON.stringify(until)}`,
    );
  }
  const timeout = checkWait(options);
  const all = futuresOf(futures);
  const unfinished = new Set([...all].filter((future) => !future.done));
  const isEnough = (future: F) =>
    until === "first" || until === "first-error" && hasRaised(future);
  const isOver = unfinished.size === 0 ||
    all.values().some((future) => future.done && isEnough(future));
  if (!isOver) {
    const named = new NamedWait(unfinished, options);
    await waitForWord(
      (tell) => {
        const onDone = (future: F) => {
          unfinished.delete(future);
          if (unfinished.size === 0 || isEnough(future)) tell();
          else named.renew();
        };
        for (const future of unfinished) listenTo(future, onDone);
        named.renew();
        return () => {
          named.end();
          for (const future of unfinished) unlistenTo(future, onDone);
        };
      },
      timeout,
      signal,
    );
  }
  const done = new Set<F>();
  const notDone = new Set<F>();
  for (const future of all) (future.done ? done : notDone).add(future);
  return { done, notDone };
}

/**
 * The futures, each once.
 *
 * @throws {TypeError} If an item is none.
 */
export function futuresOf<F extends Future>(futures: Iterable<F>): Set<F> {
  const all = new Set(futures);
  let index = 0;
  for (const future of all) {
    if (!(future instanceof Future)) {
      throw new TypeError(
        `Cannot wait for futures: item ${index} is none. Give what ` +
          "submit() returns, and not a promise made from it",
      );
    }
    index++;
  }
  return all;
}

/**
 * A wait for several futures, as far as the owners of these want to know of it.
 *
 * One future is named for all: a task that waits for several of its own pool
 * waits for a worker, whichever it will be. Nothing is told where something else
 * may end the wait: a time, a signal, or a future whose owner does not care.
 */
export class NamedWait {
  readonly #unfinished: ReadonlySet<Future>;
  readonly #isTold: boolean;
  #named: Future | undefined;
  #release: (() => void) | undefined;

  /** Waits for these, which become fewer. */
  constructor(
    unfinished: ReadonlySet<Future>,
    { timeout = Infinity, signal }: WaitOptions,
  ) {
    this.#unfinished = unfinished;
    this.#isTold = timeout === Infinity && signal === undefined &&
      unfinished.values().every(isWatched);
  }

  /** Waits, or waits on. */
  renew(): void {
    if (!this.#isTold) return;
    if (this.#named !== undefined && this.#unfinished.has(this.#named)) return;
    this.end();
    for (const future of this.#unfinished) {
      this.#named = future;
      this.#release = announceWait(future);
      return;
    }
  }

  /** Waits no longer. */
  end(): void {
    const release = this.#release;
    this.#named = this.#release = undefined;
    release?.();
  }
}
