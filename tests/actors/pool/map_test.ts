// Maps of a pool: what comes out, in what order, and how far they read ahead.
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { type MapOptions, ProcessPool, Queue } from "../../../mod.ts";
import {
  dawdle,
  power,
  same,
  spin,
  square,
  squareLater,
} from "../../fixtures/actors/map_tasks.ts";
import { soon } from "../../channels/inside.ts";
import { settledTo } from "../../leaks.ts";
import { threadTest } from "../../mode.ts";

/** 1, 2, 3 … */
function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** How many items were in each chunk, from the numbers of their chunks. */
function sizesOf(chunks: number[]): number[] {
  return [...Map.groupBy(chunks, (chunk) => chunk).values()]
    .map((items) => items.length);
}

Deno.test("ProcessPool.map() gives the results in the order of the items, whatever the chunks and the run times", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const items = upTo(50);
  for (const chunkSize of [undefined, 1, 2, 7, 50, 1000]) {
    for (const buffer of [undefined, 1, 8]) {
      const results = pool.map(dawdle, items, { chunkSize, buffer });
      assertEquals(await soon(results.toArray()), items);
    }
    const read: number[] = [];
    for await (const n of pool.map(dawdle, items, { chunkSize })) read.push(n);
    assertEquals(read, items);
  }
});

Deno.test("ProcessPool.map() waits for functions that return promises", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (const chunkSize of [1, 3]) {
    const results = pool.map(squareLater, upTo(4), { chunkSize });
    assertEquals(await soon(results.toArray()), [1, 4, 9, 16]);
  }
});

Deno.test("ProcessPool.starmap() takes lists of arguments", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const pairs: [number, number][] = [[2, 10], [3, 2], [5, 0]];
  assertEquals(await soon(pool.starmap(power, pairs).toArray()), [1024, 9, 1]);
  const entries = new Map([[2, 3], [10, 2]]);
  assertEquals(await soon(pool.starmap(power, entries).toArray()), [8, 100]);
});

Deno.test("ProcessPool.map() hands on items and results of any kind", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const items = [undefined, null, 0, "", [1], { a: new Map([[1, 2]]) }, 1n];
  for (const chunkSize of [1, 10]) {
    const results = pool.map(same, items, { chunkSize });
    assertEquals(await soon(results.toArray()), items);
  }
});

Deno.test("ProcessPool.map() takes whatever can be iterated over", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (
    const items of [
      new Set([1, 2, 3]),
      Int16Array.of(1, 2, 3),
      [1, 2, 3].values(),
      new Map([[1, ""], [2, ""], [3, ""]]).keys(),
      ReadableStream.from([1, 2, 3]),
    ]
  ) {
    const results = pool.map(square, items);
    assertEquals(await soon(results.toArray()), [1, 4, 9]);
  }
  const entries = pool.map(same, new Map([["a", 1]]));
  assertEquals(await soon(entries.toArray()), [["a", 1]]);
});

Deno.test("ProcessPool.map() of no items gives no results, and starts no worker", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  async function* none() {}
  for (const items of [[], new Set<number>(), none()]) {
    assertEquals(await soon(pool.map(square, items).toArray()), []);
    const results = pool.map(square, items);
    assertEquals(await soon(results.next()), { done: true, value: undefined });
  }
  assertEquals(pool.stats().workers, 0);
});

Deno.test("ProcessPool.map() begins before it is asked for results", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const results = pool.map(square, [1, 2, 3], { chunkSize: 1 });
  assertEquals(await settledTo(() => pool.stats().done, 3), 3);
  assertEquals(await results.toArray(), [1, 4, 9]);
});

/** 1, 2, 3 … without end, and how many were read and given. */
function counting(buffer = Infinity) {
  const counts = { read: 0, given: 0 };
  function* naturals() {
    for (;;) {
      counts.read++;
      // One result may be on its way to the caller, who has not counted it yet.
      assertLessOrEqual(counts.read - counts.given - 1, buffer);
      yield counts.read;
    }
  }
  async function* later() {
    yield* naturals();
  }
  return { counts, naturals, later };
}

Deno.test("ProcessPool.map() reads no more than `buffer` items ahead of its caller (E22)", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const chunkSize of [undefined, 1, 3, 10, 64]) {
    for (const kind of ["naturals", "later"] as const) {
      const { counts, [kind]: items } = counting(10);
      const options = { chunkSize, buffer: 10 };
      for await (const n of pool.map(dawdle, items(), options)) {
        assertEquals(n, ++counts.given);
        if (n === 60) break;
      }
    }
  }
});

Deno.test("ProcessPool.map() reads so far without being asked, and on when results are taken (E22)", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const [chunkSize, ahead] of [[1, 10], [3, 9], [10, 10]] as const) {
    const { counts, naturals } = counting();
    const before = pool.stats().done;
    const results = pool.map(square, naturals(), { chunkSize, buffer: 10 });
    const chunks = ahead / chunkSize;
    await settledTo(() => pool.stats().done - before, chunks);
    assertEquals(counts.read, ahead); // all is done, and nobody took a result
    await results.next();
    assertEquals(counts.read, ahead);
    for (let n = 0; n < chunkSize; n++) await results.next();
    assertEquals(counts.read, ahead + chunkSize);
    await results.return!();
  }
});

Deno.test("ProcessPool.map() holds no item back while the next one is awaited", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const chunkSize of [undefined, 100]) {
    const items = new Queue<number>();
    const results = pool.map(square, items, { chunkSize });
    for (const count of [1, 3, 2]) {
      for (const n of upTo(count)) await items.put(n);
      for (const n of upTo(count)) {
        const { value } = await soon(results.next());
        assertEquals(value, n * n);
      }
    }
    const last = results.next();
    items.close();
    assertEquals(await soon(last), { done: true, value: undefined });
  }
});

