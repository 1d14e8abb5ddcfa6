// What the stress test of pools has found: each of these went wrong once.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TaskGroup } from "../../../actors/pool/_task_group.ts";
import type { Task } from "../../../actors/pool/_task.ts";
import {
  GETS,
  GETS_SEEN,
  PUTS,
  PUTS_SEEN,
} from "../../../channels/_ring_layout.ts";
import { ownThread } from "../../../channels/threads.ts";
import {
  activeProcesses,
  ProcessPool,
  type ProcessPoolOptions,
  Queue,
  WorkerDiedError,
} from "../../../mod.ts";
import {
  ignores,
  measures,
  nests,
  nestsWithRights,
  newMarks,
  prepare,
  prepareLater,
  returns,
  waits,
  withRights,
} from "../../fixtures/actors/pool_stress.ts";
import { later, soon } from "../../channels/inside.ts";
import { settledTo } from "../../leaks.ts";

/** Longer than anything here should take, in ms. */
const SOON = 6000;

/** A pool whose workers leave marks, and which ends however the test does. */
function markedPool(options: ProcessPoolOptions) {
  const memory = newMarks();
  const pool = new ProcessPool({
    initializer: prepare,
    initializerArgs: [memory, "at once"],
    ...options,
  });
  let n = 500;
  return {
    pool,
    marks: new Int32Array(memory),
    mark: () => ({ n: ++n }),
    [Symbol.asyncDispose]: () => soon(pool.terminateWorkers()),
  };
}

function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

Deno.test("a worker that is terminated while it takes a large task fails that task", async () => {
  const bytes = new Uint8Array(20_000_000);
  await using scene = markedPool({ workers: 1, name: "large" });
  const { pool, mark } = scene;
  for (let n = 0; n < 3; n++) {
    assertEquals(
      await soon(pool.submit(returns, [mark()]).result()),
      501 + 2 * n,
    );
    const future = pool.submit(measures, [mark(), bytes]);
    compute(3 * n);
    const worker = activeProcesses().find(({ name }) => /^large:/.test(name));
    worker!.terminate();
    const error = await soon(later(future.exception()), SOON);
    if (error === undefined) assertEquals(await future, bytes.length);
    else assertInstanceOf(error, WorkerDiedError);
  }
});

Deno.test("a task that terminateWorkers() cancels has not run", async () => {
  for (let n = 0; n < 4; n++) {
    await using scene = markedPool({ workers: 2 });
    const { pool, mark, marks } = scene;
    await Promise.all([1, 2].map(() => pool.submit(returns, [mark()])));
    const futures = Array.from({ length: 1000 }, () => {
      const own = mark();
      return [own.n, pool.submit(returns, [own])] as const;
    });
    compute(n / 2);
    await soon(pool.terminateWorkers());
    for (const [n, future] of futures) {
      assert(future.done);
      if (future.cancelled) assertEquals(marks[n], 0);
    }
  }
});

Deno.test("a worker that falls idle makes room for tasks of other rights, also behind a long one", async () => {
  await using scene = markedPool({ workers: 2 });
  const { pool, mark } = scene;
  const queue = new Queue<0>();
  const first = pool.submit(withRights, [mark(), 150]);
  const long = later(pool.submit(waits, [mark(), queue]).result());
  const own = mark();
  const second = pool.submit(returns, [own]);
  await soon(first.result());
  assertEquals(await soon(second.result(), SOON), own.n);
  queue.close();
  await long.catch(() => {});
});

Deno.test("a task that waits for one of its own rights is no deadlock while a worker of other rights works", async () => {
  await using scene = markedPool({ workers: 2 });
  const { pool, mark } = scene;
  const busy = pool.submit(withRights, [mark(), 300]);
  const options = { count: 1, depth: 1, late: false };
  const [, [[inner, end]]] = await soon(
    pool.submit(nests, [mark(), options]).result(),
    SOON,
  ) as [number, [[number, unknown]]];
  assertEquals(end, inner);
  await soon(busy.result());
});

Deno.test("a task that waits for one of other rights is no deadlock while another worker works", async () => {
  await using scene = markedPool({ workers: 2 });
  const { pool, mark } = scene;
  const busy = pool.submit(withRights, [mark(), 500]);
  const [, [[inner, end]]] = await soon(
    pool.submit(nestsWithRights, [mark()]).result(),
    SOON,
  ) as [number, [[number, unknown]]];
  assertEquals(end, inner);
  await soon(busy.result());
});

