// Generator methods of class actors: what they yield comes as a stream.
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorExitedError,
  NotSendableError,
  Queue,
  RemoteError,
} from "../../mod.ts";
import {
  ENDED,
  streams,
  streamsAtOnce,
  YIELDED,
} from "../fixtures/actors/streams.ts";
import { reads } from "../fixtures/actors/class_clients.ts";
import { soon } from "../channels/inside.ts";
import { settledTo } from "../leaks.ts";
import { threadTest } from "../mode.ts";

/** How many items an actor may be ahead of who reads them. */
const WINDOW = 32;

/** What a stream counts, and how the test sees it. */
function counter() {
  const memory = new SharedArrayBuffer(8);
  const words = new Int32Array(memory);
  return {
    memory,
    get yielded() {
      return Atomics.load(words, YIELDED);
    },
    get ended() {
      return Atomics.load(words, ENDED);
    },
    /** Waits until it ended as often. */
    async endedTimes(times: number): Promise<void> {
      const read = () => Atomics.load(words, ENDED);
      assertEquals(await settledTo(read, times), times);
    },
  };
}

threadTest(
  "a generator method streams its items in order, and its return value comes last",
  async () => {
    await using p = streams.spawn();
    const words = counter();
    for (const count of [0, 1, 31, 32, 33, 500]) {
      for (
        const make of [
          () => p.ask.plain(count),
          () => p.ask.counted(words.memory, count),
        ]
      ) {
        const expected = Array.from({ length: count }, (_, n) => n);
        assertEquals(await soon(Array.fromAsync(make())), expected);
        const stream = make();
        let result = await stream.next();
        while (!result.done) result = await stream.next();
        assertEquals(result.value as unknown, "all");
        // Once, as a generator does.
        assertEquals(await stream.next(), { done: true, value: undefined });
      }
    }
    const last = await p.ask.none().next();
    assertEquals(last as unknown, { done: true, value: { last: "at once" } });
  },
);

Deno.test("a stream begins at its first next(), not before", async () => {
  await using p = streams.spawn();
  const unread = p.ask.plain(3);
  await p.ask.fine();
  assertEquals(await settledTo(() => p.mailboxStats().handled, 1), 1);
  assertEquals(await unread.next(), { done: false, value: 0 });
  await unread.return!();
});

