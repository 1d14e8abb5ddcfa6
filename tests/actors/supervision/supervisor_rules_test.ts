// The rules of supervision, with children that are no threads and a clock that
// is set by hand: what follows from which end, in all cases. The same with real
// actors is in supervisor_test.ts.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  countRestart,
  endingOf,
  handlingOf,
} from "../../../actors/supervision/_restart_rules.ts";
import {
  ChildExistsError,
  ChildNotFoundError,
  ChildStateError,
  MaxChildrenError,
  RestartIntensityError,
} from "../../../actors/supervision/supervisor_errors.ts";
import { ENDS, FakeSupervision, settled } from "./fake_children.ts";

Deno.test("which child is restarted after which end: permanent always, transient after an abnormal one, temporary never (O20, O21, O22)", () => {
  const table = {
    permanent: "restart restart restart restart restart keep",
    transient: "keep keep restart restart restart keep",
    temporary: "forget forget forget forget forget forget",
  } as const;
  for (const [restart, row] of Object.entries(table)) {
    const found = Object.values(ENDS).map((exit) =>
      handlingOf(restart as keyof typeof table, endingOf(exit))
    );
    assertEquals(found.join(" "), row, restart);
  }
});

Deno.test("the window of restarts slides: what is older than the time no longer counts (O15)", () => {
  const rules = { maxRestarts: 2, within: 100 };
  let times: readonly number[] = [];
  const restartAt = (now: number) => {
    const count = countRestart(times, now, rules);
    times = count.times;
    return count.exceeded;
  };
  assertEquals([0, 50, 101].map(restartAt), [false, false, false]);
  assertEquals(times, [50, 101]);
  assertEquals([150].map(restartAt), [true]);
  const never = { maxRestarts: Infinity, within: 100 };
  assertEquals(countRestart([], 0, never), { times: [], exceeded: false });
  const at0 = countRestart([], 0, { maxRestarts: 0, within: 100 });
  assert(at0.exceeded);
});

Deno.test("one-for-one restarts the one that ended, and no other (O7, O8)", async () => {
  const sup = new FakeSupervision();
  await sup.addAll("abc");
  sup.news();
  await sup.end("b");
  assertEquals(sup.news(), "+b");
});

Deno.test("rest-for-one stops those after it in reverse and starts them in order (O10)", async () => {
  const sup = new FakeSupervision({ strategy: "rest-for-one" });
  await sup.addAll("abcde");
  sup.news();
  await sup.end("c");
  assertEquals(sup.news(), "-e -d +c +d +e");
});

Deno.test("one-for-all stops all in reverse and starts all in order", async () => {
  const sup = new FakeSupervision({ strategy: "one-for-all" });
  await sup.addAll("abcde");
  sup.news();
  await sup.end("c");
  assertEquals(sup.news(), "-e -d -b -a +a +b +c +d +e");
});

Deno.test("a child that was added later is last in order, for rest-for-one and for the end (O34)", async () => {
  const sup = new FakeSupervision({ strategy: "rest-for-one" });
  await sup.addAll("ab");
  await sup.end("a");
  await sup.add("late");
  sup.news();
  await sup.world.pass(10_000);
  await sup.end("b");
  assertEquals(sup.news(), "-late +b +late");
  await sup.supervision.life.shutdown(Infinity);
  assertEquals(sup.news(), "-late -b -a");
});

Deno.test("a restart keeps the place in the order", async () => {
  const sup = new FakeSupervision({ maxRestarts: 9 });
  await sup.addAll("abc");
  await sup.end("a");
  await sup.supervision.terminate("b");
  await sup.supervision.restart("b");
  sup.news();
  await sup.supervision.life.shutdown(Infinity);
  assertEquals(sup.news(), "-c -b -a");
});

Deno.test("a restart of a whole group counts as one (O17)", async () => {
  const sup = new FakeSupervision({ strategy: "one-for-all", maxRestarts: 2 });
  await sup.addAll("abcde");
  await sup.end("a");
  await sup.end("b");
  assert(sup.supervision.life.isAlive);
  await sup.end("c");
  assert(!sup.supervision.life.isAlive);
});

Deno.test("with one restart too many all children are stopped, and then it gives up (O7, O13, O47)", async () => {
  const sup = new FakeSupervision({ name: "upper" });
  await sup.addAll("abc");
  await sup.end("b", "exits 3");
  sup.news();
  await sup.end("b", "throws");
  assertEquals(sup.news(), "-c -a");
  const error = await assertRejects(
    () => sup.supervision.life.outcome.wait(undefined),
    RestartIntensityError,
  );
  const { supervisor, restarts, within, child, exit, cause } = error;
  assertEquals(
    { supervisor, restarts, within, child, exit, cause },
    {
      supervisor: "upper",
      restarts: 2,
      within: 5000,
      child: "b",
      exit: ENDS.throws,
      cause: ENDS.throws.error,
    },
  );
  assertEquals(
    error.message,
    'Supervisor "upper" gave up on child "b": 2 restarts within 5000 ms ' +
      "are too many; it threw (thrown)",
  );
  const last = sup.events.at(-1)!;
  assert(last.type === "gave-up");
  assertEquals([last.id, last.supervisor, last.restarts], ["b", "upper", 2]);
  assertEquals(last.spec.id, "b");
});

