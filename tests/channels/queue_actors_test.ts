// A queue between actors, and what their ends do to it.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { EXIT, Queue } from "../../mod.ts";
import {
  compareQueues,
  describeQueue,
  getAll,
  getAllSync,
  getOne,
  getOneSync,
  holdOne,
  knowsExit,
  makeQueue,
  putAll,
  putAllSync,
  putForever,
  putNumbers,
  putOne,
  putOneSync,
  returnQueue,
  tryPuts,
} from "../fixtures/channels/queue_actors.ts";
import { settledTo } from "../leaks.ts";
import { sidesWaiting, soon, waiterCount } from "./inside.ts";

const MB = 2 ** 20;

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

// --- passing items --------------------------------------------------------

for (
  const [producer, consumer] of [[putAll, getAll], [
    putAllSync,
    getAllSync,
  ]] as const
) {
  Deno.test(`items arrive in order: ${producer.name} to ${consumer.name}`, async () => {
    for (const capacity of [1, 10, undefined]) {
      const queue = new Queue<unknown>({ capacity });
      const items = [...upTo(500), EXIT];
      await using to = producer.spawn([queue, items]);
      await using from = consumer.spawn([queue]);
      assertEquals(await soon(from.result()), upTo(500));
      await soon(to.result());
      assertEquals([queue.size, waiterCount(queue)], [0, 0]);
    }
  });
}

Deno.test("items of each producer stay in order among those of others", async () => {
  const queue = new Queue<[name: string, n: number]>({ capacity: 5 });
  const names = ["a", "b", "c"];
  await using stack = new AsyncDisposableStack();
  for (const name of names) stack.use(putNumbers.spawn([queue, name, 200]));
  const next = new Map(names.map((name) => [name, 0]));
  for (let n = 0; n < 600; n++) {
    const got = await soon(queue.get());
    assert(got !== EXIT);
    assertEquals(got[1], next.get(got[0]));
    next.set(got[0], got[1] + 1);
    assert(queue.size <= 5);
  }
  assertEquals([...next.values()], [200, 200, 200]);
});

Deno.test("each item goes to exactly one of several consumers", async () => {
  const queue = new Queue<unknown>();
  await using a = getAll.spawn([queue]);
  await using b = getAllSync.spawn([queue]);
  await using c = getAll.spawn([queue]);
  for (const n of upTo(2000)) await queue.put(n);
  for (let n = 0; n < 3; n++) await queue.put(EXIT);
  const lists: number[][] = [];
  for (const process of [a, b, c]) {
    const items = await soon(process.result()) as number[];
    assertEquals(items, items.toSorted((x, y) => x - y), "out of order");
    lists.push(items);
  }
  assertEquals(lists.flat().sort((x, y) => x - y), upTo(2000));
});

Deno.test("the capacity counts the items of all actors together", async () => {
  const queue = new Queue<number>({ capacity: 50 });
  await using a = tryPuts.spawn([queue, 1000]);
  await using b = tryPuts.spawn([queue, 1000]);
  const counts = await soon(Promise.all([a.result(), b.result()]));
  assertEquals([counts[0] + counts[1], queue.size], [50, 50]);
  await using witness = describeQueue.spawn([queue]);
  assertEquals(await soon(witness.result()), {
    size: 50,
    full: true,
    empty: false,
    closed: false,
    capacity: 50,
  });
});

Deno.test("items that were put before an actor starts are seen by it", async () => {
  const queue = new Queue<unknown>();
  for (const item of [1, "two", EXIT]) queue.tryPut(item);
  await using consumer = getAll.spawn([queue]);
  assertEquals(await soon(consumer.result()), [1, "two"]);
});

Deno.test("EXIT is the same value in every actor, also inside an item", async () => {
  const queue = new Queue<unknown>();
  queue.tryPut(EXIT);
  queue.tryPut({ end: EXIT, list: [EXIT] });
  await using actor = knowsExit.spawn([queue]);
  assertEquals(await soon(actor.result()), [true, true, true]);
});

Deno.test("a producer may end before anyone reads its many megabytes", async () => {
  const queue = new Queue<Uint8Array>();
  const items = upTo(32).map((n) => new Uint8Array(MB).fill(n));
  await using producer = putAll.spawn([queue, items]);
  // Python's famous deadlock: to join first.
  assertEquals((await soon(producer.join()))?.reason, "returned");
  assertEquals([producer.isAlive(), queue.size], [false, 32]);
  for (const n of upTo(32)) {
    const got = await soon(queue.get());
    assert(got instanceof Uint8Array && got.length === MB);
    assert(got.every((byte) => byte === n), `item ${n} is torn`);
  }
});

Deno.test("64 MB in one item pass between two actors", async () => {
  const queue = new Queue<unknown>();
  const item = new Uint8Array(64 * MB);
  for (let at = 0; at < item.length; at += 4096) item[at] = at >> 12;
  await using producer = putAll.spawn([queue, [item, EXIT]]);
  const got = await soon(queue.get());
  assert(got instanceof Uint8Array && got.length === item.length);
  for (let at = 0; at < item.length; at += 4096) {
    if (got[at] !== item[at]) throw new Error(`torn at ${at}`);
  }
  await soon(producer.result());
});

