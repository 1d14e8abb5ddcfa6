// Class actors under load: every ask is settled, with its own answer; messages
// keep their senders' order; and the counts add up. See seeded.ts for how a
// failure is repeated.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  BEGAN,
  client,
  type ClientStyle,
  DISORDER,
  drive,
  ENDED,
  failing,
  narrow,
  newest,
  newWords,
  oldest,
  reentrant,
  wide,
} from "../fixtures/actors/message_stress.ts";
import type { Chance } from "../channels/chance.ts";
import { soon } from "../channels/inside.ts";
import { stress } from "../channels/seeded.ts";
import { settledTo } from "../leaks.ts";

function randomStyle(chance: Chance, mayEnd: boolean): ClientStyle {
  return {
    seed: chance.seed(),
    count: chance.of(30, 100, 300),
    atOnce: chance.of(1, 2, 10, 50),
    givesUp: chance.of(0, 0, 0.1, 0.5),
    mayEnd,
  };
}

/** Asks it when its mailbox, which may have no room, has been emptied. */
async function flush(p: ReturnType<typeof wide.spawn>): Promise<void> {
  assertEquals(await settledTo(() => p.mailboxStats().depth, 0), 0);
  await soon(p.ask.flush());
}

function randomActor(chance: Chance) {
  return chance.of(wide, narrow, failing, oldest, newest, reentrant);
}

stress(
  "asks, tells and streams of many clients are settled in order, and the counts add up",
  async (round) => {
    const kind = randomActor(round);
    const words = newWords();
    const seen = new Int32Array(words);
    const p = round.use(kind.spawn([words]));
    const styles = Array.from(
      { length: 1 + round.below(4) },
      () => randomStyle(round, false),
    );
    const clients = styles.slice(1).map((style, at) =>
      round.use(client.spawn([p, at + 1, style]))
    );
    const tallies = [await soon(drive(p, 0, styles[0]!))];
    for (const one of clients) tallies.push(await soon(one.result()));
    for (const [at, { sent, answered, gaveUp, full }] of tallies.entries()) {
      assertEquals(sent, styles[at]!.count);
      assertEquals(answered + gaveUp + full, sent);
    }
    assertEquals(seen[DISORDER], 0);
    const streamsLeft = () => seen[BEGAN]! - seen[ENDED]!;
    assertEquals(await settledTo(streamsLeft, 0), 0);

    // Whether a message that was given up while it waited for room, or a
    // stream that was left, had been sent, nobody can tell.
    const total = () => {
      const { handled, dropped, undelivered, depth } = p.mailboxStats();
      return handled + dropped + undelivered + depth;
    };
    let sent = 0;
    for (const tally of tallies) {
      sent += tally.sent - (kind === failing ? tally.full : 0);
    }
    const isVague = (kind === narrow || kind === reentrant) &&
      styles.some(({ givesUp }) => givesUp > 0);
    if (isVague) assertLessOrEqual(total(), sent);
    else assertEquals(await settledTo(total, sent), sent);
    if (kind !== oldest && kind !== newest) {
      assertEquals(p.mailboxStats().dropped, 0);
    }
    await flush(p);
    assertEquals((await p.stop()).reason, "returned");
  },
);

stress(
  "the deaths of clients and of the actor leave no ask open and nothing out of order",
  async (round) => {
    const kind = randomActor(round);
    const words = newWords();
    const seen = new Int32Array(words);
    const p = round.use(kind.spawn([words]));
    const styles = Array.from(
      { length: 1 + round.below(4) },
      () => randomStyle(round, true),
    );
    const clients = styles.slice(1).map((style, at) =>
      round.use(client.spawn([p, at + 1, style]))
    );
    const own = soon(drive(p, 0, styles[0]!));
    const aWhile = () =>
      new Promise((resolve) => setTimeout(resolve, round.random() * 60));
    const killed = new Set(clients.filter(() => round.random() < 0.5));
    const kills = [...killed].map(async (one) => {
      await aWhile();
      one.terminate();
    });
    const ends = round.random() < 0.7;
    const end = (async () => {
      await aWhile();
      if (!ends) return;
      const way = round.of("terminate", "stop", "throw", "exit", "reject");
      if (way === "terminate") p.terminate();
      else if (way === "stop") await p.stop({ grace: round.of(0, 50, 5000) });
      else await p.tell.die(way).catch(() => {});
    })();
    const tallies = [await own];
    for (const one of clients) {
      const exit = await soon(one.join());
      if (exit.reason === "returned") tallies.push(exit.value);
      else assert(killed.has(one), `${one.name}: ${exit.reason}`);
    }
    await Promise.all([end, ...kills]);
    for (const { sent, answered, gaveUp, full, ended } of tallies) {
      assertEquals(answered + gaveUp + full + ended, sent);
      if (!ends) assertEquals(ended, 0);
    }
    assertEquals(seen[DISORDER], 0);
    if (ends) {
      if ((await p.join({ timeout: 0 })) === undefined) {
        // The word to die may have been dropped on its way.
        p.terminate();
      }
      await soon(p.join());
      assertEquals(await settledTo(() => p.mailboxStats().depth, 0), 0);
    } else {
      // What the dead have left behind ends, too.
      const streamsLeft = () => seen[BEGAN]! - seen[ENDED]!;
      assertEquals(await settledTo(streamsLeft, 0), 0);
      await flush(p);
    }
  },
);