Deno.test("a worker that makes room still does the task that it has taken", async () => {
  await using scene = markedPool({ workers: 1 });
  const { pool, mark } = scene;
  const queue = new Queue<0>();
  queue.close();
  for (let n = 0; n < 3; n++) {
    await soon(pool.submit(returns, [mark()]).result());
    const future = pool.submit(waits, [mark(), queue]);
    const other = pool.submit(withRights, [mark(), 0]);
    await Promise.resolve();
    // The worker has taken the task, and waits for the handle, which passes
    // through this thread; by then it is due to make room.
    compute(130);
    const error = await soon(future.exception(), SOON);
    assert(!(error instanceof WorkerDiedError), `${error}`);
    await soon(other.result());
  }
});

Deno.test("a task that was given up, and goes on for the grace, holds up no other", async () => {
  await using scene = markedPool({ workers: 2, grace: 30_000 });
  const { pool, mark, marks } = scene;
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const own = mark();
  const deaf = pool.submit(ignores, [own, 20_000], options);
  assertEquals(await settledTo(() => marks[own.n], 1), 1);
  await new Promise((done) => setTimeout(done, 20)); // It asks for its signal.
  controller.abort("enough");
  assertEquals(await soon(deaf.exception()), "enough");
  const next = mark();
  const future = pool.submit(returns, [next]);
  assertEquals(await soon(future.result(), SOON), next.n);
});

Deno.test("a task that was given up is ended in its time, though one before it is given up later", async () => {
  await using scene = markedPool({ workers: 1, grace: 50 });
  const { pool, mark, marks } = scene;
  await soon(pool.submit(returns, [mark()]).result());
  const [early, own] = [mark(), mark()];
  const controllers = [0, 1].map(() => new AbortController());
  const [first, second] = controllers.map(({ signal }) => ({ signal }));
  const quick = later(pool.submit(returns, [early], first).exception());
  const deaf = later(pool.submit(ignores, [own, 20_000], second).exception());
  // What became of the first is not heard while this thread computes.
  while (Atomics.load(marks, own.n) === 0);
  compute(20); // It asks for its signal.
  controllers[1]!.abort("enough");
  controllers[0]!.abort("enough, too");
  assertEquals(await soon(deaf), "enough");
  assertEquals(await soon(quick), "enough, too");
  const next = mark();
  assertEquals(
    await soon(pool.submit(returns, [next]).result(), SOON),
    next.n,
  );
});

Deno.test("where starts fail again and again the tasks of those rights never run, and others do", async () => {
  const memory = newMarks();
  const marks = new Int32Array(memory);
  const gate = new Queue<0>();
  await using scene = markedPool({
    name: "doomed",
    workers: 1,
    initializer: prepareLater,
    initializerArgs: [memory, gate],
  });
  const { pool, mark } = scene;
  const [lost, other, next] = [mark(), mark(), mark()];
  const failed = later(pool.submit(withRights, [lost, 0]).exception());
  const done = pool.submit(returns, [other]);
  for (let n = 1; n <= 3; n++) {
    const find = () =>
      activeProcesses().find(({ name }) => name === `doomed:${n}`);
    assert(await settledTo(() => find() !== undefined, true));
    find()!.terminate();
  }
  for (let n = 0; n < 10; n++) gate.tryPut(0);
  assertInstanceOf(await soon(failed, SOON), WorkerDiedError);
  assertEquals(await soon(done.result(), SOON), other.n);
  assertEquals(
    await soon(pool.submit(withRights, [next, 0]).result(), SOON),
    next.n,
  );
  assertEquals([marks[lost.n], marks[other.n], marks[next.n]], [0, 1, 1]);
});

Deno.test("after 2^31 tasks it is still known which of them a worker has", () => {
  const group = new TaskGroup("none", []);
  const { ring, ledger } = group;
  const last = 0x7fff_ffff;
  for (const word of [PUTS, GETS, PUTS_SEEN, GETS_SEEN]) {
    ring.words[word] = last;
  }
  ring.ledger = ledger;
  const tasks = Array.from(
    { length: 4 },
    () => ({ position: -1, taker: 0, done: false }) as unknown as Task,
  );
  for (const task of tasks) group.add(task, ["task"]);
  assert(ring.take() > 0 && ledger.isGranted);
  assert(ring.take() > 0 && ledger.isGranted);
  assertEquals(
    tasks.map(({ position }) => group.takerOf(position)),
    [ownThread(), ownThread(), 0, 0],
  );
  assertEquals(
    tasks.map((task) => group.withdraw(task)),
    [false, false, true, true],
  );
  assert(ring.take() > 0 && !ledger.isGranted);
  group.drop();
});
