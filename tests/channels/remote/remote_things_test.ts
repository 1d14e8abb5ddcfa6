// What actors share, used from another process: here from another endpoint.
//
// In one thread, where a member that blocks would wait for itself. So only those
// that are awaited are used as they are, and the others by their call.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { Guard } from "../../../channels/locks/guard.ts";
import { type Remote, WAY } from "../../../channels/remote/remote_class.ts";
import {
  Barrier,
  BrokenBarrierError,
  Condition,
  type Connection,
  EventFlag,
  EXIT,
  Lock,
  NotSendableError,
  pipe,
  PipeClosedError,
  Queue,
  QueueClosedError,
  RecursiveLock,
  RwLock,
  Semaphore,
  SharedMap,
  Value,
} from "../../../mod.ts";
import { later, soon } from "../inside.ts";
import { Joined } from "./joined.ts";

/** Calls a member that blocks where it is used as it is. */
async function use<T = unknown>(
  thing: object,
  member: string,
  ...args: unknown[]
): Promise<T> {
  return await (thing as Remote)[WAY].call(member, args) as T;
}

/** Lets all that is on its way arrive. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function nameOf(promise: Promise<unknown>): Promise<string> {
  return soon(promise).then(() => "no error", (error) => error.name);
}

// --- queues -----------------------------------------------------------------

Deno.test("a queue of another process is a Queue, and knows what never changes", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<unknown>>("queue", {
    name: "jobs",
    capacity: 3,
  });
  assertInstanceOf(queue, Queue);
  assertEquals([queue.kind, queue.capacity], ["queue", 3]);
  assertMatch(Deno.inspect(queue), /^queue.* \(of another process\)$/);
});

Deno.test("items come out in the order they were put, from either side", async () => {
  using joined = new Joined();
  const home = new Queue<unknown>();
  const far = await joined.give<Queue<unknown>>(home);
  await home.put(1);
  await far.put([2]);
  await home.put({ three: 3n });
  assertEquals(await use(far, "size"), 3);
  assertEquals([await far.get(), await home.get(), await far.get()], [
    1,
    [2],
    { three: 3n },
  ]);
});

Deno.test("what is put without a wait is put in order", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<number>>("queue", { capacity: 4 });
  const all = [...Array(50).keys()];
  const puts = Promise.all(all.map((n) => queue.put(n)));
  const taken: unknown[] = [];
  for (const _ of all) taken.push(await queue.get());
  assertEquals(taken, all);
  await puts;
});

Deno.test("an item may hold things of either process", async () => {
  using joined = new Joined();
  const home = new Queue<unknown>();
  const far = await joined.give<Queue<unknown>>(home);
  const reply = new Queue<unknown>();
  await home.put({ reply });
  const { reply: farReply } = await far.get() as { reply: Queue<unknown> };
  assert(farReply !== reply);
  await far.put({ reply: farReply });
  assertStrictEquals((await home.get() as { reply: object }).reply, reply);
});

Deno.test("a queue of another process keeps to its time-outs and signals", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<number>>("queue", {
    name: "small",
    capacity: 1,
  });
  for (const timeout of [0, 5]) {
    const get = queue.get({ timeout });
    await assertRejects(() => get, DOMException, `in ${timeout} ms`);
  }
  await queue.put(1);
  assertEquals(await nameOf(queue.put(2, { timeout: 5 })), "TimeoutError");
  const controller = new AbortController();
  const put = later(queue.put(2, { signal: controller.signal }));
  await quiet();
  controller.abort("enough");
  assertEquals(await put.catch((reason) => reason), "enough");
  assertEquals(await use(queue, "size"), 1);
});

Deno.test("a put that is held back here keeps to its time-out, too", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<Uint8Array>>("queue", {
    name: "small",
    capacity: 1,
  });
  const bytes = new Uint8Array(900_000);
  const held = [1, 2, 3].map(() => later(queue.put(bytes)));
  await assertRejects(
    () => queue.put(bytes, { timeout: 5 }),
    DOMException,
    "it was full for 5 ms",
  );
  for (const _ of held) await queue.get();
  await Promise.all(held);
  assertEquals(await use(queue, "empty"), true);
});

Deno.test("wrong options are refused as at home", async () => {
  using joined = new Joined();
  const home = new Queue<unknown>();
  const far = await joined.give<Queue<unknown>>(home);
  const wrong = [{ timeout: -1 }, { timeout: NaN }, { timeout: "5" }];
  for (const options of wrong as unknown as { timeout: number }[]) {
    assertEquals(
      await nameOf(far.get(options)),
      await nameOf(home.get(options)),
    );
    assertEquals(
      await nameOf(far.put(1, options)),
      await nameOf(home.put(1, options)),
    );
  }
  const signal = {} as AbortSignal;
  assertEquals(await nameOf(far.get({ signal })), "TypeError");
  assertEquals(await nameOf(far.put(1, { signal })), "TypeError");
  const lock = await joined.make<Lock>("lock", {});
  assertEquals(await nameOf(lock.acquire({ signal })), "TypeError");
  assertEquals(joined.far.pending, 0);
});

Deno.test("what cannot be sent is refused by the put, with its place in the item", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<unknown>>("queue");
  const error = await assertRejects(
    () => queue.put({ job: [1, () => 1] }),
    NotSendableError,
  );
  assertEquals([error.path, error.found], ["$.job[1]", "a function"]);
});

Deno.test("a buffer that is given away with an item is gone, others are not", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<unknown>>("queue");
  const [given, kept] = [new Uint8Array([1, 2]), new Uint8Array([3])];
  await queue.put({ given, kept }, { transfer: [given.buffer] });
  assertEquals([given.length, kept.length], [0, 1]);
  assertEquals(await queue.get(), { given: new Uint8Array([1, 2]), kept });
  const { port1, port2 } = new MessageChannel();
  const put = queue.put(port1, { transfer: [port1] });
  await assertRejects(() => put, TypeError, "cannot leave their process");
  port1.close();
  port2.close();
});

Deno.test("an iteration ends with the queue, or with EXIT", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<number>>("queue");
  for (const last of [() => queue.put(EXIT), () => use(queue, "close")]) {
    await queue.put(1);
    await queue.put(2);
    await last();
    const items: unknown[] = [];
    for await (const item of queue) items.push(item);
    assertEquals(items, [1, 2]);
  }
  const put = queue.put(3);
  const error = await assertRejects(() => put, QueueClosedError);
  assertEquals(error.item, 3);
});

Deno.test("join() waits for what is done with taskDone()", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<number>>("queue");
  await queue.put(1);
  let isDone = false;
  const joining = queue.join().then(() => isDone = true);
  await queue.get();
  await quiet();
  assertEquals(isDone, false);
  await use(queue, "taskDone");
  await soon(joining);
});

// --- pipes ------------------------------------------------------------------

Deno.test("a pipe that another process makes has both its ends at home", async () => {
  using joined = new Joined();
  const [one, other] = await joined.make<Connection<unknown, unknown>[]>(
    "pipe",
    {},
  ) as [Connection<unknown, unknown>, Connection<unknown, unknown>];
  await one.send({ question: 1 });
  assertEquals(await other.recv(), { question: 1 });
  await other.send(null);
  assertEquals([await one.poll(), await one.recv()], [true, null]);
  assertEquals(await nameOf(one.recv({ timeout: 5 })), "TimeoutError");
  await use(other, "close");
  await assertRejects(() => one.recv(), PipeClosedError);
  const items: unknown[] = [];
  for await (const item of one) items.push(item);
  assertEquals(items, []);
});

Deno.test("one end of a pipe is used from each process", async () => {
  using joined = new Joined();
  const [home, end] = pipe<number, number>();
  const far = await joined.give<Connection<number, number>>(end);
  await home.send(1);
  await far.send(await far.recv() + 1);
  assertEquals(await home.recv(), 2);
  home.close();
  assertEquals(await nameOf(far.recv()), "PipeClosedError");
});

// --- locks ------------------------------------------------------------------

Deno.test("a lock is held once, whichever side asks for it", async () => {
  using joined = new Joined();
  const home = new Lock();
  const far = await joined.give<Lock>(home);
  assertInstanceOf(far, Lock);
  const guard = await far.acquire();
  assertInstanceOf(guard, Guard);
  assertEquals([guard.abandoned, home.isLocked], [false, true]);
  assertEquals(await nameOf(home.acquire({ timeout: 5 })), "TimeoutError");
  assertEquals(await nameOf(far.acquire({ timeout: 5 })), "TimeoutError");
  assertEquals(await use(far, "tryAcquire"), undefined);
  const next = home.acquire();
  await use(far, "release");
  (await soon(next)).release();
  assertEquals(await use(far, "isLocked"), false);
});

Deno.test("a lock that is acquired and given up at once is held by nobody, or has a guard", async () => {
  using joined = new Joined();
  const home = new Lock();
  const far = await joined.give<Lock>(home);
  for (let n = 0; n < 24; n++) {
    const held = home.tryAcquire();
    const controller = new AbortController();
    const acquired = far.acquire({ signal: controller.signal })
      .then(() => true, () => false);
    const after = async (turns: number) => {
      for (; turns > 0; turns--) await Promise.resolve();
    };
    await after(n % 5);
    held!.release();
    await after(n % 3);
    controller.abort();
    if (await acquired) await use(far, "release");
    assertEquals(home.isLocked, false);
  }
});

Deno.test("a recursive lock stays one elsewhere", async () => {
  using joined = new Joined();
  const lock = await joined.make<RecursiveLock>("recursive-lock", {});
  assertInstanceOf(lock, RecursiveLock);
  assertEquals(lock.kind, new RecursiveLock().kind);
  await lock.acquire();
  await lock.acquire();
  await use(lock, "release");
  assertEquals(await use(lock, "isLocked"), true);
  await use(lock, "release");
  assertEquals(await use(lock, "isLocked"), false);
});

Deno.test("a semaphore, an event flag and the sides of a read-write lock are awaited", async () => {
  using joined = new Joined();
  const semaphore = await joined.make<Semaphore>("semaphore", 1);
  assertInstanceOf(semaphore, Semaphore);
  await semaphore.acquire();
  assertEquals(await use(semaphore, "available"), 0);
  const next = semaphore.acquire();
  await use(semaphore, "release");
  assertInstanceOf(await soon(next), Guard);

  const flag = await joined.make<EventFlag>("event-flag", {});
  assertInstanceOf(flag, EventFlag);
  const wait = flag.wait();
  await use(flag, "set");
  await soon(wait);
  assertEquals(await use(flag, "isSet"), true);

  const home = new RwLock();
  const far = await joined.give<RwLock>(home);
  assertInstanceOf(far, RwLock);
  await far.acquireRead();
  await far.acquireRead();
  assertEquals(home.tryAcquireWrite(), undefined);
});

Deno.test("a condition is awaited with its lock held", async () => {
  using joined = new Joined();
  const home = new Condition();
  const far = await joined.give<Condition>(home);
  const lock = await use<Lock>(far, "lock");
  assertInstanceOf(lock, Lock);
  assertStrictEquals(await joined.give(home.lock), lock);
  await lock.acquire();
  let isReady = false;
  const waiting = far.waitFor(() => isReady);
  await quiet();
  assertEquals(home.lock.isLocked, false);
  isReady = true;
  await home.lock.run(() => home.notify());
  assertEquals(await soon(waiting), true);
  assertEquals(home.lock.isLocked, true);
  await use(lock, "release");
});

Deno.test("the action of a barrier runs where it was given, before any goes on", async () => {
  using joined = new Joined();
  const home = new Barrier(2);
  const far = await joined.give<Barrier>(home);
  assertEquals([far.parties, far.kind], [2, home.kind]);
  const order: string[] = [];
  const first = home.wait().then(() => order.push("home goes on"));
  await quiet();
  const second = far.wait({
    async action() {
      await quiet();
      order.push("action");
    },
  });
  await soon(Promise.all([first, second]));
  assertEquals(order, ["action", "home goes on"]);
});

Deno.test("an action that throws breaks the barrier, and its own wait throws that", async () => {
  using joined = new Joined();
  const home = new Barrier(2);
  const far = await joined.give<Barrier>(home);
  const first = later(home.wait());
  await quiet();
  const error = new RangeError("own");
  const action = () => {
    throw error;
  };
  assertStrictEquals(await far.wait({ action }).catch((one) => one), error);
  await assertRejects(() => first, BrokenBarrierError);
  assertEquals(home.broken, true);
});

// --- values and maps --------------------------------------------------------

Deno.test("a value is one for both sides", async () => {
  using joined = new Joined();
  const home = new Value("bigint64", 5n);
  const far = await joined.give<typeof home>(home);
  assert((far as object) instanceof Value);
  assertEquals([far.kind, far.type], [home.kind, "bigint64"]);
  assertEquals(await use(far, "add", 2n), 5n);
  await use(far, "setValue", home.value * 2n);
  assertEquals([home.value, await use(far, "value")], [14n, 14n]);
  assertEquals(await use(far, "compareExchange", 14n, 1n), 14n);
  assertEquals(home.value, 1n);
  assertEquals(await nameOf(use(far, "setValue", "1")), "TypeError");
});

Deno.test("a map is one for both sides", async () => {
  using joined = new Joined();
  const home = new SharedMap<unknown>();
  const far = await joined.give<typeof home>(home);
  assertInstanceOf(far, SharedMap);
  assertEquals(await use(far, "set", "a", { one: 1 }), undefined);
  home.set("b", 2);
  assertEquals(await use(far, "size"), 2);
  assertEquals(await use(far, "entries"), [["a", { one: 1 }], ["b", 2]]);
  assertEquals(await use(far, "delete", "a"), true);
  assertEquals([home.has("a"), await use(far, "get", "b")], [false, 2]);
  await use(far, "clear");
  assertEquals(home.size, 0);
});

Deno.test("a change of a map waits for its lock, and can be given up", async () => {
  using joined = new Joined();
  const home = new SharedMap<number>();
  const far = await joined.give<typeof home>(home);
  const lock = await use<Lock>(far, "lock");
  const key = "__proto__";
  await lock.acquire();
  // Held by the thread that stands for the actor, whose change it is.
  await use(far, "set", key, 1);
  await use(lock, "release");
  assertEquals([home.get(key), await use(far, "keys")], [1, [key]]);
  assertEquals(({} as { 1?: unknown })[1], undefined);
});

Deno.test("a thing is made with what its constructor takes, or not at all", async () => {
  using joined = new Joined();
  const refused: [string, ...unknown[]][] = [
    ["queue", { capacity: -1 }],
    ["semaphore", -1],
    ["barrier", 0],
    ["shared-value", "text"],
    ["shared-map", 5],
    ["condition", { lock: 5 }],
  ];
  for (const [kind, ...args] of refused) {
    const name = await nameOf(joined.make(kind, ...args));
    assert(name === "TypeError" || name === "RangeError", `${kind}: ${name}`);
  }
  for (const kind of ["toString", "guard", "", undefined]) {
    assertEquals(await nameOf(joined.make(kind as string)), "FrameError");
  }
  assertEquals(joined.home.codec.exports.size, 1);
});
