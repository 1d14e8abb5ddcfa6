// Locks: who gets them, and when.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  DeadlockError,
  Guard,
  Lock,
  LockOwnerError,
  NotSendableError,
  Queue,
  RecursiveLock,
  Value,
} from "../../../mod.ts";
import {
  addUnder,
  awaitAndBlock,
  awaitAndCompute,
  type Call,
  hog,
  holdAndEnd,
  releaseAnother,
  takeOnce,
} from "../../fixtures/channels/lock_actors.ts";
import { settledTo } from "../../leaks.ts";
import { threadTest } from "../../mode.ts";
import { later, soon } from "../inside.ts";

/** The number of those that wait for a lock, once it is as expected. */
function waiters(lock: Lock, count: number): Promise<number> {
  return settledTo(() => lock.inspect().waiters.length, count);
}

Deno.test("Lock.acquire() gives it to one caller at a time, in their order", async () => {
  const lock = new Lock();
  const order: number[] = [];
  const first = await lock.acquire();
  assert(lock.isLocked && lock.isHeldHere);
  const others = [1, 2, 3].map(async (n) => {
    using _ = await lock.acquire();
    order.push(n);
    await null;
    order.push(n);
  });
  assertEquals(lock.tryAcquire(), undefined);
  first.release();
  await soon(Promise.all(others));
  assertEquals(order, [1, 1, 2, 2, 3, 3]);
  assert(!lock.isLocked && !lock.isHeldHere);
});

Deno.test("Lock.acquire() lets no caller overtake those of its actor that wait", async () => {
  const lock = new Lock();
  const order: string[] = [];
  const held = await lock.acquire();
  const waiting = lock.acquire().then((guard) => {
    order.push("waited");
    guard.release();
  });
  held.release();
  const late = lock.acquire().then((guard) => {
    order.push("late");
    guard.release();
  });
  await soon(Promise.all([waiting, late]));
  assertEquals(order, ["waited", "late"]);
});

Deno.test("a guard releases its own hold and no other", async () => {
  const lock = new Lock({ name: "files" });
  const first = await lock.acquire();
  first.release();
  assert(first.released);
  const second = await lock.acquire();
  first[Symbol.dispose](); // It was released already: nothing to do.
  assert(lock.isLocked);
  assertThrows(
    () => first.release(),
    TypeError,
    'Cannot release lock "files": this guard was released already',
  );
  assertThrows(
    () => second.forget(),
    TypeError,
    'Cannot forget lock "files": only permits of a semaphore can be kept',
  );
  lock.release();
  assert(second.released && !lock.isLocked);
});

Deno.test("Lock.release() by who does not hold it names both", async () => {
  const lock = new Lock({ name: "files" });
  const error = assertThrows(() => lock.release(), LockOwnerError);
  assertEquals(
    error.message,
    'Cannot release lock "files": actor "MainProcess" does not hold it, ' +
      "nobody does",
  );
  using _ = await lock.acquire();
  const other = releaseAnother.spawn([lock], { name: "thief" });
  assertEquals(
    await soon(other.result()),
    'Cannot release lock "files": actor "thief" does not hold it, actor ' +
      '"MainProcess" does | thief | MainProcess',
  );
  assert(lock.isLocked);
});

Deno.test("Lock.run() and runSync() release it, whatever becomes of the work", async () => {
  const lock = new Lock();
  assertEquals(await lock.run(() => Promise.resolve(lock.isLocked)), true);
  assertEquals(lock.runSync(() => lock.isLocked), true);
  const failure = new Error("no");
  const fail = () => {
    throw failure;
  };
  assertStrictEquals(await assertRejects(() => lock.run(fail)), failure);
  assertStrictEquals(assertThrows(() => lock.runSync(fail)), failure);
  assert(!lock.isLocked);
  lock.runSync(() => lock.release());
  assert(!lock.isLocked);
  assertEquals(lock.runSync(() => lock.isHeldHere), true);
  assert(!lock.isHeldHere);
});

