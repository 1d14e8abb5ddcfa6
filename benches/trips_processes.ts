/**
 * Round trips through a pipe of Troupe's between the program and an actor, which
 * runs in a process of its own, or in a thread to compare.
 *
 * @module
 */

import { pipe } from "../mod.ts";
import type { Contender } from "./contender.ts";
import { askerBy, type TripParties, tripRunner } from "./trip_work.ts";
import { answerer, type Form, forms, STOP } from "./trips_troupe.ts";

/** @param near How the program receives. @param far How the actor does. */
async function open(
  near: Form,
  far: Form,
  isolation: "thread" | "process",
): Promise<TripParties> {
  const [end, there] = pipe<number>();
  const answering = answerer.spawn([there, far, true], { isolation });
  // A process takes longer to start than a sample does.
  await answering.ready();
  const { ask, rest } = forms[near];
  return {
    asker: askerBy((trips) => ask(end, trips), rest),
    async close() {
      await end.send(STOP);
      await answering.join();
    },
  };
}

/** Troupe's contenders for round trips between the program and an actor. */
export const processTrips: Contender[] = ([
  ["Troupe process, recv", "recv", "recv", "process"],
  ["Troupe process, recvSync in the actor", "recv", "recvSync", "process"],
  ["Troupe process, recvSync in both", "recvSync", "recvSync", "process"],
  ["Troupe, recv", "recv", "recv", "thread"],
] as const).map(([name, near, far, isolation]) => ({
  name,
  open: async () => tripRunner(await open(near, far, isolation), "hot"),
}));