Deno.test("restarts that are far apart never exceed (O15)", async () => {
  const sup = new FakeSupervision({ maxRestarts: 1, within: 5000 });
  await sup.addAll("a");
  for (let n = 0; n < 5; n++) {
    await sup.end("a");
    await sup.world.pass(5001);
  }
  assertEquals(sup.states, "a running");
});

Deno.test("a temporary child is forgotten when it ends, and when a sibling's end stops it (O22, O23)", async () => {
  const sup = new FakeSupervision({ strategy: "one-for-all" });
  await sup.addAll("ab");
  await sup.addAll("xy", { restart: "temporary" });
  await sup.end("x");
  assertEquals(sup.states, "a running, b running, y running");
  sup.news();
  await sup.end("a");
  assertEquals(sup.news(), "-y -b +a +b");
  assertEquals(sup.states, "a running, b running");
});

Deno.test("a transient child that ends normally is kept, and can be started by hand (O24)", async () => {
  const sup = new FakeSupervision();
  const child = await sup.add("a", { restart: "transient" });
  for (const how of ["returns", "exits 0"] as const) {
    await sup.end("a", how);
    assertEquals(sup.states, "a stopped");
    assertEquals(await child.outcome.wait(undefined), ENDS[how]);
    await sup.supervision.restart("a");
    assertEquals(sup.states, "a running");
  }
  assertEquals(child.restarts, 0);
});

Deno.test("a group starts its stopped members too, but no denied one", async () => {
  const sup = new FakeSupervision({ strategy: "one-for-all" });
  await sup.addAll("abcd", { restart: "transient" });
  await sup.supervision.terminate("b");
  await sup.end("c", "is denied");
  await sup.end("d", "returns");
  assertEquals(sup.states, "a running, b stopped, c denied, d stopped");
  sup.news();
  await sup.end("a");
  assertEquals(sup.news(), "+a +b +d");
});

Deno.test("a denied child is not restarted, whatever it is, and counts for nothing", async () => {
  const sup = new FakeSupervision({ strategy: "one-for-all", maxRestarts: 0 });
  await sup.addAll("ab");
  sup.news();
  await sup.end("a", "is denied");
  assertEquals(sup.news(), "");
  assertEquals(sup.states, "a denied, b running");
  const [, , exited, denied] = sup.events;
  assert(exited?.type === "exited" && denied?.type === "denied");
  assertEquals(exited.handling, "keep");
  assertEquals(denied.grant, `read: ["/x"]`);
  sup.origins.get("a")!.next.push("is denied");
  await assertRejects(() => sup.supervision.restart("a"));
  assertEquals(sup.states, "a denied, b running");
  await sup.supervision.restart("a");
  assertEquals(sup.states, "a running, b running");
});

Deno.test("a child that is denied as it starts again stays down, and the rest of its group starts", async () => {
  const sup = new FakeSupervision({ strategy: "one-for-all" });
  await sup.addAll("abc");
  sup.origins.get("b")!.next.push("is denied");
  await sup.end("c");
  assertEquals(sup.states, "a running, b denied, c running");
});

Deno.test("a restart that fails is tried again and counts, until it is too often", async () => {
  const sup = new FakeSupervision({ maxRestarts: 3 });
  await sup.addAll("ab");
  sup.failNext("a", 2);
  await sup.end("a");
  assertEquals(sup.states, "a running, b running");
  await sup.world.pass(6000);
  sup.failNext("a", 3);
  await sup.end("a");
  assert(!sup.supervision.life.isAlive);
  const failures = sup.events.filter(({ type }) => type === "start-failed");
  assertEquals(failures.length, 5);
});

Deno.test("a group in which one fails to start is started again as the strategy says", async () => {
  const all = new FakeSupervision({ strategy: "one-for-all", maxRestarts: 2 });
  await all.addAll("abc");
  all.news();
  all.failNext("b", 1);
  await all.end("c");
  assertEquals(all.news(), "-b -a +a -a +a +b +c");
  const rest = new FakeSupervision({
    strategy: "rest-for-one",
    maxRestarts: 2,
  });
  await rest.addAll("abcd");
  rest.news();
  rest.failNext("c", 1);
  await rest.end("b");
  assertEquals(rest.news(), "-d -c +b +c +d");
});

