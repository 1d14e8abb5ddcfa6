// The supervisor with real actors. Its rules, with all their cases, are held by
// supervisor_rules_test.ts and supervisor_random_test.ts.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type Exit,
  PermissionDeniedError,
  Queue,
  RemoteError,
} from "@troupe/troupe";
import type { Child } from "../../../actors/supervision/child.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import {
  ChildExistsError,
  MaxChildrenError,
  RestartIntensityError,
  StartError,
  SupervisorStateError,
} from "../../../actors/supervision/supervisor_errors.ts";
import type { SupervisorEvent } from "../../../actors/supervision/supervisor_events.ts";
import { add, nothing } from "../../fixtures/actors/endings.ts";
import { hangsAtLoad } from "../../fixtures/actors/hangs_at_load.ts";
import {
  asksHow,
  escalates,
  fails,
  isDenied,
  obeys,
  type Order,
  waits,
} from "../../fixtures/actors/supervised.ts";
import { assertNoThreads } from "../../leaks.ts";

/** What a supervisor tells, to be waited for. */
function listen(supervisor: Supervisor) {
  const events = supervisor.events[Symbol.asyncIterator]();
  return async <T extends SupervisorEvent["type"]>(
    type: T,
  ): Promise<Extract<SupervisorEvent, { type: T }>> => {
    for (;;) {
      const { done, value } = await events.next();
      assert(!done, `No "${type}" came`);
      if (value.type === type) {
        return value as Extract<typeof value, { type: T }>;
      }
    }
  };
}

Deno.test("Supervisor.spawn() gives the child when it is up, typed from end to end", async () => {
  await using sup = new Supervisor();
  const child = await sup.spawn(add, [1, 2], { restart: "transient" });
  assertType<IsExact<typeof child, Child<number>>>(true);
  const exit = await child.join();
  assertType<IsExact<typeof exit, Exit<number>>>(true);
  assertEquals(exit, { reason: "returned", code: 0, value: 3 });
  assertEquals([child.id, child.process.name], ["add-1", "add-1"]);
  assertEquals([child.state, child.isAlive()], ["stopped", false]);
  const second = await sup.spawn(add, [1, 2], {
    restart: "temporary",
    name: "plus",
  });
  assertEquals([second.id, second.process.name], ["add-2", "plus"]);
  // @ts-expect-error: the arguments are numbers
  const wrong = () => sup.spawn(add, ["1", 2]);
  // @ts-expect-error: there are two of them
  const few = () => sup.spawn(add, [1]);
  // @ts-expect-error: and they are needed
  const none = () => sup.spawn(add);
  assertEquals([wrong, few, none].length, 3);
});

Deno.test("a permanent child that ends is started again, and its sibling keeps its process (O8, O20)", async () => {
  await using sup = new Supervisor({ maxRestarts: 5 });
  const next = listen(sup);
  const started = new Queue<string>();
  const orders = new Queue<Order>();
  const a = await sup.spawn(obeys, [started, orders], { id: "a" });
  const b = await sup.spawn(obeys, [started, new Queue<Order>()], { id: "b" });
  const sibling = b.process;
  for (const [n, order] of (["throw", "return", "exit 3"] as const).entries()) {
    const before = a.process;
    await orders.put(order);
    const exited = await next("exited");
    assertEquals([exited.id, exited.handling], ["a", "restart"]);
    assertEquals(exited.exit, await before.join());
    const restarted = await next("restarted");
    assertEquals([restarted.id, restarted.incarnation], ["a", n + 2]);
    assert(a.process !== before && a.isAlive());
  }
  assertEquals([a.restarts, b.restarts], [3, 0]);
  assert(b.process === sibling && b.isAlive());
});

Deno.test("a child whose module cannot be started in its time has failed with a TimeoutError, and is gone", async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const error = await assertRejects(
    () => sup.spawn(hangsAtLoad, [], { startTimeout: 150 }),
    DOMException,
  );
  assertEquals(error.name, "TimeoutError");
  assertEquals(sup.children(), []);
  assertEquals((await next("start-failed")).error, error);
  await assertNoThreads();
});

