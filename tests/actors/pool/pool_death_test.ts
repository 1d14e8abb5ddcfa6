// The deaths of workers: the task in hand fails and says which, when and how,
// and the pool goes on without it. What must be in each worker before its first
// task, and after how many it is replaced.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  activeProcesses,
  actor,
  BrokenPoolError,
  DeclarationError,
  type Exit,
  type Future,
  ModuleLoadError,
  ProcessPool,
  Queue,
  RemoteError,
  WorkerDiedError,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import { late } from "../../fixtures/actors/late.ts";
import { deniedAtLoad } from "../../fixtures/actors/denied_at_load.ts";
import {
  type Death,
  dies,
  diesWhenLetGo,
  leavesDeath,
  prepares,
  preparesAndDies,
  preparesByReading,
  preparesNot,
  square,
  wasPrepared,
  whoRuns,
} from "../../fixtures/actors/pool_tasks.ts";
import { neverLoaded } from "../../fixtures/actors/pool_tasks_broken.ts";
import { runProgram } from "../../fixtures/program.ts";
import { assertNoThreads, settledTo } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";

Deno.test.afterEach(assertNoThreads);

const BROKE_UNDER_TASK =
  "A process in the process pool was terminated abruptly while the future " +
  "was running or pending";
const BROKE_FOR_GOOD =
  "A child process terminated abruptly, the process pool is not usable anymore";

async function deathOf(future: Future<unknown>): Promise<WorkerDiedError> {
  const error = await errorOf(future);
  assertInstanceOf(error, WorkerDiedError);
  return error;
}

async function breakOf(future: Future<unknown>): Promise<BrokenPoolError> {
  const error = await errorOf(future);
  assertInstanceOf(error, BrokenPoolError);
  return error;
}

/** The reason of an exit, its code, and the class of the error in it. */
function endOf(exit: Exit): unknown[] {
  const error = "error" in exit ? exit.error : undefined;
  return error instanceof RemoteError
    ? [exit.reason, exit.code, error.remoteName]
    : [exit.reason, exit.code];
}

/** Terminates the worker of that name, as anybody may. */
function terminate(name: string): void {
  const found = activeProcesses().find((process) => process.name === name);
  assert(found !== undefined);
  found.terminate();
}

// --- deaths ----------------------------------------------------------------

const ends: [Death, unknown[]][] = [
  ["exit", ["exited", 3]],
  ["exit 0", ["exited", 0]],
  ["close", ["exited", 0]],
  ["rejection", ["threw", 1, "TypeError"]],
  ["timer", ["threw", 1, "SyntaxError"]],
];

for (const [how, end] of ends) {
  Deno.test(`a worker that dies fails its task alone, and names both: ${how}`, async () => {
    await using pool = new ProcessPool({ workers: 1, name: "mill" });
    const begun = performance.now();
    const future = pool.submit(dies, [how]);
    const next = [1, 2, 3].map((n) => pool.submit(square, [n]));
    const error = await deathOf(future);
    assertEquals(error.worker, "mill:1");
    assertEquals(error.task, `dies("${how}")`);
    assertEquals(endOf(error.exit), end);
    assert(error.uptime > 0 && error.uptime <= performance.now() - begun);
    assertMatch(
      error.message,
      /^Task dies\(".*"\) failed: worker "mill:1" .* while it ran it, \d+ ms after its start$/,
    );
    assertStrictEquals(
      error.cause,
      "error" in error.exit ? error.exit.error : undefined,
    );
    assertEquals(await soon(Promise.all(next)), [1, 4, 9]);
    assertEquals((await pool.submit(whoRuns)).name, "mill:2");
    const { done, failed, replaced } = pool.stats();
    assertEquals([done, failed, replaced], [4, 1, 1]);
  });
}

Deno.test("a death leaves the tasks of other workers alone", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool);
  const up = new Queue<string>();
  const gate = new Queue<unknown>();
  const dying = pool.submit(diesWhenLetGo, [up, gate]);
  const worker = await soon(up.get());
  const waiting = Array.from(
    { length: 20 },
    (_, n) => pool.submit(square, [n]),
  );
  gate.tryPut(0);
  assertEquals((await deathOf(dying)).worker, worker);
  assertEquals((await soon(Promise.all(waiting))).at(-1), 19 ** 2);
  tasks.release("unharmed");
  assertEquals(await tasks.futures[0], "unharmed");
  assertEquals(pool.stats().replaced, 1);
});

Deno.test("six deaths among eighteen tasks: each fails its own task, and no other", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const good: Future<number>[] = [];
  const bad: Future<unknown>[] = [];
  for (let n = 0; n < 6; n++) {
    good.push(pool.submit(square, [n]));
    bad.push(pool.submit(dies, [ends[n % ends.length]![0]]));
    good.push(pool.submit(square, [n]));
  }
  const results = await soon(Promise.all(good));
  assertEquals(results, good.map((_, n) => Math.floor(n / 2) ** 2));
  for (const future of bad) await deathOf(future);
  const { done, failed, replaced, workers } = pool.stats();
  assertEquals([done, failed, replaced], [12, 6, 6]);
  assert(workers <= 2);
});

