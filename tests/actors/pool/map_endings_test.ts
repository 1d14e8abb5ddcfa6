// Maps of a pool that do not come to their end: errors, time-outs, signals, and
// callers that leave.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { delay } from "@std/async/delay";
import {
  type MapResults,
  NotSendableError,
  PoolClosedError,
  ProcessPool,
  Queue,
  RemoteError,
  WorkerDiedError,
} from "../../../mod.ts";
import {
  CAME,
  fatal,
  GATE,
  pass,
  picky,
  power,
  same,
  square,
  waitForAbort,
} from "../../fixtures/actors/map_tasks.ts";
import { soon } from "../../channels/inside.ts";
import { settledTo } from "../../leaks.ts";

type Words = Int32Array<SharedArrayBuffer>;

/** A gate for tasks, open or shut. */
function gate(isOpen: boolean): Words {
  const words = new Int32Array(new SharedArrayBuffer(8));
  if (isOpen) open(words);
  return words;
}

function open(words: Words): void {
  Atomics.store(words, GATE, 1);
  Atomics.notify(words, GATE);
}

/** Waits until so many tasks have come to the gate. */
async function came(words: Words, count: number): Promise<void> {
  assertEquals(await settledTo(() => Atomics.load(words, CAME), count), count);
}

/** What comes out of a map, and the error that ends it. */
async function outcomeOf(results: MapResults<unknown>) {
  const read: unknown[] = [];
  try {
    for (;;) {
      const { done, value } = await soon(results.next());
      if (done) return { read, error: undefined };
      read.push(value);
    }
  } catch (error) {
    // It is over then, and stays so.
    assertEquals(await results.next(), { done: true, value: undefined });
    assertEquals(await results.toArray(), []);
    return { read, error: error as Error };
  }
}

async function assertUsable(pool: ProcessPool): Promise<void> {
  assertEquals(await soon(pool.map(square, [2, 3]).toArray()), [4, 9]);
}

Deno.test("ProcessPool.map() throws a task's error at the place of its item; the results before it come first (E20)", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const chunkSize of [undefined, 1, 4, 100]) {
    const items = [1, 2, 3, 4, 5, 7, 6, 9, 10];
    const { read, error } = await outcomeOf(
      pool.map(picky, items, { chunkSize }),
    );
    assertEquals(read, [1, 2, 3, 4, 5]);
    assertInstanceOf(error, RemoteError);
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "seven");
    await assertUsable(pool);
  }
});

Deno.test("MapResults.toArray() throws the error of an item", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (const chunkSize of [1, 2]) {
    const results = pool.map(picky, [1, 2, 3, 7, 5], { chunkSize });
    await assertRejects(() => soon(results.toArray()), RemoteError, "seven");
    await assertUsable(pool);
  }
});

Deno.test("the first error in the order of the items is thrown, not the first in time", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const words = gate(false);
  const late = pool.starmap(pass, [[1, words], [2, words]], { chunkSize: 2 });
  const items = [1, 7, { cb: () => {} } as unknown as number];
  const results = pool.map(picky, items, { chunkSize: 1 });
  const { read, error } = await outcomeOf(results);
  assertEquals(read, [1]);
  assertStringIncludes(error!.message, "seven");
  open(words);
  assertEquals(await soon(late.toArray()), [1, 2]);
});

Deno.test("ProcessPool.map() names an item that cannot be sent; the results before it come first (E38)", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (const chunkSize of [undefined, 1, 4, 100]) {
    const items = [0, 1, 2, 3, 4, 5, 6, { cb: () => {} }, 8];
    const { read, error } = await outcomeOf(
      pool.map(same, items, { chunkSize }),
    );
    assertEquals(read, [0, 1, 2, 3, 4, 5, 6]);
    assertInstanceOf(error, NotSendableError);
    assertEquals(error.path, "$[7].cb");
    assertEquals(
      error.message,
      "Cannot send a value: $[7].cb is a function",
    );
  }
  const tuples = [[1, 2], [3, Symbol("two") as unknown as number]] as const;
  const { read, error } = await outcomeOf(
    pool.starmap(power, tuples as unknown as [number, number][]),
  );
  assertEquals(read, [1]);
  assertInstanceOf(error, NotSendableError);
  assertEquals(error.path, "$[1][1]");
  await assertUsable(pool);
});

Deno.test("an error of an item before one that cannot be sent comes first", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const items = [1, 7, 2, (() => {}) as unknown as number];
  const results = pool.map(picky, items, { chunkSize: 10 });
  const { read, error } = await outcomeOf(results);
  assertEquals(read, [1]);
  assertStringIncludes(error!.message, "seven");
});

