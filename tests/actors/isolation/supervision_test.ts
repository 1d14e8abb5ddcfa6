import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { deadline } from "@std/async";
import { ActorExitedError, Queue, Supervisor } from "../../../mod.ts";
import { waits, worker } from "../../fixtures/actors/isolated_children.ts";
import { assertRejects } from "@std/assert";

const soon = <T>(promise: Promise<T>): Promise<T> => deadline(promise, 20_000);

Deno.test("a child in a process is started again, and its handle reaches the next one", async () => {
  await using sup = new Supervisor({ maxRestarts: 5 });
  const child = await sup.spawn(worker, [], { isolation: "process" });
  const first = await soon(child.ask.pid());
  assertNotEquals(first, Deno.pid);
  assertEquals(await child.ask.add(2), 2);
  child.process.kill();
  const second = await soon(child.ask({ whenRestarted: "wait" }).pid());
  assert(second !== first && second !== Deno.pid);
  assertEquals(await child.ask.add(1), 1);
  assertEquals(child.restarts, 1);
});

Deno.test("a message that kills a child in a process twice is set aside, and the next is handled", async () => {
  await using sup = new Supervisor({ maxRestarts: 5 });
  const child = await sup.spawn(worker, [], { isolation: "process" });
  await child.tell.eat("poison");
  const eaten = child.ask({ whenRestarted: "wait" }).eat("bread");
  assertEquals(await soon(eaten), "bread");
  assertEquals(sup.quarantine.map(({ args }) => args), [["poison"]]);
});

Deno.test('liveness: { action: "isolate" } restarts a child that hangs in a process, where the next hang is ended', async () => {
  await using sup = new Supervisor({
    maxRestarts: 5,
    liveness: { allowance: 100, action: "isolate" },
  });
  const child = await sup.spawn(worker, [], { isolation: "process" });
  for (let hang = 1; hang <= 2; hang++) {
    await assertRejects(() => soon(child.ask.hang()), ActorExitedError);
    const pid = await soon(child.ask({ whenRestarted: "wait" }).pid());
    assertNotEquals(pid, Deno.pid);
    assertEquals(child.restarts, hang);
  }
});

Deno.test("a function in a process is restarted, and stopped with its supervisor", async () => {
  const up = new Queue<number>();
  const sup = new Supervisor({ maxRestarts: 2 });
  const child = await sup.spawn(waits, [up], { isolation: "process" });
  const first = await soon(up.get());
  child.process.kill();
  assertNotEquals(await soon(up.get()), first);
  await soon(sup.shutdown());
  assertEquals(child.isAlive(), false);
});
