// Locks for many that read, or one that writes.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeadlockError, Queue, RwLock, Value } from "../../../mod.ts";
import { holdRwAndEnd, writeOn } from "../../fixtures/channels/lock_actors.ts";
import {
  readOn,
  wantAndBlock,
  wantAndCompute,
} from "../../fixtures/channels/lock_holders.ts";
import { settledTo } from "../../leaks.ts";
import { threadTest } from "../../mode.ts";
import { soon } from "../inside.ts";

Deno.test("RwLock lets many read, and one write", async () => {
  const lock = new RwLock({ name: "prices" });
  const readers = [await lock.acquireRead(), lock.acquireReadSync()];
  readers.push(lock.tryAcquireRead()!);
  assertEquals(lock.tryAcquireWrite(), undefined);
  assertEquals(Deno.inspect(lock), 'read-write lock "prices" (1 read)');
  for (const one of readers) one.release();
  const writer = await lock.acquireWrite();
  assertEquals(lock.tryAcquireRead(), undefined);
  assertEquals(lock.tryAcquireWrite(), undefined);
  assertEquals(lock.inspect().holders.length, 1);
  writer.release();
  lock.acquireWriteSync().release();
  assertEquals(Deno.inspect(lock), 'read-write lock "prices" (free)');
});

Deno.test("a reader that comes after a writer that waits goes after it", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  await using holder = holdRwAndEnd.spawn([lock, "read", "stays", said]);
  await soon(said.get());
  const order: string[] = [];
  const note = (what: string) => (guard: Disposable) => {
    order.push(what);
    guard[Symbol.dispose]();
  };
  const writer = lock.acquireWrite().then(note("writer"));
  const reader = lock.acquireRead().then(note("reader"));
  await assertRejects(() => lock.acquireRead({ timeout: 5 }), DOMException);
  assertEquals(order, []);
  holder.terminate();
  await soon(Promise.all([writer, reader]));
  assertEquals(order, ["writer", "reader"]);
});

Deno.test("a reader that waits goes on when the writer before it gives up", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  await using _ = holdRwAndEnd.spawn([lock, "read", "stays", said]);
  await soon(said.get());
  const writer = lock.acquireWrite({ timeout: 20 }).catch((e) => e.name);
  const reader = await soon(lock.acquireRead());
  assertEquals(await writer, "TimeoutError");
  reader.release();
});

Deno.test("an actor that reads may do so again though a writer waits", async () => {
  const lock = new RwLock();
  const first = await lock.acquireRead();
  const writer = lock.acquireWrite();
  const second = lock.acquireReadSync();
  first.release();
  second.release();
  (await soon(writer)).release();
});

Deno.test("writers that follow each other do not starve a reader", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  const stop = new Value("int32");
  const writers = [1, 2].map(() => writeOn.spawn([lock, said, stop]));
  for (const _ of writers) await soon(said.get());
  for (let i = 0; i < 20; i++) {
    lock.acquireReadSync({ timeout: 10_000 }).release();
    (await soon(lock.acquireRead())).release();
    (await soon(lock.acquireWrite())).release();
  }
  stop.value = 1;
  for (const one of writers) await soon(one.join());
});

Deno.test("readers that follow each other do not starve a writer", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  const stop = new Value("int32");
  const readers = [1, 2, 3].map(() => readOn.spawn([lock, said, stop]));
  for (const _ of readers) await soon(said.get());
  for (let i = 0; i < 20; i++) {
    lock.acquireWriteSync({ timeout: 10_000 }).release();
    (await soon(lock.acquireWrite())).release();
  }
  stop.value = 1;
  for (const one of readers) await soon(one.join());
});

Deno.test("readers do not wait for a writer whose thread blocks", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  const go = new Queue<string>();
  const first = await lock.acquireRead();
  await using writer = wantAndBlock.spawn([lock, said, go]);
  await soon(said.get());
  await settledTo(() => lock.inspect().waiters.length, 1);
  const reading = lock.acquireRead();
  await soon(said.get()); // From here on it may block.
  const second = await soon(reading);
  first.release();
  (await soon(lock.acquireRead())).release();
  second.release();
  go.putSync("go");
  assertEquals(await soon(writer.result()), "go");
});

// In a process: the lock is taken at once by who waits for the actor in the
// program, and held until the actor looks.
threadTest(
  "readers do not wait for long for a writer whose thread computes on",
  async () => {
    const lock = new RwLock();
    const said = new Queue<string>();
    const first = await lock.acquireRead();
    await using writer = wantAndCompute.spawn([lock, said, 1500]);
    await soon(said.get());
    await settledTo(() => lock.inspect().waiters.length, 1);
    first.release();
    const start = performance.now();
    (await soon(lock.acquireRead())).release();
    assert(performance.now() - start < 1000);
    await soon(writer.join());
  },
);

Deno.test("a wait that blocks its own actor is an error at once", async () => {
  const lock = new RwLock();
  {
    using _ = await lock.acquireRead();
    assertThrows(() => lock.acquireWriteSync(), DeadlockError);
  }
  using _ = await lock.acquireWrite();
  assertThrows(() => lock.acquireWriteSync(), DeadlockError);
  assertThrows(() => lock.acquireReadSync(), DeadlockError);
});

Deno.test("a dead reader frees the lock, and nobody is told", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  await using reader = holdRwAndEnd.spawn([lock, "read", "returns", said]);
  await soon(reader.join());
  using writer = await soon(lock.acquireWrite());
  assert(!writer.abandoned);
});

Deno.test("after a dead writer all are told, until one has written", async () => {
  const lock = new RwLock();
  const said = new Queue<string>();
  await using writer = holdRwAndEnd.spawn([lock, "write", "stays", said]);
  await soon(said.get());
  const reader = lock.acquireRead();
  writer.terminate();
  const readers = [await soon(reader), await lock.acquireRead()];
  assertEquals(readers.map((one) => one.abandoned), [true, true]);
  for (const one of readers) one.release();
  const repair = await lock.acquireWrite();
  assert(repair.abandoned);
  repair.release();
  using after = await lock.acquireWrite();
  assert(!after.abandoned);
});
