// Waiting for several futures at once.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { Future } from "../../../actors/pool/future.ts";
import {
  wait,
  type WaitForOptions,
  type WaitResult,
} from "../../../actors/pool/wait.ts";
import { later, soon } from "../../channels/inside.ts";
import {
  CountedAbort,
  futuresOf,
  isSettled,
  listenersOf,
  oneOfEach,
  open,
  openMany,
  type OpenTask,
  WatchedTask,
} from "./open_future.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

/** Asserts which of the tasks' futures are done, by their indices. */
function assertDone(
  { done, notDone }: WaitResult<Future<number>>,
  tasks: readonly OpenTask<number>[],
  indices: readonly number[],
): void {
  const futures = futuresOf(tasks);
  const isDone = (_: unknown, i: number) => indices.includes(i);
  assertEquals([...done].map((f) => futures.indexOf(f)), indices);
  assertEquals(done.size + notDone.size, tasks.length);
  assertEquals(futures.map((f) => done.has(f)), futures.map(isDone));
}

/** Three tasks and a wait for them. */
function waiting(options?: WaitForOptions) {
  const tasks = openMany(3);
  const pending = wait(futuresOf(tasks), options);
  return { tasks, pending };
}

Deno.test("wait() waits for all, and gives them as done (A10)", async () => {
  for (const until of [undefined, "all"] as const) {
    const { tasks, pending } = waiting({ until });
    tasks[2]!.give(1);
    tasks[0]!.fail(new Error("no reason to stop"));
    assert(!await isSettled(pending));
    tasks[1]!.withdraw();
    assertDone(await soon(pending), tasks, [0, 1, 2]);
    assertEquals(listenersOf(tasks), 0);
  }
});

Deno.test(
  "wait() gives those done and those not done when the time is over (A10)",
  strict,
  async () => {
    for (const until of ["all", "first-error"] as const) {
      const { tasks, pending } = waiting({ until, timeout: 10 });
      tasks[1]!.give(1);
      assertDone(await soon(pending), tasks, [1]);
      assertEquals(listenersOf(tasks), 0);
      assertEquals(tasks[0]!.future.state, "pending");
    }
    const { tasks, pending } = waiting({ until: "first", timeout: 0 });
    assertDone(await soon(pending), tasks, []);
  },
);

Deno.test("wait() until the first is over with any end (A10)", async () => {
  for (const end of ["give", "withdraw", "fail"] as const) {
    const { tasks, pending } = waiting({ until: "first" });
    assert(!await isSettled(pending));
    tasks[1]![end](1);
    assertDone(await soon(pending), tasks, [1]);
    assertEquals(listenersOf(tasks), 0);
  }
});

Deno.test("wait() gives all that are done by the time it goes on (A10)", async () => {
  const { tasks, pending } = waiting({ until: "first" });
  tasks[2]!.give(1);
  tasks[0]!.give(2);
  assertDone(await soon(pending), tasks, [0, 2]);
});

Deno.test("wait() does not wait where it need not (A10, A12)", async () => {
  const { pending, returned, raised, cancelled } = oneOfEach();
  const cases: [Future<number>[], WaitForOptions["until"], number][] = [
    [[], "all", 0],
    [[], "first", 0],
    [[], "first-error", 0],
    [[returned!, raised!, cancelled!], "all", 3],
    [[pending!, cancelled!], "first", 1],
    [[pending!, raised!], "first-error", 1],
    [[returned!, cancelled!], "first-error", 2],
  ];
  for (const [futures, until, size] of cases) {
    const { done, notDone } = await soon(wait(futures, { until }));
    assertEquals([done.size, notDone.size], [size, futures.length - size]);
  }
});

Deno.test("wait() until the first error ends with the first task that throws (A12)", async () => {
  for (const thrown of [new Error("thrown"), undefined]) {
    const { tasks, pending } = waiting({ until: "first-error" });
    tasks[0]!.give(1);
    assert(!await isSettled(pending));
    tasks[2]!.fail(thrown);
    assertDone(await soon(pending), tasks, [0, 2]);
    assertEquals(listenersOf(tasks), 0);
  }
});

Deno.test("wait() until the first error waits for all where there is none (A12)", async () => {
  const { tasks, pending } = waiting({ until: "first-error" });
  tasks[0]!.give(1);
  tasks[1]!.give(2);
  assert(!await isSettled(pending));
  tasks[2]!.give(3);
  assertDone(await soon(pending), tasks, [0, 1, 2]);
});

