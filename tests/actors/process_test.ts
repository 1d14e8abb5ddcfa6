import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  activeProcesses,
  ActorExitedError,
  currentProcess,
  pipe,
  Process,
  ProcessStateError,
  Queue,
  select,
} from "@troupe/troupe";
import {
  add,
  blocks,
  echo,
  joins,
  nothing,
  obeys,
  spins,
  terminates,
  waits,
  whoAmI,
} from "../fixtures/actors/endings.ts";
import { threadTest } from "../mode.ts";

Deno.test("Process before its start has no exit code and is not alive (P1)", () => {
  const p = new Process(nothing);
  assertEquals(p.exitCode, null);
  assertEquals(p.isAlive(), false);
  assertEquals(typeof p.id, "number");
  assertEquals(p.parentId, currentProcess().id);
  assertEquals(p.daemon, false);
});

Deno.test("Process.start() gives the process and cannot be repeated, nor after the end (P3)", async () => {
  const p = new Process(nothing, { name: "once" });
  assertStrictEquals(p.start(), p);
  const twice = assertThrows(() => p.start(), ProcessStateError);
  assertEquals(twice.state, "running");
  await p.join();
  const again = assertThrows(() => p.start(), ProcessStateError);
  assertEquals(again.state, "ended");
  assertStringIncludes(again.message, 'Cannot start process "once"');
});

Deno.test("Process.join(), result(), terminate() and stop() before the start are named errors (P5)", async () => {
  const p = new Process(nothing, { name: "idle" });
  const error = assertThrows(() => p.terminate(), ProcessStateError);
  assertEquals(error.state, "not started");
  assertEquals(error.process, "idle");
  assertStringIncludes(error.message, "Call start() first");
  await assertRejects(() => p.join(), ProcessStateError);
  await assertRejects(() => p.result(), ProcessStateError);
  await assertRejects(() => p.stop(), ProcessStateError);
});

Deno.test("Process.result() gives what the function returns, and exit code 0 (P10)", async () => {
  const p = add.spawn([2, 3]);
  assertEquals(await p.result(), 5);
  assertEquals(p.exitCode, 0);
  assertEquals(p.isAlive(), false);
});

Deno.test("Process.join() may be repeated: the same exit, at once (P9)", async () => {
  const p = add.spawn([1, 1]);
  const exit = await p.join();
  assertEquals(exit, { reason: "returned", code: 0, value: 2 });
  assertStrictEquals(await p.join(), exit);
  assertStrictEquals(await p.join({ timeout: 0 }), exit);
});

Deno.test("Process.join() gives undefined when the time is over, and the process goes on", async () => {
  await using p = waits.spawn();
  assertEquals(await p.join({ timeout: 20 }), undefined);
  assertEquals(await p.join({ timeout: 0 }), undefined);
  assert(p.isAlive());
});

