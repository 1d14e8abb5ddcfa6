/**
 * Hearing of the end of a process.
 *
 * @module
 */

import { THREAD } from "../channels/until.ts";
import type { Exit } from "./exit.ts";
import type { Process } from "./process.ts";

/**
 * Calls a function when a process ends: once, with how it ended. If it has ended
 * already the call comes soon, but never before `monitor` returns. So nobody
 * who starts to watch comes too late.
 *
 * Any process can be monitored that is at hand, also one that another actor
 * started and passed on, and as often as one likes. As `join` does, it keeps the
 * program alive for no longer than the process lives. What the listener throws
 * is an error that nobody caught.
 *
 * In the spirit of OTP's `monitor`.
 *
 * @example
 * ```ts ignore
 * import { actor, monitor } from "@troupe/troupe";
 *
 * const parse = actor(import.meta, function parse(text: string): unknown {
 *   return JSON.parse(text);
 * });
 *
 * if (import.meta.main) {
 *   const p = parse.spawn(["{"], { name: "parser" });
 *   const down = Promise.withResolvers<void>();
 *   using _monitor = monitor(p, (exit, { name }) => {
 *     console.log(name, exit.reason); // parser threw
 *     down.resolve();
 *   });
 *   await down.promise;
 * }
 * ```
 *
 * @param listener Called with how the process ended, and the process.
 * @returns Takes it back when disposed of: the listener is not called then.
 * @throws {ProcessStateError} If the process was not started.
 * @throws {TypeError} If the listener is no function.
 */
export function monitor<R>(
  process: Process<R>,
  listener: (exit: Exit<R>, process: Process<R>) => void,
): Disposable {
  if (typeof listener !== "function") {
    throw new TypeError(
      `Cannot monitor a process: listener must be a function, got ${
        listener === null ? "null" : typeof listener
      }`,
    );
  }
  // Throws if it was not started.
  process[THREAD];
  const over = new AbortController();
  const { signal } = over;
  process.join({ signal }).then(
    (exit) => {
      // Both may have happened before this is called.
      if (!signal.aborted) listener(exit, process);
    },
    () => {}, // It was taken back: a join rejects for nothing else.
  );
  return { [Symbol.dispose]: () => over.abort() };
}
