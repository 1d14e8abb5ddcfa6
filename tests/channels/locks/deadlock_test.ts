// Waits that go round in a circle are found, and named.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Condition,
  DeadlockError,
  type DeadlockStep,
  Lock,
  Queue,
  RwLock,
} from "../../../mod.ts";
import {
  type Call,
  deskThenBook,
  takeTwo,
  warnOfTwo,
} from "../../fixtures/channels/lock_actors.ts";
import {
  readThenLock,
  takeThenWait,
} from "../../fixtures/channels/lock_holders.ts";
import { STATE } from "../../../channels/locks/lock.ts";
import { lastTurn, readWaits } from "../../../channels/thread_notes.ts";
import {
  claimThread,
  notesAt,
  ownThread,
  releaseThread,
  tableWords,
} from "../../../channels/threads.ts";
import { type Running, THREAD } from "../../../channels/until.ts";
import { settledTo } from "../../leaks.ts";
import { threadTest } from "../../mode.ts";
import { soon } from "../inside.ts";

/** How many waits for locks a thread tells of. */
function tellsOf(thread: number): number {
  return readWaits(thread).length;
}

/** Locks in a circle, and actors each of which holds one and wants the next. */
async function ring(calls: readonly Call[]): Promise<string[]> {
  const locks = calls.map((_, i) =>
    new Lock({ name: `lock ${i}`, onDeadlock: "fail" })
  );
  const said = new Queue<string>();
  const go = new Queue<string>();
  const actors = calls.map((call, i) => {
    const pair = [locks[i]!, locks[(i + 1) % locks.length]!] as const;
    return takeTwo.spawn([pair, call, said, go], { name: `actor ${i}` });
  });
  for (const _ of actors) await soon(said.get());
  for (const _ of actors) await go.put("go");
  return await Promise.all(actors.map((one) => soon(one.result())));
}

const circles: readonly (readonly Call[])[] = [
  ["block", "block"],
  ["await", "await"],
  ["block", "await"],
  ["block", "await", "block"],
];

for (const calls of circles) {
  Deno.test(`a circle of waits (${calls.join(", ")}) fails the one that closed it`, async () => {
    const results = await ring(calls);
    const failed = results.filter((result) => result !== "both");
    assertEquals(failed.length, 1);
    const path: DeadlockStep[] = JSON.parse(failed[0]!);
    const first = results.indexOf(failed[0]!);
    assertEquals(
      path,
      calls.map((_, i) => {
        const at = (first + i) % calls.length;
        const lock = `lock "lock ${(at + 1) % calls.length}"`;
        return { actor: `actor ${at}`, lock };
      }),
    );
  });
}

for (const call of ["block", "await"] as const) {
  // In a process: it is reported in the program, by who waits for the actor there.
  threadTest(
    `a circle of waits (${call}) is reported once, where no wait is to fail`,
    async () => {
      const one = new Lock({ name: "one" }), two = new Lock({ name: "two" });
      const said = new Queue<string>();
      const go = new Queue<string>();
      const warnings = new Queue<string>();
      const pairs = [[one, two], [two, one]] as const;
      const actors = pairs.map((pair, i) =>
        warnOfTwo.spawn([pair, call, said, go, warnings], {
          name: ["kant", "plato"][i],
        })
      );
      for (const _ of actors) await soon(said.get());
      for (const _ of actors) await go.put("go");
      const text = await soon(warnings.get()) as string;
      const ways = [["kant", "two", "plato", "one"], [
        "plato",
        "one",
        "kant",
        "two",
      ]];
      assert(
        ways.some(([a, x, b, y]) =>
          text ===
            `Deadlock: ${a} → ${b} → ${a}: "${a}" waits for lock "${x}", which ` +
              `"${b}" holds; "${b}" waits for lock "${y}", which "${a}" holds. ` +
              "Acquire locks in one order everywhere, or with a time-out"
        ),
        text,
      );
      for (const actor of actors) actor.terminate();
      for (const actor of actors) await soon(actor.join());
      assertEquals(warnings.size, 0);
    },
  );
}

Deno.test("a long wait, and a chain of them, is no circle", async () => {
  const locks = [1, 2, 3].map((n) =>
    new Lock({ name: `lock ${n}`, onDeadlock: "fail" })
  );
  const said = new Queue<string>();
  const go = new Queue<string>();
  const held = await locks[2]!.acquire();
  const chain = [[locks[1]!, locks[2]!], [locks[0]!, locks[1]!]] as const;
  const actors = chain.map((pair) => takeTwo.spawn([pair, "block", said, go]));
  for (const _ of actors) await soon(said.get());
  for (const _ of actors) await go.put("go");
  // Other tasks of this actor wait for what those hold, and it holds what they
  // want: no circle as long as it does not block.
  const own = locks[1]!.run(() => "own", { timeout: 10_000 });
  await new Promise((done) => setTimeout(done, 25));
  held.release();
  assertEquals(await Promise.all(actors.map((one) => soon(one.result()))), [
    "both",
    "both",
  ]);
  assertEquals(await soon(own), "own");
});