Deno.test("Supervisor.start() starts a list in order, one after another (O1)", async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const started = new Queue<string>();
  const [a, sum] = await sup.start([
    { actor: obeys, args: [started, new Queue<Order>()], id: "a" },
    { actor: add, args: [1, 2], restart: "temporary" },
    { actor: waits },
  ]);
  assertType<IsExact<typeof sum, Child<number>>>(true);
  assert(a.isAlive());
  for (const id of ["a", "add-1", "waits-1"]) {
    assertEquals((await next("started")).id, id);
  }
});

Deno.test("a list in which one does not start: those before it are stopped in reverse, and none is kept (O2)", async () => {
  await using sup = new Supervisor({ name: "lists" });
  const told: string[] = [];
  const reading = (async () => {
    for await (const event of sup.events) {
      if ("id" in event) told.push(`${event.type} ${event.id}`);
    }
  })();
  await sup.spawn(waits, [], { id: "before" });
  const error = await assertRejects(
    () =>
      sup.start([
        { actor: waits, id: "a" },
        { actor: waits, id: "b" },
        { actor: hangsAtLoad, id: "bad", startTimeout: 100 },
        { actor: waits, id: "never" },
      ]),
    StartError,
  );
  assertEquals([error.supervisor, error.id], ["lists", "bad"]);
  assertInstanceOf(error.cause, DOMException);
  assertEquals(sup.children().map(({ id }) => id), ["before"]);
  await sup.shutdown();
  await reading;
  assertEquals(told.slice(1), [
    ...["started a", "started b", "start-failed bad"],
    ...["stopped b", "stopped a", "stopped before"],
  ]);
});

Deno.test("a list is checked as a whole before anything starts (O43, O44)", async () => {
  await using sup = new Supervisor({ maxChildren: 2 });
  const twice = [{ actor: waits, id: "x" }, {
    actor: nothing,
    id: "x",
  }] as const;
  const error = await assertRejects(() => sup.start(twice), ChildExistsError);
  assertEquals([error.id, error.state], ["x", undefined]);
  assertThrows(() => sup.check(twice), ChildExistsError);
  const three = [{ actor: waits }, { actor: waits }, { actor: waits }] as const;
  assertThrows(() => sup.check(three), MaxChildrenError);
  const bad = [
    { actor: waits },
    { actor: waits, id: "bad", shutdown: -1 },
  ] as const;
  const range = assertThrows(() => sup.check(bad), RangeError) as RangeError;
  assertStringIncludes(range.message, 'child "bad"');
  await assertRejects(() => sup.start(bad), RangeError);
  sup.check([{ actor: waits }]);
  assertEquals(sup.count().specs, 0);
});

Deno.test("Supervisor.count() and spec() tell what is and what was specified (O42, O43)", async () => {
  await using sup = new Supervisor();
  await using below = new Supervisor({ name: "below" });
  await sup.spawn(waits, [], { id: "w" });
  await sup.spawn(nothing, [], { id: "n", restart: "transient" });
  await sup.join("n");
  await sup.supervise(below);
  assertEquals(sup.count(), {
    specs: 3,
    active: 2,
    supervisors: 1,
    workers: 2,
  });
  assertEquals(sup.spec("w"), {
    kind: "worker",
    id: "w",
    actor: "waits",
    module: waits.module,
    args: [],
    name: "w",
    permissions: undefined,
    isolation: undefined,
    memory: undefined,
    restart: "permanent",
    shutdown: 5000,
    significant: false,
    startTimeout: 10_000,
    liveness: undefined,
  });
  assertEquals(sup.spec("below"), {
    kind: "supervisor",
    id: "below",
    name: "below",
    restart: "permanent",
    shutdown: Infinity,
    significant: false,
  });
  assertEquals(sup.children().map(({ id, state }) => `${id} ${state}`), [
    "w running",
    "n stopped",
    "below running",
  ]);
  assert(sup.child("w") === sup.children()[0]!.child);
  assertEquals(sup.child("no"), undefined);
});

