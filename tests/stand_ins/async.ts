/**
 * Stands in for `@std/async` where JSR does not answer: `delay` and `deadline`.
 *
 * @module
 */

export interface DelayOptions {
  signal?: AbortSignal;
  /** Whether the wait keeps the program alive; it does by default. */
  persistent?: boolean;
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const abort = () => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener("abort", abort);
    resolve();
  }, ms);
  signal?.addEventListener("abort", abort, { once: true });
  if (!persistent) Deno.unrefTimer(timer);
  return promise;
}

export interface DeadlineOptions {
  signal?: AbortSignal;
}

/** What `p` settles to, or a `TimeoutError` after `ms`. */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  const timer = setTimeout(
    () => reject(new DOMException("Signal timed out.", "TimeoutError")),
    ms,
  );
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([p, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