Deno.test("two tasks of one actor that want one lock are no circle", async () => {
  const lock = new Lock({ onDeadlock: "fail" });
  const guard = await lock.acquire();
  const other = lock.acquire();
  await new Promise((done) => setTimeout(done, 120));
  guard.release();
  (await soon(other)).release();
});

for (const call of ["block", "await"] as const) {
  Deno.test(`a writer that waits (${call}) for a reader is part of a circle`, async () => {
    const book = new RwLock({ name: "book", onDeadlock: "fail" });
    const desk = new Lock({ name: "desk", onDeadlock: "fail" });
    const said = new Queue<string>();
    using _ = await book.acquireRead();
    await using writer = deskThenBook.spawn([desk, book, call, said]);
    await soon(said.get());
    // One of the two fails, and the other gets what it waits for.
    const own = await desk.run(() => "has the desk").catch((error) => {
      if (!(error instanceof DeadlockError)) throw error;
      _.release();
      return error.path.map(({ lock }) => lock).sort().join();
    });
    const results = [own, await soon(writer.result())].sort();
    const circle = 'lock "desk",read-write lock "book"';
    assert(
      [["has the desk", circle], [circle, "wrote"]].some((pair) =>
        pair.join() === results.join()
      ),
      results.join(),
    );
  });
}

for (const at of [0, 1, 2]) {
  Deno.test(`a circle is found through each of several readers: the ${at + 1}.`, async () => {
    const book = new RwLock({ name: "book", onDeadlock: "fail" });
    const desk = new Lock({ name: "desk", onDeadlock: "fail" });
    const said = new Queue<string>();
    const gates = [1, 2, 3].map(() => new Queue<string>());
    const readers = [];
    for (const [i, gate] of gates.entries()) {
      const wanted = i === at ? desk : undefined;
      readers.push(readThenLock.spawn([book, wanted, said, gate]));
      await soon(said.get());
    }
    const held = await desk.acquire();
    const writes = book.acquireWrite();
    assertEquals(await settledTo(() => tellsOf(ownThread()), 1), 1);
    // Only the one that wants the desk goes on: the others read all the time.
    await gates[at]!.put("go");
    assertEquals(await soon(readers[at]!.result()), "DeadlockError");
    for (const gate of gates) await gate.put("go");
    (await soon(writes)).release();
    held.release();
    for (const one of readers) await soon(one.join());
  });
}

Deno.test("a wait that failed leaves nothing at the lock", async () => {
  const book = new RwLock({ name: "book", onDeadlock: "fail" });
  const desk = new Lock({ name: "desk", onDeadlock: "fail" });
  const said = new Queue<string>();
  const read = await book.acquireRead();
  await using writer = deskThenBook.spawn([desk, book, "await", said]);
  await soon(said.get());
  const { [THREAD]: thread } = writer as typeof writer & Running;
  assertEquals(await settledTo(() => tellsOf(thread), 1), 1);
  await assertRejects(() => soon(desk.acquire()), DeadlockError);
  assertEquals(desk.inspect().waiters, []);
  read.release();
  assertEquals(await soon(writer.result()), "wrote");
});

Deno.test("who waits for a condition has its lock again, whatever circle it closes", async () => {
  const condition = new Condition({
    lock: new Lock({ name: "a", onDeadlock: "fail" }),
  });
  const other = new Lock({ name: "b" });
  const said = new Queue<string>();
  const texts: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => texts.push(text);
  try {
    const held = await other.acquire();
    const guard = await condition.lock.acquire();
    const enough = new AbortController();
    const waiting = condition.wait({ signal: enough.signal });
    await using taker = takeThenWait.spawn([condition, other, 1500, said]);
    await soon(said.get());
    const { [THREAD]: thread } = taker as typeof taker & Running;
    assertEquals(await settledTo(() => tellsOf(thread), 1), 1);
    enough.abort("enough");
    assertEquals(await soon(waiting.catch((reason) => reason)), "enough");
    assert(condition.lock.isHeldHere);
    guard.release();
    assertEquals(await soon(taker.result()), "TimeoutError");
    held.release();
  } finally {
    console.warn = warn;
  }
  assertEquals(texts.length, 1);
});

Deno.test("a wait that was seen before the last one began closes no circle", () => {
  const lock = new Lock({ name: "theirs", onDeadlock: "fail" });
  const other = claimThread();
  const { words, at } = lock[STATE].mutex;
  const notes = notesAt(other);
  // It holds the lock, and tells that it blocks for one that this thread holds:
  // that was so, and it was given that lock, but has not woken up yet.
  const [OF, LOCK, HOLDER, TURN, HOW, SEEN] = [0, 1, 2, 3, 4, 5];
  const table = tableWords();
  table[notes + HOLDER] = ownThread();
  table[notes + TURN] = lastTurn();
  table[notes + HOW] = 1;
  table[notes + SEEN] = lastTurn();
  table[notes + LOCK] = 12345;
  table[notes + OF] = other;
  words[at] = other;
  try {
    assertThrows(() => lock.acquireSync({ timeout: 150 }), DOMException);
    // It looked again, and waits still.
    table[notes + SEEN] = lastTurn() + 1;
    assertThrows(() => lock.acquireSync({ timeout: 5000 }), DeadlockError);
  } finally {
    table[notes + LOCK] = 0;
    releaseThread(other);
  }
});
