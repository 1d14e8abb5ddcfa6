// The future alone: what a pool does to it, the test does.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  InvalidStateError,
} from "../../../actors/pool/errors.ts";
import {
  type Future,
  listenerCount,
  reportTo,
  settleFuture,
} from "../../../actors/pool/future.ts";
import type { FutureOutcome } from "../../../actors/pool/future_types.ts";
import { turn } from "../../../channels/turn.ts";
import { later, soon } from "../../channels/inside.ts";
import {
  areGone,
  CountedAbort,
  isSettled,
  oneOfEach,
  open,
  OpenTask,
  WatchedTask,
} from "./open_future.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

// --- states ---------------------------------------------------------------

Deno.test("Future is pending, running, finished or cancelled (E3)", () => {
  const states = Object.entries(oneOfEach()).map(([key, f]) => [key, f.state]);
  assertEquals(Object.fromEntries(states), {
    pending: "pending",
    running: "running",
    cancelled: "cancelled",
    returned: "finished",
    raised: "finished",
  });
});

Deno.test("Future.cancelled, running and done in each of the five conditions (E5)", () => {
  const table = Object.entries(oneOfEach())
    .map(([key, f]) => [key, [f.cancelled, f.running, f.done]]);
  assertEquals(Object.fromEntries(table), {
    pending: [false, false, false],
    running: [false, true, false],
    cancelled: [true, false, true],
    returned: [false, false, true],
    raised: [false, false, true],
  });
});

Deno.test("what is logged of a future is its task, its state and the type of its outcome (E3)", () => {
  const texts = Object.values(oneOfEach()).map((f) => Deno.inspect(f));
  assertEquals(texts, [
    "Future of task square(0) (pending)",
    "Future of task square(1) (running)",
    "Future of task square(2) (cancelled)",
    "Future of task square(3) (finished, returned number)",
    "Future of task square(4) (finished, raised TypeError)",
  ]);
});

Deno.test("the type of an outcome is named by its class, where it has one (E3)", () => {
  const text = (outcome: FutureOutcome<unknown>) => {
    const { future } = open<unknown>();
    settleFuture(future, outcome);
    return /, (.*)\)/.exec(Deno.inspect(future))![1];
  };
  const values = [undefined, null, "text", [1], new Map(), Object.create(null)];
  assertEquals(values.map((value) => text({ value })), [
    "returned undefined",
    "returned null",
    "returned string",
    "returned Array",
    "returned Map",
    "returned object",
  ]);
  assertEquals(
    text({ error: new DOMException("", "DataError") }),
    "raised DataError",
  );
  assertEquals(text({ error: "a text" }), "raised string");
});

Deno.test("the text of a task is made when it is needed, and no sooner", () => {
  let made = 0;
  const task = open({
    get label() {
      return `square(${++made})`;
    },
  });
  task.give(9);
  assertEquals(made, 0);
  assertMatch(Deno.inspect(task.future), /task square\(1\) /);
});

// --- cancel ---------------------------------------------------------------

Deno.test("Future.cancel() is true while it is pending, and when it is cancelled already (E4)", () => {
  const { future } = open();
  assertEquals([future.cancel(), future.state], [true, "cancelled"]);
  assertEquals([future.cancel(), future.state], [true, "cancelled"]);
});

Deno.test("Future.cancel() is false while it runs and when it is finished (E4)", () => {
  const { running, returned, raised } = oneOfEach();
  assertEquals([running!.cancel(), running!.state], [false, "running"]);
  assertEquals([returned!.cancel(), returned!.state], [false, "finished"]);
  assertEquals([raised!.cancel(), raised!.state], [false, "finished"]);
});

Deno.test("a future that is done lets go of who ran its task", () => {
  let cancels = 0;
  class Counts extends OpenTask<number> {
    override withdraw(): boolean {
      cancels++;
      return super.withdraw();
    }
  }
  const task = new Counts("square(3)");
  task.future.cancel();
  task.future.cancel();
  assertEquals(cancels, 1);
});

// --- result ---------------------------------------------------------------

