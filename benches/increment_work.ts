/**
 * Increments: one number that threads or processes count up, all at the same
 * time.
 *
 * @module
 */

import type { Runner } from "./contender.ts";
import { clock } from "./flow_work.ts";
import type { Party } from "./party.ts";

/** From when to when a party counted, in ms on a clock that all share. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** One that is told how often to count. */
export type Incrementer = Party<number, Span>;

/** Whoever counts, the number they share, and how to end them. */
export interface IncrementParties {
  readonly incrementers: readonly Incrementer[];
  /** Sets the number. */
  set(number: number): void;
  /** The number as it is now. */
  get(): number;
  close(): Promise<void>;
}

/** An incrementer that counts by `work`. */
export function incrementerBy(
  work: (count: number) => Promise<void> | void,
): Incrementer {
  let share = 0;
  return {
    begin(count) {
      share = count;
      return Promise.resolve();
    },
    async finish() {
      const first = clock();
      await work(share);
      return { first, last: clock() };
    },
  };
}

/** Has all of `parties` count: they begin together, and each does its share. */
export function incrementRunner(parties: IncrementParties): Runner {
  const { incrementers } = parties;
  return {
    async run(count) {
      const share = Math.ceil(count / incrementers.length);
      const total = share * incrementers.length;
      parties.set(0);
      await Promise.all(incrementers.map((one) => one.begin(share)));
      const spans = await Promise.all(incrementers.map((one) => one.finish()));
      if (parties.get() !== total) {
        throw new Error(`Counted to ${parties.get()} instead of ${total}`);
      }
      const first = Math.min(...spans.map((span) => span.first));
      const last = Math.max(...spans.map((span) => span.last));
      return (last - first) * count / total;
    },
    close: () => parties.close(),
  };
}
