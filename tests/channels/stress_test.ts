// Queues under load: every item exactly once, in its producer's order, and
// nobody left waiting. See seeded.ts for how a failure is repeated.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { EXIT, pipe, Queue, select } from "../../mod.ts";
import {
  checkItem,
  consume,
  countItems,
  type Item,
  ping,
  pong,
  pour,
  produce,
  streamOut,
  type Style,
} from "../fixtures/channels/stress_actors.ts";
import { settledTo } from "../leaks.ts";
import { isLocked, soon, waiterCount } from "./inside.ts";
import type { Chance } from "./chance.ts";
import { stress } from "./seeded.ts";

function randomStyle(chance: Chance, largest: number): Style {
  return {
    seed: chance.seed(),
    calls: chance.of("await", "block", "mixed"),
    pauses: chance.of(0, 0, 0.01, 0.1),
    givesUp: chance.of(0, 0, 0.05, 0.3),
    largest,
  };
}

/** Fails unless the logs together are `counts[by]` items of each producer. */
function checkLogs(
  logs: readonly (readonly number[])[],
  counts: readonly number[],
): void {
  const seen = counts.map((count) => new Uint8Array(count));
  for (const log of logs) {
    const last = counts.map(() => -1);
    for (let at = 0; at < log.length; at += 2) {
      const [by, n] = [log[at]!, log[at + 1]!];
      assertGreater(n, last[by]!, `Item ${n} of ${by} is out of order`);
      last[by] = n;
      assert(n < counts[by]!, `Item ${n} of ${by} was never put`);
      assertEquals(seen[by]![n]!++, 0, `Item ${n} of ${by} came twice`);
    }
  }
  seen.forEach((items, by) => {
    const lost = items.indexOf(0);
    assertEquals(lost, -1, `Item ${lost} of ${by} is lost`);
  });
}

async function checkIsQuiet(queue: Queue<unknown>): Promise<void> {
  assertEquals(queue.size, 0);
  assertEquals(await settledTo(() => waiterCount(queue), 0), 0);
  assert(!isLocked(queue));
}

stress(
  "every item arrives once and in order, whoever puts and gets",
  async (round) => {
    const largest = round.of(0, 0, 50, 3000, 100_000);
    const queue = new Queue<Item>({
      capacity: round.of(undefined, 1, 1, 2, 10, 100),
      maxBytes: round.of(undefined, undefined, 2 * largest + 1000),
    });
    const count = largest > 10_000 ? 60 : round.of(100, 500, 2000);
    const style = () => randomStyle(round, largest);
    const makers = Array.from(
      { length: 1 + round.below(3) },
      (_, by) => round.use(produce.spawn([queue, by, count, style()])),
    );
    const takers = Array.from(
      { length: 1 + round.below(3) },
      () => round.use(consume.spawn([queue, style()])),
    );
    // This thread takes part too, at times. The others may leave it nothing.
    const own: number[] = [];
    for (let n = round.of(0, 50); n > 0; n--) {
      try {
        const item = await queue.get({ timeout: round.below(5) });
        assert(item !== EXIT);
        checkItem(item);
        own.push(item[0], item[1]);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
      }
    }
    const closesEarly = round.random() < 0.3;
    if (closesEarly) {
      queue.close();
    }
    const counts = await Promise.all(makers.map((maker) => maker.result()));
    if (!closesEarly && round.random() < 0.5) {
      await Promise.all(takers.map(() => queue.put(EXIT)));
    } else queue.close();
    const logs = await Promise.all(takers.map((taker) => taker.result()));
    checkLogs([own, ...logs], counts);
    await checkIsQuiet(queue);
  },
);

stress("select loops under load take every item once", async (round) => {
  const queues = [0, 1].map(() =>
    new Queue<Item>({ capacity: round.of(1, 3, undefined) })
  );
  const [receiver, sender] = pipe<Item>({ duplex: false, capacity: 5 });
  const count = 300;
  for (const [by, queue] of queues.entries()) {
    round.use(produce.spawn([queue, by + 1, count, randomStyle(round, 40)]));
  }
  const streamer = round.use(
    streamOut.spawn([sender, randomStyle(round, 40)]),
  );
  const sources = [receiver, ...queues];
  const fromQueues = () => logs.flat().length / 2 - fromPipe;
  const logs: number[][] = [[], [], []];
  let fromPipe = 0;
  const stop = new AbortController();
  const loops = logs.map(async (log) => {
    while (!stop.signal.aborted) {
      const options = round.random() < 0.1
        ? { timeout: round.below(3) }
        : { signal: stop.signal };
      try {
        const r = await select(sources, options);
        assert(!r.done && r.value !== EXIT);
        checkItem(r.value);
        if (r.key === 0) fromPipe++;
        log.push(r.value[0], r.value[1]);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
      }
      if (fromQueues() === 2 * count) stop.abort();
    }
  });
  await Promise.all(loops);
  receiver.close();
  const sent = await streamer.result();
  // What the pipe held was thrown away by the close.
  checkLogs(logs, [fromPipe, count, count]);
  assertGreater(sent + 1, fromPipe);
  for (const queue of queues) await checkIsQuiet(queue);
});

const forms = ["awaiting", "blocking"] as const;
for (const [there, back] of forms.flatMap((a) => forms.map((b) => [a, b]))) {
  stress(
    `ping-pong with one place loses no wake-up, ${there} there and ${back} back`,
    async (round) => {
      const [to, from] = [0, 1].map(() => new Queue<number>({ capacity: 1 }));
      const options = (form = "") => ({
        blocks: form === "blocking",
        count: 20_000,
      });
      const a = round.use(ping.spawn([to!, from!, options(there)]));
      const b = round.use(pong.spawn([to!, from!, options(back)]));
      await a.result();
      await b.result();
      for (const queue of [to!, from!]) await checkIsQuiet(queue);
    },
  );
}

stress("a stream through one place loses no wake-up", async (round) => {
  const queue = new Queue<Item>({ capacity: 1 });
  const count = 5000;
  const style = (): Style => ({
    seed: round.seed(),
    calls: round.of("await", "block"),
    pauses: 0,
    givesUp: 0,
    largest: 0,
  });
  const maker = round.use(produce.spawn([queue, 0, count, style()]));
  const taker = round.use(consume.spawn([queue, style()]));
  assertEquals(await maker.result(), count);
  queue.close();
  checkLogs([await taker.result()], [count]);
  await checkIsQuiet(queue);
});

stress("two consumers of a busy queue share it evenly", async (round) => {
  const capacity = round.of(1, 100, 10_000, undefined);
  const queue = new Queue<number>({ capacity, maxBytes: 2 ** 20 });
  const ready = new Queue<string>();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const blocks = round.random() < 0.5;
  const takers = [0, 1].map(() =>
    round.use(countItems.spawn([queue, ready, blocks]))
  );
  for (const _ of takers) await soon(ready.get());
  const maker = round.use(pour.spawn([queue, stop]));
  await soon(maker.ready());
  await new Promise((resolve) => setTimeout(resolve, 500));
  Atomics.store(stop, 0, 1);
  await soon(maker.result());
  queue.close();
  const counts = await Promise.all(takers.map((taker) => taker.result()));
  const share = Math.min(...counts) / (counts[0]! + counts[1]!);
  assertGreater(share, 0.4, `shares of ${counts.join(" and ")}`);
});
