// Ends of pipes that travel in items while those who send and take them are
// terminated at random instants: every end is used, or its other end learns that
// it never will be. See seeded.ts for how a failure is repeated.
import { assert, assertEquals } from "@std/assert";
import { type Connection, EXIT, type Process, Queue } from "../../mod.ts";
import { waitingParcels } from "../../channels/broker.ts";
import { offerMany, takeMany } from "../fixtures/channels/travel_actors.ts";
import { settledTo } from "../leaks.ts";
import { isLocked, soon, waiterCount } from "./inside.ts";
import { stress } from "./seeded.ts";

async function kill(process: Process<unknown>): Promise<void> {
  process.terminate();
  await soon(process.join());
}

stress(
  "ends under way find an owner or their end, whoever dies",
  async (round) => {
    const queue = new Queue<Connection<never, string>>({
      capacity: round.of(undefined, 1, 3),
    });
    const count = round.of(5, 30);
    const offer = () => round.use(offerMany.spawn([queue, count]));
    const take = () => round.use(takeMany.spawn([queue, round.random() < 0.5]));
    const offerers = [offer(), offer()];
    const takers = [take(), take()];
    for (let kills = round.below(6); kills > 0; kills--) {
      const ms = round.random() * 40;
      await new Promise((resolve) => setTimeout(resolve, ms));
      const team = round.random() < 0.6 ? takers : offerers;
      const index = round.below(team.length);
      await kill(team[index]!);
      if (team === takers) takers[index] = take();
      else offerers[index] = offer();
    }
    // Each of those who live learns of the end of all it has sent.
    for (const offerer of offerers) {
      assertEquals(await soon(offerer.result()), count);
    }
    for (const _ of takers) await queue.put(EXIT as never);
    for (const taker of takers) await soon(taker.result());
    assertEquals(queue.size, 0);
    assertEquals(await settledTo(waitingParcels, 0), 0);
    assertEquals(await settledTo(() => waiterCount(queue), 0), 0);
    assert(!isLocked(queue));
  },
);

stress(
  "a queue thrown away ends all that was in it, whoever dies",
  async (round) => {
    const queue = new Queue<Connection<never, string>>();
    const count = round.of(5, 30);
    const offerers = [0, 1].map(() =>
      round.use(offerMany.spawn([queue, count]))
    );
    const taker = round.use(takeMany.spawn([queue, round.random() < 0.5]));
    const ms = round.random() * 60;
    await new Promise((resolve) => setTimeout(resolve, ms));
    const victim = round.of<Process<unknown> | undefined>(
      taker,
      ...offerers,
      undefined,
    );
    if (victim !== undefined) await kill(victim);
    queue.close({ discard: true });
    for (const offerer of offerers) {
      const exit = await soon(offerer.join());
      // A put that came too late failed, and that is the actor's end.
      assert(["returned", "threw", "terminated"].includes(exit.reason));
    }
    assertEquals(await settledTo(waitingParcels, 0), 0);
    if (victim !== taker) await kill(taker);
  },
);