Deno.test("Lock.acquire() ends its wait when the time is over, and says who held it", async () => {
  const lock = new Lock({ name: "files" });
  const guard = await lock.acquire();
  for (const timeout of [0, 5]) {
    const error = await assertRejects(
      () => lock.acquire({ timeout }),
      DOMException,
      `Cannot acquire lock "files" within ${timeout} ms: "MainProcess" held it`,
    );
    assertEquals(error.name, "TimeoutError");
  }
  await assertRejects(() => lock.acquire({ timeout: -1 }), RangeError);
  assertThrows(() => lock.acquireSync({ timeout: -1 }), RangeError);
  guard.release();
  (await lock.acquire({ timeout: 0 })).release();
  lock.acquireSync({ timeout: 0 }).release();
  assertEquals(lock.inspect().waiters, []);
});

Deno.test("Lock.acquire() rejects with the signal's reason when aborted", async () => {
  const lock = new Lock();
  const guard = await lock.acquire();
  const reason = new Error("enough");
  const stop = new AbortController();
  const given = later(lock.acquire({ signal: stop.signal }));
  const next = lock.acquire();
  stop.abort(reason);
  assertStrictEquals(await assertRejects(() => given), reason);
  assertStrictEquals(
    await assertRejects(() => lock.acquire({ signal: stop.signal })),
    reason,
  );
  guard.release();
  (await soon(next)).release();
});

Deno.test("Lock.acquireSync() is an error at once where the actor itself holds it", () => {
  const lock = new Lock({ name: "files" });
  using _ = lock.acquireSync();
  const error = assertThrows(() => lock.acquireSync(), DeadlockError);
  assertEquals(error.path, [{ actor: "MainProcess", lock: 'lock "files"' }]);
  assertThrows(() => lock.runSync(() => {}), DeadlockError);
});

Deno.test("a recursive lock is free when it was released as often as acquired", async () => {
  const lock = new RecursiveLock();
  const guards = [lock.acquireSync(), await lock.acquire(), lock.tryAcquire()];
  // In any order.
  for (const i of [1, 0, 2]) {
    assert(lock.isLocked);
    assertEquals(lock.inspect().holders.length, 1);
    guards[i]!.release();
  }
  assert(!lock.isLocked);
  lock.runSync(() => lock.runSync(() => lock.acquireSync()));
  assert(lock.isLocked);
  lock.release();
  assert(!lock.isLocked);
  assertThrows(() => lock.release(), LockOwnerError);
});

Deno.test("actors that add under a lock lose no addition", async () => {
  for (const lock of [new Lock(), new RecursiveLock()]) {
    const sum = new Value("int32");
    const actors = [1, 2, 3].map(() => addUnder.spawn([lock, sum, 900]));
    for (const one of actors) await soon(one.join());
    assertEquals(sum.value, 2700);
    assert(!lock.isLocked);
  }
});

for (const ending of ["returns", "throws", "closes"] as const) {
  Deno.test(`the lock of an actor that ${ending} goes to the next, who is told once`, async () => {
    const lock = new Lock();
    const said = new Queue<string>();
    await using holder = holdAndEnd.spawn([lock, "await", ending, said]);
    await soon(said.get());
    await soon(holder.join());
    const start = performance.now();
    const guard = await soon(lock.acquire());
    assert(performance.now() - start < 100);
    assert(guard.abandoned);
    guard.release();
    using again = lock.acquireSync();
    assert(!again.abandoned);
  });
}