Deno.test("a denied child is not tried again: it stays down, and the event says what to grant", async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const child = await sup.spawn(isDenied, [], { id: "d" });
  const { error, grant, id } = await next("denied");
  assertInstanceOf(error, PermissionDeniedError);
  assertEquals([id, grant], ["d", `read: ["/etc/hostname"]`]);
  assertEquals((await child.join()).reason, "denied");
  assertEquals([child.state, child.restarts], ["denied", 0]);
  assertEquals(sup.count(), {
    specs: 1,
    active: 0,
    supervisors: 0,
    workers: 1,
  });
});

Deno.test("with too many restarts all are stopped, and join() says who it was, how often and why (O13, O47)", async () => {
  const sup = new Supervisor({ name: "limited", maxRestarts: 2 });
  const next = listen(sup);
  const bystander = await sup.spawn(waits);
  const error = await Promise.all([
    assertRejects(() => sup.join(), RestartIntensityError),
    sup.spawn(fails, [], { id: "f" }),
  ]).then(([error]) => error);
  assertEquals(
    [error.supervisor, error.child, error.restarts, error.within],
    ["limited", "f", 3, 5000],
  );
  assertInstanceOf(error.cause, RemoteError);
  assert(!bystander.isAlive() && !sup.isAlive());
  const last = await next("gave-up");
  assertEquals(last.spec, sup.spec("f"));
  assertEquals(last.report.children.map(({ id }) => id), ["waits-1"]);
  await assertRejects(() => sup.spawn(waits), SupervisorStateError);
  await assertNoThreads();
});

Deno.test("giving up ends the actor a supervisor lives in, unless that asked for it", async () => {
  const [escalated, asked] = [escalates.spawn(), asksHow.spawn()];
  const exit = await escalated.join();
  assert(exit.reason === "threw");
  assertInstanceOf(exit.error.cause, RestartIntensityError);
  assertEquals(exit.error.cause.supervisor, "inner");
  assertEquals(await asked.result(), "RestartIntensityError");
});

Deno.test("an actor whose supervisor gives up is restarted by the supervisor above it (O19)", async () => {
  const sup = new Supervisor({ maxRestarts: 1 });
  const next = listen(sup);
  const over = assertRejects(() => sup.join(), RestartIntensityError);
  await sup.spawn(escalates, [], { id: "e" });
  const exited = await next("exited");
  assertEquals(exited.exit.reason, "threw");
  assertEquals((await next("restarted")).id, "e");
  assertEquals((await over).child, "e");
});

Deno.test("joins of a child wait while it is restarted, and end with it", async () => {
  await using sup = new Supervisor();
  const started = new Queue<string>();
  const orders = new Queue<Order>();
  const a = await sup.spawn(obeys, [started, orders], {
    id: "a",
    restart: "transient",
  });
  const joined = a.join();
  await orders.put("throw");
  await started.get();
  await started.get();
  assertEquals(await a.join({ timeout: 0 }), undefined);
  assertEquals(await sup.join("a", { timeout: 0 }), undefined);
  await orders.put("exit 0");
  assertEquals(await joined, { reason: "exited", code: 0 });
  const aborted = AbortSignal.abort("no time");
  assertEquals(
    await a.join({ signal: aborted }).catch((reason) => reason),
    "no time",
  );
  await assertRejects(() => a.join({ timeout: -1 }), RangeError);
});

Deno.test("what fails at a start is what Process.start and ready say, and keeps no child", async () => {
  await using sup = new Supervisor();
  await assertRejects(() =>
    sup.spawn(nothing, [], { permissions: { read: true } })
  );
  // deno-lint-ignore no-explicit-any
  await assertRejects(() => sup.spawn({} as any), TypeError);
  await assertRejects(
    // deno-lint-ignore no-explicit-any
    () => sup.spawn(nothing, 5 as any),
    TypeError,
    "args must be an array",
  );
  assertEquals(sup.count().specs, 0);
});
