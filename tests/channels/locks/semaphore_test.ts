import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { PACK } from "../../../channels/handle.ts";
import { MONITOR_WORDS } from "../../../channels/locks/monitor.ts";
import { EventFlag, EXIT, type Guard, Queue, Semaphore } from "../../../mod.ts";
import {
  compare,
  follow,
  hog,
  type Order,
} from "../../fixtures/channels/semaphore.ts";
import { settledTo } from "../../leaks.ts";
import { later, soon } from "../inside.ts";

/** The id of a thread that never was. */
const NOBODY = 7 << 12 | 4000;

// --- one thread -------------------------------------------------------------

Deno.test("Semaphore counts its permits down and up (S16)", async () => {
  const semaphore = new Semaphore(3);
  const guards = [
    await semaphore.acquire(),
    semaphore.acquireSync(),
    semaphore.tryAcquire()!,
  ];
  assertEquals(semaphore.available, 0);
  assertStrictEquals(semaphore.tryAcquire(), undefined);
  assertEquals(guards.map(({ abandoned }) => abandoned), [false, false, false]);
  for (const [n, guard] of guards.entries()) {
    guard.release();
    assertEquals([semaphore.available, guard.released], [n + 1, true]);
  }
  assertThrows(
    () => guards[1]!.release(),
    TypeError,
    "Cannot release semaphore: this guard was released already",
  );
  assertEquals(semaphore.available, 3);
});

Deno.test("Semaphore() has one permit", () => {
  assertEquals(new Semaphore().available, 1);
});

Deno.test("a guard of a Semaphore gives the permit back at the end of its block", async () => {
  const semaphore = new Semaphore(1);
  {
    using _ = await semaphore.acquire();
    assertEquals(semaphore.available, 0);
  }
  assertEquals(semaphore.available, 1);
});

Deno.test("Semaphore.acquire() fails after the time-out, and changes nothing (S16)", async () => {
  const semaphore = new Semaphore(1, { name: "slots" });
  const guard = semaphore.acquireSync();
  for (const timeout of [0, 5]) {
    const message = `Cannot acquire semaphore "slots" within ${timeout} ms`;
    for (
      const error of [
        await assertRejects(() => semaphore.acquire({ timeout })),
        assertThrows(() => semaphore.acquireSync({ timeout })),
      ]
    ) {
      assertInstanceOf(error, DOMException);
      assertEquals([error.name, error.message], ["TimeoutError", message]);
    }
  }
  assertEquals(semaphore.inspect().waiters, []);
  guard.release();
  assertEquals(semaphore.available, 1);
  (await semaphore.acquire({ timeout: 0 })).release();
  semaphore.acquireSync({ timeout: 0 }).release();
});

Deno.test("a negative time-out is an error, for a free permit too (S17)", async () => {
  const semaphore = new Semaphore(1);
  for (const timeout of [-1, NaN]) {
    await assertRejects(() => semaphore.acquire({ timeout }), RangeError);
    assertThrows(() => semaphore.acquireSync({ timeout }), RangeError);
  }
  assertEquals(semaphore.available, 1);
});

Deno.test("Semaphore.acquire() rejects with the signal's reason when aborted", async () => {
  const semaphore = new Semaphore(0);
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = later(semaphore.acquire({ signal }));
  const next = semaphore.acquire();
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => aborted), reason);
  assertStrictEquals(
    await assertRejects(() => semaphore.acquire({ signal })),
    reason,
  );
  semaphore.release();
  (await soon(next)).release();
  assertEquals([semaphore.available, semaphore.inspect().waiters], [1, []]);
});

Deno.test("callers of one actor get their permits in the order they asked", async () => {
  const semaphore = new Semaphore(2);
  const first = [await semaphore.acquire(), await semaphore.acquire()];
  const order: number[] = [];
  const tasks = [0, 1, 2, 3, 4].map(async (n) => {
    using _ = await semaphore.acquire();
    order.push(n);
    await Promise.resolve();
  });
  for (const guard of first) guard.release();
  await soon(Promise.all(tasks));
  assertEquals(order, [0, 1, 2, 3, 4]);
  assertEquals(semaphore.available, 2);
});

