// Waiting for the first of several things.
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  after,
  EXIT,
  pipe,
  Process,
  ProcessStateError,
  Queue,
  select,
  type SelectSource,
} from "../../mod.ts";
import {
  returnLater,
  sendNumbers,
  takeBoth,
} from "../fixtures/channels/select_actors.ts";
import { isWaitingAt, soon } from "./inside.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

function queueOf<T>(...items: T[]): Queue<T> {
  const queue = new Queue<T>();
  for (const item of items) queue.tryPut(item);
  return queue;
}

// --- what it gives --------------------------------------------------------

Deno.test("select() gives the key, the source and the value of the one that came", async () => {
  const sources = { idle: new Queue<string>(), ready: queueOf("item") };
  assertEquals(await select(sources), {
    key: "ready",
    source: sources.ready,
    done: false,
    value: "item",
  });
});

Deno.test("given an array, select() tells the index", async () => {
  const [idle, ready] = [new Queue<string>(), queueOf("item")];
  const { key, source, value } = await select([idle, ready]);
  assertEquals([key, value], [1, "item"]);
  assertStrictEquals(source, ready);
});

Deno.test("select() waits for the first thing to come", strict, async () => {
  const queue = new Queue<string>();
  const [a, b] = pipe<string>();
  const fromPipe = select({ queue, end: b });
  await a.send("over the pipe");
  assertEquals((await soon(fromPipe)).value, "over the pipe");
  const fromQueue = select({ queue, end: b });
  await queue.put("from the queue");
  const { key, source, value } = await soon(fromQueue);
  assertEquals([key, value], ["queue", "from the queue"]);
  assertStrictEquals(source, queue);
});

Deno.test("select() gives falsy items and EXIT as they are", async () => {
  for (const item of [0, "", false, null, undefined, EXIT]) {
    const { done, value } = await select([queueOf<unknown>(item)]);
    assertEquals([done, value], [false, item]);
  }
});

Deno.test("a queue that is closed and drained is done", async () => {
  const queue = queueOf("last");
  queue.close();
  assertEquals((await select({ queue })).done, false);
  const { key, source, done, value } = await select({ queue });
  assertEquals([key, done, value], ["queue", true, undefined]);
  assertStrictEquals(source, queue);
});

Deno.test("a connection whose other end is closed is done once it is drained", async () => {
  const [a, b] = pipe<string>();
  await a.send("last");
  const pending = select([b]);
  a.close();
  assertEquals((await soon(pending)).value, "last");
  assertEquals((await soon(select([b]))).done, true);
});

Deno.test("a close wakes a select that waits", async () => {
  const queue = new Queue<string>();
  const [a, b] = pipe<string>();
  const selected = [select([queue]), select([b])];
  queue.close();
  a.close();
  for (const { done } of await soon(Promise.all(selected))) assert(done);
});

Deno.test("a process gives its exit, also when it ended before", async () => {
  const go = new Queue<true>();
  await using process = returnLater.spawn([go, "answer"]);
  const first = await select({ process, late: after(1) });
  assertEquals(first.key, "late");
  const pending = select({ gone: process, idle: new Queue() });
  await go.put(true);
  const r = await soon(pending);
  assert(r.key === "gone" && r.value.reason === "returned");
  assertEquals([r.done, r.value.value], [false, "answer"]);
  assertEquals((await select([process])).value.code, 0);
});

Deno.test("a process that was terminated gives that exit", async () => {
  await using process = returnLater.spawn([new Queue(), "never"]);
  const pending = select([process]);
  process.terminate();
  assertEquals((await soon(pending)).value.reason, "terminated");
});

Deno.test("a process that was not started cannot be waited for", async () => {
  const process = new Process(returnLater, { args: [new Queue<true>(), "x"] });
  await assertRejects(() => select([process]), ProcessStateError);
});

