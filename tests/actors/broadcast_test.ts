// Telling many actors the same.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  ActorExitedError,
  broadcast,
  type BroadcastOutcome,
  type ClassProcess,
  MailboxFullError,
  NotSendableError,
  Process,
  ProcessStateError,
  Queue,
  Supervisor,
} from "../../mod.ts";
import { engaged, patient, phone } from "../fixtures/actors/acquainted.ts";
import { offers } from "../fixtures/actors/classes.ts";
import { soon } from "../channels/inside.ts";
import { assertNoThreads } from "../leaks.ts";

type Phone = typeof phone extends { current(): ClassProcess<infer I> } ? I
  : never;

Deno.test("broadcast() tells every one of them, and gives an outcome for each in order", async () => {
  await using a = phone.spawn();
  await using b = phone.spawn();
  await using c = phone.spawn();
  const outcomes = await broadcast([a, b, c]).ring();
  assertType<
    IsExact<typeof outcomes, BroadcastOutcome<ClassProcess<Phone>>[]>
  >(true);
  assertEquals(outcomes.length, 3);
  for (const [i, { process, accepted }] of outcomes.entries()) {
    assert(process === [a, b, c][i]);
    assert(accepted);
  }
  for (const p of [a, b, c]) assertEquals(await p.ask.ring(), 2);
  assertEquals(await broadcast<typeof a>([]).ring(), []);
});

Deno.test("broadcast() is typed as a tell: methods, arguments, no streams", () => {
  const all: ClassProcess<Phone>[] = [];
  // @ts-expect-error: there is no such method
  const missing = () => broadcast(all).play();
  // @ts-expect-error: the number is a text
  const wrong = () => broadcast(all).call(1);
  // @ts-expect-error: it streams
  const streams = () => broadcast(all).tones();
  // @ts-expect-error: functions have no methods
  const functions = () => broadcast<Process<number>>([]).ring();
  assertEquals([missing, wrong, streams, functions].length, 4);
});

Deno.test("a dead one among them does not stop the others", async () => {
  await using a = phone.spawn();
  const dead = phone.spawn([], { name: "dead" });
  const dying = phone.spawn();
  await using b = phone.spawn();
  await dead.ready();
  dead.terminate();
  await dead.join();
  dying.terminate();
  const outcomes = await broadcast([a, dead, dying, b]).ring();
  assertEquals(outcomes.map(({ accepted }) => accepted), [
    true,
    false,
    false,
    true,
  ]);
  const [, of] = outcomes;
  assert(of?.accepted === false && of.process === dead);
  assertInstanceOf(of.error, ActorExitedError);
  assertEquals(of.error.actor, "dead");
  for (const p of [a, b]) assertEquals(await p.ask.ring(), 2);
});

Deno.test("one that was not started, and one whose mailbox is full, have errors of their own", async () => {
  const up = new Queue<0>();
  const gate = new Queue<0>();
  await using full = engaged.spawn();
  await full.tell.hold(up, gate);
  await soon(up.get());
  await full.tell.ring();
  const unborn = new Process(engaged);
  await using free = engaged.spawn();
  const outcomes = await broadcast([full, unborn, free]).ring();
  const errors = outcomes.map((one) => one.accepted ? undefined : one.error);
  assertInstanceOf(errors[0], MailboxFullError);
  assertInstanceOf(errors[1], ProcessStateError);
  assertEquals(errors[2], undefined);
  await gate.put(0);
});

Deno.test("broadcast() waits for room no longer than it is told to, and keeps nobody waiting for another", async () => {
  const up = new Queue<0>();
  const gate = new Queue<0>();
  await using full = patient.spawn();
  await full.tell.hold(up, gate);
  await soon(up.get());
  await full.tell.ring();
  await using free = patient.spawn();
  const late = await soon(broadcast([full, free])({ timeout: 20 }).ring());
  assertEquals(late.map(({ accepted }) => accepted), [false, true]);
  const [first] = late;
  assert(first?.accepted === false);
  assertEquals(first.error.name, "TimeoutError");
  const waiting = broadcast([full, free]).ring();
  // The second has it while the first has no room.
  while (await free.ask.ring() < 3);
  await gate.put(0);
  const outcomes = await soon(waiting);
  assertEquals(outcomes.map(({ accepted }) => accepted), [true, true]);
});

Deno.test("broadcast() takes anything that can be iterated over, once, and children of supervisors too", async () => {
  await using sup = new Supervisor();
  const child = await sup.spawn(phone, []);
  await using p = phone.spawn();
  function* all() {
    yield child;
    yield child;
  }
  const tellAll = broadcast(all());
  await tellAll.ring();
  const outcomes = await tellAll.ring();
  assert(outcomes.every((one) => one.accepted && one.process === child));
  assertEquals(await child.ask.ring(), 5);
  const mixed = await broadcast(new Set([child, p])).ring();
  assertEquals(mixed.map(({ process }) => process.kind), ["child", "process"]);
  assertThrows(() => broadcast(7 as never), TypeError);
});

Deno.test("what cannot be sent is the outcome of each, by the path that the caller knows", async () => {
  await using a = offers.spawn();
  await using b = offers.spawn();
  const outcomes = await broadcast([a, b]).echo(() => 1);
  for (const one of outcomes) {
    assert(!one.accepted);
    assertInstanceOf(one.error, NotSendableError);
    assertEquals(one.error.path, "$[0]");
  }
});

Deno.test("actors killed while a broadcast goes on leave no call without an outcome", async () => {
  for (let round = 0; round < 4; round++) {
    const all = [0, 1, 2, 3].map(() => patient.spawn());
    await all[0]!.ready();
    const sent = [];
    for (let n = 0; n < 20; n++) {
      sent.push(broadcast(all).ring());
      if (n % 5 === round) all[(n + round) % 4]!.terminate();
      if (n % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    for (const one of await soon(Promise.all(sent))) {
      assertEquals(one.length, 4);
    }
    for (const p of all) p.terminate();
    for (const p of all) await p.join();
  }
});

Deno.test("no thread is left", assertNoThreads);