Deno.test("never more tasks at a time than there are permits", async () => {
  const semaphore = new Semaphore(3);
  let now = 0;
  let most = 0;
  await soon(Promise.all(
    Array.from({ length: 20 }, () =>
      semaphore.run(async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 0));
        now--;
      })),
  ));
  assertEquals([most, semaphore.available], [3, 3]);
});

Deno.test("Semaphore.run() and runSync() give the permit back, whatever happens", async () => {
  const semaphore = new Semaphore(1);
  assertEquals(await semaphore.run((abandoned) => ({ abandoned })), {
    abandoned: false,
  });
  assertEquals(semaphore.runSync(() => semaphore.available), 0);
  const failing = () => {
    throw new Error("work failed");
  };
  await assertRejects(() => semaphore.run(failing), Error, "work failed");
  assertThrows(() => semaphore.runSync(failing), Error, "work failed");
  await semaphore.run(() => semaphore.release());
  assertEquals(semaphore.available, 1);
});

Deno.test("Semaphore.release() without a guard ends the actor's latest", async () => {
  const semaphore = new Semaphore(2);
  const guards = [semaphore.acquireSync(), await semaphore.acquire()];
  semaphore.release();
  assertEquals(guards.map(({ released }) => released), [false, true]);
  assertEquals(semaphore.available, 1);
  guards[1]![Symbol.dispose]();
  assertEquals(semaphore.available, 1);
  semaphore.release(2); // one of its own, and a new one
  assertEquals(guards[0]!.released, true);
  assertEquals(semaphore.available, 3);
});

Deno.test("Semaphore.release() adds permits, and wakes as many that wait", async () => {
  const semaphore = new Semaphore(0);
  const waits = [1, 2, 3].map(() => semaphore.acquire());
  semaphore.release(4);
  const guards = await soon(Promise.all(waits));
  assertEquals(semaphore.available, 1);
  for (const guard of guards) guard.release();
  assertEquals(semaphore.available, 4);
});

Deno.test("a bounded Semaphore refuses a release too many, and changes nothing (S16)", async () => {
  const semaphore = new Semaphore(2, { bounded: true, name: "slots" });
  const guard = await semaphore.acquire();
  assertThrows(
    () => semaphore.release(2),
    RangeError,
    'Cannot release 2 of semaphore "slots": actor "MainProcess" has only 1, ' +
      "and there would be 3 permits, of at most 2. Let the actor that acquired " +
      "a permit release it, or forget() it first",
  );
  assertEquals([semaphore.available, guard.released], [1, false]);
  guard.release();
  assertThrows(() => semaphore.release(), RangeError, "has none");
  assertEquals(semaphore.available, 2);
  (await semaphore.acquire()).forget();
  semaphore.release();
  assertEquals(semaphore.available, 2);
});

Deno.test("a Semaphore holds up to 2^31 - 1 permits", () => {
  const most = 2 ** 31 - 1;
  const semaphore = new Semaphore(most - 1);
  semaphore.release();
  assertThrows(() => semaphore.release(), RangeError, `of at most ${most}`);
  const guard = semaphore.acquireSync();
  assertThrows(() => semaphore.release(2), RangeError, "has only 1");
  guard.release();
  assertEquals(semaphore.available, most);
});

Deno.test("a forgotten permit is gone for good", async () => {
  const semaphore = new Semaphore(0);
  semaphore.release(2);
  const guard = await semaphore.acquire();
  guard.forget();
  assertEquals([guard.released, semaphore.available], [true, 1]);
  assertEquals(semaphore.inspect().holders, []);
  guard[Symbol.dispose]();
  assertThrows(() => guard.forget(), TypeError, "released already");
  semaphore.acquireSync().forget();
  assertEquals(semaphore.available, 0);
});

