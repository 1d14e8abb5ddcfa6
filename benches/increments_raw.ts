/**
 * The contenders that count in plain shared memory, by plain workers.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import { incrementRunner, type Span } from "./increment_work.ts";
import { Workers } from "./raw_contenders.ts";
import { BareNumber, type RawForm, webLocks } from "./raw_increments.ts";

/** A contender that counts in plain shared memory. */
export function rawIncrements(form: RawForm, workers: number): Contender {
  return {
    name: form,
    missing: form === "Web Locks" && webLocks === undefined
      ? "no navigator.locks here"
      : undefined,
    open() {
      const number = new BareNumber();
      const lockName = crypto.randomUUID();
      const all = new Workers();
      const incrementers = Array.from(
        { length: workers },
        () =>
          all.party<number, Span>({
            role: "incrementer",
            form,
            memory: number.memory,
            lockName,
          }).party,
      );
      return Promise.resolve(incrementRunner({
        incrementers,
        set: (value) => number.set(value),
        get: () => number.get(),
        close: all.close,
      }));
    },
  };
}
