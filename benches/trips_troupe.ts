/**
 * Round trips through a pipe of Troupe's, between two actors.
 *
 * @module
 */

import { actor, type Connection, pipe } from "../mod.ts";
import type { Contender } from "./contender.ts";
import { stopLooking } from "./no_looking.ts";
import { type Said, serve } from "./party.ts";
import {
  askerBy,
  checkAnswer,
  type Heat,
  restAwaiting,
  restBlocking,
  type TripOrder,
  type TripParties,
  tripRunner,
} from "./trip_work.ts";
import { partyOf } from "./troupe_line.ts";

/** How both sides receive. */
export type Form = "recv" | "recvSync";

type End = Connection<number, number>;

/** Asks the answerer to end. */
export const STOP = -1;

/** The ways of both sides in each form. */
export const forms = {
  "recv": {
    rest: restAwaiting,
    async ask(end: End, trips: number) {
      for (let n = 0; n < trips; n++) {
        await end.send(n);
        checkAnswer(await end.recv(), n);
      }
    },
    async answer(end: End) {
      for (let n = await end.recv(); n !== STOP; n = await end.recv()) {
        await end.send(n);
      }
    },
  },
  "recvSync": {
    rest: restBlocking,
    ask(end: End, trips: number) {
      for (let n = 0; n < trips; n++) {
        end.sendSync(n);
        checkAnswer(end.recvSync(), n);
      }
    },
    answer(end: End) {
      for (let n = end.recvSync(); n !== STOP; n = end.recvSync()) {
        end.sendSync(n);
      }
    },
  },
};

const asker = actor(
  import.meta,
  async function asker(
    line: Connection<Said<number>, TripOrder>,
    end: End,
    form: Form,
    looks: boolean,
  ) {
    if (!looks) stopLooking();
    const { ask, rest } = forms[form];
    const party = askerBy((trips) => ask(end, trips), rest);
    for await (const order of line) {
      await serve(party, order, (said) => line.send(said));
    }
    await end.send(STOP);
  },
);

/** Gives back what comes, until it is asked to end. */
export const answerer = actor(
  import.meta,
  async function answerer(end: End, form: Form, looks: boolean) {
    if (!looks) stopLooking();
    await forms[form].answer(end);
  },
);

/** Starts two actors that make round trips. */
export function openTrips(form: Form, looks: boolean): TripParties {
  const [line, there] = pipe<TripOrder, Said<number>>();
  const [one, other] = pipe<number>();
  const asking = asker.spawn([there, one, form, looks]);
  const answering = answerer.spawn([other, form, looks]);
  return {
    asker: partyOf(asking, line),
    async close() {
      line.close();
      await asking.join();
      await answering.join();
    },
  };
}

/** Troupe's contenders for round trips. */
export function troupeTrips(heat: Heat): Contender[] {
  return (["recv", "recvSync"] as const).map((form) => ({
    name: `Troupe, ${form}`,
    open: () => Promise.resolve(tripRunner(openTrips(form, true), heat)),
  }));
}
