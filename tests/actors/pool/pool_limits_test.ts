// The time of a task and the signal of who submitted it: the future rejects at
// once, and the worker is kept if the task ends in the grace.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import { type Future, ProcessPool, Queue } from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import { hangsAtLoad } from "../../fixtures/actors/hangs_at_load.ts";
import {
  computes,
  counts,
  failsLater,
  held,
  ignores,
  obeys,
  square,
  tells,
  waits,
  whoRuns,
} from "../../fixtures/actors/pool_tasks.ts";
import { runProgram } from "../../fixtures/program.ts";
import { assertNoThreads } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";
import { CountedAbort } from "./open_future.ts";
import { threadTest } from "../../mode.ts";

Deno.test.afterEach(assertNoThreads);

const reason = { why: "not needed" };

/** What a future rejects with, whatever it is. */
async function reasonOf(future: Future<unknown>): Promise<unknown> {
  return await soon(future.exception());
}

/** Whether it is settled with the reason, with no wait at all. */
function assertAbortedNow(future: Future<unknown>): void {
  assertEquals([future.state, future.cancelled], ["finished", false]);
}

// --- time-outs -------------------------------------------------------------

Deno.test("a task that runs for too long fails with a TimeoutError that names it", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  const error = await errorOf(pool.submit(waits, [7], { timeout: 20 }));
  assertInstanceOf(error, DOMException);
  assertEquals(error.name, "TimeoutError");
  assertMatch(error.message, /^Task waits\(7\) of pool "mill" .* 20 ms/);
  assertEquals(pool.stats().failed, 1);
});

Deno.test("the time of a task counts from when a worker takes it", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const future = pool.submit(square, [3], { timeout: 1000 });
  const late = pool.submit(waits, [1], { timeout: 10 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals([future.state, late.state], ["pending", "pending"]);
  tasks.release();
  assertEquals(await future, 9);
  assertEquals((await errorOf(late)).name, "TimeoutError");
});

Deno.test("a task that ends in its time leaves no timer that keeps the program alive", async () => {
  const { stdout, stderr, ms } = await runProgram(`
    import { actor, ProcessPool } from "@troupe/troupe";
    export const square = actor(import.meta, function square(n: number) {
      if (n < 0) throw new RangeError("negative");
      return n * n;
    });
    if (import.meta.main) {
      const pool = new ProcessPool({ workers: 1 });
      // A minute, and more than a timer of the platform takes.
      for (const timeout of [60_000, 1e12]) {
        const signal = new AbortController().signal;
        console.log(await pool.submit(square, [3], { timeout, signal }));
        await pool.submit(square, [-1], { timeout, signal }).exception();
      }
    }
  `);
  assertEquals([stdout, stderr], ["9\n9", ""]);
  assert(ms < 20_000);
});

Deno.test("a task that never asked for its signal is ended with its worker, at once", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 1_000_000 });
  const { id } = await pool.submit(whoRuns);
  const error = await errorOf(pool.submit(waits, [1], { timeout: 20 }));
  assertEquals(error.name, "TimeoutError");
  assert((await soon(pool.submit(whoRuns).result())).id !== id);
  assertEquals(pool.stats().replaced, 1);
});

Deno.test("a task that listens and ends in the grace keeps its worker", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 10_000 });
  const { id } = await pool.submit(whoRuns);
  const up = new Queue<unknown>();
  const error = await errorOf(pool.submit(obeys, [up], { timeout: 500 }));
  assertEquals(error.name, "TimeoutError");
  assertEquals(await soon(up.get()), "listens");
  // What the task is told is what the future is told.
  const told = await soon(up.get());
  assertInstanceOf(told, DOMException);
  assertEquals([told.name, told.message], [error.name, error.message]);
  assertEquals((await soon(pool.submit(whoRuns).result())).id, id);
  const { replaced, failed, done } = pool.stats();
  assertEquals([replaced, failed, done], [0, 1, 2]);
});

