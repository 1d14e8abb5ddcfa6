/**
 * What those do who are only started to be ended: say one thing.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import { checkAnswer, restAwaiting } from "./trip_work.ts";

/** What one of a team says: its name, and the square of its number. */
export interface Member {
  readonly name: string;
  readonly square: number;
}

/** The names of nine who are started together. */
export const TEAM: readonly string[] = Array.from(
  { length: 9 },
  (_, i) => `square-${i}`,
);

/**
 * How long a program rests, in ms, so that all that can be made ready for the
 * next start is ready.
 */
export const REFILLING = 1000;

/** Throws unless all of the team have spoken, in their order. */
export function checkTeam(members: readonly Member[]): void {
  const isWhole = members.length === TEAM.length &&
    members.every(({ name, square }, i) =>
      name === TEAM[i] && square === i * i
    );
  if (!isWhole) throw new Error("The team is not whole");
}

/**
 * A contender that starts something, waits for an answer and times this.
 *
 * @param once Gives back the id, and the milliseconds it took.
 * @param rest How long to rest before each time, in ms; this is not counted.
 */
export function timed(
  name: string,
  once: (id: number) => Promise<{ answer: number; elapsed: number }>,
  rest = 0,
): Contender {
  return {
    name,
    open: () =>
      Promise.resolve({
        async run(count) {
          let total = 0;
          for (let id = 0; id < count; id++) {
            if (rest > 0) await restAwaiting(rest);
            const { answer, elapsed } = await once(id);
            checkAnswer(answer, id);
            total += elapsed;
          }
          return total;
        },
        close: () => Promise.resolve(),
      }),
  };
}
