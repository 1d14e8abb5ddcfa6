/**
 * Stress tests: rounds of chance that can be repeated.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { Chance } from "./chance.ts";

/** How long a stress test goes on if nothing else is said, in seconds. */
const SHORT_WHILE = 1.5;

/** A round that takes longer hangs, in ms. */
const LONGEST_ROUND = 60_000;

/** One round of a stress test. */
export interface Round extends Chance {
  /** Has something ended with the round, however that ends. */
  use<T extends AsyncDisposable>(resource: T): T;
}

/**
 * Declares a stress test: rounds of `body`, each with another seed, for as many
 * seconds as TROUPE_STRESS says. TROUPE_SEED repeats one round.
 */
export function stress(
  name: string,
  body: (round: Round) => Promise<void>,
): void {
  Deno.test(`${name} (stress)`, async () => {
    const seconds = Number(Deno.env.get("TROUPE_STRESS") || SHORT_WHILE);
    const given = Deno.env.get("TROUPE_SEED");
    const end = performance.now() + seconds * 1000;
    let rounds = 0;
    do {
      const seed = given === undefined
        ? Math.floor(Math.random() * 2 ** 31)
        : Number(given);
      try {
        await runRound(seed, body);
      } catch (error) {
        const hangs = error instanceof DOMException &&
          error.name === "TimeoutError";
        const message = hangs ? "A wait hangs" : `${error}`;
        throw new Error(`${message} (TROUPE_SEED=${seed} repeats the round)`, {
          cause: error,
        });
      }
      rounds++;
    } while (given === undefined && performance.now() < end);
    if (Deno.env.has("TROUPE_STRESS")) console.log(`${rounds} rounds`);
  });
}

async function runRound(
  seed: number,
  body: (round: Round) => Promise<void>,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const round: Round = Object.assign(new Chance(seed), {
    use: <T extends AsyncDisposable>(one: T) => resources.use(one),
  });
  await deadline(body(round), LONGEST_ROUND);
}
