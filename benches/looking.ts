/**
 * What it gains, and what it costs, that a thread looks a while before it
 * sleeps: round trips of one pair of actors, of two pairs, and of two pairs
 * beside actors that compute, with and without.
 *
 * @module
 */

import process from "node:process";
import { actor, type Connection, pipe } from "../mod.ts";
import type { Contender, Gauge, Runner } from "./contender.ts";
import { type Party, type Said, serve } from "./party.ts";
import { type TripParties, tripRunner } from "./trip_work.ts";
import { type Form, openTrips } from "./trips_troupe.ts";
import { partyOf } from "./troupe_line.ts";

/** The processor time of all threads of the program. */
export const cpuGauge: Gauge = {
  name: "CPU µs each",
  read() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  per: "time",
};

let rounds = 0;

/** The rounds of computing that all the actors made that do only this. */
export const computedGauge: Gauge = {
  name: "computed per ms",
  read: () => rounds,
  per: "ms",
};

/** Some µs of work that needs nothing but a processor. */
function compute(seed: number): number {
  for (let step = 0; step < 10_000; step++) {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
  }
  return seed;
}

/** Computes from an order until the next word, and reports the rounds. */
const computer = actor(
  import.meta,
  async function computer(line: Connection<Said<number>, string>) {
    let seed = 1;
    const party: Party<string, number> = {
      begin: () => Promise.resolve(),
      finish() {
        let rounds = 0;
        for (; line.tryRecv().state === "empty"; rounds++) seed = compute(seed);
        return Promise.resolve(rounds);
      },
    };
    for await (const order of line) {
      await serve(party, order, (said) => line.send(said));
    }
  },
);

/** An actor that computes while others work. */
interface Computer {
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

function openComputer(): Computer {
  const [line, there] = pipe<string, Said<number>>();
  const process = computer.spawn([there]);
  const party = partyOf<string, number>(process, line);
  return {
    begin: () => party.begin("begin"),
    async end() {
      await line.send("end");
      rounds += await party.finish();
    },
    async close() {
      line.close();
      await process.join();
    },
  };
}

/** Several pairs that make round trips at the same time. */
function pairsRunner(
  pairs: readonly TripParties[],
  computers: readonly Computer[],
): Runner {
  const runners = pairs.map((pair) => tripRunner(pair, "hot"));
  return {
    async run(count) {
      const share = Math.ceil(count / runners.length);
      for (const one of computers) await one.begin();
      const times = await Promise.all(runners.map((one) => one.run(share)));
      for (const one of computers) await one.end();
      // What one trip takes is the mean over the pairs, not the whole time
      // divided by the trips of all, which ran side by side.
      const trips = share * runners.length;
      return times.reduce((sum, time) => sum + time) * count / trips;
    },
    async close() {
      for (const one of [...runners, ...computers]) await one.close();
    },
  };
}

/** The contenders with so many pairs, and so many that compute beside them. */
export function looking(pairs: number, computers: number): Contender[] {
  const forms: Form[] = ["recv", "recvSync"];
  return forms.flatMap((form) =>
    [true, false].map((looks) => ({
      name: `Troupe, ${form}${looks ? "" : ", no looking"}`,
      open: () =>
        Promise.resolve(
          pairsRunner(
            Array.from({ length: pairs }, () => openTrips(form, looks)),
            Array.from({ length: computers }, openComputer),
          ),
        ),
    }))
  );
}