Deno.test("several next() at once are answered in order, the ones too many with the end", async () => {
  await using p = streams.spawn();
  const stream = p.ask.plain(3);
  const all = await soon(
    Promise.all(Array.from({ length: 6 }, () => stream.next())),
  );
  assertEquals(all as unknown[], [
    { done: false, value: 0 },
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: "all" },
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
});

threadTest(
  "an actor is at most 32 items ahead of who reads its stream",
  async () => {
    for (const kind of [streams, streamsAtOnce]) {
      await using p = kind.spawn();
      const words = counter();
      const stream = p.ask.counted(words.memory, 1_000_000);
      let most = 0;
      let read = 0;
      for (; read < 200; read++) {
        // Now and then the actor gets all the time it may want.
        if (read % 50 === 1) {
          assertEquals(
            await settledTo(() => words.yielded - read >= WINDOW / 2, true),
            true,
          );
          // A generator is one item ahead of what it yielded last.
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assertEquals(await soon(stream.next()), { done: false, value: read });
        most = Math.max(most, words.yielded - read);
      }
      assertLessOrEqual(most, WINDOW + 1);
      assertGreaterOrEqual(most, WINDOW / 2);
      await stream.return!();
      await words.endedTimes(1);
    }
  },
);

threadTest(
  "leaving the loop ends the generator: its finally runs, also while it waits for its reader",
  async () => {
    for (const after of [1, 5, 40]) {
      await using p = streams.spawn();
      const words = counter();
      for await (const n of p.ask.counted(words.memory, 1_000_000)) {
        if (n === after) break;
      }
      await words.endedTimes(1);
      assertLessOrEqual(words.yielded, after + WINDOW + 2);
      // One at a time: the next message is handled, so the stream is over.
      assertEquals(await soon(p.ask.fine()), "fine");
    }
  },
);

threadTest(
  "a throw in the loop, await using and return() end the generator as well",
  async () => {
    await using p = streams.spawn();
    const words = counter();
    await assertRejects(async () => {
      for await (const _ of p.ask.counted(words.memory, 1_000_000)) {
        throw new Error("my own");
      }
    }, Error);
    await words.endedTimes(1);
    {
      await using stream = p.ask.counted(words.memory, 1_000_000);
      await stream.next();
    }
    await words.endedTimes(2);
    const stream = p.ask.counted(words.memory, 1_000_000);
    await stream.next();
    const pending = Array.from({ length: 100 }, () => stream.next());
    await stream.return!();
    await soon(Promise.all(pending));
    await words.endedTimes(3);
    assertEquals(await stream.next(), { done: true, value: undefined });
  },
);

Deno.test("leaving a stream before it began sends nothing", async () => {
  await using p = streams.spawn();
  const stream = p.ask.plain(3);
  await stream.return!();
  assertEquals(await stream.next(), { done: true, value: undefined });
  await p.ask.fine();
  assertEquals(await settledTo(() => p.mailboxStats().handled, 1), 1);
});

Deno.test("a throw after n items: all of them come, then the error, once", async () => {
  await using p = streams.spawn([], { name: "breaking" });
  for (const count of [0, 1, 50]) {
    const seen: number[] = [];
    const stream = p.ask.throwsAfter(count);
    const error = await assertRejects(async () => {
      for await (const n of stream) seen.push(n);
    }, RemoteError);
    assertEquals(seen.length, count);
    assertEquals(error.actor, "breaking");
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, `after ${count}`);
    assertStringIncludes(error.stack!, "fixtures/actors/streams.ts");
    assertEquals(await stream.next(), { done: true, value: undefined });
  }
  assertEquals(await p.ask.fine(), "fine");
});

Deno.test("the actor's end in the middle: what came before is read, then the error", async () => {
  const p = streams.spawn([], { name: "leaving" });
  const seen: number[] = [];
  const error = await assertRejects(async () => {
    for await (const n of p.ask.exitsAfter(10)) seen.push(n);
  }, ActorExitedError);
  assertEquals(seen, Array.from({ length: 10 }, (_, n) => n));
  assertEquals(error.exit, { reason: "exited", code: 5 });
  assertEquals(error.handling?.method, "exitsAfter");
  await assertRejects(() => soon(p.ask.plain(1).next()), ActorExitedError);
});

// In a process of its own, what it yielded last may be under way when other things
// that it did are known already.
threadTest(
  "termination in the middle of a stream fails it, with its items read",
  async () => {
    const p = streams.spawn();
    const up = new Queue<0>();
    const stream = p.ask.hangsAfter(3, up);
    assertEquals(await stream.next(), { done: false, value: 0 });
    await soon(up.get());
    p.terminate();
    assertEquals(await soon(stream.next()), { done: false, value: 1 });
    assertEquals(await soon(stream.next()), { done: false, value: 2 });
    const error = await assertRejects(
      () => soon(stream.next()),
      ActorExitedError,
    );
    assertEquals(error.exit.reason, "terminated");
    assertEquals(error.handling?.method, "hangsAfter");
    assertEquals(await stream.next(), { done: true, value: undefined });
  },
);

threadTest("the death of the one who reads ends the generator", async () => {
  await using p = streams.spawn();
  const words = counter();
  const up = new Queue<number>({ capacity: 3 });
  const client = reads.spawn([p, words.memory, up]);
  await soon(up.get());
  client.terminate();
  await client.join();
  await words.endedTimes(1);
  assertEquals(await soon(p.ask.fine()), "fine");
});

Deno.test("an abort rejects the stream with the reason, which reaches the generator's signal", async () => {
  await using p = streams.spawn();
  const ends = new Queue<string>();
  const controller = new AbortController();
  const stream = p.ask({ signal: controller.signal }).untilAborted(ends);
  assertEquals(await stream.next(), { done: false, value: 0 });
  const next = stream.next();
  const reason = new RangeError("enough");
  controller.abort(reason);
  assert(await soon(next.then(() => 0, (error) => error)) === reason);
  assertEquals(await soon(ends.get()), "RangeError");
  assertEquals(await stream.next(), { done: true, value: undefined });
});

Deno.test("leaving a stream aborts the generator's signal, and so does the end of its time", async () => {
  await using p = streams.spawn();
  const ends = new Queue<string>();
  const left = p.ask.untilAborted(ends);
  await left.next();
  await left.return!();
  assertEquals(await soon(ends.get()), "AbortError");
  const late = p.ask({ timeout: 1000 }).untilAborted(ends);
  assertEquals((await late.next()).done, false);
  const error = await assertRejects(() => soon(late.next()), DOMException);
  assertEquals(error.name, "TimeoutError");
  assertStringIncludes(error.message, "untilAborted()");
  assertEquals(await soon(ends.get()), "TimeoutError");
});

Deno.test("great items and queues come through a stream whole", async () => {
  await using p = streams.spawn();
  let n = 0;
  for await (const item of p.ask.big(40, 200_000)) {
    assertEquals([item.length, item[0], item.at(-1)], [200_000, n, n]);
    n++;
  }
  assertEquals(n, 40);
  const queue = new Queue<number>();
  for await (const same of p.ask.handles(queue)) {
    await same.put(7);
    assertEquals(await queue.get(), 7);
  }
});

Deno.test("an item that cannot be sent fails the stream with the path in it, and ends the generator", async () => {
  await using p = streams.spawn();
  const stream = p.ask.badItem();
  assertEquals(await stream.next(), { done: false, value: 1 });
  const error = await assertRejects(
    () => soon(stream.next()),
    NotSendableError,
  );
  assertEquals(error.path, "$.at[0]");
  assertEquals(await p.ask.fine(), "fine");
});

Deno.test("arguments of a stream that cannot be sent reject its first next()", async () => {
  await using p = streams.spawn();
  const stream = p.ask.plain((() => 1) as unknown as number);
  const error = await assertRejects(() => stream.next(), NotSendableError);
  assertEquals(error.path, "$[0]");
  assertEquals(await stream.next(), { done: true, value: undefined });
});

Deno.test("a finally that throws harms nobody when the stream was left", async () => {
  await using p = streams.spawn();
  for await (const _ of p.ask.throwsInFinally()) break;
  assertEquals(await soon(p.ask.fine()), "fine");
});

Deno.test("a tell of a generator method is refused", async () => {
  await using p = streams.spawn([], { name: "source" });
  const tell = p.tell as unknown as Record<string, () => Promise<void>>;
  const error = await assertRejects(() => tell.plain!(), TypeError);
  assertStringIncludes(
    error.message,
    'Cannot tell plain() to actor "source": it streams',
  );
});

Deno.test("what gives a generator and is no generator method of the class is refused, with the cure", async () => {
  await using p = streams.spawn([], { name: "disguised" });
  const ask = p.ask as unknown as Record<string, (n: number) => Promise<void>>;
  for (const name of ["field", "given"]) {
    const error = await assertRejects(() => soon(ask[name]!(3)), TypeError);
    assertStringIncludes(
      error.message,
      `Cannot ask ${name}() of actor "disguised": it gives a generator, and ` +
        "streams through generator methods of its class alone: declare it as " +
        `*${name}() or async *${name}()`,
    );
  }
  assertEquals(await p.ask.fine(), "fine");
});

threadTest(
  "one at a time: a stream that is being read holds up the next message; reentrant: it does not",
  async () => {
    const words = counter();
    await using p = streams.spawn();
    const stream = p.ask.counted(words.memory, 1_000_000);
    await stream.next();
    await assertRejects(() => p.ask({ timeout: 30 }).fine(), DOMException);
    await stream.return!();
    assertEquals(await soon(p.ask.fine()), "fine");
    await using q = streamsAtOnce.spawn();
    const both = [1, 2].map(() => q.ask.counted(words.memory, 1_000_000));
    for (const one of both) assertEquals((await soon(one.next())).value, 0);
    assertEquals(await soon(q.ask.fine()), "fine");
    for (const one of both) await one.return!();
    await words.endedTimes(3);
  },
);

threadTest(
  "a stream is quick: its items are not asked for one by one",
  async () => {
    await using p = streams.spawn();
    let count = 0;
    const start = performance.now();
    for await (const _ of p.ask.plain(20_000)) count++;
    assertEquals(count, 20_000);
    // One by one it took a wake-up of both sides each, some 30 us at the best.
    assertGreater(20_000 / (performance.now() - start), 20);
  },
);
