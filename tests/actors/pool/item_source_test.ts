// The items of a map, read a few at a time.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ItemSource } from "../../../actors/pool/_item_source.ts";
import { turn } from "../../../channels/turn.ts";
import { soon } from "../../channels/inside.ts";
import { isSettled } from "./open_future.ts";

/** All that a source gives, reading by reading. */
async function readings(source: ItemSource, count: number) {
  const all: unknown[][] = [];
  while (!source.isAtEnd) all.push(await source.read(count));
  return all;
}

/** An async source that gives what the test says, when it says so. */
class SlowItems implements AsyncIterableIterator<number> {
  asked = 0;
  returned = 0;
  #open: PromiseWithResolvers<IteratorResult<number>>[] = [];

  next(): Promise<IteratorResult<number>> {
    this.asked++;
    const answer = Promise.withResolvers<IteratorResult<number>>();
    this.#open.push(answer);
    return answer.promise;
  }

  return(): Promise<IteratorResult<number>> {
    this.returned++;
    // As a generator does: when it has given what was asked for.
    return Promise.all(this.#open.map(({ promise }) => promise))
      .then(() => ({ done: true, value: undefined }));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async give(value: number): Promise<void> {
    this.#open.shift()!.resolve({ done: false, value });
    await Promise.resolve();
  }

  end(): void {
    this.#open.shift()!.resolve({ done: true, value: undefined });
  }

  fail(error: unknown): void {
    this.#open.shift()!.reject(error);
  }
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

Deno.test("ItemSource.read() gives so many items, and fewer at the end", async () => {
  for (const items of [[1, 2, 3, 4, 5], later([1, 2, 3, 4, 5])]) {
    const source = new ItemSource(items);
    assertEquals(await readings(source, 2), [[1, 2], [3, 4], [5]]);
  }
});

Deno.test("ItemSource.read() gives nothing only at the end", async () => {
  for (const items of [[1, 2], later([1, 2]), [], later([])]) {
    const all = await readings(new ItemSource(items), 2);
    assertEquals(all.at(-1), []);
    assert(all.slice(0, -1).every((one) => one.length > 0));
  }
});

Deno.test("ItemSource reads whatever can be iterated over, async before sync", async () => {
  const both = { [Symbol.iterator]: () => [1].values() };
  for (
    const [items, read] of [
      [new Set([1, 2]), [1, 2]],
      [new Map([[1, 2]]), [[1, 2]]],
      [Int8Array.of(1, 2), [1, 2]],
      ["ab", ["a", "b"]],
      [[1, , 2], [1, undefined, 2]],
      [[1, 2].values(), [1, 2]],
      [later([1, 2]), [1, 2]],
      [ReadableStream.from([1, 2]), [1, 2]],
      [both, [1]],
      [{ ...both, [Symbol.asyncIterator]: () => later([2]) }, [2]],
    ] as [Iterable<unknown>, unknown[]][]
  ) {
    const all = await readings(new ItemSource(items), 10);
    assertEquals(all.flat(), read);
  }
});

Deno.test("ItemSource.total is the number of items, where that is known before", () => {
  const totalOf = (items: Iterable<unknown>) => new ItemSource(items).total;
  assertEquals(totalOf([1, 2, 3]), 3);
  assertEquals(totalOf([]), 0);
  assertEquals(totalOf(new Set([1, 2])), 2);
  assertEquals(totalOf(new Map([[1, 2]])), 1);
  assertEquals(totalOf(Float64Array.of(1, 2)), 2);
  assertEquals(totalOf([1, 2].values()), undefined);
  assertEquals(totalOf("abc"), undefined);
});

Deno.test("ItemSource takes nothing that cannot be iterated over", () => {
  for (
    const [items, type] of [
      [undefined, "undefined"],
      [null, "null"],
      [3, "number"],
      [{ length: 2, 0: 1, 1: 2 }, "object"],
      [() => [1], "function"],
    ] as [unknown, string][]
  ) {
    assertThrows(
      () => new ItemSource(items as Iterable<unknown>),
      TypeError,
      `Cannot map: the items must be iterable, or async iterable, got ${type}`,
    );
  }
});

Deno.test("ItemSource.read() gives what came before an error, and the error is the end", async () => {
  const error = new RangeError("no more");
  function* failing() {
    yield* [1, 2, 3];
    throw error;
  }
  async function* failingLater() {
    yield* later([1, 2, 3]);
    throw error;
  }
  for (const items of [failing(), failingLater()]) {
    const source = new ItemSource(items);
    assertEquals(await readings(source, 2), [[1, 2], [3]]);
    assertEquals(source.failure, { error });
  }
});

Deno.test("ItemSource.read() of items that come later holds back none that are there", async () => {
  const items = new SlowItems();
  const source = new ItemSource(items);
  const first = source.read(3) as Promise<unknown[]>;
  assertEquals(await isSettled(first), false); // not one is there
  await items.give(1);
  await items.give(2);
  assertEquals(await soon(first), [1, 2]);

  // The third was asked for; it is the first of the next reading.
  assertEquals(items.asked, 3);
  await items.give(3);
  await turn();
  assertEquals(items.asked, 3); // nobody reads
  assertEquals(await soon(source.read(3) as Promise<unknown[]>), [3]);
  assertEquals(items.asked, 4);
  items.end();
  assertEquals(await source.read(3), []);
  assertEquals(source.isAtEnd, true);
});

Deno.test("ItemSource keeps an end and an error that come between two readings", async () => {
  const error = new RangeError("no more");
  for (const isError of [false, true]) {
    const items = new SlowItems();
    const source = new ItemSource(items);
    const first = source.read(2) as Promise<unknown[]>;
    await items.give(1);
    assertEquals(await soon(first), [1]);
    if (isError) items.fail(error);
    else items.end();
    await turn();
    assertEquals(await source.read(2), []);
    assertEquals(source.isAtEnd, true);
    assertEquals(source.failure, isError ? { error } : undefined);
  }
});

Deno.test("ItemSource.close() tells the source once, unless it ended by itself", async () => {
  for (const iterable of [true, false]) {
    let returned = 0;
    const step = () => ({ done: false, value: 1 });
    const end = () => (returned++, { done: true, value: undefined });
    const key = iterable ? Symbol.iterator : Symbol.asyncIterator;
    const items = {
      [key]: () => ({ next: step, return: end }),
    } as unknown as Iterable<number>;
    const source = new ItemSource(items);
    assertEquals(await source.read(2), [1, 1]);
    await source.close();
    await source.close();
    assertEquals(returned, 1);
  }
  for (const items of [[1, 2], later([1, 2])]) {
    const source = new ItemSource(items); // arrays need not be told
    await readings(source, 2);
    await source.close();
  }
});

Deno.test("ItemSource.close() gives the error of the source's end", async () => {
  const error = new RangeError("cannot close");
  function* items() {
    try {
      yield 1;
      yield 2;
    } finally {
      // deno-lint-ignore no-unsafe-finally
      throw error;
    }
  }
  const source = new ItemSource(items());
  source.read(1);
  await assertRejects(() => source.close(), RangeError, "cannot close");
});

Deno.test("ItemSource.close() does not wait for an item that may never come", async () => {
  const items = new SlowItems();
  const source = new ItemSource(items);
  const reading = source.read(2);
  await soon(source.close());
  assertEquals(items.returned, 1);
  items.fail(new RangeError("nobody hears of it"));
  assertEquals(await reading, []);
});