Deno.test("Process.join() rejects with the signal's reason when aborted", async () => {
  await using p = waits.spawn();
  const reason = { why: "no more patience" };
  const controller = new AbortController();
  const joined = p.join({ signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await joined.catch((e) => e), reason);
  assertStrictEquals(
    await p.join({ signal: AbortSignal.abort(reason) }).catch((e) => e),
    reason,
  );
});

Deno.test("Process.join(), result() and stop() refuse negative and NaN times", async () => {
  await using p = waits.spawn();
  for (const bad of [-1, NaN]) {
    await assertRejects(() => p.join({ timeout: bad }), RangeError);
    await assertRejects(() => p.result({ timeout: bad }), RangeError);
    await assertRejects(() => p.stop({ grace: bad }), RangeError);
  }
  assert(p.isAlive());
});

Deno.test("Process.result() rejects with a TimeoutError when the time is over", async () => {
  await using p = waits.spawn([], { name: "slow" });
  const error = await assertRejects(
    () => p.result({ timeout: 10 }),
    DOMException,
  );
  assertEquals(error.name, "TimeoutError");
  assertStringIncludes(error.message, 'process "slow"');
});

Deno.test("Process.terminate() ends an awaiting actor with code −15 (P15: again does nothing)", async () => {
  const p = waits.spawn();
  p.terminate();
  assertEquals(await p.join(), {
    reason: "terminated",
    code: -15,
    threadStopped: true,
  });
  assertEquals(p.isAlive(), false);
  p.terminate();
  assertEquals(p.exitCode, -15);
});

Deno.test("Process.terminate() after the end does not change the exit (P15)", async () => {
  const p = nothing.spawn();
  const exit = await p.join();
  p.terminate();
  assertStrictEquals(await p.join(), exit);
  assertEquals(p.exitCode, 0);
});

Deno.test("Process.terminate() ends an actor that blocks in a queue", async () => {
  const queue = new Queue();
  const p = blocks.spawn([queue]);
  assertEquals(await p.join({ timeout: 100 }), undefined);
  p.terminate();
  const exit = await p.join();
  assertEquals(exit, { reason: "terminated", code: -15, threadStopped: true });
  assertEquals(p.isAlive(), false);
});

Deno.test("Process.terminate() right after start, before the thread is up, ends it too", async () => {
  const all = Array.from({ length: 5 }, () => waits.spawn());
  for (const p of all) p.terminate();
  for (const p of all) {
    const exit = await p.join();
    assertEquals(exit?.reason, "terminated");
    assertEquals(p.isAlive(), false);
  }
});

threadTest(
  "Process.terminate() of a busy loop: join settles, the thread is fenced, isAlive tells the truth",
  async () => {
    const ready = new Queue<string>();
    const after = new Queue<string>();
    const p = spins.spawn([ready, after, 4000]);
    assertEquals(await ready.get(), "spinning");
    const start = performance.now();
    p.terminate();
    const exit = await p.join();
    assertEquals(exit, {
      reason: "terminated",
      code: -15,
      threadStopped: false,
    });
    assert(performance.now() - start < 2000);
    assert(p.isAlive());
    assert(activeProcesses().includes(p));
    // When its loop ends it tries to put, and does not.
    while (p.isAlive()) await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(after.size, 0);
    assertEquals(activeProcesses().includes(p), false);
  },
);

Deno.test("Process.stop() lets an actor that listens to its signal end by itself", async () => {
  const ready = new Queue<string>();
  const p = obeys.spawn([ready]);
  await ready.get();
  assertEquals(await p.stop(), {
    reason: "returned",
    code: 0,
    value: "AbortError heard",
  });
});

Deno.test("Process.stop() terminates after the grace time", async () => {
  const p = waits.spawn();
  const start = performance.now();
  const exit = await p.stop({ grace: 50 });
  assertEquals(exit.reason, "terminated");
  assert(performance.now() - start >= 49);
});

Deno.test("Process.stop() does not wait for an actor that never asked for its signal", async () => {
  const p = waits.spawn();
  const start = performance.now();
  assertEquals((await p.stop()).reason, "terminated");
  assert(performance.now() - start < 2000);
});

Deno.test("Process ends when the scope of `await using` is left", async () => {
  let left: Process;
  {
    await using p = waits.spawn();
    left = p;
  }
  assertEquals(left.isAlive(), false);
  assertEquals(left.exitCode, -15);
});

Deno.test("activeProcesses() lists the running ones, afresh at each call (P16, P17)", async () => {
  const before = activeProcesses().length;
  const unstarted = new Process(nothing);
  await using p = waits.spawn();
  const list = activeProcesses();
  assert(list.includes(p));
  assertEquals(list.includes(unstarted), false);
  assertNotStrictEquals(activeProcesses(), list);
  await p.stop();
  assertEquals(activeProcesses().length, before);
});

Deno.test("currentProcess() in the program is the main process (P20)", () => {
  const self = currentProcess();
  assertEquals(self.name, "MainProcess");
  assertEquals(self.id, 1);
  assertEquals(self.parent, null);
  assertEquals(self.signal.aborted, false);
  assertStrictEquals(currentProcess(), self);
});

Deno.test("currentProcess() in an actor is what its parent sees (N5, P20)", async () => {
  const p = new Process(whoAmI, { name: "me" });
  p.start();
  assertEquals(await p.result(), {
    name: "me",
    id: p.id,
    parent: { name: "MainProcess", id: 1 },
  });
});

Deno.test("Process takes its arguments as they were at the start, and lets go of them (P28)", async () => {
  const list = [1];
  const p = new Process(echo, { args: [{ list }] });
  list.push(2);
  p.start();
  list.push(3);
  assertEquals(await p.result(), { list: [1, 2] });
});

Deno.test("Process given to another actor can be joined there", async () => {
  const sum = add.spawn([20, 22]);
  const seen = await joins.spawn([sum]).result();
  assertEquals(seen, {
    exit: { reason: "returned", code: 0, value: 42 },
    alive: false,
    name: sum.name,
  });
});

Deno.test("Process given to another actor can be terminated there", async () => {
  const victim = waits.spawn();
  await terminates.spawn([victim]).result();
  assertEquals((await victim.join())?.reason, "terminated");
  assertEquals(victim.isAlive(), false);
});

Deno.test("Process that comes back from an actor is the same object", async () => {
  await using p = waits.spawn();
  assertStrictEquals(await echo.spawn([p]).result(), p);
});

Deno.test("Process.result() of a terminated actor rejects with its exit", async () => {
  const p = waits.spawn([], { name: "cut" });
  p.terminate();
  const error = await assertRejects(() => p.result(), ActorExitedError);
  assertEquals(error.actor, "cut");
  assertEquals(error.exit.reason, "terminated");
  assertStringIncludes(error.message, 'actor "cut": it was terminated');
});

Deno.test("Process is an instance of Process, and of nothing else", async () => {
  await using p = waits.spawn();
  assertInstanceOf(p, Process);
  const [a, b] = pipe();
  assertEquals((a as unknown) instanceof Process, false);
  a.close();
  b.close();
});

Deno.test("Process refuses options of the wrong type", () => {
  const make = (options: object) => () =>
    new Process(nothing, options as Record<never, never>);
  assertThrows(make({ args: 3 }), TypeError, "args must be an array");
  assertThrows(make({ name: 3 }), TypeError, "name must be a string");
  assertThrows(make({ daemon: "yes" }), TypeError, "daemon must be a boolean");
  assertThrows(
    () => new Process((() => {}) as never),
    TypeError,
    "expected an actor",
  );
});

Deno.test("select() over processes gives the exit of the first that ends (P33)", async () => {
  await using slow = waits.spawn();
  const quick = add.spawn([1, 2]);
  const first = await select({ slow, quick });
  assertEquals(first.key, "quick");
  assertStrictEquals(first.source, quick);
  assertEquals(first.value, { reason: "returned", code: 0, value: 3 });
  slow.terminate();
  const second = await select([slow]);
  assertEquals(second.value.code, -15);
});
