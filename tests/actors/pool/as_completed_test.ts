// Futures in the order of their ends.
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  asCompleted,
  type CompletedFutures,
} from "../../../actors/pool/as_completed.ts";
import type { Future } from "../../../actors/pool/future.ts";
import { turn } from "../../../channels/turn.ts";
import { later, soon } from "../../channels/inside.ts";
import {
  areGone,
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

/** The futures that come, and what ends the iteration where that is an error. */
async function takeAll<F extends Future>(
  completed: CompletedFutures<F>,
): Promise<{ futures: F[]; error: unknown }> {
  const futures: F[] = [];
  try {
    for await (const future of completed) futures.push(future);
  } catch (error) {
    return { futures, error };
  }
  return { futures, error: undefined };
}

/** Asserts that these came, in this order. */
function assertCame(
  futures: readonly Future<number>[],
  tasks: readonly (OpenTask<number> | undefined)[],
): void {
  assertEquals(
    futures.map((future) => tasks.findIndex((one) => one?.future === future)),
    tasks.map((_, i) => i),
  );
}

Deno.test(
  "asCompleted() gives futures in the order of their ends (A1)",
  strict,
  async () => {
    const tasks = openMany(4);
    const [a, b, c, d] = tasks;
    const taking = takeAll(asCompleted(futuresOf(tasks)));
    c!.give(1);
    a!.fail(new Error("its own affair"));
    await turn();
    d!.withdraw();
    b!.give(2);
    const { futures, error } = await soon(taking);
    assertCame(futures, [c, a, d, b]);
    assertEquals([error, listenersOf(tasks)], [undefined, 0]);
  },
);

Deno.test("asCompleted() gives those that are done already first (A1)", async () => {
  const tasks = openMany(4);
  const [a, b, c, d] = tasks;
  d!.withdraw();
  b!.give(1);
  const completed = asCompleted(futuresOf(tasks));
  a!.give(2);
  c!.give(3);
  assertCame((await soon(takeAll(completed))).futures, [b, d, a, c]);
});

Deno.test("what asCompleted() gives is the future, not its result", async () => {
  const { returned, raised } = oneOfEach();
  const completed = asCompleted([returned!, raised!]);
  assertStrictEquals((await completed.next()).value, returned);
  assertStrictEquals((await completed.next()).value, raised);
  assertEquals(await completed.next(), { done: true, value: undefined });
});

Deno.test("asCompleted() gives a future once, however often it is named", async () => {
  const [a, b] = openMany(2);
  a!.give(1);
  const completed = asCompleted([b, a, b, a].map((task) => task!.future));
  b!.give(2);
  assertCame((await soon(takeAll(completed))).futures, [a, b]);
});

Deno.test("asCompleted() of nothing gives nothing", async () => {
  assertEquals((await takeAll(asCompleted([], { timeout: 0 }))).futures, []);
});

Deno.test("asCompleted() takes any iterable, and futures of several types", async () => {
  const [a, b] = [open<number>(), open<string>()];
  a.give(1);
  b.give("b");
  const names = new Map<Future<number | string>, string>([
    [a.future, "first"],
    [b.future, "second"],
  ]);
  const values: [string, number | string][] = [];
  for await (const future of asCompleted(names.keys())) {
    values.push([names.get(future)!, await future.result()]);
  }
  for await (const future of asCompleted([a.future, b.future])) {
    const value: number | string = await future.result();
    values.push(["mixed", value]);
  }
  assertEquals(values, [["first", 1], ["second", "b"], ["mixed", 1], [
    "mixed",
    "b",
  ]]);
});

Deno.test("asCompleted() refuses what is no future", () => {
  const { pending, returned } = oneOfEach();
  const wrong = [pending!, returned!.result()] as Future<number>[];
  assertThrows(
    () => asCompleted(wrong),
    TypeError,
    "Cannot wait for futures: item 1 is none",
  );
  assertThrows(() => asCompleted([], { timeout: -1 }), RangeError);
});

// --- time-outs ------------------------------------------------------------

Deno.test(
  "asCompleted() says how many of how many are unfinished when the time is over (A3)",
  strict,
  async () => {
    const tasks = openMany(3);
    const [a, , c] = tasks;
    c!.give(1);
    const taking = takeAll(asCompleted(futuresOf(tasks), { timeout: 50 }));
    a!.give(2);
    const { futures, error } = await soon(taking);
    assertCame(futures, [c, a]);
    assert(error instanceof DOMException);
    assertEquals(
      [error.name, error.message],
      ["TimeoutError", "1 (of 3) futures unfinished"],
    );
    assertEquals(listenersOf(tasks), 0);
  },
);

Deno.test(
  "asCompleted() counts a future once that is named twice (A3)",
  strict,
  async () => {
    const { future } = open();
    const { error } = await soon(
      takeAll(asCompleted([future, future], { timeout: 0 })),
    );
    assertEquals((error as Error).message, "1 (of 1) futures unfinished");
  },
);

Deno.test(
  "asCompleted() with a time-out of 0 gives those that are done, then throws (A4)",
  strict,
  async () => {
    const tasks = openMany(4);
    const [a, b, c] = tasks;
    a!.give(1);
    c!.withdraw();
    const completed = asCompleted(futuresOf(tasks), { timeout: 0 });
    b!.give(2); // Done before anybody had to wait.
    const { futures, error } = await soon(takeAll(completed));
    assertCame(futures, [a, c, b]);
    assertEquals((error as Error).message, "1 (of 4) futures unfinished");
    assertEquals(await completed.next(), { done: true, value: undefined });
  },
);

Deno.test(
  "asCompleted() counts the time from its call, not from each step (A5)",
  strict,
  async () => {
    const timeout = 200;
    const tasks = openMany(3);
    tasks[0]!.give(1);
    const start = performance.now();
    const completed = asCompleted(futuresOf(tasks), { timeout });
    await completed.next();
    const body = Promise.withResolvers<void>();
    setTimeout(body.resolve, timeout);
    await body.promise;
    tasks[1]!.give(2); // Finished while the time ran out: it still comes.
    const step = performance.now();
    assertStrictEquals((await completed.next()).value, tasks[1]!.future);
    await assertRejects(() => soon(completed.next()), DOMException, "1 (of 3)");
    assertLess(performance.now() - step, timeout);
    assertGreaterOrEqual(performance.now() - start, timeout - 5);
  },
);

Deno.test(
  "a loop that timed out cancels nothing, and a second one gives them all (A6)",
  strict,
  async () => {
    const tasks = openMany(3);
    tasks[0]!.give(1);
    const first = await soon(
      takeAll(asCompleted(futuresOf(tasks), { timeout: 1 })),
    );
    assertEquals(first.futures.length, 1);
    assertEquals(tasks.map(({ future }) => future.state), [
      "finished",
      "pending",
      "pending",
    ]);
    const second = takeAll(asCompleted(futuresOf(tasks), { timeout: 20_000 }));
    tasks[2]!.give(2);
    tasks[1]!.give(3);
    const { futures, error } = await soon(second);
    assertCame(futures, [tasks[0], tasks[2], tasks[1]]);
    assertEquals(error, undefined);
  },
);

// --- nothing is left ------------------------------------------------------

Deno.test("asCompleted() keeps no reference to a future that it gave (A8)", async () => {
  const never = open();
  const { completed, give } = started(never);
  const next = async () =>
    new WeakRef<WeakKey>((await soon(completed.next())).value!);
  assert(await areGone([await next()])); // The second one is there still.
  const second = await next();
  give();
  assert(await areGone([second, await next(), await next()]));
  never.give(1);
  assertStrictEquals((await soon(completed.next())).value, never.future);
});

/** Four futures that nobody else holds: two are done, two will be. */
function started(never: OpenTask<number>) {
  const tasks = openMany(4);
  tasks[0]!.give(0);
  tasks[1]!.give(1);
  const completed = asCompleted([...futuresOf(tasks), never.future]);
  tasks.splice(0, 2);
  return {
    completed,
    give() {
      for (const task of tasks.splice(0)) task.give(2);
    },
  };
}

Deno.test("a loop that is left takes its listeners away", async () => {
  const tasks = openMany(3);
  for await (const _ of asCompleted(futuresOf(tasks), give(tasks[1]!))) break;
  assertEquals(listenersOf(tasks), 0);
});

/** Ends a task, between the lines. */
function give(task: OpenTask<number>): undefined {
  queueMicrotask(() => task.give(1));
}

Deno.test(
  "AsyncIterator.return() of asCompleted() ends the steps that wait",
  strict,
  async () => {
    const tasks = openMany(3);
    const abort = new CountedAbort();
    const { signal } = abort;
    const completed = asCompleted(futuresOf(tasks), {
      timeout: 20_000,
      signal,
    });
    const steps = [completed.next(), completed.next()];
    assertEquals([listenersOf(tasks), abort.listeners], [3, 1]);
    tasks[0]!.give(1); // Settled, and not told yet.
    const end = { done: true as const, value: undefined };
    assertEquals(await soon(completed.return()), end);
    assertEquals(await soon(Promise.all(steps)), [end, end]);
    assertEquals(await completed.next(), end);
    assertEquals([listenersOf(tasks), abort.listeners], [0, 0]);
  },
);

Deno.test(
  "steps of asCompleted() that wait together are served in their order",
  strict,
  async () => {
    const tasks = openMany(2);
    const completed = asCompleted(futuresOf(tasks), { timeout: 20_000 });
    const steps = [1, 2, 3].map(() => completed.next());
    tasks[1]!.give(1);
    tasks[0]!.give(0);
    const [first, second, third] = await soon(Promise.all(steps));
    assertStrictEquals(first!.value, tasks[1]!.future);
    assertStrictEquals(second!.value, tasks[0]!.future);
    assertEquals(third, { done: true, value: undefined });
  },
);

Deno.test(
  "asCompleted() runs a timer only while a step waits",
  strict,
  async () => {
    const tasks = openMany(2);
    const completed = asCompleted(futuresOf(tasks), { timeout: 20_000 });
    tasks[0]!.give(1);
    await soon(completed.next()); // And is left here: the test ends.
  },
);

// --- signals --------------------------------------------------------------

Deno.test(
  "asCompleted() ends with the reason of the signal",
  strict,
  async () => {
    const tasks = openMany(3);
    const abort = new CountedAbort();
    const { signal } = abort;
    const completed = asCompleted(futuresOf(tasks), { signal });
    tasks[0]!.give(1);
    await soon(completed.next());
    assertEquals(abort.listeners, 0);
    const steps = [completed.next(), completed.next()].map(later);
    const reason = new Error("enough");
    abort.abort(reason);
    assertStrictEquals(await assertRejects(() => soon(steps[0]!)), reason);
    assertEquals((await soon(steps[1]!)).done, true);
    assertEquals([listenersOf(tasks), abort.listeners], [0, 0]);
    assertThrows(() => asCompleted([], { signal }), Error, "enough");
  },
);

Deno.test("asCompleted() ends with the reason of a signal that is aborted between steps", async () => {
  const tasks = openMany(2);
  const abort = new AbortController();
  const { signal } = abort;
  const completed = asCompleted(futuresOf(tasks), { signal });
  tasks[0]!.give(1);
  await turn();
  const reason = new Error("enough");
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => completed.next()), reason);
  assertEquals((await completed.next()).done, true);
  assertEquals(listenersOf(tasks), 0);
});