Deno.test("Future.result() gives what the task returns, before and after its end", async () => {
  const task = open();
  const before = task.future.result();
  task.give(9);
  assertEquals([await soon(before), await task.future.result()], [9, 9]);
  assertEquals(await task.future.result({ timeout: 0 }), 9);
});

Deno.test("Future.result() throws the very error of the task, again and again (E9)", async () => {
  class LowBatteryError extends Error {
    constructor(readonly percent: number) {
      super(`${percent} %`);
    }
  }
  const task = open();
  const before = later(task.future.result());
  const error = new LowBatteryError(4);
  task.fail(error);
  for (const result of [before, task.future.result()]) {
    assertStrictEquals(await assertRejects(() => soon(result)), error);
  }
});

Deno.test("a task may throw something that is no error, also undefined", async () => {
  for (const thrown of [undefined, null, 0, "text"]) {
    const task = open();
    task.fail(thrown);
    const caught = await task.future.then(() => ["returned"], (e) => [e]);
    assertEquals(caught, [thrown]);
  }
});

Deno.test(
  "Future.result() with a time-out gives up, and the task goes on (E6)",
  strict,
  async () => {
    const task = open();
    task.begin();
    const error = await assertRejects(
      () => soon(task.future.result({ timeout: 10 })),
      DOMException,
    );
    assertEquals(error.name, "TimeoutError");
    assertEquals(
      error.message,
      "Cannot get the result of task square(3): it was still running after 10 ms",
    );
    assertEquals([task.future.state, listenerCount(task.future)], [
      "running",
      0,
    ]);
    const second = task.future.result({ timeout: 20_000 });
    task.give(9);
    assertEquals(await soon(second), 9);
  },
);

Deno.test(
  "Future.result() with a time-out of 0 tries once (E6)",
  strict,
  async () => {
    const { future } = open();
    const error = await assertRejects(() =>
      soon(future.result({ timeout: 0 }))
    );
    assertMatch(String(error), /TimeoutError: .* still pending after 0 ms/);
  },
);

Deno.test(
  "Future.result() and exception() end with the reason of the signal",
  strict,
  async () => {
    for (const method of ["result", "exception"] as const) {
      const { future } = open();
      const abort = new CountedAbort();
      const call = later(future[method]({ signal: abort.signal }));
      assertEquals([listenerCount(future), abort.listeners], [1, 1]);
      const reason = new Error("enough");
      abort.abort(reason);
      for (const one of [call, future[method]({ signal: abort.signal })]) {
        assertStrictEquals(await assertRejects(() => soon(one)), reason);
      }
      assertEquals([listenerCount(future), abort.listeners], [0, 0]);
    }
  },
);

Deno.test(
  "Future.result() leaves nothing on the signal when the task ends first",
  strict,
  async () => {
    const task = open();
    const abort = new CountedAbort();
    const { signal } = abort;
    const call = task.future.result({ signal, timeout: 20_000 });
    task.give(9);
    assertEquals(await soon(call), 9);
    assertEquals([listenerCount(task.future), abort.listeners], [0, 0]);
  },
);

Deno.test("Future.result() and exception() refuse options of the wrong type", async () => {
  const { pending, returned } = oneOfEach();
  for (const future of [pending!, returned!]) {
    await assertRejects(() => future.result({ timeout: -1 }), RangeError);
    await assertRejects(
      () => future.exception({ timeout: "1" as unknown as number }),
      TypeError,
    );
  }
});

Deno.test("Future.result() of a cancelled future throws a CancelledError (E7)", async () => {
  const task = open();
  const before = later(task.future.result());
  task.withdraw();
  for (const result of [before, task.future.result()]) {
    const error = await assertRejects(() => soon(result), CancelledError);
    assertEquals(
      error.message,
      "Cannot get the result of task square(3): it was cancelled",
    );
    assertEquals(error.task, "square(3)");
  }
});

Deno.test("Future.exception() of a cancelled future throws too (E7)", async () => {
  const { cancelled } = oneOfEach();
  await assertRejects(
    () => cancelled!.exception(),
    CancelledError,
    "Cannot get the error of task square(2): it was cancelled",
  );
});

