// How much a queue holds: by count, by bytes, and as it grows.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Queue } from "../../mod.ts";
import { putOne } from "../fixtures/channels/queue_actors.ts";
import { settledTo } from "../leaks.ts";
import { sidesWaiting, soon } from "./inside.ts";
import { randomFrom } from "./chance.ts";

/** What a message takes on the ring beside its bytes: its head and filling. */
const MOST_BESIDE = 24;

function bytes(length: number, fill = 0): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

async function isTimeout(promise: Promise<unknown>): Promise<boolean> {
  const error = await assertRejects(() => promise, DOMException);
  return error.name === "TimeoutError";
}

// --- by count -------------------------------------------------------------

Deno.test("a queue holds exactly as many items as its capacity", async () => {
  for (const capacity of [1, 2, 7, 100]) {
    const queue = new Queue<number>({ capacity });
    for (let n = 0; n < capacity; n++) assert(queue.tryPut(n));
    assertFalse(queue.tryPut(capacity));
    assertEquals([queue.size, queue.full], [capacity, true]);
    const waiting = queue.put(capacity);
    assert(await isTimeout(queue.put(-1, { timeout: 5 })));
    assertEquals(await queue.get(), 0);
    await soon(waiting);
    assertEquals([queue.size, queue.full], [capacity, true]);
  }
});

Deno.test("a full queue takes items again as soon as it was drained", async () => {
  const queue = new Queue<number>({ capacity: 2 });
  for (let round = 0; round < 100; round++) {
    assert(queue.tryPut(1) && queue.tryPut(2) && !queue.tryPut(3));
    assertEquals([await queue.get(), await queue.get()], [1, 2]);
    assert(queue.empty);
  }
});

Deno.test("a queue without a capacity takes items until its bytes run out", async () => {
  const queue = new Queue<number>();
  for (let n = 0; n < 100_000; n++) queue.tryPut(n);
  assertEquals(queue.size, 100_000);
  for (let n = 0; n < 100_000; n++) {
    if (queue.getSync() !== n) throw new Error(`${n} is missing`);
  }
  assert(queue.empty);
  await soon(queue.put(1));
});

// --- by bytes -------------------------------------------------------------

Deno.test("a queue holds no more bytes than maxBytes", async () => {
  for (const maxBytes of [100, 1000, 3000, 5000, 100_000]) {
    const queue = new Queue<Uint8Array>({ maxBytes });
    const length = Math.floor(maxBytes / 10);
    let count = 0;
    while (queue.tryPut(bytes(length))) count++;
    const least = count * length;
    assert(least <= maxBytes, `${least} bytes in ${maxBytes}`);
    assert((count + 1) * (length + MOST_BESIDE) > maxBytes, `only ${least}`);
    assertEquals([queue.size, queue.full], [count, true]);
    assert(await isTimeout(queue.put(bytes(length), { timeout: 5 })));
    // Room for one more is made by getting one.
    const waiting = queue.put(bytes(length));
    await queue.get();
    await soon(waiting);
    while (queue.tryGet().state === "ok") { /* drain */ }
    assertEquals([queue.size, queue.full], [0, false]);
    for (let n = 0; n < count; n++) await soon(queue.put(bytes(length)));
    assertFalse(queue.tryPut(bytes(length)));
  }
});

Deno.test("an item that alone is larger than maxBytes is a RangeError", async () => {
  const queue = new Queue<Uint8Array>({ maxBytes: 1000, name: "small" });
  const message = 'Cannot put into queue "small": the item takes 1';
  const calls = [
    () => queue.tryPut(bytes(1001)),
    () => queue.putSync(bytes(1001)),
  ];
  for (const call of calls) assertThrows(call, RangeError, message);
  await assertRejects(() => queue.put(bytes(1001)), RangeError, message);
  assert(queue.tryPut(bytes(1000 - MOST_BESIDE)));
});

Deno.test("a small put does not overtake a large one that waits", async () => {
  const queue = new Queue<Uint8Array>({ maxBytes: 1000 });
  await queue.put(bytes(600, 1));
  const large = queue.put(bytes(600, 2));
  const small = queue.put(bytes(10, 3));
  assertFalse(queue.tryPut(bytes(10, 4)));
  for (const fill of [1, 2, 3]) {
    const got = await soon(queue.get());
    assert(got instanceof Uint8Array);
    assertEquals(got[0], fill);
  }
  await soon(Promise.all([large, small]));
});

Deno.test("a put that gave up lets those behind it through", async () => {
  const endings: ((controller: AbortController) => number | undefined)[] = [
    (controller) => void setTimeout(() => controller.abort(), 5),
    () => 5,
  ];
  for (const ending of endings) {
    const queue = new Queue<Uint8Array>({ maxBytes: 1000 });
    await queue.put(bytes(600));
    const controller = new AbortController();
    const timeout = ending(controller);
    const { signal } = controller;
    const large = queue.put(bytes(600), { signal, timeout });
    const small = queue.put(bytes(10));
    await assertRejects(() => soon(large), DOMException);
    await soon(small);
    assertEquals(queue.size, 2);
  }
});

