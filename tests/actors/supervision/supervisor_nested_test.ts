// Supervisors under supervisors, and restarts that wait, with children that are
// no threads and a clock that is set by hand.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  RestartIntensityError,
  SupervisorStateError,
} from "../../../actors/supervision/supervisor_errors.ts";
import type { SuperviseOptions } from "../../../actors/supervision/supervisor_options.ts";
import { type FakeOptions, FakeSupervision, settled } from "./fake_children.ts";

/** A supervision "in" of a and b, under one with x before and y after it. */
async function nested(
  outer: FakeOptions = {},
  inner: FakeOptions = {},
  options?: SuperviseOptions,
): Promise<[FakeSupervision, FakeSupervision]> {
  const above = new FakeSupervision({ name: "out", ...outer });
  const below = new FakeSupervision(
    { name: "in", ...inner },
    above.world,
    above.log,
  );
  await below.addAll("ab");
  await above.add("x");
  await above.nest(below, options);
  await above.add("y");
  above.news();
  return [above, below];
}

Deno.test("a supervisor that gives up is restarted by the one above, with all its children in order (O19)", async () => {
  const [above, below] = await nested();
  await below.end("b");
  await below.end("b");
  assertEquals(above.news(), "+b -a +a +b");
  assertEquals(above.states, "x running, in running, y running");
  assertEquals(below.events.at(-3)?.type, "gave-up");
  // It begins anew: what was before does not count.
  await below.end("a");
  assertEquals(above.news(), "+a");
});

Deno.test("intensities multiply: the one above gives up in its turn (O19)", async () => {
  const [above, below] = await nested();
  let ends = 0;
  while (above.supervision.life.isAlive) {
    await below.end("a");
    ends++;
  }
  assertEquals(ends, 4); // (1 + 1) × (1 + 1)
  const error = await assertRejects(
    () => above.supervision.life.outcome.wait(undefined),
    RestartIntensityError,
  );
  assertEquals([error.supervisor, error.child], ["out", "in"]);
  assert(error.exit?.reason === "gaveUp");
  assert(error.cause instanceof RestartIntensityError);
  assertEquals(error.cause.child, "a");
  // And so the one below is over too.
  await assertRejects(
    () => below.supervision.life.outcome.wait(undefined),
    RestartIntensityError,
  );
});

Deno.test("under rest-for-one a supervisor's restart takes along those after it (O10, O19)", async () => {
  const [above, below] = await nested({ strategy: "rest-for-one" });
  await below.end("a");
  await below.end("a");
  assertEquals(above.news(), "+a -b -y +a +b +y");
});

Deno.test("a transient supervisor that gives up is not restarted: its end is a normal one, as in OTP", async () => {
  const [above, below] = await nested({}, {}, { restart: "transient" });
  await below.end("a");
  await below.end("a");
  assertEquals(above.states, "x running, in stopped, y running");
  await above.supervision.restart("in");
  assertEquals(above.states, "x running, in running, y running");
  assertEquals(below.states, "a running, b running");
});

Deno.test("a supervisor that ends with its significant child is restarted if permanent, and not if transient", async () => {
  for (const restart of ["permanent", "transient"] as const) {
    const [above, below] = await nested(
      {},
      { autoShutdown: "any-significant" },
      { restart },
    );
    await below.add("s", { restart: "transient", significant: true });
    await below.end("s", "returns");
    assertEquals(below.supervision.life.isAlive, restart === "permanent");
    assertEquals(
      above.supervision.children.get("in")?.state,
      restart === "permanent" ? "running" : "stopped",
    );
  }
});

Deno.test("the end of the upper one ends the lower one in its place in the order", async () => {
  const [above, below] = await nested();
  const report = await above.supervision.life.shutdown(Infinity);
  assertEquals(above.news(), "-y -b -a -x");
  assertEquals(report.children.map(({ id }) => id), ["y", "in", "x"]);
  const exit = await below.supervision.life.outcome.wait(undefined);
  assertEquals(exit?.reason, "shutDown");
});

