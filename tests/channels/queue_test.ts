// What a queue does for the callers of one thread; what it does between
// threads is in queue_actors_test.ts.
import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { EXIT, Queue, QueueClosedError, type Sentinel } from "../../mod.ts";
import { soon } from "./inside.ts";

/** A queue that holds these items. */
function queueOf<T>(...items: (T | Sentinel)[]): Queue<T> {
  const queue = new Queue<T>();
  for (const item of items) assert(queue.tryPut(item));
  return queue;
}

async function collect<T>(queue: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

// --- making one -----------------------------------------------------------

Deno.test("a new queue is empty, open, not full and not bounded by a count", () => {
  const { kind, size, empty, full, closed, capacity } = new Queue<number>();
  assertEquals(
    { kind, size, empty, full, closed, capacity },
    {
      kind: "queue",
      size: 0,
      empty: true,
      full: false,
      closed: false,
      capacity: Infinity,
    },
  );
});

Deno.test("Queue() refuses a bound that is no whole number in its range", () => {
  for (const bound of [0, -1, 1.5, NaN, Infinity, 2 ** 31]) {
    const error = assertThrows(
      () => new Queue({ capacity: bound }),
      RangeError,
    );
    assertStringIncludes(error.message, `got ${bound}`);
  }
  for (const bound of [0, -1, 1.5, NaN, Infinity, 2 ** 30 + 1]) {
    assertThrows(() => new Queue({ maxBytes: bound }), RangeError, "maxBytes");
  }
  assertEquals(new Queue({ capacity: 2 ** 31 - 1 }).capacity, 2 ** 31 - 1);
  assertEquals(new Queue({ maxBytes: 2 ** 30 }).capacity, Infinity);
});

Deno.test("Queue() refuses options of a wrong type", () => {
  const wrong: readonly object[] = [
    { capacity: "5" },
    { capacity: null },
    { maxBytes: 5n },
    { name: 5 },
  ];
  for (const options of wrong) {
    assertThrows(
      () => new Queue(options),
      TypeError,
      "Cannot create a ",
    );
  }
});

Deno.test("a queue's errors name it, if it has a name", () => {
  const named = new Queue({ name: 'the "jobs"' });
  const bare = new Queue();
  for (const queue of [named, bare]) queue.close();
  assertThrows(
    () => named.tryPut(1),
    QueueClosedError,
    String.raw`Cannot put into queue "the \"jobs\"": it was closed`,
  );
  assertThrows(
    () => bare.tryPut(1),
    QueueClosedError,
    "Cannot put into queue: it was closed",
  );
});

// --- putting and getting --------------------------------------------------

Deno.test("items come out in the order they were put", async () => {
  const queue = new Queue<number>();
  for (let n = 0; n < 1000; n++) await queue.put(n);
  for (let n = 0; n < 1000; n++) assertEquals(await queue.get(), n);
});

Deno.test("un-awaited puts keep their order, also where they must wait", async () => {
  const queue = new Queue<number>({ capacity: 2 });
  const puts = Array.from({ length: 10 }, (_, n) => queue.put(n));
  for (let n = 0; n < 10; n++) assertEquals(await soon(queue.get()), n);
  await soon(Promise.all(puts));
});

Deno.test("un-awaited gets are answered in the order of their calls", async () => {
  const queue = new Queue<number>();
  const gets = Array.from({ length: 5 }, () => queue.get());
  for (let n = 0; n < 5; n++) await queue.put(n);
  assertEquals(await soon(Promise.all(gets)), [0, 1, 2, 3, 4]);
});

Deno.test("Queue.put() resolves when the queue has the item, without a reader", async () => {
  const queue = new Queue<number>();
  await soon(queue.put(1));
  assertEquals([queue.size, queue.empty], [1, false]);
});

Deno.test("size, empty and full are exact for the caller's own puts and gets", async () => {
  const queue = new Queue<string>({ capacity: 2 });
  const seen: unknown[] = [];
  const look = () => seen.push([queue.size, queue.empty, queue.full]);
  look();
  await queue.put("a");
  look();
  queue.tryPut("b");
  look();
  queue.tryPut("too much");
  look();
  queue.getSync();
  look();
  queue.tryGet();
  look();
  assertEquals(seen, [
    [0, true, false],
    [1, false, false],
    [2, false, true],
    [2, false, true],
    [1, false, false],
    [0, true, false],
  ]);
});

Deno.test("Queue.tryPut() tells whether it put the item, and never waits", () => {
  const queue = new Queue<string>({ capacity: 1 });
  assertEquals([queue.tryPut("a"), queue.tryPut("b")], [true, false]);
  assertEquals(queue.size, 1);
});

Deno.test("Queue.tryPut() does not overtake a put that waits", async () => {
  const queue = new Queue<string>({ capacity: 1 });
  await queue.put("first");
  const waiting = queue.put("second");
  // Room for one, and the waiting put has a right to it.
  assertEquals(queue.getSync(), "first");
  const third = queue.tryPut("third");
  await soon(waiting);
  assertEquals([third, queue.getSync(), queue.size], [false, "second", 0]);
});

Deno.test("Queue.tryGet() tells an item, nothing yet and the end apart", () => {
  const queue = queueOf<unknown>(undefined);
  assertEquals(queue.tryGet(), { state: "ok", value: undefined });
  assertEquals(queue.tryGet(), { state: "empty" });
  queue.close();
  assertEquals(queue.tryGet(), { state: "closed" });
});

Deno.test("Queue.tryGet() does not overtake a get that waits", async () => {
  const queue = new Queue<string>();
  const waiting = queue.get();
  queue.tryPut("for the one that waits");
  assertEquals(queue.tryGet(), { state: "empty" });
  assertEquals(await soon(waiting), "for the one that waits");
});

Deno.test("Queue.putSync() and getSync() do not wait where they need not", () => {
  const queue = new Queue<number>({ capacity: 2 });
  queue.putSync(1);
  queue.putSync(2, { timeout: 0 });
  assertEquals([queue.getSync(), queue.getSync({ timeout: 0 })], [1, 2]);
});

Deno.test("a blocking get serves the calls that waited before it first", async () => {
  const queue = new Queue<number>();
  const before = queue.get();
  queue.tryPut(1);
  queue.tryPut(2);
  assertEquals(queue.getSync({ timeout: 1000 }), 2);
  assertEquals(await soon(before), 1);
});

Deno.test("an item is copied at the call of put", async () => {
  const item = { list: [1], bytes: new Uint8Array([1]) };
  const queue = new Queue<typeof item>({ capacity: 1 });
  const now = queue.put(item);
  const waiting = queue.put(item);
  item.list.push(2);
  item.bytes[0] = 2;
  const copy = { list: [1], bytes: new Uint8Array([1]) };
  assertEquals(await soon(queue.get()), copy);
  assertEquals(await soon(queue.get()), copy);
  await soon(Promise.all([now, waiting]));
});

Deno.test("falsy items are delivered as they are", async () => {
  const items = [0, -0, NaN, "", false, null, undefined, 0n];
  const queue = queueOf<unknown>(...items);
  for (const item of items) {
    const got = await queue.get();
    assert(Object.is(got, item), `${Deno.inspect(item)} came as ${got}`);
  }
  assert(queue.tryPut(undefined));
  queue.close();
  assertEquals(await collect(queueOf<unknown>(...items, EXIT)), items);
  assertEquals(await collect(queue), [undefined]);
});

Deno.test("calls that succeed at once do not keep timers from striking", async () => {
  const queue = new Queue<number>();
  let isStruck = false;
  setTimeout(() => isStruck = true, 0);
  const end = performance.now() + 10_000;
  while (!isStruck && performance.now() < end) {
    await queue.put(1);
    await queue.get();
  }
  assert(isStruck);
});

// --- iteration and the sentinel -------------------------------------------

Deno.test("an iteration ends at EXIT and leaves what comes after it", async () => {
  const queue = queueOf<string>("a", "b", EXIT, "c");
  assertEquals(await collect(queue), ["a", "b"]);
  assertEquals(queue.tryGet(), { state: "ok", value: "c" });
});

Deno.test("Queue.get() gives EXIT as a value", async () => {
  const queue = queueOf<string>(EXIT, EXIT, EXIT);
  assertEquals(await queue.get(), EXIT);
  assertEquals(queue.getSync(), EXIT);
  assertEquals(queue.tryGet(), { state: "ok", value: EXIT });
});

Deno.test("one EXIT ends one of two iterations", async () => {
  const queue = new Queue<number>();
  const all = [collect(queue), collect(queue)];
  await queue.put(1);
  await queue.put(EXIT);
  const first = await soon(
    Promise.race(all.map((items, index) => items.then(() => index))),
  );
  await queue.put(2);
  await queue.put(EXIT);
  const [a, b] = await soon(Promise.all(all));
  assertEquals([...a!, ...b!].sort(), [1, 2]);
  assert([...[a, b][1 - first]!].includes(2), "the ended one took an item");
});

Deno.test("EXIT never overtakes the items before it", async () => {
  const queue = new Queue<number>({ capacity: 3 });
  const puts = [1, 2, 3, 4, 5].map((n) => queue.put(n));
  puts.push(queue.put(EXIT));
  assertEquals(await soon(collect(queue)), [1, 2, 3, 4, 5]);
  await soon(Promise.all(puts));
});

Deno.test("one EXIT that each consumer puts back ends them all", async () => {
  const queue = queueOf<number>(1, 2, 3, EXIT);
  const consume = async () => {
    const items = await collect(queue);
    await queue.put(EXIT);
    return items;
  };
  const all = await soon(Promise.all([consume(), consume(), consume()]));
  assertEquals(all.flat().sort(), [1, 2, 3]);
});

Deno.test("a sentinel of the user's own is an item like any other", async () => {
  const queue = queueOf<number | "exit">(0, 1, "exit", 2);
  const items: number[] = [];
  for await (const item of queue) {
    if (item === "exit") break;
    items.push(item);
  }
  assertEquals(items, [0, 1]);
  assertEquals(queue.size, 1);
});

Deno.test("leaving an iteration early loses no item", async () => {
  const queue = queueOf(1, 2, 3, 4);
  for await (const n of queue) if (n === 2) break;
  assertEquals(await queue.get(), 3);
  const iterator = queue[Symbol.asyncIterator]();
  assertEquals(await iterator.return!(), { done: true, value: undefined });
  assertEquals(await iterator.next(), { done: true, value: undefined });
  assertEquals(await queue.get(), 4);
});

Deno.test("an item that a left iteration still waits for is given to it", async () => {
  const queue = new Queue<string>();
  const iterator = queue[Symbol.asyncIterator]();
  const pending = iterator.next();
  await iterator.return!();
  queue.tryPut("late");
  assertEquals(await soon(pending), { done: false, value: "late" });
});

Deno.test("several iterations share the items: each comes once", async () => {
  const queue = new Queue<number>();
  const all = [collect(queue), collect(queue), collect(queue)];
  for (let n = 0; n < 300; n++) await queue.put(n);
  queue.close();
  const items = (await soon(Promise.all(all))).flat();
  assertEquals(
    items.sort((a, b) => a - b),
    Array.from({ length: 300 }, (_, n) => n),
  );
});

Deno.test("an iteration ends when the queue is closed and empty", async () => {
  const queue = queueOf(1, 2);
  const items = collect(queue);
  queue.close();
  assertEquals(await soon(items), [1, 2]);
  assertEquals(await soon(collect(queue)), []);
});

Deno.test("the end of its scope closes a queue", async () => {
  const queues: Queue<number>[] = [];
  {
    using a = queueOf(1);
    await using b = queueOf(2);
    queues.push(a, b);
    assertFalse(a.closed || b.closed);
  }
  assertEquals(queues.map((queue) => queue.closed), [true, true]);
  assertEquals(await queues[0]!.get(), 1);
});
