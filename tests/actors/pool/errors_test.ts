// The texts and the fields of the errors of pools.
import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  BROKE_FOR_GOOD,
  BROKE_UNDER_TASK,
  BrokenPoolError,
  CancelledError,
  InvalidStateError,
  PoolClosedError,
  PoolDeadlockError,
  WorkerDiedError,
} from "../../../actors/pool/errors.ts";
import { Queue } from "../../../mod.ts";

Deno.test("PoolClosedError has Python's text (E31)", () => {
  const error = new PoolClosedError("ProcessPool-1", "submit to");
  assertEquals(
    error.message,
    'Cannot submit to pool "ProcessPool-1": ' +
      "cannot schedule new futures after shutdown",
  );
  assertEquals(error.pool, "ProcessPool-1");
});

Deno.test("BrokenPoolError has Python's two texts, and what broke the pool (E24)", () => {
  const cause = new Error("no such file");
  const under = new BrokenPoolError("p", BROKE_UNDER_TASK, cause);
  assertEquals(
    under.message,
    'Pool "p" is broken: A process in the process pool was terminated ' +
      "abruptly while the future was running or pending",
  );
  assertStrictEquals(under.cause, cause);
  const later = new BrokenPoolError("p", BROKE_FOR_GOOD);
  assertEquals(
    later.message,
    'Pool "p" is broken: A child process terminated abruptly, the process ' +
      "pool is not usable anymore",
  );
  assertEquals([later.pool, "cause" in later], ["p", false]);
});

Deno.test("WorkerDiedError names the worker, the task, the end and its time", () => {
  const exit = { reason: "exited", code: 3 } as const;
  const task = 'load("http://localhost/")';
  const error = new WorkerDiedError("ProcessPool-1:2", task, exit, 1203.7);
  assertEquals(
    error.message,
    'Task load("http://localhost/") failed: worker "ProcessPool-1:2" exited ' +
      "(code 3) while it ran it, 1204 ms after its start",
  );
  assertEquals(
    [error.worker, error.task, error.exit, error.uptime, "cause" in error],
    ["ProcessPool-1:2", task, exit, 1203.7, false],
  );
});

Deno.test("the cause of a WorkerDiedError is the error that the worker ended with", () => {
  const thrown = new Error("out of paper");
  const exit = { reason: "threw", code: 1, error: thrown } as const;
  const error = new WorkerDiedError("p:1", "print()", exit, 5);
  assertStrictEquals(error.cause, thrown);
  assertEquals(
    error.message,
    'Task print() failed: worker "p:1" threw (out of paper) while it ran it, ' +
      "5 ms after its start",
  );
});

Deno.test("PoolDeadlockError names who waits for whom (E41)", () => {
  const error = new PoolDeadlockError("p", ["outer()", "inner()"], 2);
  assertEquals(
    error.message,
    'Cannot wait for task inner(): all 2 workers of pool "p" run tasks that ' +
      "wait for tasks of the same pool: outer() → inner(). Give it more " +
      "workers, or submit from outside",
  );
  assertEquals([error.pool, error.chain], ["p", ["outer()", "inner()"]]);
});

Deno.test("errors of pools reach another actor as what they are", async () => {
  const exit = { reason: "exited", code: 3 } as const;
  const errors = [
    new CancelledError("square(3)"),
    new InvalidStateError("It is finished", "finished"),
    new PoolClosedError("p", "submit to"),
    new BrokenPoolError("p", BROKE_FOR_GOOD),
    new WorkerDiedError("p:1", "square(3)", exit, 5),
    new PoolDeadlockError("p", ["outer()", "inner()"]),
  ];
  const queue = new Queue<Error>();
  for (const error of errors) {
    await queue.put(error);
    const arrived = await queue.get();
    assertInstanceOf(arrived, error.constructor as ErrorConstructor);
    assertEquals<unknown>({ ...arrived }, { ...error });
    assertEquals(arrived.message, error.message);
    assertEquals(arrived.name, error.constructor.name);
  }
});