// --- passing queues -------------------------------------------------------

Deno.test("a queue that comes to an actor several times is one object there", async () => {
  const queue = new Queue<unknown>();
  const nested = { list: [queue], map: new Map([["queue", queue]]) };
  await using actor = compareQueues.spawn([queue, nested, new Queue()]);
  assertEquals(await soon(actor.result()), {
    isSame: true,
    isOther: true,
    isQueue: true,
  });
});

Deno.test("a queue that comes back is the same object", async () => {
  const queue = new Queue<unknown>();
  await using actor = returnQueue.spawn([queue]);
  assertStrictEquals((await soon(actor.result())).queue, queue);
});

Deno.test("a queue that an actor made works after the actor ended", async () => {
  await using actor = makeQueue.spawn([["a", "b"]]);
  const queue = await soon(actor.result());
  assertEquals(actor.isAlive(), false);
  assertEquals([await queue.get(), await queue.get()], ["a", "b"]);
  await queue.put("c");
  assertEquals(queue.size, 1);
});

// --- what ends do ---------------------------------------------------------

for (const waiter of [getOne, getOneSync]) {
  Deno.test(`a consumer killed in its wait takes nothing: ${waiter.name}`, async () => {
    const queue = new Queue<unknown>();
    const ready = new Queue<string>();
    await using doomed = waiter.spawn([ready, queue]);
    await soon(ready.get());
    assertEquals(await settledTo(() => sidesWaiting(queue).consumers, 1), 1);
    await using other = waiter.spawn([ready, queue]);
    await soon(ready.get());
    assertEquals(await settledTo(() => sidesWaiting(queue).consumers, 2), 2);
    doomed.terminate();
    queue.tryPut("item");
    assertEquals(await soon(other.result()), "item");
    const exit = await soon(doomed.join());
    assert(exit?.reason === "terminated" && exit.threadStopped);
    assertEquals([queue.size, waiterCount(queue)], [0, 0]);
  });
}

for (const waiter of [putOne, putOneSync]) {
  Deno.test(`a producer killed in its wait puts nothing: ${waiter.name}`, async () => {
    const queue = new Queue<unknown>({ capacity: 1 });
    queue.tryPut("in the way");
    const ready = new Queue<string>();
    await using doomed = waiter.spawn([ready, queue, "of the dead"]);
    await soon(ready.get());
    assertEquals(await settledTo(() => sidesWaiting(queue).producers, 1), 1);
    await using other = waiter.spawn([ready, queue, "of the living"]);
    await soon(ready.get());
    assertEquals(await settledTo(() => sidesWaiting(queue).producers, 2), 2);
    doomed.terminate();
    assertEquals(await soon(queue.get()), "in the way");
    assertEquals(await soon(queue.get()), "of the living");
    await soon(other.result());
    await soon(doomed.join());
    assertEquals([queue.size, waiterCount(queue)], [0, 0]);
  });
}

Deno.test("a killed consumer loses the item it held and no other", async () => {
  const queue = new Queue<unknown>();
  const held = new Queue<unknown>();
  for (const n of upTo(5)) queue.tryPut(n);
  await using doomed = holdOne.spawn([queue, held]);
  assertEquals(await soon(held.get()), 0);
  doomed.terminate();
  await soon(doomed.join());
  queue.close();
  assertEquals(await Array.fromAsync(queue), [1, 2, 3, 4]);
});

Deno.test("what a terminated actor goes on to put does not count", async () => {
  const queue = new Queue<number>();
  await using busy = putForever.spawn([queue]);
  for (let n = 0; n < 100; n++) assertEquals(await soon(queue.get()), n);
  busy.terminate();
  // One put may have been past its check.
  const { size } = queue;
  const exit = await soon(busy.join());
  assertEquals(exit?.reason, "terminated");
  assert(queue.size - size <= 1, `${queue.size - size} items after the end`);
  const rest = upTo(queue.size).map(() => queue.getSync({ timeout: 1000 }));
  assertEquals(rest, upTo(rest.length).map((n) => n + 100));
});

Deno.test("a producer's death leaves the queue to the others", async () => {
  const queue = new Queue<unknown>({ capacity: 2 });
  for (let round = 0; round < 5; round++) {
    await using doomed = putForever.spawn([queue as Queue<number>]);
    for (let n = 0; n < 20 * round; n++) await soon(queue.get());
    doomed.terminate();
    await soon(doomed.join());
    while (queue.tryGet().state === "ok") { /* drain */ }
    await using next = putAll.spawn([queue, ["a", "b", "c"]]);
    for (const item of ["a", "b", "c"]) {
      assertEquals(await soon(queue.get()), item);
    }
    await soon(next.result());
  }
});
