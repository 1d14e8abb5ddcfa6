// Conditions: waiting while the lock is lent to others.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { slotNumber } from "../../../channels/threads.ts";
import { type Running, THREAD } from "../../../channels/until.ts";
import {
  Condition,
  Lock,
  LockOwnerError,
  type Process,
  Queue,
  RecursiveLock,
  Value,
} from "../../../mod.ts";
import {
  fillAndNotify,
  waitForCondition,
} from "../../fixtures/channels/lock_actors.ts";
import { settledTo } from "../../leaks.ts";
import { later, soon } from "../inside.ts";

function slotOf(process: Process): number {
  return slotNumber((process as Process & Running)[THREAD]);
}

for (const lock of [new Lock(), new RecursiveLock()]) {
  Deno.test(`Condition.wait() lends a ${lock.kind}, and has it again`, async () => {
    const condition = new Condition({ lock });
    assertStrictEquals(condition.lock, lock);
    const guard = await lock.acquire();
    const waiting = condition.wait();
    assert(!lock.isLocked);
    {
      using _ = await lock.acquire();
      condition.notify();
    }
    assertEquals(await soon(waiting), true);
    assert(lock.isHeldHere && !guard.released);
    guard.release();
    assert(!lock.isLocked);
  });
}

Deno.test("Condition.wait() lends all holds of a recursive lock, and has as many again", async () => {
  const condition = new Condition();
  const guards = [condition.lock.acquireSync(), condition.lock.acquireSync()];
  const waiting = condition.wait();
  assert(!condition.lock.isLocked);
  condition.lock.runSync(() => condition.notify());
  assertEquals(await soon(waiting), true);
  guards[0]!.release();
  assert(condition.lock.isLocked);
  guards[1]!.release();
  assert(!condition.lock.isLocked);
});

Deno.test("Condition.wait() gives false when the time is over, with the lock held", async () => {
  const condition = new Condition();
  using guard = await condition.lock.acquire();
  assertEquals(await condition.wait({ timeout: 5 }), false);
  assertEquals(condition.waitSync({ timeout: 5 }), false);
  assertEquals(await condition.wait({ timeout: 0 }), false);
  assert(condition.lock.isHeldHere && !guard.released);
  assertEquals(condition.waiting, 0);
});

Deno.test("Condition.wait() rejects with the signal's reason, with the lock held", async () => {
  const condition = new Condition();
  const stop = new AbortController();
  const reason = new Error("enough");
  using _ = await condition.lock.acquire();
  const waiting = later(condition.wait({ signal: stop.signal }));
  stop.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
  assert(condition.lock.isHeldHere);
  assertStrictEquals(
    await assertRejects(() => condition.wait({ signal: stop.signal })),
    reason,
  );
  assertEquals(condition.waiting, 0);
});

Deno.test("Condition.waitFor() gives what the predicate gave last", async () => {
  const condition = new Condition();
  using _ = await condition.lock.acquire();
  let calls = 0;
  assertEquals(await condition.waitFor(() => ++calls, { timeout: 5 }), 1);
  assertEquals(await condition.waitFor(() => 0, { timeout: 5 }), 0);
  assertEquals(condition.waitForSync(() => "", { timeout: 5 }), "");
  assertEquals(condition.waitForSync(() => "yes"), "yes");
});

Deno.test("a condition is of use only to who holds its lock", async () => {
  const condition = new Condition({ name: "ready", lock: new Lock() });
  const text = (action: string) =>
    `Cannot ${action} condition "ready": actor "MainProcess" does not hold ` +
    "its lock, nobody does";
  assertThrows(() => condition.notify(), LockOwnerError, text("notify"));
  assertThrows(() => condition.notifyAll(), LockOwnerError);
  await assertRejects(
    () => condition.wait(),
    LockOwnerError,
    text("wait for"),
  );
  assertThrows(() => condition.waitSync(), LockOwnerError);
  assertThrows(
    () => new Condition({ lock: {} as Lock }),
    TypeError,
    "Cannot create a condition: lock must be a Lock or a RecursiveLock",
  );
  using _ = await condition.lock.acquire();
  for (const count of [-1, 0.5, NaN]) {
    assertThrows(() => condition.notify(count), RangeError);
  }
});

Deno.test("Condition.notify() lets as many go on as it says", async () => {
  const condition = new Condition({ lock: new Lock() });
  let gone = 0;
  const wait = async () => {
    using _ = await condition.lock.acquire();
    await condition.wait();
    gone++;
  };
  const all = [1, 2, 3, 4, 5].map(wait);
  assertEquals(await settledTo(() => condition.waiting, 5), 5);
  const notify = async (count: number) => {
    using _ = await condition.lock.acquire();
    condition.notify(count);
  };
  await notify(2);
  assertEquals(await settledTo(() => gone, 2), 2);
  await notify(0);
  assertEquals(condition.waiting, 3);
  {
    using _ = await condition.lock.acquire();
    condition.notifyAll();
  }
  await soon(Promise.all(all));
  // None was kept for those that come later.
  using _ = await condition.lock.acquire();
  assertEquals(await condition.wait({ timeout: 5 }), false);
});

for (const call of ["await", "block"] as const) {
  Deno.test(`an actor that waits (${call}) is notified by another`, async () => {
    const condition = new Condition();
    const said = new Queue<string>();
    const waiters = [1, 2].map(() =>
      waitForCondition.spawn([condition, call, said])
    );
    for (const _ of waiters) await soon(said.get());
    assertEquals(await settledTo(() => condition.waiting, 2), 2);
    for (const _ of waiters) {
      condition.lock.runSync(() => condition.notify());
    }
    assertEquals(
      await Promise.all(waiters.map((one) => soon(one.result()))),
      [true, true],
    );
  });

  Deno.test(`what a dead waiter (${call}) was notified of, another is`, async () => {
    const condition = new Condition({ lock: new Lock() });
    const said = new Queue<string>();
    const waiters = [1, 2].map(() =>
      waitForCondition.spawn([condition, call, said])
    );
    for (const _ of waiters) await soon(said.get());
    assertEquals(await settledTo(() => condition.waiting, 2), 2);
    const guard = await condition.lock.acquire();
    condition.notify();
    // The first turn is that of the thread with the lowest slot. It is to go on,
    // and cannot before the lock is free.
    const [notified, other] = waiters.sort((one, two) =>
      slotOf(one) - slotOf(two)
    );
    notified!.terminate();
    await soon(notified!.join());
    guard.release();
    assertEquals(await soon(other!.result()), true);
  });
}

Deno.test("the guard of who waits tells that a holder died meanwhile", async () => {
  const condition = new Condition({ lock: new Lock() });
  const shelf = new Value("int32");
  using guard = await condition.lock.acquire();
  await using filler = fillAndNotify.spawn([condition, shelf]);
  assertEquals(await soon(condition.waitFor(() => shelf.value)), 7);
  assert(guard.abandoned); // It notified, and ended with the lock.
  await filler.join();
});
