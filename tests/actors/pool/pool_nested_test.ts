// What a task knows of itself, what it tells before its end, and the tasks that
// it submits in its turn.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  currentTask,
  NotSendableError,
  PermissionExceededError,
  PoolDeadlockError,
  ProcessPool,
  Queue,
  RemoteError,
  WorkerDiedError,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import {
  describesItself,
  leavesItself,
  leavesWaiting,
  looksAround,
  nests,
  noTask,
  reports,
  reportsAndWaits,
  reportsForAnother,
  reportsFunction,
  square,
  submits,
  submitsAndLeaves,
  sumsSquares,
  waitsForOne,
} from "../../fixtures/actors/pool_tasks.ts";
import { assertNoThreads, settledTo } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";

/** For the tests that need no pool of their own. */
const pool = new ProcessPool({ workers: 2, name: "mill" });

// --- the current task ------------------------------------------------------

Deno.test("currentTask() tells the name, a number of its own, and the pool", async () => {
  const futures = Array.from(
    { length: 20 },
    () => pool.submit(describesItself),
  );
  const told = await soon(Promise.all(futures));
  for (const { name, pool } of told) {
    assertEquals([name, pool], ["describesItself", "mill"]);
  }
  assertEquals(new Set(told.map(({ number }) => number)).size, 20);
});

Deno.test("currentTask() is undefined outside of tasks", async () => {
  assertEquals(currentTask(), undefined);
  assertEquals(await noTask.spawn().result(), true);
  await using pool = new ProcessPool({ workers: 1 });
  const later = new Queue<unknown>();
  const future = pool.submit(looksAround, [later]);
  assertEquals(await soon(future.result()), [true, true]);
  // The task is over, and no other one runs.
  assertEquals(await soon(later.get()), "undefined");
});

// --- reports ---------------------------------------------------------------

Deno.test("reports come to onReport in order, and before the result", async () => {
  const seen: unknown[] = [];
  const future = pool.submit(reports, [5], {
    onReport: (value) => seen.push(value),
  });
  future.addDoneCallback(() => seen.push("done"));
  seen.push(await soon(future.result().then((n) => `result ${n}`)));
  assertEquals(seen, [1, 2, 3, 4, 5, "done", "result 5"]);
});

Deno.test("reports come before the error of a task that throws", async () => {
  const seen: unknown[] = [];
  const onReport = (value: unknown) => seen.push(value);
  await errorOf(pool.submit(reports, [3, "throw"], { onReport }));
  assertEquals(seen, [1, 2, 3]);
});

Deno.test("a report arrives while the task runs", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const gate = new Queue<unknown>();
  const future = pool.submit(reportsAndWaits, [{ half: true }, gate], {
    onReport: resolve,
  });
  assertEquals(await soon(promise), { half: true });
  assertEquals(future.state, "running");
  gate.tryPut("done");
  assertEquals(await future, "done");
});

Deno.test("Future.reports() gives all that a task reports, and then ends", async () => {
  const tasks = await Held.in(pool);
  const future = pool.submit(reports, [2000]);
  const seen: unknown[] = [];
  const all = (async () => {
    for await (const value of future.reports()) seen.push(value);
  })();
  tasks.release();
  await soon(all);
  assertEquals(seen, Array.from({ length: 2000 }, (_, n) => n + 1));
  assertEquals(await future, 2000);
});

Deno.test("reports of two tasks at a time do not mix", async () => {
  const lists = [500, 700].map((count) => {
    const seen: unknown[] = [];
    const onReport = (value: unknown) => seen.push(value);
    return { seen, count, future: pool.submit(reports, [count], { onReport }) };
  });
  for (const { seen, count, future } of lists) {
    await soon(future.result());
    assertEquals(seen, Array.from({ length: count }, (_, n) => n + 1));
  }
});

Deno.test("a report that cannot be sent is the task's own error, with the path", async () => {
  const text = await pool.submit(reportsFunction);
  assertMatch(text, /\$\.deep/);
});

Deno.test("a task that is over reports nothing more, nor in the name of the next", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  await pool.submit(leavesItself);
  const seen: unknown[] = [];
  const onReport = (value: unknown) => seen.push(value);
  await pool.submit(reportsForAnother, [], { onReport });
  assertEquals(seen, ["of my own"]);
});

Deno.test("what onReport throws ends neither the task nor the pool", async () => {
  const caught: unknown[] = [];
  // As a done callback that throws: it is logged. Else it would be uncaught.
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    caught.push(event.error);
  };
  const { error } = console;
  console.error = (...what: unknown[]) => caught.push(what.at(-1));
  addEventListener("error", onError);
  try {
    const thrown = new Error("by onReport");
    const future = pool.submit(reports, [2], {
      onReport() {
        throw thrown;
      },
    });
    assertEquals(await soon(future.result()), 2);
    assertEquals(caught, [thrown, thrown]);
  } finally {
    console.error = error;
    removeEventListener("error", onError);
  }
});

// --- tasks of tasks --------------------------------------------------------

Deno.test("a task submits tasks to its own pool, and waits for them", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  assertEquals(await soon(pool.submit(sumsSquares, [[1, 2, 3]]).result()), 14);
  assertEquals(await soon(pool.submit(sumsSquares, [[]]).result()), 0);
  // The outer ones, and the inner ones of the first.
  assertEquals(pool.stats().done, 5);
});