Deno.test("Future.exception() gives the error, and undefined if the task returned", async () => {
  const [good, bad] = [open(), open()];
  const [none, some] = [good.future.exception(), bad.future.exception()];
  const error = new TypeError("not a number");
  good.give(9);
  bad.fail(error);
  assertEquals(await soon(none), undefined);
  assertStrictEquals(await soon(some), error);
  assertStrictEquals(await bad.future.exception({ timeout: 0 }), error);
});

Deno.test(
  "a call that gave up takes no other's place on the future",
  strict,
  async () => {
    const task = open();
    const first = later(task.future.result({ timeout: 1 }));
    const second = task.future.result();
    await assertRejects(() => soon(first), DOMException);
    assertEquals(listenerCount(task.future), 0);
    task.give(9);
    assertEquals(await soon(second), 9);
  },
);

// --- as a promise ---------------------------------------------------------

Deno.test("a future can be awaited, and joined with promises", async () => {
  const [a, b] = [open(), open<string>()];
  const both = Promise.all([a.future, b.future]);
  b.give("b");
  a.give(1);
  const [first, second]: [number, string] = await soon(both);
  assertEquals([first, second, await a.future], [1, "b", 1]);
});

Deno.test("Future.then(), catch() and finally() do what those of a promise do", async () => {
  const error = new TypeError("not a number");
  const [good, bad] = [open(), open()];
  let runs = 0;
  const calls = [
    good.future.then((n) => n + 1),
    good.future.then(),
    good.future.catch(() => "not called"),
    good.future.finally(() => runs++),
    bad.future.then(() => "not called", (e) => e),
    bad.future.catch((e) => e),
    bad.future.finally(() => runs++).catch((e) => e),
  ];
  good.give(9);
  bad.fail(error);
  const expected = [10, 9, 9, 9, error, error, error];
  assertEquals(await soon(Promise.all<unknown>(calls)), expected);
  assertEquals(runs, 2);
});

Deno.test("a task that fails and that nobody looks at is no unhandled rejection", async () => {
  const seen: PromiseRejectionEvent[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(event);
  };
  addEventListener("unhandledrejection", note);
  const [silent, watched, asked] = [open(), open(), open()];
  silent.fail(new Error("not looked at"));
  watched.future.addDoneCallback(() => {});
  watched.fail(new Error("only its end is looked at"));
  asked.future.result();
  asked.fail(new Error("asked for"));
  await turn();
  await turn();
  removeEventListener("unhandledrejection", note);
  assertEquals(seen.map(({ reason }) => reason.message), ["asked for"]);
});

// --- callbacks ------------------------------------------------------------

Deno.test("Future.addDoneCallback() calls each once, in order, with the future alone (E11)", async () => {
  for (const end of ["give", "fail", "withdraw"] as const) {
    const task = open<unknown>();
    const calls: [string, unknown[]][] = [];
    const note = (name: string) => (...args: unknown[]) => {
      calls.push([name, args]);
    };
    const twice = note("twice");
    task.future.addDoneCallback(note("first"));
    task.future.addDoneCallback(twice);
    task.future.addDoneCallback(twice);
    task[end](new Error("its end"));
    assertEquals(calls, []);
    await turn();
    assertEquals(calls.map(([name]) => name), ["first", "twice", "twice"]);
    for (const [, args] of calls) {
      assertEquals(args.length, 1);
      assertStrictEquals(args[0], task.future);
    }
    await turn();
    assertEquals([calls.length, listenerCount(task.future)], [3, 0]);
  }
});

Deno.test("Future.addDoneCallback() calls at once where it is done, but not before it returns (E11)", async () => {
  const { returned } = oneOfEach();
  const order: string[] = [];
  returned!.addDoneCallback(() => {
    order.push("first");
    returned!.addDoneCallback(() => order.push("added by the first"));
  });
  returned!.addDoneCallback(() => order.push("second"));
  order.push("returned");
  await turn();
  assertEquals(order, ["returned", "first", "second", "added by the first"]);
});