Deno.test("Semaphore refuses what is no number of permits", () => {
  for (const permits of [-1, 1.5, NaN, 2 ** 31]) {
    assertThrows(
      () => new Semaphore(permits, { name: "x" }),
      RangeError,
      'Cannot create a semaphore "x": permits must be a whole number from 0 ' +
        `to 2147483647, got ${permits}`,
    );
  }
  assertThrows(() => new Semaphore("1" as unknown as number), TypeError);
  const options = { bounded: 1 as unknown as boolean };
  assertThrows(() => new Semaphore(1, options), TypeError, "bounded");
  const semaphore = new Semaphore(1);
  for (const count of [0, -1, 0.5]) {
    assertThrows(() => semaphore.release(count), RangeError, "count");
  }
  assertThrows(() => semaphore.release("1" as unknown as number), TypeError);
  assertEquals(semaphore.available, 1);
});

Deno.test("Semaphore.inspect() tells who has permits and who waits", async () => {
  const semaphore = new Semaphore(1, { name: "slots" });
  assertEquals(Deno.inspect(semaphore), 'semaphore "slots" (1 available)');
  const guard = await semaphore.acquire();
  const wait = semaphore.acquire();
  const { label, holders, waiters } = semaphore.inspect();
  assertEquals(label, 'semaphore "slots"');
  assertEquals(holders.map(({ name }) => name), ["MainProcess"]);
  assertEquals(waiters, holders);
  guard.release();
  (await soon(wait)).release();
});

Deno.test("what a thread left half done that died is put right", () => {
  const semaphore = new Semaphore(3);
  const guard = semaphore.acquireSync();
  const words = new Int32Array(semaphore[PACK]().memory as SharedArrayBuffer);
  words[MONITOR_WORDS + 1] = 7; // permits that are free, as if not counted yet
  words[0] = NOBODY;
  semaphore.acquireSync().release();
  assertEquals(semaphore.available, 2);
  guard.release();
  assertEquals(semaphore.available, 3);
});

// --- several threads ----------------------------------------------------------

class Follower {
  readonly orders = new Queue<Order>();
  readonly answers = new Queue<[available: number, abandoned: boolean]>();
  readonly actor;

  constructor(semaphore: Semaphore) {
    this.actor = follow.spawn([semaphore, this.orders, this.answers]);
  }

  async does(order: Order): Promise<[available: number, abandoned: boolean]> {
    await this.orders.put(order);
    return await soon(this.answers.get()) as [number, boolean];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.actor[Symbol.asyncDispose]();
  }
}

function isWaitedFor(semaphore: Semaphore, count: number): Promise<number> {
  return settledTo(() => semaphore.inspect().waiters.length, count);
}

Deno.test("permits are counted over all actors", async () => {
  const semaphore = new Semaphore(3);
  await using a = new Follower(semaphore);
  await using b = new Follower(semaphore);
  assertEquals(await a.does("acquire"), [2, false]);
  assertEquals(await b.does("acquireSync"), [1, false]);
  const names = semaphore.inspect().holders.map(({ name }) => name);
  assertEquals(names.toSorted(), [a.actor.name, b.actor.name].toSorted());
  const guard = await semaphore.acquire();
  await b.orders.put("acquireSync");
  await isWaitedFor(semaphore, 1);
  await a.does("guard.release");
  assertEquals(await soon(b.answers.get()), [0, false]);
  assertEquals(await b.does("forget"), [0, false]);
  // Signals of those that have none, to one that blocks and to one that awaits.
  for (const order of ["acquireSync", "acquire"] as const) {
    await b.orders.put(order);
    assertEquals(await isWaitedFor(semaphore, 1), 1);
    await a.does("release");
    await soon(b.answers.get());
    await b.does("forget");
  }
  const wait = semaphore.acquire();
  await a.does("release");
  await soon(wait);
  guard.release();
  assertEquals(semaphore.available, 1);
});

for (const end of ["returns", "is terminated"]) {
  Deno.test(`the permits of an actor that ${end} come back, and the next are told`, async () => {
    const semaphore = new Semaphore(4);
    await using holder = new Follower(semaphore);
    for (let n = 0; n < 4; n++) await holder.does("acquire");
    await holder.does("forget");
    assertEquals(await holder.does("guard.release"), [1, false]);
    const guards = [await semaphore.acquire()];
    const wait = semaphore.acquire();
    if (end === "returns") holder.orders.put(EXIT);
    else holder.actor.terminate();
    guards.push(await soon(wait));
    guards.push(await soon(semaphore.acquire()));
    assertEquals(semaphore.available, 0);
    const isAbandoned = guards.map(({ abandoned }) => abandoned);
    assertEquals(isAbandoned, [false, true, true]);
    for (const guard of guards) guard.release();
    const guard: Guard = await semaphore.acquire();
    assertEquals([guard.abandoned, semaphore.available], [false, 2]);
    guard.release();
    await soon(holder.actor.join());
  });
}