Deno.test("a worker that somebody terminates fails its task", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  const tasks = await Held.in(pool);
  const next = pool.submit(square, [3]);
  terminate("mill:1");
  const error = await deathOf(tasks.futures[0]!);
  assertEquals([error.worker, error.exit.reason], ["mill:1", "terminated"]);
  assertEquals(error.exit.code, -15);
  assertEquals(await soon(next.result()), 9);
  assertEquals(pool.stats().replaced, 1);
});

Deno.test("a worker that dies while it is idle fails nothing", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  assertEquals((await pool.submit(whoRuns)).name, "mill:1");
  terminate("mill:1");
  // At once, when nobody has heard of the death yet.
  assertEquals((await soon(pool.submit(whoRuns).result())).name, "mill:2");
  terminate("mill:2");
  assertEquals(await settledTo(() => pool.stats().workers, 0), 0);
  assertEquals((await soon(pool.submit(whoRuns).result())).name, "mill:3");
  assertEquals([pool.stats().failed, pool.stats().replaced], [0, 2]);
});

Deno.test("what a task leaves behind and ends the worker fails nothing that was done", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  assertEquals(await pool.submit(leavesDeath), "returned");
  assertEquals(await settledTo(() => pool.stats().workers, 0), 0);
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
  const { done, failed, replaced } = pool.stats();
  assertEquals([done, failed, replaced], [2, 0, 1]);
});

// --- modules that cannot be loaded -----------------------------------------

Deno.test("a module that throws while a worker loads it fails its own tasks, and says so", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  const futures = [1, 2, 3].map(() => pool.submit(neverLoaded));
  const good = pool.submit(square, [3]);
  for (const future of futures) {
    const error = await errorOf(future);
    assertInstanceOf(error, RemoteError);
    assertEquals(error.remoteName, "RangeError");
    assertMatch(
      error.message,
      /threw RangeError: no worker may load this \(while .*pool_tasks_broken\.ts was loaded/,
    );
  }
  assertEquals(await soon(good.result()), 9);
  assertEquals(pool.stats().replaced, 0);
});

Deno.test("a module that needs a right as it is loaded, and one without the declaration, fail their tasks", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const denied = await errorOf(pool.submit(deniedAtLoad));
  assertEquals(denied.name, "PermissionDeniedError");
  assertMatch(denied.message, /was denied env access to "HOME".* was loaded/);
  const missing = await errorOf(pool.submit(late()));
  assertInstanceOf(missing, DeclarationError);
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
});

Deno.test("a module that is not there fails its own tasks, with its name", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  assertEquals(await pool.submit(square, [3]), 9);
  const url = new URL("no_such_module.ts", import.meta.url).href;
  const lost = actor({ url } as ImportMeta, function lost() {});
  const error = await errorOf(pool.submit(lost));
  assertInstanceOf(error, ModuleLoadError);
  assertEquals(error.module, url);
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
  assertEquals(pool.stats().replaced, 0);
});

Deno.test("a program that makes a pool as it is loaded gets one error, and no fork bomb (P36)", async () => {
  const { code, stderr, ms } = await runProgram(`
    import { actor, ProcessPool } from "@troupe/troupe";
    export const square = actor(import.meta, function square(n: number) {
      return n * n;
    });
    const pool = new ProcessPool({ workers: 2 });
    console.log(await pool.submit(square, [3]));
  `);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "if (import.meta.main)");
  assert(ms < 10_000);
});

// --- broken: "pool" --------------------------------------------------------

Deno.test('with broken: "pool" a death fails all that is pending, and each later call (E23, E24)', async () => {
  await using pool = new ProcessPool({
    workers: 2,
    broken: "pool",
    name: "mill",
  });
  const tasks = await Held.in(pool);
  const up = new Queue<string>();
  const gate = new Queue<unknown>();
  const dying = pool.submit(diesWhenLetGo, [up, gate]);
  await soon(up.get());
  const waiting = pool.submit(square, [3]);
  gate.tryPut(0);
  for (const future of [waiting, tasks.futures[0]!]) {
    const error = await breakOf(future);
    assertEquals(error.message, `Pool "mill" is broken: ${BROKE_UNDER_TASK}`);
    assertEquals(error.pool, "mill");
  }
  // Its own task is told of its end, as are the others by the cause.
  const own = await errorOf(dying);
  assert(own instanceof WorkerDiedError || own instanceof BrokenPoolError);
  for (const action of ["submit", "map"] as const) {
    const error = assertThrows(
      () => pool[action](square, [3]),
      BrokenPoolError,
    );
    assertEquals(error.message, `Pool "mill" is broken: ${BROKE_FOR_GOOD}`);
    assertInstanceOf(error.cause, WorkerDiedError);
    assertEquals(endOf((error.cause as WorkerDiedError).exit), ["exited", 3]);
  }
  assertEquals(
    Deno.inspect(pool),
    'ProcessPool "mill" (0 of 0 workers busy, broken)',
  );
});

