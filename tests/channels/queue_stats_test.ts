// What a queue tells of itself.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { Queue } from "../../mod.ts";
import { PUTS } from "../../channels/_ring_layout.ts";
import {
  getOneSync,
  putOneSync,
  tellStats,
} from "../fixtures/channels/queue_actors.ts";
import { settledTo } from "../leaks.ts";
import { ringOf, soon } from "./inside.ts";

Deno.test("Queue.stats() of a fresh queue is all zero", () => {
  const { reserved, ...rest } = new Queue().stats();
  assertEquals(rest, {
    items: 0,
    bytes: 0,
    waitingProducers: 0,
    waitingConsumers: 0,
    puts: 0,
    gets: 0,
    discarded: 0,
    closed: false,
  });
  assertGreater(reserved, 0);
});

Deno.test("Queue.stats() counts items, bytes, puts and gets", async () => {
  const queue = new Queue<string | Uint8Array>();
  await queue.put("text");
  await queue.put(new Uint8Array(50_000));
  await queue.put("more");
  await queue.get();
  const { items, bytes, puts, gets, reserved } = queue.stats();
  assertEquals([items, puts, gets], [2, 3, 1]);
  assert(bytes >= 50_000 && bytes < 50_200, `${bytes} bytes`);
  assert(reserved >= bytes, `${reserved} bytes reserved`);
  await queue.get();
  await queue.get();
  assertEquals([queue.stats().items, queue.stats().bytes], [0, 0]);
  assertEquals(queue.stats().reserved, reserved);
});

Deno.test("Queue.stats() tells who waits", async () => {
  const queue = new Queue<string>({ capacity: 1 });
  const ready = new Queue<string>();
  await using getter = getOneSync.spawn([ready, queue]);
  await soon(ready.get());
  const consumers = () => queue.stats().waitingConsumers;
  assertEquals(await settledTo(consumers, 1), 1);
  await queue.put("for the getter");
  assertEquals(await settledTo(consumers, 0), 0);
  await soon(getter.join());

  await queue.put("in the way");
  await using putter = putOneSync.spawn([ready, queue, "waits"]);
  await soon(ready.get());
  const producers = () => queue.stats().waitingProducers;
  assertEquals(await settledTo(producers, 1), 1);
  const own = queue.put("too");
  assertEquals(producers(), 2);
  for (let n = 0; n < 3; n++) await soon(queue.get());
  await soon(own);
  await soon(putter.join());
  assertEquals(producers(), 0);
});

Deno.test("an actor reads the statistics of a queue whose users all block", async () => {
  const [queue, ready] = [new Queue<string>(), new Queue<string>()];
  await using getter = getOneSync.spawn([ready, queue]);
  await soon(ready.get());
  assertEquals(await settledTo(() => queue.stats().waitingConsumers, 1), 1);
  await using other = tellStats.spawn([queue]);
  const { items, waitingConsumers } = await soon(other.result());
  assertEquals([items, waitingConsumers], [0, 1]);
  getter.terminate();
});

Deno.test("a terminated consumer does not count as waiting", async () => {
  const [queue, ready] = [new Queue<string>(), new Queue<string>()];
  await using getter = getOneSync.spawn([ready, queue]);
  await soon(ready.get());
  assertEquals(await settledTo(() => queue.stats().waitingConsumers, 1), 1);
  getter.terminate();
  await soon(getter.join());
  assertEquals(queue.stats().waitingConsumers, 0);
});

Deno.test("Queue.stats() tells of a close, and how much it threw away", async () => {
  const queue = new Queue<number>();
  for (const n of [1, 2, 3]) await queue.put(n);
  await queue.get();
  queue.close();
  assertEquals([queue.stats().closed, queue.stats().discarded], [true, 0]);
  queue.close({ discard: true });
  const { items, bytes, discarded } = queue.stats();
  assertEquals([items, bytes, discarded], [0, 0, 2]);
});

Deno.test("the counts of Queue.stats() are never negative", async () => {
  const queue = new Queue<number>();
  const { words } = ringOf(queue);
  for (let at = PUTS; at < PUTS + 1; at++) words[at] = 0x7fff_ffff;
  await queue.put(1);
  assertEquals(queue.stats().puts, 0x8000_0000);
});
