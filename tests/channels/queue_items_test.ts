// What may be an item, as far as the queue itself has a say; how items are
// encoded is tested with the encoder.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { EXIT, NotSendableError, Queue } from "../../mod.ts";
import { soon } from "./inside.ts";

class Point {
  x = 1;
}

const unsendable: readonly (readonly [item: unknown, path: string])[] = [
  [() => {}, "$"],
  [Symbol("own"), "$"],
  [Promise.resolve(), "$"],
  [new Point(), "$"],
  [{ job: { cb: [1, () => {}] } }, "$.job.cb[1]"],
  [new Map([["key", [new Point()]]]), '$.get("key")[0]'],
  [[[new WeakMap()]], "$[0][0]"],
];

Deno.test("Queue.put() rejects what cannot be sent, with the path of the bad part", async () => {
  const queue = new Queue<unknown>();
  for (const [item, path] of unsendable) {
    // It rejects, and does not throw.
    const error = await assertRejects(() => queue.put(item), NotSendableError);
    assertEquals(error.path, path);
    assert(error.message.startsWith(`Cannot send a value: ${path} is `));
  }
  assertEquals(queue.size, 0);
});

Deno.test("Queue.tryPut() and putSync() throw what put rejects with", () => {
  const queue = new Queue<unknown>();
  for (const [item, path] of unsendable) {
    const calls = [() => queue.tryPut(item), () => queue.putSync(item)];
    for (const call of calls) {
      assertEquals(assertThrows(call, NotSendableError).path, path);
    }
  }
  assertEquals(queue.size, 0);
});

Deno.test("a refused item takes no place, and the next one arrives", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  await assertRejects(() => queue.put(() => {}), NotSendableError);
  assertEquals([queue.size, queue.full], [0, false]);
  await soon(queue.put("next"));
  assertEquals(await queue.get(), "next");
});

Deno.test("an item is refused at the call, also where the put would wait", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  await queue.put("in the way");
  await assertRejects(() => soon(queue.put(() => {})), NotSendableError);
  assertThrows(() => queue.tryPut(() => {}), NotSendableError);
});

Deno.test("what a getter of the item throws is what the put rejects with", async () => {
  const queue = new Queue<unknown>();
  const bad = new Error("not today");
  const item = {
    get field() {
      throw bad;
    },
  };
  assertStrictEquals(await assertRejects(() => queue.put(item)), bad);
  assertEquals(queue.size, 0);
});

Deno.test("a getter that puts an item of its own damages neither", async () => {
  const queue = new Queue<unknown>();
  const item = {
    before: "a",
    get inner() {
      queue.tryPut({ from: "the getter" });
      return "b";
    },
    after: "c",
  };
  await queue.put(item);
  assertEquals(await queue.get(), { from: "the getter" });
  assertEquals(await queue.get(), { before: "a", inner: "b", after: "c" });
});

Deno.test("a put whose item's getter aborts its signal rejects", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  await queue.put("in the way");
  const controller = new AbortController();
  const reason = new Error("aborted by the item");
  const item = {
    get field() {
      controller.abort(reason);
      return 1;
    },
  };
  const put = soon(queue.put(item, { signal: controller.signal }));
  assertStrictEquals(await assertRejects(() => put), reason);
});

Deno.test("all that structured clone carries as data arrives", async () => {
  const shared = { n: 1 };
  const item = {
    map: new Map<unknown, unknown>([[1, new Set(["a"])], ["k", shared]]),
    date: new Date(86_400_000),
    regexp: /a+b/giu,
    big: [2n ** 70n, -1n],
    floats: new Float32Array([1.5, -2]),
    buffer: new Uint8Array([1, 2, 3]).buffer,
    text: "naïve 文字 \u{1f600} \ud800",
    nothing: [null, undefined, , 3],
    shared,
    exit: EXIT,
  };
  const queue = new Queue<typeof item>();
  await queue.put(item);
  const got = await queue.get();
  assert(got !== EXIT);
  assertEquals(got, item);
  assertStrictEquals(got.map.get("k"), got.shared);
  assertEquals(2 in got.nothing, false);
});

Deno.test("an item may go round in circles", async () => {
  interface Ring {
    self?: Ring;
    list: Ring[];
  }
  const item: Ring = { list: [] };
  item.self = item;
  item.list.push(item);
  const queue = new Queue<Ring>();
  await queue.put(item);
  const got = await queue.get();
  assert(got !== EXIT);
  assertStrictEquals(got.self, got);
  assertStrictEquals(got.list[0], got);
});

Deno.test("an error arrives with its class, message, fields and cause", async () => {
  const cause = new RangeError("the cause");
  const error = Object.assign(new TypeError("bad", { cause }), { code: 7 });
  const queue = new Queue<unknown>();
  await queue.put(error);
  const got = await queue.get();
  assert(got instanceof TypeError && got.cause instanceof RangeError);
  assertEquals([got.message, got.cause.message], ["bad", "the cause"]);
  assertEquals(Reflect.get(got, "code"), 7);
});