Deno.test("a signal gives its reason, also when it was aborted before", async () => {
  const controller = new AbortController();
  const idle = new Queue();
  const pending = select({ idle, stop: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  for (const r of [await soon(pending), await select([controller.signal])]) {
    assertEquals(r.done, false);
    assertStrictEquals(r.value, reason);
  }
});

// --- times ----------------------------------------------------------------

Deno.test(
  "after() strikes when its time is over, counted from its call",
  strict,
  async () => {
    const start = performance.now();
    const late = after(30);
    await new Promise((resolve) => setTimeout(resolve, 15));
    const r = await soon(select([new Queue(), late]));
    const time = performance.now() - start;
    assertEquals([r.key, r.done, r.value], [1, false, undefined]);
    assertGreaterOrEqual(time, 29);
    assertEquals((await soon(select([late]))).key, 0);
  },
);

Deno.test("one after() may bound a whole loop", strict, async () => {
  const queue = queueOf(1, 2, 3);
  const end = after(20);
  const keys: string[] = [];
  do {
    keys.push((await soon(select({ queue, end }))).key);
  } while (keys.at(-1) !== "end");
  assertEquals(queue.size + keys.length, 4);
});

Deno.test(
  "after() takes any time that is none to wait or to wait for ever",
  strict,
  async () => {
    assertEquals((await soon(select([after(0)]))).key, 0);
    for (const ms of [Infinity, 2 ** 31, 2 ** 53]) {
      const r = await soon(select({ never: after(ms), soon: after(5) }));
      assertEquals(r.key, "soon");
    }
    for (const ms of [-1, NaN]) assertThrows(() => after(ms), RangeError);
    const none = "5" as unknown as number;
    assertThrows(() => after(none), TypeError);
  },
);

// --- what it refuses ------------------------------------------------------

Deno.test("select() refuses to wait for nothing, or for what cannot be waited for", async () => {
  const nothing: readonly (() => Promise<unknown>)[] = [
    () => select([]),
    () => select({}),
  ];
  for (const call of nothing) {
    await assertRejects(call, TypeError, "there is no source to wait for");
  }
  for (const source of [null, undefined, 5, "queue", {}, Promise.resolve()]) {
    const sources = { bad: source as unknown as SelectSource };
    await assertRejects(() => select(sources), TypeError, 'the source "bad"');
  }
});

// --- losers ---------------------------------------------------------------

Deno.test("select() takes from one source and leaves the others as they are", async () => {
  const queues = [queueOf(1, 2), queueOf(3, 4), queueOf(5, 6)];
  const taken: unknown[] = [];
  for (let left = 5; left >= 0; left--) {
    taken.push((await select(queues)).value);
    const sizes = queues.map((queue) => queue.size);
    assertEquals(sizes.reduce((a, b) => a + b), left);
  }
  assertEquals(taken.toSorted(), [1, 2, 3, 4, 5, 6]);
});

Deno.test("what comes while a select is being answered is not lost", async () => {
  const a = new Queue<string>();
  const b = new Queue<string>();
  const pending = select({ a, b });
  a.tryPut("a");
  b.tryPut("b");
  const { key, value } = await soon(pending);
  assertEquals(value, key);
  assertEquals(a.size + b.size, 1);
});

Deno.test("an aborted select takes nothing", async () => {
  const queue = new Queue<string>();
  const controller = new AbortController();
  const pending = select([queue], { signal: controller.signal });
  controller.abort();
  queue.tryPut("item");
  await assertRejects(() => soon(pending), DOMException);
  assertEquals(queue.size, 1);
});

Deno.test("selects that wait for the same sources share what comes", async () => {
  const queues = [new Queue<number>(), new Queue<number>()];
  const all = Array.from({ length: 20 }, () => select(queues));
  for (let n = 0; n < 20; n++) await queues[n % 2]!.put(n);
  const values = (await soon(Promise.all(all))).map(({ value }) => value);
  assertEquals(new Set(values).size, 20);
});

Deno.test("a source may be named twice", async () => {
  const queue = new Queue<string>();
  const pending = select({ one: queue, two: queue });
  await queue.put("item");
  const { key, value } = await soon(pending);
  assert(["one", "two"].includes(key) && value === "item");
  assert(queue.empty && !isWaitingAt(queue));
});

// --- fairness -------------------------------------------------------------

Deno.test("select() prefers none of the sources that are ready", async () => {
  const queues = [1, 2, 3].map((n) => queueOf(...Array(600).fill(n)));
  const counts = [0, 0, 0];
  for (let n = 0; n < 600; n++) counts[(await select(queues)).key]!++;
  for (const count of counts) assertGreaterOrEqual(count, 100);
});

Deno.test("loops that select in step do not share out the sources", async () => {
  // With a turn that goes by the number of calls, each would see one source.
  const loops = [0, 1].map(() =>
    [0, 1].map((n) => queueOf(...Array(200).fill(n)))
  );
  const counts = loops.map(() => [0, 0]);
  for (let n = 0; n < 200; n++) {
    for (const [index, queues] of loops.entries()) {
      counts[index]![(await select(queues)).key]!++;
    }
  }
  for (const count of counts.flat()) assertGreaterOrEqual(count, 40);
});

// --- nothing is left ------------------------------------------------------

Deno.test(
  "10,000 selects beside an idle queue leave nothing behind",
  strict,
  async () => {
    const idle = new Queue<string>();
    const busy = new Queue<number>();
    const [end] = pipe<string>();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      listeners++;
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      listeners--;
      Reflect.apply(removeEventListener, signal, args);
    };
    const times: number[] = [];
    for (let n = 0; n < 10_000; n++) {
      const start = performance.now();
      const pending = select({ idle, end, signal, late: after(60_000), busy }, {
        timeout: 60_000,
      });
      busy.tryPut(n);
      const { value } = await soon(pending);
      times.push(performance.now() - start);
      assertEquals(value, n);
    }
    assertEquals(listeners, 0);
    assert(!isWaitingAt(idle) && !isWaitingAt(busy));
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[1000]!;
    // The last are as fast as the first were.
    assertLess(
      median(times.slice(-2000)),
      5 * median(times.slice(1000, 3000)) + 0.1,
    );
  },
);

Deno.test("an actor selects over a queue and a pipe until both have ended", async () => {
  const queue = new Queue<number>({ capacity: 3 });
  const [receiver, sender] = pipe<number>({ duplex: false, capacity: 3 });
  await using taker = takeBoth.spawn([queue, receiver]);
  await using other = sendNumbers.spawn([sender, 500]);
  for (let n = 0; n < 500; n++) await soon(queue.put(n));
  queue.close();
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  assertEquals(await soon(taker.result()), { queue: numbers, end: numbers });
  await soon(other.result());
});