Deno.test("ProcessPool.map() names the item whose result cannot be sent; the results before it come first (E38)", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (const chunkSize of [undefined, 1, 4, 100]) {
    const items = [0, 1, 2, 3, 4, 8, 6, 7];
    const { read, error } = await outcomeOf(
      pool.map(picky, items, { chunkSize }),
    );
    assertEquals(read, [0, 1, 2, 3, 4]);
    assertInstanceOf(error, NotSendableError);
    assertEquals(error.path, "$[5].cb");
    await assertUsable(pool);
  }
});

Deno.test("ProcessPool.map() throws the error of its items at its place, and can be called again (E46)", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  function* items() {
    yield* [1, 2, 3];
    throw new RangeError("no more");
  }
  async function* itemsLater() {
    yield* items();
  }
  for (const make of [items, itemsLater]) {
    for (const chunkSize of [undefined, 1, 2, 3, 10]) {
      const { read, error } = await outcomeOf(
        pool.map(square, make(), { chunkSize }),
      );
      assertEquals(read, [1, 4, 9]);
      assertInstanceOf(error, RangeError); // as it is: it was thrown here
      assertEquals(error.message, "no more");
    }
  }
  await assertUsable(pool);
});

Deno.test("the error of an item closes the source of the items, whose own error does not count", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  let closed = 0;
  function* items() {
    try {
      for (;;) yield 7;
    } finally {
      closed++;
      // deno-lint-ignore no-unsafe-finally
      throw new Error("cannot close");
    }
  }
  async function* itemsLater() {
    yield* items();
  }
  for (const make of [items, itemsLater]) {
    closed = 0;
    const { error } = await outcomeOf(pool.map(picky, make()));
    assertStringIncludes(error!.message, "seven");
    assertEquals(await settledTo(() => closed, 1), 1);
  }
});

Deno.test("a worker that dies under a chunk fails the map at that chunk, and the pool goes on", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const results = pool.map(fatal, [1, 2, 3, 4, 7, 8, 9], { chunkSize: 2 });
  const { read, error } = await outcomeOf(results);
  assertEquals(read, [1, 2, 3, 4]);
  assertInstanceOf(error, WorkerDiedError);
  assertEquals(error.exit.code, 3);
  await assertUsable(pool);
});

Deno.test("ProcessPool.map() ends by its time-out, counted from the call; results that are there still come out (E21)", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const [free, shut] = [gate(true), gate(false)];
  const timeout = 400;
  const start = performance.now();
  const results = pool.starmap(
    pass,
    [[1, free], [2, free], [3, shut], [4, free], [5, free]],
    { chunkSize: 1, timeout },
  );
  try {
    await came(shut, 1); // so the first two are done
    assertEquals((await results.next()).value, 1);
    await delay(Math.max(0, start + timeout - performance.now()));
    const late = performance.now();
    const { read, error } = await outcomeOf(results);
    assertLess(performance.now() - late, timeout / 2); // not from then on
    assertEquals(read, [2]);
    assertInstanceOf(error, DOMException);
    assertEquals(error.name, "TimeoutError");
    assertEquals(
      error.message,
      "Cannot get the next result of map over pass(): 2 of 5 were there " +
        `after ${timeout} ms`,
    );
  } finally {
    open(shut);
  }
  await pool.shutdown();
  assertEquals(Atomics.load(free, CAME), 2); // the last two never began
});

Deno.test("a map whose results are all there does not mind that its time is over", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const start = performance.now();
  const results = pool.map(square, [1, 2], { chunkSize: 1, timeout: 200 });
  await settledTo(() => pool.stats().done, 2);
  await delay(Math.max(0, start + 250 - performance.now()));
  assertEquals(await outcomeOf(results), { read: [1, 4], error: undefined });
});

Deno.test("ProcessPool.map() ends by its time-out also while an item is awaited", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  await assertUsable(pool); // its worker has started
  const items = new Queue<number>();
  await items.put(2);
  const results = pool.map(square, items, { timeout: 300 });
  const { read, error } = await outcomeOf(results);
  assertEquals(read, [4]);
  assertEquals(error!.name, "TimeoutError");
  assertStringIncludes(error!.message, "square(): 1 were there after 300 ms");
});

Deno.test("ProcessPool.map() with a time-out of 0 gives what is there at once", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const words = gate(false);
  const results = pool.starmap(pass, [[1, words]], { timeout: 0 });
  const { error } = await outcomeOf(results);
  assertEquals(error!.name, "TimeoutError");
  open(words);
  assertEquals(await pool.map(square, [], { timeout: 0 }).toArray(), []);
});