Deno.test("with both bounds, who lacks bytes does not stand in the way of who lacks a place", async () => {
  const queue = new Queue<Uint8Array>({ maxBytes: 1000, capacity: 2 });
  // In the order of the queue, so that what is taken first makes little room.
  await queue.put(bytes(10));
  await queue.put(bytes(700));
  const ready = new Queue<string>();
  await using large = putOne.spawn([ready, queue, bytes(400)]);
  await soon(ready.get());
  await using small = putOne.spawn([ready, queue, bytes(10)]);
  await soon(ready.get());
  const waiting = () => sidesWaiting(queue).producers;
  assertEquals(await settledTo(waiting, 2), 2);
  await queue.get();
  await soon(small.result());
  assertEquals([queue.size, large.exitCode], [2, null]);
  await queue.get();
  await soon(large.result());
});

Deno.test("one large item got makes room for all who wait with small ones", async () => {
  const queue = new Queue<Uint8Array>({ maxBytes: 1000 });
  await queue.put(bytes(900));
  const ready = new Queue<string>();
  await using a = putOne.spawn([ready, queue, bytes(200)]);
  await using b = putOne.spawn([ready, queue, bytes(200)]);
  for (let n = 0; n < 2; n++) await soon(ready.get());
  assertEquals(await settledTo(() => sidesWaiting(queue).producers, 2), 2);
  await queue.get();
  await soon(Promise.all([a.result(), b.result()]));
  assertEquals(queue.size, 2);
});

// --- growth ---------------------------------------------------------------

Deno.test("items keep their order and their bytes while a queue grows", async () => {
  const random = randomFrom(1);
  const queue = new Queue<Uint8Array>();
  const expected: [length: number, fill: number][] = [];
  let total = 0;
  for (let n = 0; total < 8_000_000; n++) {
    const length = Math.floor(random() ** 6 * 200_000);
    queue.tryPut(bytes(length, n & 255));
    expected.push([length, n & 255]);
    total += length;
    // Getting some in between moves the items over the end of the ring.
    if (n % 3 === 0) check(queue.getSync(), expected.shift()!);
  }
  for (const item of expected) check(await queue.get(), item);
  assert(queue.empty);
});

function check(item: unknown, [length, fill]: [number, number]): void {
  assert(item instanceof Uint8Array);
  assertEquals(item.length, length);
  if (!item.every((byte) => byte === fill)) throw new Error("torn item");
}

Deno.test("64 MB of one typed array go through a queue as it comes", async () => {
  const item = new Float64Array(8 * 2 ** 20);
  for (let i = 0; i < item.length; i++) item[i] = i;
  const queue = new Queue<Float64Array>();
  await queue.put(item);
  const got = await queue.get();
  assert(got instanceof Float64Array);
  assertEquals(got.length, item.length);
  assert(got.every((value, index) => value === index));
});

Deno.test("a queue of 1 GiB fills, says so, drains and works again", async () => {
  const queue = new Queue<Uint8Array>();
  const piece = bytes(2 ** 24, 5);
  for (let round = 0; round < 2; round++) {
    let count = 0;
    while (queue.tryPut(piece)) count++;
    assertEquals([count, queue.full], [63, true]);
    assertEquals(queue.stats().reserved, 2 ** 30);
    assert(await isTimeout(queue.put(piece, { timeout: 5 })));
    // Where no more large ones fit, small ones may.
    assert(queue.tryPut(bytes(100)));
    const waiting = queue.put(piece);
    for (let n = 0; n < count; n++) {
      const item = queue.tryGet().value as Uint8Array;
      assertEquals([item.length, item[0], item.at(-1)], [piece.length, 5, 5]);
      if (n === 0) await soon(waiting);
    }
    assertEquals((await soon(queue.get()) as Uint8Array).length, 100);
    assertEquals((await soon(queue.get()) as Uint8Array).length, 2 ** 24);
    assertEquals([queue.size, queue.stats().bytes], [0, 0]);
  }
});

Deno.test("16 MB of bytes arrive intact among small items", async () => {
  const queue = new Queue<Uint8Array | string>();
  await queue.put("before");
  await queue.put(crypto.getRandomValues(bytes(65_536)));
  await queue.put(bytes(16 * 2 ** 20, 7));
  await queue.put("after");
  assertEquals(await queue.get(), "before");
  await queue.get();
  check(await queue.get(), [16 * 2 ** 20, 7]);
  assertEquals(await queue.get(), "after");
});

Deno.test("a put or get that finds no memory fails, and leaves the queue usable", () => {
  const queue = new Queue<Uint8Array>();
  const { grow } = SharedArrayBuffer.prototype;
  SharedArrayBuffer.prototype.grow = () => {
    throw new RangeError("no memory left");
  };
  try {
    assertThrows(() => queue.tryPut(bytes(10_000)), RangeError, "no memory");
  } finally {
    SharedArrayBuffer.prototype.grow = grow;
  }
  assert(queue.tryPut(bytes(10_000, 1)));
  const { Uint8Array } = globalThis;
  globalThis.Uint8Array = new Proxy(Uint8Array, {
    construct() {
      throw new RangeError("no memory left");
    },
  });
  try {
    assertThrows(() => queue.tryGet(), RangeError, "no memory");
  } finally {
    globalThis.Uint8Array = Uint8Array;
  }
  assertEquals(queue.size, 1);
  check(queue.getSync({ timeout: 0 }), [10_000, 1]);
});
