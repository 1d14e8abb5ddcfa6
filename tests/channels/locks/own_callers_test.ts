// A thread that blocks for a lock, and others of its callers that await the same.
import { assert, assertEquals } from "@std/assert";
import {
  Condition,
  type Guard,
  Lock,
  Queue,
  RecursiveLock,
} from "../../../mod.ts";
import { STATE } from "../../../channels/locks/lock.ts";
import { holdFor, notifyOnce } from "../../fixtures/channels/lock_holders.ts";
import { soon } from "../inside.ts";

/** Ends the hold of a caller that awaited it. */
const release = (guard: Guard) => guard.release();

Deno.test("Lock.runSync() twice in a row comes before a caller that awaits it", async () => {
  const lock = new Lock();
  const order: string[] = [];
  const held = lock.acquireSync();
  const waiting = lock.run(() => order.push("awaited"));
  await null;
  held.release();
  for (const name of ["first", "second"]) {
    lock.runSync(() => order.push(name), { timeout: 1000 });
  }
  await soon(waiting);
  assertEquals(order, ["first", "second", "awaited"]);
  assert(!lock.isLocked);
});

Deno.test("Lock.acquireSync() gets it before a caller that awaits it, however long it takes", async () => {
  const lock = new Lock();
  const said = new Queue<string>();
  const waiting = holdFor.spawn([lock, 150, said]);
  await soon(said.get());
  const later = lock.acquire().then(release);
  lock.acquireSync({ timeout: 10_000 }).release();
  await soon(later);
  await soon(waiting.join());
  assert(!lock.isLocked);
});

for (const lock of [new Lock(), new RecursiveLock()]) {
  Deno.test(`Condition.waitSync() lends a ${lock.kind} to no caller of its own thread`, async () => {
    const condition = new Condition({ lock });
    const guard = await lock.acquire();
    const later = lock.kind === "lock" ? lock.acquire() : undefined;
    const other = notifyOnce.spawn([condition]);
    assert(condition.waitSync({ timeout: 10_000 }));
    assert(lock.isHeldHere);
    guard.release();
    await soon(Promise.resolve(later?.then(release)));
    await soon(other.join());
    assert(!lock.isLocked);
  });
}

Deno.test("a notification for a thread that blocks does not go to another of its callers", async () => {
  const condition = new Condition();
  const waits = async () => {
    using _ = await condition.lock.acquire();
    return await condition.wait();
  };
  const awaiting = waits();
  await null;
  const guard = condition.lock.acquireSync();
  const other = notifyOnce.spawn([condition]);
  assert(condition.waitSync({ timeout: 10_000 }));
  condition.notifyAll();
  guard.release();
  assert(await soon(awaiting));
  await soon(other.join());
});

Deno.test("Lock.runSync() within one that has released it is as any", () => {
  const lock = new Lock();
  lock.runSync(() => {
    lock.release();
    lock.runSync(() => lock.release());
    assert(!lock.isLocked);
    lock.runSync(() => assert(lock.isLocked));
    assert(!lock.isLocked);
  });
  assert(!lock.isLocked);
  lock.runSync(() => assert(lock.isLocked));
  assert(!lock.isLocked);
});

Deno.test("a loop of awaits that need not wait leaves the event loop its turns", async () => {
  const lock = new Lock();
  let isOver = false;
  setTimeout(() => isOver = true, 5);
  for (const end = performance.now() + 10_000; !isOver;) {
    assert(performance.now() < end, "no timer struck");
    (await lock.acquire()).release();
  }
});

Deno.test("a lock that its own thread had no stack left to release is free for it", async () => {
  const lock = new Lock();
  for (let i = 0; i < 2; i++) {
    assert(lock[STATE].mutex.tryTake());
    if (i === 0) lock.acquireSync({ timeout: 1000 }).release();
    else (await soon(lock.acquire())).release();
    assert(!lock.isLocked);
  }
});
