/**
 * Futures in the order in which they are done.
 *
 * @module
 */

import {
  checkWait,
  startTimer,
  timeoutError,
  type WaitOptions,
} from "../../channels/wait_options.ts";
import { Arrivals } from "./arrivals.ts";
import { type Future, listenTo, unlistenTo } from "./future.ts";
import { futuresOf, NamedWait } from "./wait.ts";

/**
 * A future that came out of {@linkcode asCompleted}: the very object that went
 * in. Ask it for its `result()`.
 *
 * In a loop with `for await` TypeScript takes whatever has a `then` for what it
 * resolves to, and a future for its result. So the type hides that here; to
 * `await` the future itself is for the variable that went in.
 *
 * @typeParam F The type of the future.
 */
export type Completed<F extends Future> = F & { readonly then: never };

/**
 * Futures in the order in which they are done: what {@linkcode asCompleted}
 * gives.
 *
 * @typeParam F The futures.
 */
export interface CompletedFutures<F extends Future> {
  /** The next one that is done. */
  next(): Promise<IteratorResult<Completed<F>, undefined>>;
  /** Ends the iteration. */
  return(): Promise<IteratorResult<Completed<F>, undefined>>;
  /** Itself. */
  [Symbol.asyncIterator](): this;
}

/**
 * Iterates over futures as they are done, finished or cancelled; those that are
 * done already come first. What a task threw is thrown by its future.
 *
 * The time is counted from this call, not from each step. When it is over, the
 * futures that are done still come out, then the iteration throws. That cancels
 * nothing: the futures can be waited for again.
 *
 * As Python's `concurrent.futures.as_completed`.
 *
 * @example
 * ```ts ignore
 * import { actor, asCompleted, ProcessPool } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   const futures = [1, 2, 3].map((n) => pool.submit(square, [n]));
 *   for await (const future of asCompleted(futures, { timeout: 60_000 })) {
 *     console.log(await future.result()); // 1, 4 and 9, in any order
 *   }
 * }
 * ```
 *
 * @param futures A future that is in it twice comes once.
 * @throws {TypeError} If an item is no future.
 * @throws {DOMException} While it iterates: a `TimeoutError`, if the time is
 *   over.
 * @throws The signal's reason, also while it iterates.
 */
export function asCompleted<F extends Future>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): CompletedFutures<F> {
  const { signal } = options;
  const end = performance.now() + checkWait(options);
  // What these functions refer to lives as long as the iterator does. So none
  // refers to `futures` or `all`: they hold the futures that were given already.
  const unfinished = new Set<F>();
  let isWaiting = false;
  const onDone = (future: F) => {
    unfinished.delete(future);
    arrivals.push(future);
    if (unfinished.size === 0) arrivals.complete();
    else if (isWaiting) named.renew();
  };
  const arrivals = new Arrivals<F>({
    check: () => signal?.throwIfAborted(),
    wait() {
      isWaiting = true;
      named.renew();
      const left = Math.max(0, end - performance.now());
      const stopTimer = startTimer(left, () => {
        const text = `${unfinished.size} (of ${total}) futures unfinished`;
        arrivals.fail(timeoutError(text));
      });
      const abort = () => arrivals.fail(signal!.reason);
      signal?.addEventListener("abort", abort, { once: true });
      return () => {
        isWaiting = false;
        named.end();
        stopTimer();
        signal?.removeEventListener("abort", abort);
      };
    },
    leave() {
      for (const future of unfinished) unlistenTo(future, onDone);
    },
  });
  const all = futuresOf(futures);
  for (const future of all) {
    if (future.done) arrivals.push(future);
    else unfinished.add(future);
  }
  const total = all.size;
  const named = new NamedWait(unfinished, options);
  for (const future of unfinished) listenTo(future, onDone);
  if (unfinished.size === 0) arrivals.complete();
  return arrivals as CompletedFutures<Future> as CompletedFutures<F>;
}