Deno.test("callbacks of several futures run in the order of their ends", async () => {
  const [a, b] = [open<string>(), open<string>()];
  const order: string[] = [];
  for (const { future } of [a, b]) {
    future.addDoneCallback(async (f) => void order.push(await f));
  }
  b.give("b");
  a.give("a");
  await turn();
  assertEquals(order, ["b", "a"]);
});

Deno.test("a callback that ends another future has its callbacks run too", async () => {
  const [a, b] = [open(), open()];
  const order: string[] = [];
  a.future.addDoneCallback(() => b.give(2));
  a.future.addDoneCallback(() => order.push("a"));
  b.future.addDoneCallback(() => order.push("b"));
  a.give(1);
  await turn();
  assertEquals(order, ["a", "b"]);
});

/** What is logged as errors while `run` runs. */
async function logged(
  run: () => Promise<void>,
  log: (...args: unknown[]) => void = () => {},
): Promise<unknown[][]> {
  const lines: unknown[][] = [];
  const { error } = console;
  console.error = (...args) => {
    lines.push(args);
    log(...args);
  };
  try {
    await run();
  } finally {
    console.error = error;
  }
  return lines;
}

Deno.test("a callback that throws is logged, and the next one is called (E12)", async () => {
  const task = open();
  const errors = [new Error("thrown"), new Error("rejected")];
  let wasCalled = false;
  task.future.addDoneCallback(() => {
    throw errors[0];
  });
  task.future.addDoneCallback(async () => {
    await undefined;
    throw errors[1];
  });
  task.future.addDoneCallback(() => wasCalled = true);
  const lines = await logged(async () => {
    task.give(9);
    await turn();
  });
  assert(wasCalled);
  const text = "Exception calling callback for Future of task square(3) " +
    "(finished, returned number):";
  assertEquals(lines.map(([text]) => text), [text, text]);
  for (const [i, [, error]] of lines.entries()) {
    assertStrictEquals(error, errors[i]);
  }
});

Deno.test("a callback that gives a future does not ask for its result", async () => {
  const [first, second] = [open(), open()];
  first.future.addDoneCallback(() => second.future);
  first.give(1);
  await turn();
  assertEquals(listenerCount(second.future), 0);
});

Deno.test("where the log throws too, the others are called all the same (E12)", async () => {
  const [a, b] = [open(), open()];
  const called: string[] = [];
  a.future.addDoneCallback(() => {
    throw new Error("thrown");
  });
  a.future.addDoneCallback(() => called.push("a"));
  b.future.addDoneCallback(() => called.push("b"));
  const uncaught: unknown[] = [];
  const note = (event: ErrorEvent) => {
    event.preventDefault();
    uncaught.push(event.error);
  };
  addEventListener("error", note);
  const broken = new Error("the log is full");
  await logged(async () => {
    a.give(1);
    b.give(2);
    await turn();
    await turn();
  }, () => {
    throw broken;
  });
  removeEventListener("error", note);
  assertEquals([called, uncaught], [["a", "b"], [broken]]);
});

Deno.test("Future.addDoneCallback() refuses what is no function", () => {
  for (const callback of [undefined, null, {}]) {
    assertThrows(
      () => open().future.addDoneCallback(callback as () => void),
      TypeError,
      "Cannot add a done callback: it must be a function, got ",
    );
  }
});

// --- settling -------------------------------------------------------------

Deno.test("a future that is settled twice keeps what it had first (E13)", async () => {
  const outcomes: FutureOutcome<number>[] = [
    { value: 2 },
    { error: new Error("late") },
    { cancelled: true },
  ];
  const { returned, raised, cancelled } = oneOfEach();
  for (const future of [returned!, raised!, cancelled!]) {
    const { state } = future;
    const text = Deno.inspect(future);
    for (const outcome of outcomes) {
      const error = assertThrows(
        () => settleFuture(future, outcome),
        InvalidStateError,
        `: it is ${state} already`,
      );
      assertEquals(error.state, state);
      assertEquals(Deno.inspect(future), text);
    }
  }
  assertEquals(await returned, 9);
});

// --- who waits ------------------------------------------------------------