// --- who waits ------------------------------------------------------------

Deno.test("an owner learns that asCompleted() waits, and that it does so no more", async () => {
  const tasks = [1, 2, 3].map((n) => new WatchedTask<number>(`square(${n})`));
  const waiting = () => tasks.reduce((sum, task) => sum + task.waiting, 0);
  const completed = asCompleted(futuresOf(tasks));
  assertEquals(waiting(), 0);
  const steps = [completed.next(), completed.next()];
  assertEquals(tasks.map((task) => task.waiting), [1, 0, 0]);
  tasks[0]!.give(1);
  await soon(steps[0]!);
  assertEquals(tasks.map((task) => task.waiting), [1, 1, 0]); // One is done.
  tasks[2]!.give(3);
  await soon(steps[1]!);
  assertEquals(tasks.map((task) => task.waiting), [1, 0, 0]);
  const step = completed.next();
  assertEquals(tasks[1]!.waiting, 1);
  await completed.return();
  assertEquals([tasks[1]!.waiting, await isSettled(step)], [0, true]);
});

Deno.test(
  "an owner learns of no asCompleted() that something else may end",
  strict,
  async () => {
    const watched = new WatchedTask<number>("square(1)");
    const other = open();
    const { signal } = new AbortController();
    for (
      const completed of [
        asCompleted([watched.future, other.future]),
        asCompleted([watched.future], { timeout: 20_000 }),
        asCompleted([watched.future], { signal }),
      ]
    ) {
      const step = completed.next();
      assertEquals(watched.waiting, 0);
      await completed.return();
      await soon(step);
    }
  },
);
