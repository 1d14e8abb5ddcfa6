// What a pool does with the tasks it is given, while nothing goes wrong with a
// worker. Futures, limits, deaths, rights, nested tasks and the end are in files
// of their own, and so is map().
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { type Future, ProcessPool, RemoteError } from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import { add as addOfAnother } from "../../fixtures/actors/endings.ts";
import { offers } from "../../fixtures/actors/classes.ts";
import {
  add,
  counts,
  echo,
  fails,
  failsLater,
  failsRich,
  failsWithText,
  nothing,
  square,
  whoRuns,
} from "../../fixtures/actors/pool_tasks.ts";
import { assertNoThreads } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";

/** For the tests that need no pool of their own. */
const pool = new ProcessPool({ workers: 1, name: "mill" });

// --- submit ----------------------------------------------------------------

Deno.test("ProcessPool.submit() gives a future at once, and its result later (E1)", async () => {
  const future = pool.submit(square, [3]);
  assertEquals(future.state, "pending");
  assertEquals(await soon(future.result()), 9);
  assertEquals(future.state, "finished");
});

Deno.test("arguments pass through in their number and order (E1)", async () => {
  assertEquals(await pool.submit(add, [1, 2]), 3);
  assertEquals(await pool.submit(echo), []);
  const values = [undefined, null, "self", 7n, [1], { fn: 1 }, undefined];
  assertEquals(await pool.submit(echo, values), values);
  assertEquals(await pool.submit(nothing, []), undefined);
});

Deno.test("one pool runs the actors of several modules, also of one that came later", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  assertEquals(await pool.submit(square, [3]), 9);
  assertEquals(await pool.submit(addOfAnother, [1, 2]), 3);
  const { late } = await import("../../fixtures/actors/pool_tasks_late.ts");
  // Actors of one name, and not of one module.
  assertEquals(await pool.submit(late, [3]), "the other square of 3");
  assertEquals(await pool.submit(square, [4]), 16);
  assert(pool.stats().workers <= 1);
});

Deno.test("ProcessPool.submit() refuses what is no task, and runs nothing", () => {
  const pool = new ProcessPool({ workers: 1, name: "mill" });
  const submit = pool.submit.bind(pool) as (...given: unknown[]) => unknown;
  const refused: [unknown[], RegExp][] = [
    [[undefined], /Cannot submit to a pool: expected an actor, .* undefined$/],
    [[() => 1, []], /expected an actor, .* got function$/],
    [[offers, []], /Cannot submit to pool "mill": actor "Offers" is a class/],
    [
      [square, 3],
      /Cannot submit square\(\): arguments come as one array, .* number$/,
    ],
    [[square, "3"], /arguments come as one array, .* string$/],
  ];
  for (const [given, text] of refused) {
    const error = assertThrows(() => submit(...given), TypeError);
    assertMatch(error.message, text);
  }
  for (const timeout of [-1, NaN]) {
    assertThrows(() => pool.submit(square, [3], { timeout }), RangeError);
  }
  assertEquals(pool.stats().workers, 0);
});

Deno.test("ProcessPool refuses options that make no sense (E14, E28)", () => {
  const make = (options: unknown) => () =>
    new ProcessPool(options as ConstructorParameters<typeof ProcessPool>[0]);
  for (const workers of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(make({ workers }), RangeError);
    assertStringIncludes(error.message, "workers must be greater than 0");
  }
  for (const maxTasksPerWorker of [0, -1, 0.5, NaN]) {
    assertThrows(make({ maxTasksPerWorker }), RangeError, "maxTasksPerWorker");
  }
  for (const grace of [-1, NaN]) assertThrows(make({ grace }), RangeError);
  const wrong: [unknown, string][] = [
    [null, "options must be an object, got null"],
    [{ workers: "2" }, 'workers must be a number, got "2"'],
    [{ name: "" }, "name must be a text that is not empty"],
    [{ name: 1 }, "name must be a text"],
    [{ broken: "all" }, 'broken must be "task" or "pool", got "all"'],
    [{ initializer: () => 1 }, "initializer must be a function actor"],
    [{ initializer: offers }, "got a class actor"],
    [{ initializer: square, initializerArgs: 1 }, "initializerArgs must be"],
  ];
  for (const [options, text] of wrong) {
    assertThrows(make(options), TypeError, text);
  }
});