Deno.test('with broken: "pool" a task that throws, or cannot be sent, breaks nothing (E37)', async () => {
  await using pool = new ProcessPool({ workers: 1, broken: "pool" });
  await errorOf(pool.submit(neverLoaded));
  await errorOf(pool.submit(square, [(() => 1) as never]));
  assertEquals(await soon(pool.submit(square, [3]).result()), 9);
});

// --- initializers ----------------------------------------------------------

Deno.test("the initializer runs once in each worker before its first task, and tasks find what it did (E26)", async () => {
  await using pool = new ProcessPool({
    workers: 2,
    initializer: prepares,
    initializerArgs: ["ready"],
  });
  const tasks = await Held.in(pool, 2);
  tasks.release();
  const futures = Array.from({ length: 20 }, () => pool.submit(wasPrepared));
  for (const { prepared } of await soon(Promise.all(futures))) {
    assertEquals(prepared, ["ready"]);
  }
});

Deno.test("a worker in the place of one that died is initialized too", async () => {
  await using pool = new ProcessPool({
    workers: 1,
    initializer: prepares,
    initializerArgs: ["again"],
    name: "mill",
  });
  await deathOf(pool.submit(dies, ["exit"]));
  assertEquals(await soon(pool.submit(wasPrepared).result()), {
    worker: "mill:2",
    prepared: ["again"],
  });
});

Deno.test("an initializer that throws breaks the pool, and its error is told (E27)", async () => {
  await using pool = new ProcessPool({
    workers: 2,
    initializer: preparesNot,
    name: "mill",
  });
  const futures = [1, 2, 3].map((n) => pool.submit(square, [n]));
  for (const future of futures) {
    const error = await breakOf(future);
    assertEquals(error.message, `Pool "mill" is broken: ${BROKE_UNDER_TASK}`);
    assertInstanceOf(error.cause, RemoteError);
    assertInstanceOf(error.cause.cause, RangeError);
    assertEquals(error.cause.cause.message, "no database");
  }
  const later = assertThrows(() => pool.submit(square, [1]), BrokenPoolError);
  assertEquals(later.message, `Pool "mill" is broken: ${BROKE_FOR_GOOD}`);
  assertEquals(pool.stats().done, 0);
});

for (const how of ["exit", "rejection"] as const) {
  Deno.test(`an initializer that ends its worker does not do so for ever: ${how}`, async () => {
    const pool = new ProcessPool({
      workers: 1,
      initializer: preparesAndDies,
      initializerArgs: [how],
    });
    try {
      const future = pool.submit(square, [1]);
      const error = await soon(future.exception(), 5000) as Error;
      assertMatch(
        error.name,
        /^(?:BrokenPoolError|WorkerDiedError|RemoteError)$/,
      );
    } finally {
      await pool.terminateWorkers();
    }
    assert(pool.stats().replaced <= 10);
  });
}

Deno.test("the rights of the initializer are added to those of the worker", async () => {
  const path = new URL("../../fixtures/actors/pool_tasks.ts", import.meta.url);
  const file = decodeURIComponent(path.pathname);
  await using pool = new ProcessPool({
    workers: 1,
    initializer: preparesByReading,
    initializerArgs: [file],
  });
  const { prepared } = await pool.submit(wasPrepared);
  assertEquals(prepared, [String(Deno.readTextFileSync(file).length)]);
});

// --- maxTasksPerWorker -----------------------------------------------------

Deno.test("after so many tasks a fresh worker takes the place of each", async () => {
  await using pool = new ProcessPool({
    workers: 1,
    maxTasksPerWorker: 2,
    name: "mill",
  });
  const names: string[] = [];
  for (let n = 0; n < 5; n++) {
    names.push((await soon(pool.submit(whoRuns).result())).name);
  }
  assertEquals(names, ["mill:1", "mill:1", "mill:2", "mill:2", "mill:3"]);
  assertEquals([pool.stats().replaced, pool.stats().failed], [0, 0]);
});

Deno.test("one task a worker, and a shutdown at once: all that was submitted is done (E30)", async () => {
  const pool = new ProcessPool({ workers: 2, maxTasksPerWorker: 1 });
  const futures = Array.from({ length: 5 }, () => pool.submit(whoRuns));
  await soon(pool.shutdown());
  assertEquals(futures.map(({ state }) => state), Array(5).fill("finished"));
  const ids = (await Promise.all(futures)).map(({ id }) => id);
  assertEquals(new Set(ids).size, 5);
  assertEquals(pool.stats().workers, 0);
});