Deno.test("autoShutdown any-significant: the end of one significant child ends it", async () => {
  const sup = new FakeSupervision({ autoShutdown: "any-significant" });
  await sup.addAll("a");
  await sup.addAll("xy", { restart: "transient", significant: true });
  await sup.end("x", "throws"); // restarted: not the end
  sup.news();
  await sup.end("x", "returns");
  assertEquals(sup.news(), "-y -a");
  const exit = await sup.supervision.life.outcome.wait(undefined);
  assert(exit?.reason === "autoShutdown");
  assertEquals(exit.child, "x");
});

Deno.test("autoShutdown all-significant: only the end of the last active one does (O32)", async () => {
  const sup = new FakeSupervision({ autoShutdown: "all-significant" });
  await sup.addAll("a");
  await sup.addAll("xyz", { restart: "temporary", significant: true });
  await sup.end("x");
  await sup.supervision.terminate("y");
  assert(sup.supervision.life.isAlive);
  await sup.end("z");
  assert(!sup.supervision.life.isAlive);
});

Deno.test("a significant child that was stopped by hand, or for a sibling, ends nothing (O33)", async () => {
  const sup = new FakeSupervision({
    autoShutdown: "any-significant",
    strategy: "one-for-all",
  });
  await sup.addAll("a");
  await sup.add("x", { restart: "transient", significant: true });
  await sup.add("y", { restart: "temporary", significant: true });
  await sup.supervision.terminate("x");
  await sup.end("a");
  assertEquals(sup.states, "a running, x running");
  assert(sup.supervision.life.isAlive);
});

Deno.test("an id that is known is refused, running or not (O35)", async () => {
  const sup = new FakeSupervision();
  await sup.addAll("a");
  const error = await assertRejects(() => sup.add("a"), ChildExistsError);
  assertEquals([error.id, error.state], ["a", "running"]);
  await sup.supervision.terminate("a");
  const second = await assertRejects(() => sup.add("a"), ChildExistsError);
  assertEquals(second.state, "stopped");
});

Deno.test("terminate stops, keeps and does not count; a temporary child goes (O37)", async () => {
  const sup = new FakeSupervision({ maxRestarts: 0 });
  const a = await sup.add("a");
  await sup.add("t", { restart: "temporary" });
  sup.news();
  assertEquals(await sup.supervision.terminate("a"), ENDS.returns);
  await sup.supervision.terminate("t");
  await settled();
  assertEquals(sup.news(), "-a -t");
  assertEquals(sup.states, "a stopped");
  assertEquals(await a.outcome.wait(undefined), ENDS.returns);
  assertEquals(await sup.supervision.terminate("a"), ENDS.returns);
});

Deno.test("an unknown id is an error that names it (O38, O39)", async () => {
  const { supervision } = new FakeSupervision({ name: "s" });
  for (const action of ["terminate", "restart", "remove"] as const) {
    const error = await assertRejects(
      () => supervision[action]("no"),
      ChildNotFoundError,
    );
    assertEquals([error.supervisor, error.id], ["s", "no"]);
  }
});

Deno.test("restart and remove go with a child that is down only (O39)", async () => {
  const sup = new FakeSupervision({
    maxRestarts: 9,
    backoff: { initial: 100, max: 100, factor: 1, jitter: 0, quiet: 1000 },
  });
  await sup.addAll("a");
  const refused = async (state: string) => {
    for (const action of ["restart", "remove"] as const) {
      const error = await assertRejects(
        async () => await sup.supervision[action]("a"),
        ChildStateError,
      );
      assertEquals(error.state, state);
    }
  };
  await refused("running");
  await sup.end("a");
  await sup.end("a");
  await refused("restarting");
  await sup.supervision.terminate("a");
  await sup.supervision.restart("a");
  await sup.supervision.terminate("a");
  await sup.supervision.remove("a");
  assertEquals(sup.states, "");
  assertEquals(sup.world.pending, 0);
});

Deno.test("maxChildren: one more is refused and not started; a slot frees when one is gone (O48)", async () => {
  const sup = new FakeSupervision({ maxChildren: 2 });
  await sup.add("a");
  await sup.add("t", { restart: "temporary" });
  sup.news();
  const error = await assertRejects(() => sup.add("b"), MaxChildrenError);
  assertEquals(error.maxChildren, 2);
  assertEquals(sup.news(), "");
  await sup.end("t");
  await sup.add("b");
  await sup.supervision.terminate("a");
  await assertRejects(() => sup.add("c"), MaxChildrenError);
  await sup.supervision.remove("a");
  await sup.add("c");
});