Deno.test("a supervised supervisor that is shut down is stopped by the one above, and stays down", async () => {
  const [above, below] = await nested();
  const report = await below.supervision.life.shutdown(Infinity);
  assertEquals(report.children.map(({ id }) => id), ["b", "a"]);
  assertEquals(above.news(), "-b -a");
  assertEquals(above.states, "x running, in stopped, y running");
  assertEquals(
    (await below.supervision.life.outcome.wait(undefined))?.reason,
    "shutDown",
  );
  await assertRejects(() => below.add("c"), SupervisorStateError);
  await above.supervision.restart("in");
  await below.add("c");
  assertEquals(above.news(), "+a +b +c");
});

Deno.test("a supervisor's restart in which a child does not start has failed, and is tried again (O2)", async () => {
  const [above, below] = await nested({ maxRestarts: 2 });
  await below.end("b");
  below.failNext("b", 1);
  above.news();
  await below.end("b");
  assertEquals(above.news(), "-a +a -a +a +b");
  const failed = above.events.find(({ type }) => type === "start-failed");
  assert(failed?.type === "start-failed");
  assertEquals(
    String(failed.error),
    'StartError: Cannot start child "b" of supervisor "in": b does not start',
  );
});

Deno.test("a supervisor cannot be its own child, nor a child of two, nor one that has ended", async () => {
  const [above, below] = await nested();
  const other = new FakeSupervision({ name: "other" });
  await assertRejects(() => above.nest(above), TypeError);
  await assertRejects(() => below.nest(above), TypeError, "above it");
  await assertRejects(
    () => other.nest(below),
    SupervisorStateError,
    "is supervised already",
  );
  await other.supervision.life.shutdown(Infinity);
  await assertRejects(
    () => above.nest(other),
    SupervisorStateError,
    "has ended",
  );
});

Deno.test("a nested child forgets what was temporary, and starts what was stopped by hand", async () => {
  const [above, below] = await nested();
  await below.add("t", { restart: "temporary" });
  await below.supervision.terminate("a");
  await below.end("b");
  above.news();
  await below.end("b");
  assertEquals(above.news(), "-t +a +b");
  assertEquals(below.states, "a running, b running");
});

/** Whether those who wait for a child, or a supervisor, still do. */
async function isAwaited(
  { outcome }: { outcome: { wait(options: undefined): Promise<unknown> } },
): Promise<boolean> {
  let awaited = true;
  outcome.wait(undefined).catch(() => {}).then(() => awaited = false);
  await settled();
  return awaited;
}

Deno.test("a child denied as it is started again, alone or with its supervisor, is over", async () => {
  const [, below] = await nested({}, { strategy: "one-for-all" });
  const a = below.supervision.children.get("a")!;
  const b = below.supervision.children.get("b")!;
  below.origins.get("a")!.next.push("is denied");
  await below.end("b");
  assertEquals([a.state, await isAwaited(a)], ["denied", false]);
  assertEquals([b.state, await isAwaited(b)], ["running", true]);
  await below.add("c");
  below.origins.get("b")!.next.push("is denied");
  await below.end("c"); // gives up, and is started again
  assertEquals(below.states, "a denied, b denied, c running");
  assert(!await isAwaited(b));
});

Deno.test("a supervisor that was stopped and is started again can be waited for and read again", async () => {
  const [above, below] = await nested();
  const { life } = below.supervision;
  const a = below.supervision.children.get("a")!;
  await above.supervision.terminate("in");
  assertEquals([await isAwaited(life), await isAwaited(a)], [false, false]);
  const gone = life.events[Symbol.asyncIterator]();
  assertEquals((await gone.next()).done, true);
  await above.supervision.restart("in");
  assertEquals([await isAwaited(life), await isAwaited(a)], [true, true]);
  const reader = life.events[Symbol.asyncIterator]();
  await below.end("a");
  const { value } = await reader.next();
  assertEquals(value?.type, "exited");
});

const backoff = { initial: 100, max: 350, factor: 2, jitter: 0, quiet: 1000 };

