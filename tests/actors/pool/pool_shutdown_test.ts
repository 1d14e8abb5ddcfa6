// The end of a pool: with what was submitted done, cancelled or cut off, and of
// the program that has one.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  activeProcesses,
  CancelledError,
  type Future,
  PoolClosedError,
  ProcessPool,
  Queue,
  WorkerDiedError,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import {
  computes,
  counts,
  obeys,
  square,
  waits,
} from "../../fixtures/actors/pool_tasks.ts";
import { runProgram } from "../../fixtures/program.ts";
import { assertNoThreads, settledTo, threadCount } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";
import { isSettled } from "./open_future.ts";
import { threadTest } from "../../mode.ts";

Deno.test.afterEach(assertNoThreads);

function statesOf(futures: readonly Future<unknown>[]): string[] {
  return [...new Set(futures.map(({ state }) => state))];
}

// --- shutdown --------------------------------------------------------------

Deno.test("ProcessPool.shutdown() waits until all is done and no worker is left (E32)", async () => {
  const pool = new ProcessPool({ workers: 2 });
  const futures = Array.from({ length: 2000 }, () => pool.submit(counts));
  await soon(pool.shutdown());
  assertEquals(statesOf(futures), ["finished"]);
  assertEquals(pool.stats().done, 2000);
  assertEquals([pool.stats().workers, activeProcesses()], [0, []]);
});

Deno.test("ProcessPool.shutdown() waits for a task that runs, and may be called again (E32)", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const both = [pool.shutdown(), pool.shutdown()];
  assertEquals(await isSettled(both[0]!), false);
  tasks.release("done");
  await soon(Promise.all(both));
  assertEquals(await tasks.futures[0], "done");
  await soon(pool.shutdown());
  await soon(pool.terminateWorkers());
});

Deno.test("ProcessPool.shutdown() without a wait returns at once, and all is done still (E32)", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const waiting = Array.from({ length: 1500 }, () => pool.submit(counts));
  await soon(pool.shutdown({ wait: false }));
  assertEquals([tasks.futures[0]!.state, ...statesOf(waiting)], [
    "running",
    "pending",
  ]);
  tasks.release();
  assertEquals((await soon(Promise.all(waiting))).at(-1), 1500);
  await soon(pool.shutdown());
  assertEquals(pool.stats().workers, 0);
});

Deno.test("after ProcessPool.shutdown() nothing more is taken (E31)", async () => {
  const pool = new ProcessPool({ workers: 1, name: "mill" });
  const tasks = await Held.in(pool);
  // Also while it goes on with what it has.
  const ended = pool.shutdown();
  const refusal = () =>
    assertThrows(() => pool.submit(square, [1]), PoolClosedError);
  assertEquals(
    refusal().message,
    'Cannot submit to pool "mill": cannot schedule new futures after shutdown',
  );
  tasks.release();
  await soon(ended);
  assertEquals(refusal().pool, "mill");
  const error = assertThrows(() => pool.map(square, [1]), PoolClosedError);
  assertStringIncludes(error.message, "cannot schedule new futures");
});

Deno.test("ProcessPool.shutdown({ cancelFutures }) cancels what has not begun, and lets the rest finish (E33)", async () => {
  const pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool, 2);
  const waiting = Array.from({ length: 3000 }, () => pool.submit(counts));
  const ended = pool.shutdown({ cancelFutures: true });
  assertEquals(statesOf(waiting), ["cancelled"]);
  assertEquals(statesOf(tasks.futures), ["running"]);
  assertInstanceOf(
    await waiting.at(-1)!.result().catch((error) => error),
    CancelledError,
  );
  tasks.release("done");
  await soon(ended);
  assertEquals(await Promise.all(tasks.futures), ["done", "done"]);
  const { done, cancelled, failed } = pool.stats();
  assertEquals([done, cancelled, failed], [2, 3000, 0]);
});

Deno.test("what a first shutdown has left a second one may cancel (E33)", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const waiting = pool.submit(square, [3]);
  const ended = pool.shutdown();
  await pool.shutdown({ wait: false, cancelFutures: true });
  assertEquals(waiting.state, "cancelled");
  tasks.release();
  await soon(ended);
});

