// How a queue ends, and how one waits until its items were dealt with.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { EXIT, Queue, QueueClosedError } from "../../mod.ts";
import {
  closeQueue,
  describeQueue,
  getAllSync,
  getOne,
  getOneSync,
  putOne,
  putOneSync,
  workOff,
} from "../fixtures/channels/queue_actors.ts";
import { settledTo } from "../leaks.ts";
import { isWaitingAt, sidesWaiting, soon, waiterCount } from "./inside.ts";

function rejectsClosed(promise: Promise<unknown>): Promise<QueueClosedError> {
  return assertRejects(() => soon(promise), QueueClosedError);
}

/** Whether a promise is still waiting after the queue had every chance. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  const settle = () => isSettled = true;
  promise.then(settle, settle);
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return !isSettled;
}

// --- close ----------------------------------------------------------------

Deno.test("Queue.close() ends puts, with the item in the error", async () => {
  const queue = new Queue<{ n: number }>();
  queue.close();
  const item = { n: 1 };
  const errors = [
    await rejectsClosed(queue.put(item)),
    assertThrows(() => queue.tryPut(item), QueueClosedError),
    assertThrows(() => queue.putSync(item), QueueClosedError),
  ];
  for (const error of errors) {
    assertStrictEquals(error.item, item);
    assertEquals(error.name, "QueueClosedError");
  }
  assertEquals([queue.closed, queue.size], [true, 0]);
});

Deno.test("a closed queue gives what it holds and then rejects", async () => {
  const queue = new Queue<string>();
  for (const item of ["a", "b", "c"]) queue.tryPut(item);
  queue.close();
  assertEquals([queue.size, queue.empty], [3, false]);
  assertEquals(await queue.get(), "a");
  assertEquals(queue.getSync(), "b");
  assertEquals(queue.tryGet(), { state: "ok", value: "c" });
  assertEquals(queue.tryGet(), { state: "closed" });
  const error = await rejectsClosed(queue.get());
  assertEquals(error.item, undefined);
  assertThrows(
    () => queue.getSync(),
    QueueClosedError,
    "Cannot get from queue",
  );
});

Deno.test("Queue.close() wakes the puts that wait, each with its item", async () => {
  const queue = new Queue<string>({ capacity: 1 });
  await queue.put("in the way");
  const puts = ["a", "b"].map((item) => rejectsClosed(queue.put(item)));
  queue.close();
  assertEquals((await Promise.all(puts)).map(({ item }) => item), ["a", "b"]);
  assertEquals(queue.size, 1);
});

Deno.test("Queue.close() wakes the gets and the iterations that wait", async () => {
  const queue = new Queue<string>();
  const gets = [queue.get(), queue.get()].map(rejectsClosed);
  const iterated = queue[Symbol.asyncIterator]().next();
  queue.close();
  await Promise.all(gets);
  assertEquals(await soon(iterated), { done: true, value: undefined });
});

Deno.test("Queue.close({ discard: true }) throws away what the queue holds", async () => {
  const queue = new Queue<string>();
  for (const item of ["a", "b"]) queue.tryPut(item);
  queue.close({ discard: true });
  assertEquals([queue.size, queue.empty, queue.closed], [0, true, true]);
  assertEquals(queue.tryGet(), { state: "closed" });
  await rejectsClosed(queue.get());
  const item = (await rejectsClosed(queue.put("c"))).item;
  assertEquals(item, "c");
});

Deno.test("closing twice does nothing, and a later discard still discards", () => {
  const queue = new Queue<string>();
  queue.tryPut("a");
  queue.close();
  queue.close();
  assertEquals(queue.size, 1);
  queue.close({ discard: true });
  assertEquals(queue.size, 0);
  queue.close();
  assertEquals([queue.size, queue.tryGet()], [0, { state: "closed" }]);
});

Deno.test("a close by one actor is seen by all, waiting in whatever way", async () => {
  const empty = new Queue<unknown>({ name: "empty" });
  const full = new Queue<unknown>({ name: "full", capacity: 1 });
  await full.put("in the way");
  const ready = new Queue<string>();
  await using a = getOne.spawn([ready, empty]);
  await using b = getOneSync.spawn([ready, empty]);
  await using c = putOne.spawn([ready, full, "c"]);
  await using d = putOneSync.spawn([ready, full, "d"]);
  for (let n = 0; n < 4; n++) await soon(ready.get());
  assertEquals(await settledTo(() => sidesWaiting(empty).consumers, 2), 2);
  assertEquals(await settledTo(() => sidesWaiting(full).producers, 2), 2);
  const here = rejectsClosed(empty.get());
  for (const queue of [empty, full]) {
    await using closer = closeQueue.spawn([queue, false]);
    await soon(closer.result());
  }
  await here;
  for (const process of [a, b, c, d]) {
    const exit = await soon(process.join());
    assert(exit?.reason === "threw", `${process.name}: ${exit?.reason}`);
    const { cause } = exit.error as Error;
    assertEquals((cause as Error).name, "QueueClosedError");
  }
  await using witness = describeQueue.spawn([full]);
  assertEquals((await soon(witness.result())).closed, true);
  assertEquals([waiterCount(empty), waiterCount(full)], [0, 0]);
});

Deno.test("an actor drains a queue that was closed before it began", async () => {
  const queue = new Queue<number>();
  for (let n = 0; n < 100; n++) queue.tryPut(n);
  queue.close();
  await using consumer = getAllSync.spawn([queue]);
  const items = await soon(consumer.result());
  assertEquals(items, Array.from({ length: 100 }, (_, n) => n));
});

// --- taskDone and join ----------------------------------------------------

Deno.test("Queue.join() resolves at once where nothing was put", async () => {
  const queue = new Queue<number>();
  await soon(queue.join());
  await soon(queue.join({ timeout: 0 }));
});

Deno.test("Queue.join() waits until every item was got and marked as done", async () => {
  const queue = new Queue<number>();
  for (const n of [1, 2]) await queue.put(n);
  const joined = queue.join();
  await queue.get();
  queue.taskDone();
  await queue.get();
  assert(await isPending(joined));
  await queue.put(3);
  queue.taskDone();
  // The item put meanwhile counts too.
  assert(await isPending(joined));
  await queue.get();
  queue.taskDone();
  await soon(joined);
  assert(!isWaitingAt(queue));
});

Deno.test("all who join a queue are woken", async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  const joined = [queue.join(), queue.join()];
  await queue.get();
  queue.taskDone();
  await soon(Promise.all(joined));
});

Deno.test("Queue.taskDone() more often than items were put is a RangeError", async () => {
  const queue = new Queue<number>({ name: "tasks" });
  assertThrows(
    () => queue.taskDone(),
    RangeError,
    'Cannot mark a task of queue "tasks" as done',
  );
  await queue.put(1);
  queue.taskDone();
  assertThrows(() => queue.taskDone(), RangeError);
  await soon(queue.join());
});

Deno.test("an EXIT that was got counts as done", async () => {
  const queue = new Queue<number>();
  for (const item of [1, EXIT, EXIT] as const) await queue.put(item);
  const joined = queue.join();
  for await (const _ of queue) queue.taskDone();
  assert(await isPending(joined));
  assertEquals(queue.tryGet(), { state: "ok", value: EXIT });
  await soon(joined);
  assertThrows(() => queue.taskDone(), RangeError);
});

Deno.test("items that a close throws away count as done", async () => {
  const queue = new Queue<number>();
  for (const n of [1, 2, 3]) await queue.put(n);
  const joined = queue.join();
  queue.close({ discard: true });
  await soon(joined);
  await soon(queue.join());
});

Deno.test("an item that is being worked on is awaited also after a discard", async () => {
  const queue = new Queue<number>();
  for (const n of [1, 2, 3]) await queue.put(n);
  await queue.get();
  const joined = queue.join();
  queue.close({ discard: true });
  assert(await isPending(joined));
  queue.taskDone();
  await soon(joined);
});

Deno.test("a plain close leaves items to be worked off and joined", async () => {
  const queue = new Queue<number>();
  for (const n of [1, 2]) await queue.put(n);
  queue.close();
  const joined = queue.join();
  await queue.get();
  queue.taskDone();
  assert(await isPending(joined));
  for await (const _ of queue) queue.taskDone();
  await soon(joined);
});

Deno.test("Queue.join() waits for tasks that are done in other actors", async () => {
  const queue = new Queue<number>();
  const may = new Queue<true>();
  for (let n = 0; n < 6; n++) await queue.put(n);
  for (let n = 0; n < 2; n++) await queue.put(EXIT);
  await using a = workOff.spawn([queue, may]);
  await using b = workOff.spawn([queue, may]);
  const joined = queue.join();
  for (let n = 0; n < 5; n++) await may.put(true);
  assert(await isPending(joined));
  await may.put(true);
  await soon(joined);
  for (const process of [a, b]) {
    assertEquals((await soon(process.join()))?.reason, "returned");
  }
});