Deno.test("tasks nest as deep as there are workers", async () => {
  await using pool = new ProcessPool({ workers: 4 });
  assertEquals(await soon(pool.submit(nests, [3]).result()), 3);
});

Deno.test("what comes of a nested task is told as that of any other", async () => {
  const outcome = (...what: Parameters<typeof submits.spawn>[0]) =>
    soon(pool.submit(submits, what).result());
  const failed = await outcome("fails");
  assertInstanceOf(failed, RemoteError);
  assertMatch(failed.message, /^Actor "mill:\d" threw RangeError: inside$/);
  assertInstanceOf(failed.cause, RangeError);
  assertEquals(typeof await outcome("reads"), "number");
  const unsendable = await outcome("unsendable");
  assertInstanceOf(unsendable, NotSendableError);
  assertEquals(unsendable.path, "$[0].cb");
  const late = await outcome("late") as DOMException;
  assertEquals(late.name, "TimeoutError");
  const died = await outcome("dies");
  assertInstanceOf(died, WorkerDiedError);
  assertEquals(died.task, 'dies("exit")');
});

Deno.test("the rights of a nested task lie within those of the worker that it is submitted in", async () => {
  // The pool may do both.
  const error = await soon(pool.submit(submits, ["fetches"]).result());
  assertInstanceOf(error, PermissionExceededError);
  assertEquals([error.actor, error.kind], ["fetches", "net"]);
});

Deno.test("tasks that a task submits and does not wait for are done all the same", async () => {
  // One worker takes them in their order.
  await using pool = new ProcessPool({ workers: 1 });
  const queue = new Queue<number>();
  await soon(pool.submit(submitsAndLeaves, [queue, 5]).result());
  const seen: unknown[] = [];
  while (seen.length < 5) seen.push(await soon(queue.get()));
  assertEquals(seen, [0, 1, 2, 3, 4]);
});

for (const [how, ms] of [["at once", 0], ["later", 100]] as const) {
  Deno.test(`who waits for what a task submitted hears of it, and it is no deadlock, though that task goes on to its end: ${how}`, async () => {
    await using pool = new ProcessPool({ workers: 1 });
    const queue = new Queue<number>();
    await soon(pool.submit(leavesWaiting, [queue, 7, ms]).result());
    assertEquals(await soon(queue.get()), 49);
  });
}

Deno.test("a shutdown waits for nested tasks of tasks that were submitted before", async () => {
  const pool = new ProcessPool({ workers: 2 });
  const up = new Queue<string>();
  const gate = new Queue<unknown>();
  const future = pool.submit(waitsForOne, [up, gate, 3]);
  await soon(up.get());
  const ended = pool.shutdown();
  gate.tryPut(0);
  await soon(ended);
  assertEquals(await future, 9);
});

// --- deadlocks -------------------------------------------------------------

Deno.test("a task that waits for another in the only worker is told of the deadlock (E41)", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  const error = await errorOf(pool.submit(sumsSquares, [[3]]));
  assertInstanceOf(error, RemoteError);
  const { cause } = error;
  assertInstanceOf(cause, PoolDeadlockError);
  assertEquals(cause.pool, "mill");
  assertEquals(cause.chain, ["sumsSquares([1 items])", "square(3)"]);
  assertStringIncludes(
    cause.message,
    "sumsSquares([1 items]) → square(3)",
  );
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
  assertEquals(pool.stats().replaced, 0);
});

Deno.test("of two tasks that wait in two workers one is told, and the other goes on (E41)", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const up = new Queue<string>();
  const gate = new Queue<unknown>();
  const both = [3, 4].map((n) => pool.submit(waitsForOne, [up, gate, n]));
  for (const _ of both) await soon(up.get());
  for (const _ of both) gate.tryPut(0);
  const ends = await soon(Promise.allSettled(both));
  const good = ends.filter((end) => end.status === "fulfilled");
  const bad = ends.filter((end) => end.status === "rejected");
  assertEquals([good.length, bad.length], [1, 1]);
  assert([9, 16].includes(good[0]!.value));
  const { chain } = (bad[0]!.reason as RemoteError).cause as PoolDeadlockError;
  assertEquals(chain.length, 2);
  assertMatch(chain[0]!, /^waitsForOne\(/);
  assertMatch(chain[1]!, /^square\([34]\)$/);
});

Deno.test("the chain of a deadlock leads from the first task to the last (E41)", async () => {
  await using pool = new ProcessPool({ workers: 3 });
  const error = await errorOf(pool.submit(nests, [5]));
  let innermost: unknown = error;
  while (innermost instanceof RemoteError) innermost = innermost.cause;
  assertInstanceOf(innermost, PoolDeadlockError);
  assertEquals(innermost.chain, ["nest(5)", "nest(4)", "nest(3)", "nest(2)"]);
  assertEquals(await soon(pool.submit(nests, [2]).result()), 2);
});

Deno.test("a task whose worker waits is no deadlock while another one works", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool);
  const up = new Queue<string>();
  const gate = new Queue<unknown>();
  const outer = pool.submit(waitsForOne, [up, gate, 3]);
  await soon(up.get());
  gate.tryPut(0);
  // The inner task is there, and soon awaited, and no worker is free for it.
  assertEquals(await settledTo(() => pool.stats().queued, 1), 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals([outer.state, pool.stats().queued], ["running", 1]);
  tasks.release();
  assertEquals(await soon(outer.result()), 9);
});

Deno.test("no thread is left", async () => {
  await pool.shutdown();
  await assertNoThreads();
});