Deno.test("the owner learns of waits that nothing else ends", async () => {
  const calls: ((f: Future<number>) => unknown)[] = [
    (f) => f.result(),
    (f) => f.exception(),
    (f) => f.then(),
    (f) => f.result({}),
    (f) => f.result({ timeout: Infinity }),
    (f) => f.reports().next(),
  ];
  for (const call of calls) {
    const task = new WatchedTask<number>("square(3)");
    call(task.future);
    assertEquals(task.waiting, 1, `${call}`);
    task.give(9);
    call(task.future);
    await turn();
    assertEquals(task.waiting, 1, `${call}`); // It is not told of its own end.
  }
});

Deno.test(
  "the owner learns of no wait that ends by itself, and of no callback",
  strict,
  async () => {
    const task = new WatchedTask<number>("square(3)");
    const { future } = task;
    const { signal } = new AbortController();
    const calls = [
      future.result({ timeout: 20_000 }),
      future.result({ signal }),
    ];
    future.addDoneCallback(() => {});
    assertEquals(task.waiting, 0);
    task.give(9);
    assertEquals(await soon(Promise.all(calls)), [9, 9]);
  },
);

Deno.test("an owner may settle the future when it hears that somebody waits", async () => {
  class Refuses extends OpenTask<number> {
    onAwaited(): void {
      this.fail(new RangeError("it would never begin"));
    }
  }
  const { future } = new Refuses("square(3)");
  await assertRejects(() => soon(future.result()), RangeError, "never begin");
});

// --- reports --------------------------------------------------------------

Deno.test("Future.reports() gives what is reported from its call on, until the end", async () => {
  const task = open();
  reportTo(task.future, "too early");
  const reports = task.future.reports();
  const first = reports.next();
  reportTo(task.future, 1);
  reportTo(task.future, undefined);
  reportTo(task.future, { percent: 30 });
  task.give(9);
  reportTo(task.future, "too late");
  assertEquals(await soon(first), { done: false, value: 1 });
  assertEquals(await soon(Array.fromAsync(reports)), [
    undefined,
    { percent: 30 },
  ]);
  assertEquals((await reports.next()).done, true);
});

Deno.test("Future.reports() gives each reader all of them, and ends a reader that waits", async () => {
  const task = open();
  const readers = [1, 2].map(() => Array.fromAsync(task.future.reports()));
  const parts = task.future.reports();
  const waiting = [parts.next(), parts.next(), parts.next()];
  reportTo(task.future, "half");
  reportTo(task.future, "most");
  task.fail(new Error("how it ends is not told"));
  assertEquals(await soon(Promise.all(readers)), [["half", "most"], [
    "half",
    "most",
  ]]);
  assertEquals((await soon(Promise.all(waiting))).map(({ value }) => value), [
    "half",
    "most",
    undefined,
  ]);
});

Deno.test("Future.reports() of a future that is done is at its end", async () => {
  const { cancelled, returned } = oneOfEach();
  for (const future of [cancelled!, returned!]) {
    assertEquals(await soon(Array.fromAsync(future.reports())), []);
    assertEquals(listenerCount(future), 0);
  }
});

Deno.test("a loop over reports that is left leaves nothing behind", async () => {
  const task = new WatchedTask<number>("square(3)");
  const reports = task.future.reports();
  const first = reports.next();
  assertEquals([listenerCount(task.future), task.waiting], [1, 1]);
  reportTo(task.future, 1);
  assertEquals([await soon(first), task.waiting], [
    { done: false, value: 1 },
    0,
  ]);
  const second = reports.next();
  reportTo(task.future, 2);
  reportTo(task.future, 3);
  await reports.return!();
  assertEquals((await soon(second)).value, 2);
  assertEquals((await reports.next()).done, true);
  assertEquals([listenerCount(task.future), task.waiting], [0, 0]);
  const third = task.future.reports().next();
  assert(!await isSettled(third));
  task.give(9);
  assertEquals((await soon(third)).done, true);
});

Deno.test("a future does not hold those who left its reports", async () => {
  const task = open();
  const leave = async () => {
    const reports = task.future.reports();
    reportTo(task.future, 1);
    await reports.return!();
    return new WeakRef<WeakKey>(reports);
  };
  assert(await areGone([await leave()]));
  task.give(9);
});
