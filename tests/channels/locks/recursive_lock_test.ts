// Recursive locks, and how locks of all kinds come to other actors.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  Condition,
  Lock,
  LockOwnerError,
  pipe,
  Queue,
  RecursiveLock,
  RwLock,
} from "../../../mod.ts";
import {
  holdDeep,
  KINDS,
  type Locks,
  sendBack,
} from "../../fixtures/channels/locks.ts";
import { soon } from "../inside.ts";

Deno.test("RecursiveLock is free for others when its last hold is released, in any order", () => {
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [
    2,
    1,
    0,
  ]];
  const lock = new RecursiveLock();
  for (const order of orders) {
    const guards = [lock.acquireSync(), lock.acquireSync(), lock.acquireSync()];
    for (const n of order) {
      assert(lock.isLocked && lock.isHeldHere);
      guards[n]!.release();
      assertThrows(() => guards[n]!.release(), TypeError);
    }
    assert(!lock.isLocked && !lock.isHeldHere);
  }
});

Deno.test("RecursiveLock.release() ends the latest hold that is left", () => {
  const lock = new RecursiveLock({ name: "files" });
  const guards = [lock.acquireSync(), lock.acquireSync(), lock.acquireSync()];
  guards[1]!.release();
  lock.release();
  assertEquals(guards.map((guard) => guard.released), [false, true, true]);
  lock.release();
  assertEquals(guards[0]!.released, true);
  const error = assertThrows(() => lock.release(), LockOwnerError);
  assertEquals(
    error.message,
    'Cannot release recursive lock "files": actor "MainProcess" does not hold ' +
      "it, nobody does",
  );
});

Deno.test("RecursiveLock.runSync() within itself gives back what it took, also when it throws", async () => {
  const lock = new RecursiveLock();
  const failure = new Error("no");
  const inner = () =>
    lock.runSync(() => {
      throw failure;
    });
  lock.runSync(() => {
    assertStrictEquals(assertThrows(inner), failure);
    assert(lock.isHeldHere);
    lock.runSync(() => assert(lock.isHeldHere));
    assert(lock.isHeldHere);
  });
  assert(!lock.isLocked);
  await lock.run(() => lock.run(() => lock.runSync(() => {})));
  assert(!lock.isLocked);
});

Deno.test("RecursiveLock is shared by the tasks of one actor", async () => {
  const lock = new RecursiveLock();
  const first = await lock.acquire();
  const second = await soon(lock.acquire());
  first.release();
  assert(lock.isHeldHere);
  second.release();
  assert(!lock.isLocked);
});

Deno.test("RecursiveLock keeps other actors out until all holds are released", async () => {
  const lock = new RecursiveLock({ name: "files" });
  const [said, go] = [new Queue<string>(), new Queue<string>()];
  await using holder = holdDeep.spawn([lock, 3, said, go], { name: "holder" });
  for (const left of [3, 2, 1]) {
    assertEquals(await soon(said.get()), `holds ${left}`);
    assertEquals(lock.tryAcquire(), undefined);
    assertEquals(lock.isHeldHere, false);
    await assertRejects(
      () => lock.acquire({ timeout: 1 }),
      DOMException,
      'Cannot acquire recursive lock "files" within 1 ms: "holder" held it',
    );
    await go.put("go");
  }
  assertEquals(await soon(said.get()), "holds none");
  using guard = await soon(lock.acquire());
  assert(!guard.abandoned); // Its holder gave it back, and ends later.
  await go.put("go");
  await soon(holder.join());
});

Deno.test("a lock that comes back from another actor is the very same object", async () => {
  const locks: Locks = {
    lock: new Lock({ name: "one" }),
    recursive: new RecursiveLock(),
    readWrite: new RwLock(),
    condition: new Condition({ lock: new Lock() }),
  };
  const queue = new Queue<Locks>();
  const [own, theirs] = pipe<Locks, Locks>();
  await using actor = sendBack.spawn([locks, queue, theirs]);
  await queue.put(locks);
  await own.send(locks);
  const back = await soon(own.recv());
  for (const kind of KINDS) assertStrictEquals(back[kind], locks[kind], kind);
  assertInstanceOf(back.recursive, RecursiveLock);
  assertEquals(await soon(actor.result()), []);
});