Deno.test("submit, cancel at once, shutdown: no hang (E40)", async () => {
  for (let round = 0; round < 3; round++) {
    const pool = new ProcessPool({ workers: 2 });
    const futures = Array.from(
      { length: 10 },
      (_, n) => pool.submit(square, [n]),
    );
    for (const future of futures) assertEquals(future.cancel(), true);
    await soon(pool.shutdown());
    assertEquals(pool.stats().workers, 0);
  }
});

Deno.test("a task that is cancelled last lets a shutdown end (E40)", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const last = pool.submit(square, [3]);
  const ended = pool.shutdown();
  tasks.release();
  last.cancel();
  await soon(ended);
});

Deno.test("a pool that never had a task ends at once", async () => {
  await soon(new ProcessPool({ workers: 2 }).shutdown());
  await soon(new ProcessPool({ workers: 2 }).terminateWorkers());
});

Deno.test("the end of its scope shuts a pool down, with all that was submitted done", async () => {
  const futures: Future<number>[] = [];
  {
    await using pool = new ProcessPool({ workers: 2 });
    for (let n = 0; n < 50; n++) futures.push(pool.submit(square, [n]));
  }
  assertEquals(statesOf(futures), ["finished"]);
  assertEquals(await futures.at(-1), 49 ** 2);
});

Deno.test("workers that die while a pool is shut down are replaced, for what is left", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const waiting = [1, 2, 3].map((n) => pool.submit(square, [n]));
  const ended = pool.shutdown();
  activeProcesses()[0]!.terminate();
  assertInstanceOf(await errorOf(tasks.futures[0]!), WorkerDiedError);
  assertEquals(await soon(Promise.all(waiting)), [1, 4, 9]);
  await soon(ended);
});

// --- terminateWorkers ------------------------------------------------------

Deno.test("ProcessPool.terminateWorkers() cuts off what runs, and cancels the rest (E36)", async () => {
  const pool = new ProcessPool({ workers: 2, name: "mill" });
  const running = [1, 2].map(() => pool.submit(waits));
  assertEquals(
    await settledTo(() => statesOf(running).join(), "running"),
    "running",
  );
  const waiting = [1, 2, 3].map((n) => pool.submit(square, [n]));
  await soon(pool.terminateWorkers());
  for (const future of running) {
    const error = await errorOf(future);
    assertInstanceOf(error, WorkerDiedError);
    assertEquals(error.exit.reason, "terminated");
    assert(/^mill:[12]$/.test(error.worker));
    assertEquals(error.task, "waits()");
  }
  assertEquals(statesOf(waiting), ["cancelled"]);
  assertThrows(() => pool.submit(square, [1]), PoolClosedError);
  assertEquals([pool.stats().workers, activeProcesses()], [0, []]);
});

Deno.test("ProcessPool.terminateWorkers() with ten thousand long tasks in line is prompt (E47)", async () => {
  const pool = new ProcessPool({ workers: 2 });
  const futures = Array.from(
    { length: 10_000 },
    (_, n) => pool.submit(waits, [n]),
  );
  assertEquals(await settledTo(() => pool.stats().queued, 9998), 9998);
  const begun = performance.now();
  await soon(pool.terminateWorkers());
  const took = performance.now() - begun;
  assert(took < 3000, `took ${took} ms`);
  assertEquals(statesOf(futures).sort(), ["cancelled", "finished"]);
  const { failed, cancelled } = pool.stats();
  assertEquals([failed, cancelled], [2, 9998]);
});

Deno.test("ProcessPool.terminateWorkers() ends in peace where a place is free that a waiting task was to have", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const futures = Array.from(
    { length: 10_000 },
    (_, n) => pool.submit(waits, [n]),
  );
  assertEquals(futures[100]!.cancel(), true);
  // What it leaves behind would be an uncaught error, and the test's failure.
  await soon(pool.terminateWorkers());
  assert(futures.every(({ done }) => done));
});

