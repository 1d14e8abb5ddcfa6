/**
 * Calls: a side that asks, and others that answer each with what it was asked.
 *
 * @module
 */

import type { Runner } from "./contender.ts";
import { items } from "./items.ts";
import { checkAnswer } from "./trip_work.ts";

/** Asks somebody who answers with the item. */
export type Echo = (item: unknown) => Promise<unknown>;

/** Who is asked. */
export interface CallParties {
  /** One for each call that is under way at a time; one may stand here twice. */
  readonly lanes: readonly Echo[];
  close(): Promise<void>;
}

/** How many are asked, and how many calls are under way at a time. */
export interface Calls {
  readonly answerers: number;
  readonly inFlight: number;
}

/** Has each of `answerers` asked in turn, until that many lanes are full. */
export function lanesTo(
  answerers: readonly Echo[],
  { inFlight }: Calls,
): Echo[] {
  return Array.from(
    { length: inFlight },
    (_, lane) => answerers[lane % answerers.length]!,
  );
}

/** Makes calls: in each lane the next one as soon as the last was answered. */
export function callRunner({ lanes, close }: CallParties): Runner {
  const { make, touch } = items.small;
  return {
    async run(count) {
      let next = 0;
      const follow = async (echo: Echo) => {
        while (next < count) {
          const id = next++;
          checkAnswer(touch(await echo(make(id))), id);
        }
      };
      const start = performance.now();
      await Promise.all(lanes.map(follow));
      return performance.now() - start;
    },
    close,
  };
}