Deno.test("a task that listens and does not end is ended with its worker after the grace", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 60 });
  await pool.submit(whoRuns); // Its module is loaded: no time goes by for that.
  const up = new Queue<unknown>();
  const begun = performance.now();
  const future = pool.submit(ignores, [up], { timeout: 500 });
  assertEquals(await soon(up.get()), "listens");
  assertEquals((await errorOf(future)).name, "TimeoutError");
  assertEquals(await soon(up.get()), "ignored");
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
  assert(performance.now() - begun >= 500 + 60 - 5);
  assertEquals(pool.stats().replaced, 1);
});

threadTest(
  "a task that computes is given up as well, and another worker goes on",
  async () => {
    await using pool = new ProcessPool({ workers: 1, name: "mill" });
    const up = new Queue<string>();
    const word = new SharedArrayBuffer(4);
    const future = pool.submit(computes, [up, word], { timeout: 500 });
    assertEquals(await soon(up.get()), "mill:1");
    assertEquals((await errorOf(future)).name, "TimeoutError");
    assertEquals((await soon(pool.submit(whoRuns).result())).name, "mill:2");
    assertEquals(pool.stats().replaced, 1);
    Atomics.store(new Int32Array(word), 0, 1);
  },
);

Deno.test("a task whose module is not loaded in its time is given up too", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 1_000_000 });
  const future = pool.submit(hangsAtLoad, [], { timeout: 30 });
  assertEquals((await errorOf(future)).name, "TimeoutError");
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
  assertEquals(pool.stats().replaced, 1);
});

Deno.test("a time-out of one task leaves the others alone", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool);
  const bad = Array.from(
    { length: 2 },
    () => pool.submit(waits, [1], { timeout: 10 }),
  );
  const good = [1, 2, 3].map((n) => pool.submit(square, [n]));
  for (const future of bad) {
    assertEquals((await errorOf(future)).name, "TimeoutError");
  }
  assertEquals(await soon(Promise.all(good)), [1, 4, 9]);
  assertEquals(tasks.futures[0]!.state, "running");
  tasks.release("as before");
  assertEquals(await tasks.futures[0], "as before");
  assertEquals(pool.stats().replaced, 2);
});

Deno.test('with broken: "pool" a time-out breaks nothing', async () => {
  await using pool = new ProcessPool({ workers: 1, broken: "pool" });
  const error = await errorOf(pool.submit(waits, [1], { timeout: 10 }));
  assertEquals(error.name, "TimeoutError");
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
});

// --- signals ---------------------------------------------------------------

Deno.test("a signal that was aborted before: the task never begins, and the reason is told", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const ran = new Queue<number>();
  const signal = AbortSignal.abort(reason);
  const future = pool.submit(tells, [ran, 1], { signal });
  assertAbortedNow(future);
  assertStrictEquals(await reasonOf(future), reason);
  await pool.submit(tells, [ran, 2]);
  assertEquals([await ran.get(), ran.size], [2, 0]);
  assertEquals(pool.stats().failed, 1);
});

Deno.test("a signal that aborts while the task waits: it never begins", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const ran = new Queue<number>();
  const abort = new CountedAbort();
  const { signal } = abort;
  const future = pool.submit(tells, [ran, 1], { signal });
  assertEquals(abort.listeners, 1);
  const next = pool.submit(tells, [ran, 2]);
  abort.abort(reason);
  assertAbortedNow(future);
  assertStrictEquals(await reasonOf(future), reason);
  tasks.release();
  await soon(next.result());
  assertEquals([await ran.get(), ran.size], [2, 0]);
  assertEquals([pool.stats().replaced, abort.listeners], [0, 0]);
});

Deno.test("a signal ends tasks that wait behind more than a thousand others", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const controller = new AbortController();
  const { signal } = controller;
  const before = Array.from({ length: 1100 }, () => pool.submit(counts));
  const ended = Array.from(
    { length: 50 },
    () => pool.submit(counts, [], { signal }),
  );
  const after = Array.from({ length: 50 }, () => pool.submit(counts));
  controller.abort(reason);
  for (const future of ended) {
    assertAbortedNow(future);
    assertStrictEquals(await reasonOf(future), reason);
  }
  assertEquals(pool.stats().queued, 1150);
  tasks.release();
  const all = await soon(Promise.all([...before, ...after]));
  assertEquals(all, all.map((_, n) => n + 1));
});

