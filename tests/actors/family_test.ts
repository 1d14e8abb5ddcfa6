import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  activeProcesses,
  type Exit,
  PermissionExceededError,
  Process,
  Queue,
  RemoteError,
} from "@troupe/troupe";
import {
  childOfNone,
  daemonParent,
  dive,
  greedyParent,
  namesOfChildren,
  parent,
  returnsChild,
} from "../fixtures/actors/family.ts";
import { nothing, obeys, waits, whoAmI } from "../fixtures/actors/endings.ts";
import { assertNoThreads } from "../leaks.ts";
import { threadTest } from "../mode.ts";

Deno.test("default names are Process-1, Process-2 … by creation, not by start (N1)", () => {
  const first = new Process(nothing);
  const second = new Process(nothing);
  const number = (p: Process) => Number(/^Process-(\d+)$/.exec(p.name)![1]);
  assertEquals(number(second), number(first) + 1);
  assertEquals(second.id > first.id, true);
});

Deno.test("a child's child is named after the family: Process-5:1 (N2)", async () => {
  const p = namesOfChildren.spawn();
  const { names, active } = await p.result();
  assertEquals(names, [
    `${p.name}:1 of ${p.name}`,
    `${p.name}:2 of ${p.name}`,
  ]);
  assertEquals(active, 0);
});

Deno.test("a given name is used as it is and need not be unique (N3)", async () => {
  const twins = [1, 2].map(() => whoAmI.spawn([], { name: "twin: a b/ü" }));
  for (const p of twins) {
    assertEquals((await p.result()).name, "twin: a b/ü");
  }
  assertEquals(twins[0]!.id === twins[1]!.id, false);
});

Deno.test("actors start actors to any depth, and end in the order of their joins (P30)", async () => {
  const log = new Queue<number>();
  await dive.spawn([3, log]).result();
  const order = [];
  while (!log.empty) order.push(await log.get());
  assertEquals(order, [0, 1, 2, 3]);
});

for (const ending of ["return", "throw", "terminate", "stop"] as const) {
  Deno.test(`an actor's children end with it when it ends by: ${ending}`, async () => {
    const report = new Queue<number | string>();
    const then = ending === "return" || ending === "throw" ? ending : "wait";
    const p = parent.spawn([report, then]);
    assertEquals(typeof await report.get(), "number");
    if (ending === "terminate") p.terminate();
    if (ending === "stop") await p.stop();
    await p.join();
    await assertNoThreads();
  });
}

threadTest(
  "the handle of an actor whose parent has ended tells of its end, and waits for nothing",
  async () => {
    const orphan = await returnsChild.spawn().result();
    assertEquals(orphan.name, "left behind");
    assertEquals(
      (await orphan.join({ timeout: 10_000 }))?.reason,
      "terminated",
    );
    assertEquals(orphan.exitCode, -15);
    orphan.terminate();
    await assertNoThreads();
  },
);

Deno.test("an actor without rights cannot load a module for a child; the error says what to give it", async () => {
  const exit = await childOfNone.spawn([], { name: "poor" }).join();
  assertEquals(exit?.reason, "threw");
  const { error } = exit as Exit & { error: Error };
  assertInstanceOf(error, RemoteError);
  assertEquals(error.remoteName, "ModuleLoadError");
  assertStringIncludes(error.message, 'Give actor "poor" read: ["');
});

Deno.test("an actor cannot start a child with more rights than it has", async () => {
  const error = await assertRejects(
    () => greedyParent.spawn([], { name: "greedy" }).result(),
    RemoteError,
  );
  const cause = error.cause as PermissionExceededError;
  assertInstanceOf(cause, PermissionExceededError);
  assertEquals(cause.kind, "net");
  assertEquals(cause.target, "127.0.0.1:1");
  assertEquals(cause.holder, "greedy");
});

Deno.test("a child is a daemon if its parent is one, unless it says otherwise (P22)", async () => {
  assertEquals(await daemonParent.spawn([], { daemon: true }).result(), true);
  assertEquals(await daemonParent.spawn().result(), false);
});

Deno.test("a hundred actors start, and all exit with 0 (P31)", async () => {
  const all = [];
  for (let n = 0; n < 100; n++) all.push(nothing.spawn());
  for (const p of all) assertEquals((await p.join())?.code, 0);
  await assertNoThreads();
});

Deno.test("many sleepers ended at once all say so (P31)", async () => {
  const all = [];
  for (let n = 0; n < 50; n++) all.push(waits.spawn());
  for (const p of all) p.terminate();
  for (const p of all) {
    assertEquals(await p.join(), {
      reason: "terminated",
      code: -15,
      threadStopped: true,
    });
  }
  assertEquals(activeProcesses(), []);
});

Deno.test("named actors started together overlap in time (N7)", async () => {
  const ready = new Queue<string>();
  const all = [1, 2, 3, 4].map((n) => obeys.spawn([ready], { name: `n${n}` }));
  // Each says that it runs and goes on until it is asked to stop.
  for (let n = 0; n < all.length; n++) await ready.get();
  assertEquals(all.map((p) => p.isAlive()), [true, true, true, true]);
  for (const p of all) assertEquals((await p.stop()).reason, "returned");
});