Deno.test("for wait() to be cancelled is no error (A12)", async () => {
  const { tasks, pending } = waiting({ until: "first-error" });
  tasks[0]!.withdraw();
  assert(!await isSettled(pending));
  tasks[1]!.withdraw();
  tasks[2]!.withdraw();
  assertDone(await soon(pending), tasks, [0, 1, 2]);
  const { cancelled, pending: open } = oneOfEach();
  const again = wait([cancelled!, open!], { until: "first-error" });
  assert(!await isSettled(again));
});

Deno.test("wait() refuses an end that it does not know (A13)", async () => {
  for (const [until, text] of [["X", '"X"'], [1, "1"], [null, "null"]]) {
    await assertRejects(
      () => wait([], { until } as WaitForOptions),
      TypeError,
      `Invalid return condition: ${text}`,
    );
  }
});

Deno.test("wait() counts a future once that is named twice (A13)", async () => {
  const [a, b] = openMany(2);
  const futures = [a, b, a, b, a].map((task) => task!.future);
  const pending = wait(futures);
  assertEquals(listenersOf([a!, b!]), 2);
  a!.give(1);
  b!.give(2);
  const { done, notDone } = await soon(pending);
  assertEquals([done.size, notDone.size], [2, 0]);
});

Deno.test("wait() takes any iterable, and futures of several types", async () => {
  const [a, b] = [open<number>(), open<string>()];
  a.give(1);
  b.give("b");
  const { done }: WaitResult<Future<number> | Future<string>> = await wait([
    a.future,
    b.future,
  ]);
  const again = await wait(done.values());
  assertEquals([done.size, again.done.size], [2, 2]);
});

Deno.test("wait() refuses what is no future, and options of the wrong type", async () => {
  const { returned } = oneOfEach();
  const wrong = [returned!, returned!.result()] as Future<number>[];
  await assertRejects(
    () => wait(wrong),
    TypeError,
    "Cannot wait for futures: item 1 is none",
  );
  await assertRejects(() => wait([], { timeout: -1 }), RangeError);
});

Deno.test("wait() ends with the reason of the signal", strict, async () => {
  const abort = new CountedAbort();
  const { signal } = abort;
  const { tasks, pending } = waiting({ signal, timeout: 20_000 });
  later(pending);
  assertEquals([listenersOf(tasks), abort.listeners], [3, 1]);
  const reason = new Error("enough");
  abort.abort(reason);
  for (const one of [pending, wait([], { signal })]) {
    assertStrictEquals(await assertRejects(() => soon(one)), reason);
  }
  assertEquals([listenersOf(tasks), abort.listeners], [0, 0]);
});

Deno.test(
  "wait() leaves nothing on the signal when the futures come first",
  strict,
  async () => {
    const abort = new CountedAbort();
    const { tasks, pending } = waiting({
      signal: abort.signal,
      timeout: 20_000,
      until: "first",
    });
    tasks[0]!.give(1);
    await soon(pending);
    assertEquals([listenersOf(tasks), abort.listeners], [0, 0]);
  },
);

Deno.test("an owner learns that wait() waits, by one future after the other", async () => {
  const tasks = [1, 2, 3].map((n) => new WatchedTask<number>(`square(${n})`));
  const told = () => tasks.map((task) => task.waiting);
  const all = wait(futuresOf(tasks));
  assertEquals(told(), [1, 0, 0]);
  tasks[1]!.give(2);
  assert(!await isSettled(all));
  assertEquals(told(), [1, 0, 0]);
  tasks[0]!.give(1);
  assert(!await isSettled(all));
  assertEquals(told(), [1, 0, 1]);
  const first = wait(futuresOf(tasks.slice(2)), { until: "first-error" });
  assertEquals(told(), [1, 0, 2]);
  tasks[2]!.give(3);
  await soon(Promise.all([all, first]));
});

Deno.test("an owner learns that wait() waits no more, when another future came", async () => {
  const tasks = [1, 2].map((n) => new WatchedTask<number>(`square(${n})`));
  const first = wait(futuresOf(tasks), { until: "first" });
  assertEquals(tasks[0]!.waiting, 1);
  tasks[1]!.give(2);
  await soon(first);
  assertEquals(tasks[0]!.waiting, 0);
});