for (const call of ["await", "block"] as const satisfies Call[]) {
  Deno.test(`who waits (${call}) for a lock gets it when its holder is terminated`, async () => {
    const lock = new Lock();
    const said = new Queue<string>();
    await using holder = holdAndEnd.spawn([lock, call, "stays", said], {
      name: "holder",
    });
    await soon(said.get());
    await using waiter = takeOnce.spawn([lock, call, said], { name: "waiter" });
    await soon(said.get());
    assertEquals(await waiters(lock, 1), 1);
    const { label, holders, waiters: waiting } = lock.inspect();
    assertEquals(
      [label, holders.map((one) => one.name), waiting.map((one) => one.name)],
      ["lock", ["holder"], ["waiter"]],
    );
    holder.terminate();
    assertEquals(await soon(waiter.result()), "abandoned");
  });

  Deno.test(`a waiter (${call}) that is terminated does not keep the lock`, async () => {
    const lock = new Lock();
    const said = new Queue<string>();
    const guard = await lock.acquire();
    await using waiter = takeOnce.spawn([lock, call, said]);
    await soon(said.get());
    assertEquals(await waiters(lock, 1), 1);
    await new Promise((done) => setTimeout(done, 5)); // It claims the next turn.
    waiter.terminate();
    guard.release();
    using next = await soon(lock.acquire());
    assert(!next.abandoned);
    await soon(waiter.join());
  });
}

Deno.test("who waits long enough comes before an actor that takes it all the time", async () => {
  const lock = new Lock();
  const said = new Queue<string>();
  const stop = new Value("int32");
  const hogs = [1, 2].map(() => hog.spawn([lock, said, stop]));
  for (const _ of hogs) await soon(said.get());
  for (let i = 0; i < 10; i++) {
    (await soon(lock.acquire())).release();
    lock.acquireSync({ timeout: 10_000 }).release();
  }
  stop.value = 1;
  for (const one of hogs) await soon(one.join());
});

// In a process: the lock is taken at once by who waits for the actor in the
// program, and held until the actor looks.
threadTest(
  "a thread that computes on while it awaits a lock does not hold up others",
  async () => {
    const lock = new Lock();
    const said = new Queue<string>();
    const guard = await lock.acquire();
    await using busy = awaitAndCompute.spawn([lock, said, 1500]);
    await soon(said.get());
    assertEquals(await waiters(lock, 1), 1);
    await new Promise((done) => setTimeout(done, 5));
    const start = performance.now();
    guard.release();
    lock.acquireSync().release();
    (await lock.acquire()).release();
    assert(performance.now() - start < 1000);
    await soon(busy.join());
  },
);

// In a process: as above.
threadTest(
  "a thread that blocks does not get what its callers await",
  async () => {
    const lock = new Lock();
    const said = new Queue<string>();
    const go = new Queue<string>();
    const guard = await lock.acquire();
    await using blocked = awaitAndBlock.spawn([lock, said, go]);
    await soon(said.get());
    assertEquals(await waiters(lock, 0), 0);
    guard.release();
    // It is no use to it now; and it gets it once it can go on.
    (await soon(lock.acquire())).release();
    assert(!lock.isLocked);
    go.putSync("go");
    assertEquals(await soon(blocked.result()), "go");
  },
);

Deno.test("a wait for a lock leaves the event loop free", async () => {
  const lock = new Lock();
  using _ = await lock.acquire();
  let turns = 0;
  const ticks = setInterval(() => turns++, 1);
  await lock.acquire({ timeout: 30 }).catch(() => {});
  clearInterval(ticks);
  assert(turns > 3, `${turns}`);
});

Deno.test("Lock() refuses options of the wrong type", () => {
  assertThrows(
    () => new Lock({ name: 5 as never }),
    TypeError,
    "Cannot create a lock: name must be a string, got number",
  );
  assertThrows(
    () => new RecursiveLock({ onDeadlock: "panic" as never }),
    TypeError,
    'Cannot create a lock: onDeadlock must be "report" or "fail", got "panic"',
  );
});

Deno.test("a guard cannot be sent, and a lock is logged with its holder", async () => {
  const lock = new Lock({ name: "files" });
  assertEquals(Deno.inspect(lock), 'lock "files" (free)');
  using guard = await lock.acquire();
  assertEquals(Deno.inspect(lock), 'lock "files" (held by "MainProcess")');
  const queue = new Queue<unknown>();
  await assertRejects(() => queue.put(guard), NotSendableError);
  assert(guard instanceof Guard);
});
