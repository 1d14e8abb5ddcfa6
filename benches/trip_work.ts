/**
 * Round trips: one side asks, the other answers with what it got.
 *
 * @module
 */

import type { Runner } from "./contender.ts";
import type { Party } from "./party.ts";

/** Some round trips to make: `bursts` times `trips` at a stretch. */
export interface TripOrder {
  readonly bursts: number;
  readonly trips: number;
  /** How long to rest before each burst, in ms. */
  readonly rest: number;
}

/** Whether both sides are at work, or rest before each trip. */
export type Heat = "hot" | "cold";

/** How long both sides rest before each trip, in ms. */
const REST = 1;

/** The side that asks; it reports how many ms the trips took, without rests. */
export type Asker = Party<TripOrder, number>;

/** Whoever takes part in round trips, and how to end them. */
export interface TripParties {
  readonly asker: Asker;
  close(): Promise<void>;
}

/** Makes round trips with `parties`. */
export function tripRunner(parties: TripParties, heat: Heat): Runner {
  return {
    async run(count) {
      await parties.asker.begin(
        heat === "hot"
          ? { bursts: 1, trips: count, rest: 0 }
          : { bursts: count, trips: 1, rest: REST },
      );
      return await parties.asker.finish();
    },
    close: () => parties.close(),
  };
}

/** An asker that makes its trips by `burst`. */
export function askerBy(
  burst: (trips: number) => Promise<void> | void,
  rest: (ms: number) => Promise<void> | void,
): Asker {
  let order: TripOrder;
  return {
    begin(given) {
      order = given;
      return Promise.resolve();
    },
    async finish() {
      let elapsed = 0;
      for (let i = 0; i < order.bursts; i++) {
        if (order.rest > 0) await rest(order.rest);
        const start = performance.now();
        await burst(order.trips);
        elapsed += performance.now() - start;
      }
      return elapsed;
    },
  };
}

/** Throws unless the answer is what was asked. */
export function checkAnswer(answer: unknown, asked: number): void {
  if (answer === asked) return;
  throw new Error(`Expected the answer ${asked}, got ${answer}`);
}

/** Rests, and lets others of the thread work. */
export function restAwaiting(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const bed = new Int32Array(new SharedArrayBuffer(4));

/** Rests with the whole thread. */
export function restBlocking(ms: number): void {
  Atomics.wait(bed, 0, 0, ms);
}
