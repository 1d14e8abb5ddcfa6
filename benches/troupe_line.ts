/**
 * The line to a party that is an actor: a pipe.
 *
 * @module
 */

import type { Connection, Process } from "../mod.ts";
import { FarParty, type Said } from "./party.ts";

/** The party that `process` is, at the other end of `line`. */
export function partyOf<O, R>(
  process: Process,
  line: Connection<O, Said<R>>,
): FarParty<O, R> {
  return new FarParty<O, R>({
    tell: (order) => line.send(order),
    async hear() {
      try {
        return await line.recv();
      } catch (cause) {
        // The line ends with the actor: say how that ended instead.
        await process.result();
        throw cause;
      }
    },
  });
}