Deno.test("a signal that aborts while the task runs: its own signal does, with the reason", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 10_000 });
  const abort = new CountedAbort();
  const up = new Queue<unknown>();
  const future = pool.submit(obeys, [up], { signal: abort.signal });
  assertEquals(await soon(up.get()), "listens");
  assertEquals(future.state, "running");
  abort.abort(reason);
  assertAbortedNow(future);
  assertStrictEquals(await reasonOf(future), reason);
  assertEquals(await soon(up.get()), reason);
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
  assertEquals([pool.stats().replaced, abort.listeners], [0, 0]);
});

Deno.test("a reason that cannot be sent is told to the task as a text", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 10_000 });
  const controller = new AbortController();
  const up = new Queue<unknown>();
  const future = pool.submit(obeys, [up], { signal: controller.signal });
  assertEquals(await soon(up.get()), "listens");
  const odd = () => 1;
  controller.abort(odd);
  assertStrictEquals(await reasonOf(future), odd);
  assertEquals(await soon(up.get()), String(odd));
});

Deno.test("a signal ends a task that never asked for its own, with its worker", async () => {
  await using pool = new ProcessPool({ workers: 1, grace: 1_000_000 });
  const controller = new AbortController();
  const { signal } = controller;
  const up = new Queue<string>();
  const gate = new Queue<unknown>();
  const future = pool.submit(held, [up, gate], { signal });
  const next = pool.submit(square, [3]);
  assertEquals(await soon(up.get()), `${pool.name}:1`);
  controller.abort(reason);
  assertStrictEquals(await reasonOf(future), reason);
  assertEquals(await soon(next.result()), 9);
  assertEquals(pool.stats().replaced, 1);
});

Deno.test(
  "a signal that aborts after the end of the task finds nothing left",
  async () => {
    await using pool = new ProcessPool({ workers: 1 });
    const abort = new CountedAbort();
    const { signal } = abort;
    const done = pool.submit(square, [3], { signal });
    const failed = pool.submit(failsLater, ["no"], {
      signal,
      timeout: 100_000,
    });
    const unsendable = pool.submit(waits, [(() => 1) as never], { signal });
    const cancelled = pool.submit(square, [4], { signal });
    cancelled.cancel();
    await Promise.allSettled([done, failed, unsendable, cancelled]);
    assertEquals(abort.listeners, 0);
    abort.abort(reason);
    assertEquals(await done, 9);
    assertEquals((await errorOf(failed)).name, "RemoteError");
    assertEquals((await pool.submit(whoRuns)).name, `${pool.name}:1`);
  },
);

Deno.test("one signal ends many tasks, those that run and those that wait, and no others", async () => {
  await using pool = new ProcessPool({ workers: 2, grace: 10_000 });
  const controller = new AbortController();
  const { signal } = controller;
  const up = new Queue<unknown>();
  const both = [1, 2].map(() => pool.submit(obeys, [up], { signal }));
  for (const _ of both) assertEquals(await soon(up.get()), "listens");
  const waiting = [1, 2, 3].map((n) => pool.submit(square, [n], { signal }));
  const other = pool.submit(square, [5]);
  controller.abort(reason);
  for (const future of [...both, ...waiting]) {
    assertStrictEquals(await reasonOf(future), reason);
  }
  assertEquals(await soon(other.result()), 25);
  assertEquals(pool.stats().replaced, 0);
});

Deno.test("a task that was told to stop, and its worker runs the next one, is told no more", async () => {
  // The grace goes on after its end, and must not end the next task.
  await using pool = new ProcessPool({ workers: 1, grace: 150 });
  const controller = new AbortController();
  const up = new Queue<unknown>();
  const first = pool.submit(obeys, [up], { signal: controller.signal });
  assertEquals(await soon(up.get()), "listens");
  controller.abort(reason);
  await reasonOf(first);
  const tasks = await Held.in(pool);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals(tasks.futures[0]!.state, "running");
  tasks.release("done");
  assertEquals(await tasks.futures[0], "done");
  assertEquals(pool.stats().replaced, 0);
});