Deno.test("permits of the dead are seen without anybody that waits", async () => {
  const semaphore = new Semaphore(2, { bounded: true });
  await using holder = new Follower(semaphore);
  await holder.does("acquireSync");
  holder.actor.terminate();
  await soon(holder.actor.join());
  assertEquals([semaphore.available, semaphore.inspect().holders], [2, []]);
  assertThrows(() => semaphore.release(), RangeError);
  assertEquals(semaphore.tryAcquire()?.abandoned, true);
  assertEquals(semaphore.acquireSync().abandoned, false);
});

for (const order of ["acquire", "acquireSync"] as const) {
  Deno.test(`an actor killed while it waits takes no permit: ${order}`, async () => {
    const semaphore = new Semaphore(0);
    await using doomed = new Follower(semaphore);
    await using other = new Follower(semaphore);
    for (const one of [doomed, other]) await one.orders.put(order);
    assertEquals(await isWaitedFor(semaphore, 2), 2);
    doomed.actor.terminate();
    semaphore.release();
    assertEquals(await soon(other.answers.get()), [0, false]);
    const exit = await soon(doomed.actor.join());
    assert(exit?.reason === "terminated" && exit.threadStopped);
    assertEquals(semaphore.inspect().waiters, []);
    assertEquals((await other.does("guard.release"))[0], 1);
  });
}

Deno.test("a release wakes one that waits for each permit", async () => {
  const semaphore = new Semaphore(0);
  await using a = new Follower(semaphore);
  await using b = new Follower(semaphore);
  await a.orders.put("acquire");
  await b.orders.put("acquireSync");
  assertEquals(await isWaitedFor(semaphore, 2), 2);
  semaphore.release(2);
  // Who is woken is off the list at once, but for who is woken by its claim.
  assert(semaphore.inspect().waiters.length < 2);
  for (const one of [a, b]) await soon(one.answers.get());
  assertEquals(semaphore.available, 0);
});

Deno.test("a permit is kept for who has waited for long", async () => {
  const semaphore = new Semaphore(1);
  await using holder = new Follower(semaphore);
  await holder.does("acquire");
  const wait = semaphore.acquire();
  // By then it has looked once more.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals((await holder.does("release and try"))[1], false);
  const guard = await soon(wait);
  // And not for who has just come.
  guard.release();
  await holder.does("acquire");
  assertEquals((await holder.does("release and try"))[1], true);
});

Deno.test("whoever waits gets its turn beside actors that never pause", async () => {
  for (const blocks of [true, false]) {
    const semaphore = new Semaphore(1);
    const stop = new EventFlag();
    const hogs = [1, 2].map(() => hog.spawn([semaphore, stop, blocks]));
    assertEquals(await isWaitedFor(semaphore, 1), 1);
    for (let n = 0; n < 5; n++) {
      (await soon(semaphore.acquire())).release();
      semaphore.acquireSync({ timeout: 10_000 }).release();
    }
    stop.set();
    for (const one of hogs) {
      assert(await soon(one.result()) > 0, "it was starved");
    }
    assertEquals(semaphore.available, 1);
  }
});

Deno.test("a Semaphore that comes to an actor several times is one object there", async () => {
  const semaphore = new Semaphore(2, { name: "slots", bounded: true });
  const guard = semaphore.acquireSync();
  const nested = { list: [semaphore], map: new Map([["it", semaphore]]) };
  await using actor = compare.spawn([semaphore, nested]);
  const { first, ...rest } = await soon(actor.result());
  assertEquals(rest, {
    isSame: true,
    isKind: true,
    logged: 'semaphore "slots" (1 available)',
  });
  assertStrictEquals(first, semaphore);
  guard.release();
});