Deno.test("a task is typed by its actor", async () => {
  const future = pool.submit(square, [3]);
  assertType<IsExact<typeof future, Future<number>>>(true);
  assertType<IsExact<Awaited<typeof future>, number>>(true);
  assertEquals(await future, 9);
  const later = pool.submit(failsLater, ["no"]);
  assertType<IsExact<typeof later, Future<never>>>(true);
  await later.exception();
  (() => {
    // @ts-expect-error: the arguments must be given
    pool.submit(square);
    // @ts-expect-error: and be those of the function
    pool.submit(square, ["3"]);
    // @ts-expect-error: as many as it takes
    pool.submit(add, [1]);
  });
});

// --- workers ---------------------------------------------------------------

Deno.test("workers start when there are tasks, no more than there are tasks", async () => {
  await using pool = new ProcessPool({ workers: 4 });
  assertEquals(pool.stats().workers, 0);
  const tasks = new Held();
  tasks.submit(pool, 2);
  await tasks.started(2);
  assertEquals(pool.stats().workers, 2);
  tasks.release();
});

Deno.test("a worker that is idle is used before another one is started", async () => {
  await using pool = new ProcessPool({ workers: 4 });
  const ids = new Set<number>();
  for (let n = 0; n < 10; n++) ids.add((await pool.submit(whoRuns)).id);
  assertEquals(ids.size, 1);
  assertEquals(pool.stats().workers, 1);
  // Two at once need one more, and no third.
  const tasks = await Held.in(pool, 2);
  assertEquals(pool.stats().workers, 2);
  tasks.release();
});

Deno.test("fifteen times as many tasks as workers: never more workers (E16)", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const futures = Array.from({ length: 30 }, () => pool.submit(whoRuns));
  const seen: number[] = [];
  for (const future of futures) {
    future.addDoneCallback(() => seen.push(pool.stats().workers));
  }
  const ran = await Promise.all(futures);
  assertEquals(seen.length, 30);
  assert(Math.max(...seen) <= 2);
  assert(new Set(ran.map(({ id }) => id)).size <= 2);
});

Deno.test(
  "a pool has as many workers as the machine has processors, unless it is said",
  {
    ignore: navigator.hardwareConcurrency > 16,
  },
  async () => {
    const most = navigator.hardwareConcurrency;
    await using pool = new ProcessPool();
    const tasks = new Held();
    tasks.submit(pool, most + 2);
    await tasks.started(most);
    assertEquals(pool.stats().workers, most);
    assertEquals(pool.stats().queued, 2);
    tasks.release();
  },
);

Deno.test("a pool and its workers have names, and each worker an id of its own", async () => {
  await using named = new ProcessPool({ workers: 2, name: "mill" });
  const tasks = await Held.in(named, 2);
  tasks.release("done");
  await Promise.all(tasks.futures);
  const ran = await Promise.all([1, 2, 3, 4].map(() => named.submit(whoRuns)));
  const names = new Set(ran.map(({ name }) => name));
  for (const name of names) assertMatch(name, /^mill:[12]$/);
  assertEquals(new Set(ran.map(({ id }) => id)).size, names.size);
  await using other = new ProcessPool({ workers: 1 });
  assertMatch(other.name, /^ProcessPool-\d+$/);
  assertEquals((await other.submit(whoRuns)).name, `${other.name}:1`);
});

Deno.test("a long task holds up no other where a worker is free", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool);
  const squares = Array.from(
    { length: 100 },
    (_, n) => pool.submit(square, [n]),
  );
  assertEquals((await soon(Promise.all(squares))).at(-1), 99 ** 2);
  assertEquals(tasks.futures[0]!.state, "running");
  tasks.release();
});

Deno.test("tasks begin in the order in which they were submitted, also beyond what a ring holds", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const tasks = await Held.in(pool);
  const futures = Array.from({ length: 3000 }, () => pool.submit(counts));
  tasks.release();
  const places = await soon(Promise.all(futures));
  assertEquals(places, places.map((_, n) => n + 1));
});

// --- errors ----------------------------------------------------------------