Deno.test("ProcessPool.map() takes items that are made from its results", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const given = new Queue<number>();
  async function* items() {
    yield 2;
    for await (const n of given) yield n;
  }
  const read: number[] = [];
  for await (const n of pool.map(square, items(), { chunkSize: 4 })) {
    read.push(n);
    if (n < 100_000) await given.put(n);
    else given.close();
  }
  assertEquals(read, [4, 16, 256, 65_536, 65_536 ** 2]);
});

Deno.test("ProcessPool.map() puts as many items in a chunk as `chunkSize` says, fewer at the end (E18)", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const chunks = async (options: MapOptions) =>
    sizesOf(await soon(pool.map(spin, Array(10).fill(0), options).toArray()));
  assertEquals(await chunks({ chunkSize: 4 }), [4, 4, 2]);
  assertEquals(await chunks({ chunkSize: 1 }), Array(10).fill(1));
  assertEquals(await chunks({ chunkSize: 10 }), [10]);
  assertEquals(await chunks({ chunkSize: 1000 }), [10]); // more than there are
  assertEquals(await chunks({ chunkSize: 4, buffer: 3 }), [3, 3, 3, 1]);
});

threadTest(
  "ProcessPool.map() chooses greater chunks for quick items, and chunks of one for slow ones",
  async () => {
    await using pool = new ProcessPool({ workers: 2 });
    const quick = await soon(pool.map(spin, Array(20_000).fill(0)).toArray());
    const sizes = sizesOf(quick);
    assertEquals(sizes[0], 1); // nothing is known before
    assertGreaterOrEqual(Math.max(...sizes), 16);
    assertLessOrEqual(Math.max(...sizes), 1000);
    const slow = await soon(pool.map(spin, Array(12).fill(6)).toArray());
    assertEquals(sizesOf(slow), Array(12).fill(1));
  },
);

Deno.test("ProcessPool.map() refuses at once what cannot be an option (E18)", () => {
  const pool = new ProcessPool({ workers: 1, name: "pool" });
  const refused = (options: unknown) =>
    assertThrows(() => pool.map(square, [1], options as MapOptions));
  for (const what of ["chunkSize", "buffer"]) {
    for (const count of [0, -1, 1.5, NaN, Infinity]) {
      const error = refused({ [what]: count });
      assertInstanceOf(error, RangeError);
      const text = `Cannot map: ${what} must be >= 1, and whole, got ${count}`;
      assertEquals(error.message, text);
    }
    const error = refused({ [what]: "2" });
    assertInstanceOf(error, TypeError);
    const text = `Cannot map: ${what} must be a number, got string`;
    assertEquals(error.message, text);
  }
  assertInstanceOf(refused({ timeout: -1 }), RangeError);
  assertInstanceOf(refused({ timeout: NaN }), RangeError);
  for (
    const options of [
      { timeout: "1" },
      { signal: {} },
      { progress: "bar" },
      { progress: {} },
      3,
    ]
  ) assertInstanceOf(refused(options), TypeError);
});

Deno.test("ProcessPool.map() refuses at once what is no function actor, or cannot be iterated over", () => {
  const pool = new ProcessPool({ workers: 1 });
  const map = (actor: unknown, items: unknown) => () =>
    pool.map(actor as typeof square, items as number[]);
  for (const actor of [undefined, (n: number) => n, {}]) {
    assertThrows(map(actor, [1]), TypeError, "Cannot map over a pool");
  }
  for (const items of [undefined, null, 3, {}]) {
    assertThrows(map(square, items), TypeError, "the items must be iterable");
  }
});

Deno.test("MapResults.next() may be called again before it has answered", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const chunkSize of [1, 2, 10]) {
    const results = pool.map(dawdle, upTo(5), { chunkSize });
    const answers = Array.from({ length: 7 }, () => results.next());
    const all = await soon(Promise.all(answers));
    assertEquals(
      all.map(({ done, value }) => done ? "done" : value),
      [1, 2, 3, 4, 5, "done", "done"],
    );
  }
});

Deno.test("MapResults.toArray() gives what was not read before, in turn with calls of next()", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const chunkSize of [1, 4, 10]) {
    const results = pool.map(dawdle, upTo(9), { chunkSize });
    assertEquals((await results.next()).value, 1);
    const [second, third, rest, none, end] = await soon(Promise.all([
      results.next(),
      results.next(),
      results.toArray(),
      results.toArray(),
      results.next(),
    ]));
    assertEquals([second.value, third.value], [2, 3]);
    assertEquals(rest, [4, 5, 6, 7, 8, 9]);
    assertEquals(none, []);
    assertEquals(end, { done: true, value: undefined });
  }
});

Deno.test("MapResults is its own iterator, and is iterated over once", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const results = pool.map(square, [1, 2]);
  assert(results[Symbol.asyncIterator]() === results);
  assertEquals(await Array.fromAsync(results), [1, 4]);
  assertEquals(await Array.fromAsync(results), []);
});

Deno.test("several maps of a pool go on beside each other", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const maps = upTo(4).map((n) =>
    pool.map(dawdle, upTo(20 * n), { chunkSize: n, buffer: 20 })
  );
  const all = await soon(Promise.all(maps.map((one) => one.toArray())));
  assertEquals(all, upTo(4).map((n) => upTo(20 * n)));
});