Deno.test("a signal ends a map, also a task that runs; results that are there still come out", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const words = gate(false);
  const controller = new AbortController();
  const results = pool.starmap(
    waitForAbort,
    [[0, words], [0, words], [3, words], [4, words]],
    { chunkSize: 1, signal: controller.signal },
  );
  await came(words, 1); // the third; the fourth waits behind it
  const reason = new RangeError("enough");
  controller.abort(reason);
  const { read, error } = await outcomeOf(results);
  assertEquals(read, [0, 0]);
  assert(error === reason);
  await settledTo(() => Atomics.load(words, GATE), 1); // the task heard of it
  await assertUsable(pool);
  const { replaced } = pool.stats();
  assertEquals([replaced, Atomics.load(words, CAME)], [0, 1]);
});

Deno.test("a signal ends a map also while an item is awaited", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const controller = new AbortController();
  const items = new Queue<number>();
  const results = pool.map(square, items, { signal: controller.signal });
  const last = outcomeOf(results);
  await items.put(2);
  await settledTo(() => pool.stats().done, 1);
  controller.abort();
  const { read, error } = await last;
  assertEquals(read, [4]);
  assert(error === controller.signal.reason);
});

Deno.test("ProcessPool.map() runs nothing where its signal is aborted already", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const words = gate(true);
  const signal = AbortSignal.abort(new RangeError("too late"));
  const { read, error } = await outcomeOf(
    pool.starmap(pass, [[1, words]], { signal }),
  );
  assertEquals([read, error], [[], signal.reason]);
  assertEquals([Atomics.load(words, CAME), pool.stats().workers], [0, 0]);
});

Deno.test("to leave the loop cancels what has not begun, and closes the source of the items", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const [free, shut] = [gate(true), gate(false)];
  let closed = 0;
  function* tuples(): Generator<[number, Words]> {
    try {
      yield [1, free];
      for (let n = 2;; n++) yield [n, shut];
    } finally {
      closed++;
    }
  }
  async function* tuplesLater() {
    yield* tuples();
  }
  for (const items of [tuples(), tuplesLater()]) {
    closed = 0;
    shut.fill(0);
    const options = { chunkSize: 1, buffer: 50 };
    for await (const n of pool.starmap(pass, items, options)) {
      assertEquals(n, 1);
      break;
    }
    assertEquals(await settledTo(() => closed, 1), 1);
    open(shut);
    await assertUsable(pool); // one worker: so all before is over
    assertLessOrEqual(Atomics.load(shut, CAME), 1);
  }
});

Deno.test("an error of the source's end comes to the caller who leaves", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  function* items() {
    try {
      for (;;) yield 1;
    } finally {
      // deno-lint-ignore no-unsafe-finally
      throw new RangeError("cannot close");
    }
  }
  await assertRejects(
    async () => {
      for await (const _ of pool.map(square, items())) break;
    },
    RangeError,
    "cannot close",
  );
});

Deno.test("to leave does not wait for an item that may never come", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const never = Promise.withResolvers<void>();
  let isClosed = false;
  async function* items() {
    try {
      yield 2;
      await never.promise;
    } finally {
      isClosed = true;
    }
  }
  const results = pool.map(square, items());
  const leaving = (async () => {
    for await (const n of results) {
      assertEquals(n, 4);
      break;
    }
  })();
  await soon(leaving);
  never.resolve();
  assertEquals(await settledTo(() => isClosed, true), true);
});

Deno.test("MapResults.return() ends calls that wait, and no result comes after it", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const [free, shut] = [gate(true), gate(false)];
  const results = pool.starmap(
    pass,
    [[1, free], [2, free], [3, shut], [4, free]],
    { chunkSize: 2 },
  );
  assertEquals((await results.next()).value, 1); // the second is there, too
  await came(shut, 1);
  const over = { done: true, value: undefined } as const;
  assertEquals(await soon(results.return!()), over);
  assertEquals(await soon(results.next()), over);
  open(shut);

  const later = pool.map(square, new Queue<number>());
  const waiting = [later.next(), later.next()];
  const rest = later.toArray();
  assertEquals(await soon(later.return!()), over);
  assertEquals(await soon(Promise.all(waiting)), [over, over]);
  assertEquals(await soon(rest), []);
});

Deno.test("ProcessPool.map() of a pool that was shut down is refused at once", async () => {
  const pool = new ProcessPool({ workers: 1, name: "closed" });
  await pool.shutdown();
  assertThrows(
    () => pool.map(square, [1]),
    PoolClosedError,
    'Cannot map over pool "closed"',
  );
  assertThrows(() => pool.starmap(power, []), PoolClosedError);
});

Deno.test("a map under way when its pool is shut down gives what was submitted, then an error", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const options = { chunkSize: 2, buffer: 4 };
  const results = pool.map(square, [1, 2, 3, 4, 5], options);
  const whole = pool.map(square, [1, 2, 3, 4], options);
  await soon(pool.shutdown());
  const { read, error } = await outcomeOf(results);
  assertEquals(read, [1, 4, 9, 16]);
  assertInstanceOf(error, PoolClosedError);
  assertEquals(await whole.toArray(), [1, 4, 9, 16]);
});