Deno.test("what a task throws arrives with its class, fields, cause and both names (E9)", async () => {
  for (const actor of [fails, failsLater]) {
    const error = await errorOf(pool.submit(actor, ["too far"]));
    assertInstanceOf(error, RemoteError);
    assertEquals(error.message, 'Actor "mill:1" threw RangeError: too far');
    assertEquals([error.actor, error.remoteName], ["mill:1", "RangeError"]);
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "too far");
  }
  const rich = await errorOf(pool.submit(failsRich)) as RemoteError;
  const { name, message, order, cause } = rich.cause as Error & {
    order: number;
  };
  assertEquals([name, message, order], ["NoSuchOrder", "42", 42]);
  assertInstanceOf(cause, TypeError);
  const text = await errorOf(pool.submit(failsWithText));
  assertEquals(text.cause, "just a text");
  assertEquals(pool.stats().replaced, 0);
});

Deno.test("the stack of an error shows where in the worker it was thrown (E10)", async () => {
  const { stack } = await errorOf(pool.submit(fails, ["too far"]));
  const [, there] = stack!.split('--- in actor "mill:1" ---');
  assertMatch(there!, /at fails \(file:.*fixtures\/actors\/pool_tasks\.ts:\d+/);
  assertEquals(there!.includes("_task_loop.ts"), false);
});

// --- what is told ----------------------------------------------------------

Deno.test("ProcessPool.stats() adds up", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool, 2);
  const good = [1, 2, 3].map((n) => pool.submit(square, [n]));
  const bad = [pool.submit(fails, ["a"]), pool.submit(fails, ["b"])];
  const out = pool.submit(square, [9]);
  out.cancel();
  const unsendable = pool.submit(echo, [() => 1]);
  const before = pool.stats();
  assertEquals([before.workers, before.busy, before.queued], [2, 2, 5]);
  assertEquals([before.done, before.failed, before.cancelled], [0, 1, 1]);
  tasks.release();
  await Promise.allSettled([...good, ...bad, unsendable, ...tasks.futures]);
  const after = pool.stats();
  assertEquals([after.workers, after.busy, after.queued], [2, 0, 0]);
  assertEquals([after.done, after.failed, after.cancelled], [5, 3, 1]);
  assertEquals(after.replaced, 0);
});

Deno.test("ProcessPool.stats() tells how long tasks waited and ran", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  await pool.submit(nothing, []);
  const begun = performance.now();
  const tasks = await Held.in(pool);
  const quick = Array.from({ length: 97 }, () => pool.submit(nothing, []));
  await new Promise((resolve) => setTimeout(resolve, 50));
  tasks.release();
  await Promise.all(quick);
  const whole = performance.now() - begun;
  const { wait, run } = pool.stats();
  // 97 of 99 tasks waited for the one that ran for at least 50 ms.
  assert(wait.p50 >= 45 && wait.p50 <= whole * 1.05, `wait ${wait.p50}`);
  assert(wait.p99 >= wait.p50);
  assert(run.p50 < 20, `run ${run.p50}`);
  assert(run.p99 >= 45 && run.p99 <= whole * 1.05, `run ${run.p99}`);
});

Deno.test("a pool without tasks tells zeros", () => {
  assertEquals(new ProcessPool({ workers: 3 }).stats(), {
    workers: 0,
    busy: 0,
    queued: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
    replaced: 0,
    wait: { p50: 0, p99: 0 },
    run: { p50: 0, p99: 0 },
  });
});

Deno.test("what is logged of a pool is its name, its workers and its state", async () => {
  const pool = new ProcessPool({ workers: 2, name: "mill" });
  assertEquals(Deno.inspect(pool), 'ProcessPool "mill" (0 of 0 workers busy)');
  const tasks = await Held.in(pool);
  assertEquals(Deno.inspect(pool), 'ProcessPool "mill" (1 of 1 workers busy)');
  tasks.release();
  await pool.shutdown();
  assertEquals(
    Deno.inspect(pool),
    'ProcessPool "mill" (0 of 0 workers busy, shut down)',
  );
});

Deno.test("no thread is left", async () => {
  await pool.shutdown();
  await assertNoThreads();
});