Deno.test("with a backoff the first restart is at once, and each further one waits longer up to max", async () => {
  const sup = new FakeSupervision({ maxRestarts: 99, backoff });
  await sup.addAll("ab");
  const delays: number[] = [];
  for (let n = 0; n < 5; n++) {
    await sup.end("a");
    const event = sup.events.findLast(({ type }) => type === "restarting");
    assert(event?.type === "restarting");
    delays.push(event.in);
    assertEquals(
      sup.states,
      `a ${event.in > 0 ? "restarting" : "running"}, b running`,
    );
    await sup.world.pass(event.in);
    assertEquals(sup.states, "a running, b running");
  }
  assertEquals(delays, [0, 100, 200, 350, 350]);
  await sup.world.pass(1000); // a quiet time
  await sup.end("a");
  assertEquals(sup.states, "a running, b running");
  assertEquals(sup.world.pending, 0);
});

Deno.test("a child that waits to be restarted does not hold up others", async () => {
  const sup = new FakeSupervision({ maxRestarts: 99, backoff });
  await sup.addAll("ab");
  await sup.end("a");
  await sup.end("a");
  await sup.end("b");
  await sup.add("c");
  assertEquals(sup.states, "a restarting, b running, c running");
  await sup.world.pass(100);
  assertEquals(sup.states, "a running, b running, c running");
});

Deno.test("a failed restart waits too, and a member stopped by hand meanwhile stays down", async () => {
  const sup = new FakeSupervision({
    strategy: "rest-for-one",
    maxRestarts: 99,
    backoff,
  });
  await sup.addAll("abcd");
  sup.failNext("b", 2);
  sup.news();
  await sup.end("b");
  await sup.world.pass(99);
  assertEquals(sup.news(), "-d -c");
  assertEquals(
    sup.states,
    "a running, b restarting, c restarting, d restarting",
  );
  await sup.world.pass(1);
  await sup.supervision.terminate("b");
  await sup.supervision.terminate("c");
  await sup.world.pass(1000);
  assertEquals(sup.news(), "+d");
  assertEquals(sup.states, "a running, b stopped, c stopped, d running");
});

Deno.test("another child's restart takes over those that wait", async () => {
  const sup = new FakeSupervision({
    strategy: "rest-for-one",
    maxRestarts: 99,
    backoff,
  });
  await sup.addAll("abc");
  await sup.end("b");
  await sup.end("b");
  sup.news();
  assertEquals(sup.states, "a running, b restarting, c restarting");
  await sup.end("a");
  assertEquals(sup.news(), "+a +b +c");
  assertEquals(sup.world.pending, 0);
  await sup.world.pass(1000);
  assertEquals(sup.news(), "");
});

Deno.test("an end while children wait to be restarted leaves no timer, and says how they ended last", async () => {
  const sup = new FakeSupervision({
    strategy: "one-for-all",
    maxRestarts: 99,
    backoff,
  });
  await sup.addAll("ab");
  await sup.end("a");
  await sup.end("a");
  assertEquals(sup.world.pending, 1);
  const a = sup.supervision.children.get("a")!;
  const report = await sup.supervision.life.shutdown(Infinity);
  assertEquals(report.children, []);
  assertEquals(sup.world.pending, 0);
  await settled();
  assertEquals((await a.outcome.wait(undefined))?.reason, "threw");
});

Deno.test("a child that was over is waited for again while it is to be restarted", async () => {
  const sup = new FakeSupervision({
    strategy: "one-for-all",
    maxRestarts: 99,
    backoff,
  });
  await sup.addAll("a");
  const x = await sup.add("x", { restart: "transient" });
  await sup.end("a");
  await sup.end("x", "returns");
  assertEquals([x.state, await isAwaited(x)], ["stopped", false]);
  await sup.end("a");
  assertEquals([x.state, await isAwaited(x)], ["restarting", true]);
  await sup.world.pass(100);
  assertEquals([x.state, await isAwaited(x)], ["running", true]);
});
