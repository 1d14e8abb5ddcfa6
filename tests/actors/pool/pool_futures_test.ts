// The futures of tasks that a pool runs. What a future does by itself is in
// future_test.ts.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Future,
  NotSendableError,
  ProcessPool,
  Queue,
  RemoteError,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import {
  add,
  counts,
  echo,
  fails,
  square,
  tells,
} from "../../fixtures/actors/pool_tasks.ts";
import { assertNoThreads } from "../../leaks.ts";
import { Held } from "./held_tasks.ts";

/** For the tests that need no pool of their own. */
const pool = new ProcessPool({ workers: 1 });

Deno.test("the future of a task is pending, running and finished in turn, and never cancelled then (E3, E4)", async () => {
  const tasks = await Held.in(pool);
  const [first] = tasks.futures;
  const second = pool.submit(square, [3]);
  assertEquals([first!.state, second.state], ["running", "pending"]);
  assertEquals([first!.running, second.running], [true, false]);
  assertEquals(first!.cancel(), false);
  tasks.release();
  assertEquals(await second, 9);
  assertEquals([first!.state, second.state], ["finished", "finished"]);
  assertEquals([first!.cancel(), second.cancel()], [false, false]);
});

Deno.test("a task that is cancelled before it begins never runs (E4, E40)", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const ran = new Queue<number>();
  const futures = [0, 1, 2].map((n) => pool.submit(tells, [ran, n]));
  assertEquals(futures[1]!.cancel(), true);
  assertEquals(futures[1]!.cancel(), true);
  assertEquals(futures[1]!.state, "cancelled");
  await assertRejects(() => futures[1]!.result(), Error, "it was cancelled");
  tasks.release();
  await Promise.all([futures[0], futures[2]]);
  assertEquals(await Promise.all([ran.get(), ran.get()]), [0, 2]);
  assertEquals(ran.size, 0);
  assertEquals(pool.stats().cancelled, 1);
});

Deno.test("Future.result() with a time-out gives up on a task that runs, and the task goes on (E6)", async () => {
  const tasks = await Held.in(pool);
  const [future] = tasks.futures;
  const error = await assertRejects(
    () => future!.result({ timeout: 10 }),
    DOMException,
    "it was still running after 10 ms",
  );
  assertEquals(error.name, "TimeoutError");
  tasks.release("still done");
  assertEquals(await future, "still done");
});

Deno.test("a done callback of each task is called once, with its value or its error (E44)", async () => {
  const seen: unknown[] = [];
  const note = async (future: Future<unknown>) => {
    seen.push(await future.exception() ?? await future);
  };
  const futures: Future<unknown>[] = [
    pool.submit(square, [3]),
    pool.submit(fails, ["no"]),
    pool.submit(echo, [() => 1]),
  ];
  for (const future of futures) future.addDoneCallback(note);
  await Promise.allSettled(futures);
  await soon(pool.submit(square, [1]).result());
  assertEquals(seen.length, 3);
  assert(seen.includes(9));
  assertEquals(seen.filter((one) => one instanceof RemoteError).length, 1);
  assertEquals(seen.filter((one) => one instanceof NotSendableError).length, 1);
});

Deno.test("of five thousand tasks that wait all but the last are cancelled, and the last is done", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const futures = Array.from({ length: 5000 }, () => pool.submit(counts));
  assertEquals(pool.stats().queued, 5000);
  const cancelled = futures.slice(0, -1).filter((future) => future.cancel());
  assertEquals(cancelled.length, 4999);
  assertEquals(pool.stats().queued, 1);
  tasks.release();
  // The first that ran.
  assertEquals(await soon(futures.at(-1)!.result()), 1);
  assertEquals(pool.stats().cancelled, 4999);
});

Deno.test("tasks that are cancelled make room for those behind them while all workers are at work", async () => {
  const tasks = await Held.in(pool);
  // Twice over what the ring holds, so that each place is used again.
  for (let round = 0; round < 3; round++) {
    const futures = Array.from(
      { length: 2000 },
      (_, n) => pool.submit(square, [n]),
    );
    for (const future of futures) assertEquals(future.cancel(), true);
  }
  const last = pool.submit(square, [12]);
  tasks.release();
  assertEquals(await soon(last.result()), 144);
});

Deno.test("what is logged of a task's future names the actor and its arguments (E3)", async () => {
  const tasks = await Held.in(pool);
  const future = pool.submit(add, [1, 2]);
  assertEquals(Deno.inspect(future), "Future of task add(1, 2) (pending)");
  tasks.release();
  await future;
  assertMatch(
    Deno.inspect(future),
    /^Future of task add\(.*\) \(finished, returned number\)$/,
  );
  const failed = pool.submit(fails, ["no"]);
  await failed.exception();
  assertMatch(Deno.inspect(failed), /\(finished, raised RemoteError\)$/);
});

Deno.test("no thread is left", async () => {
  await pool.shutdown();
  await assertNoThreads();
});