threadTest(
  "ProcessPool.terminateWorkers() does not wait for one that computes without end",
  async () => {
    const pool = new ProcessPool({ workers: 1 });
    const up = new Queue<string>();
    const word = new SharedArrayBuffer(4);
    const future = pool.submit(computes, [up, word]);
    await soon(up.get());
    await soon(pool.terminateWorkers(), 3000);
    assertInstanceOf(await errorOf(future), WorkerDiedError);
    Atomics.store(new Int32Array(word), 0, 1);
  },
);

Deno.test("ProcessPool.terminateWorkers() ends a shutdown that waits", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const up = new Queue<unknown>();
  const future = pool.submit(obeys, [up]);
  await soon(up.get());
  const ended = pool.shutdown();
  assertEquals(await isSettled(ended), false);
  await soon(pool.terminateWorkers());
  await soon(ended);
  assertInstanceOf(await errorOf(future), WorkerDiedError);
});

Deno.test("ProcessPool.terminateWorkers() before any worker has started cancels all", async () => {
  const pool = new ProcessPool({ workers: 2 });
  const futures = [1, 2, 3].map((n) => pool.submit(square, [n]));
  await soon(pool.terminateWorkers());
  assertEquals(statesOf(futures), ["cancelled"]);
  if (threadCount() !== undefined) assertEquals(threadCount(), 0);
});

// --- programs --------------------------------------------------------------

const tasks = `
  import { actor, ProcessPool } from "@troupe/troupe";
  export const slowly = actor(import.meta, async function slowly(n: number) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return n;
  });
`;

Deno.test("a program ends when its tasks are done, though nobody waits or shuts the pool down", async () => {
  const { stdout, stderr, code, ms } = await runProgram(`
    ${tasks}
    if (import.meta.main) {
      const pool = new ProcessPool({ workers: 2 });
      for (const n of [1, 2, 3, 4]) {
        pool.submit(slowly, [n])
          .addDoneCallback(async (future) => console.log(await future));
      }
    }
  `);
  assertEquals([stdout.split("\n").sort(), stderr, code], [
    ["1", "2", "3", "4"],
    "",
    0,
  ]);
  assert(ms < 10_000);
});

Deno.test("a program with an idle pool that was forgotten ends by itself", async () => {
  const { stdout, stderr, code, ms } = await runProgram(`
    ${tasks}
    if (import.meta.main) {
      const pool = new ProcessPool({ workers: 2 });
      console.log(await pool.submit(slowly, [1]), await pool.submit(slowly, [2]));
    }
  `);
  assertEquals([stdout, stderr, code], ["1 2", "", 0]);
  assert(ms < 10_000);
});

Deno.test("a shutdown without a wait: the program goes on until all is done (E32)", async () => {
  const { stdout, stderr, code } = await runProgram(`
    ${tasks}
    if (import.meta.main) {
      const pool = new ProcessPool({ workers: 1 });
      const futures = [1, 2, 3].map((n) => pool.submit(slowly, [n]));
      await pool.shutdown({ wait: false });
      console.log("returned", futures.every((future) => !future.done));
      futures.at(-1).addDoneCallback(() => console.log("done"));
    }
  `);
  assertEquals([stdout, stderr, code], ["returned true\ndone", "", 0]);
});

Deno.test("a task that fails and that nobody looks at ends no program", async () => {
  const { stdout, stderr, code } = await runProgram(`
    import { actor, ProcessPool } from "@troupe/troupe";
    export const fails = actor(import.meta, function fails(n: number) {
      if (n === 1) throw new RangeError("unheard");
      Deno.exit(n);
    });
    if (import.meta.main) {
      await using pool = new ProcessPool({ workers: 1 });
      for (const n of [1, 2, 3]) pool.submit(fails, [n]);
      pool.submit(fails, [4], { timeout: 1, signal: AbortSignal.abort() });
      await pool.shutdown();
      console.log(pool.stats().failed);
    }
  `);
  assertEquals([stdout, stderr, code], ["4", "", 0]);
});
