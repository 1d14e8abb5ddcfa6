// The mailbox of a class actor: its order, its bound, and what becomes of the
// messages that find it full.
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  actor,
  ActorExitedError,
  type ClassProcess,
  MailboxFullError,
  pipe,
  PipeClosedError,
  Queue,
} from "../../mod.ts";
import {
  failingJournal,
  type Journal,
  journal,
  journalOf3,
  newestDropped,
  oldestDropped,
  reentrantJournal,
} from "../fixtures/actors/classes.ts";
import {
  owner,
  tells,
  tellsAndLeaves,
  waitsForAnswer,
} from "../fixtures/actors/class_clients.ts";
import { later, soon } from "../channels/inside.ts";
import { settledTo } from "../leaks.ts";
import { threadTest } from "../mode.ts";

type J = ClassProcess<Journal>;

/** Holds the actor with its first message, until what this gives is called. */
async function hold(p: J, how: "hold" | "block" = "hold") {
  const up = new Queue<0>();
  const gate = new Queue<0>();
  const held = later(p.ask[how](up, gate));
  await soon(up.get());
  return async () => {
    gate.tryPut(0);
    await soon(held);
  };
}

/** What it noted, asked for when its mailbox has been emptied. */
async function notes(p: J): Promise<number[]> {
  assertEquals(await settledTo(() => p.mailboxStats().depth, 0), 0);
  return (await soon(p.ask.read())).map(([, n]) => n);
}

/** What became of the messages so far, without the mailbox's bound. */
function counts(p: J) {
  const { depth, handled, dropped, undelivered } = p.mailboxStats();
  return { depth, handled, dropped, undelivered };
}

Deno.test("messages of one sender are handled in their order, asks and tells together, whoever else sends", async () => {
  for (const kind of [journal, journalOf3, reentrantJournal]) {
    await using p = kind.spawn();
    const count = 300;
    const clients = [
      tells.spawn([p, 1, count, true]),
      tells.spawn([p, 2, count, false]),
    ];
    const own = [];
    for (let n = 0; n < count; n++) {
      own.push(n % 2 === 0 ? p.tell.add(0, n) : p.ask.add(0, n));
    }
    await soon(Promise.all(own));
    for (const client of clients) await client.result();
    const all = await p.ask.read();
    for (const by of [0, 1, 2]) {
      const numbers = all.filter((entry) => entry[0] === by).map(([, n]) => n);
      assertEquals(numbers, Array.from({ length: count }, (_, n) => n));
    }
  }
});

Deno.test("methods that await keep the order too, one at a time", async () => {
  await using p = journal.spawn();
  for (let n = 0; n < 50; n++) {
    await (n % 2 === 0 ? p.tell.addSlowly(0, n) : p.tell.add(0, n));
  }
  const all = await p.ask.read();
  assertEquals(all.map(([, n]) => n), Array.from({ length: 50 }, (_, n) => n));
});

Deno.test("mailboxStats() tells depth, capacity and counts, also while the actor is blocked", async () => {
  await using p = journalOf3.spawn();
  const letGo = await hold(p, "block");
  await p.tell.add(0, 0);
  await p.tell.add(0, 1);
  assertEquals(p.mailboxStats(), {
    depth: 2,
    capacity: 3,
    handled: 0,
    dropped: 0,
    undelivered: 0,
  });
  await letGo();
  await p.ask.read();
  assertEquals(await settledTo(() => p.mailboxStats().handled, 4), 4);
  assertEquals(p.mailboxStats().depth, 0);
});

Deno.test('"wait": a tell resolves when the mailbox has it, an ask may wait for room too', async () => {
  await using p = journalOf3.spawn();
  const letGo = await hold(p);
  for (let n = 0; n < 3; n++) await soon(p.tell.add(0, n));
  const order: string[] = [];
  const waiting = [
    p.tell.add(0, 3).then(() => order.push("third tell")),
    p.ask.add(0, 4).then(() => order.push("ask")),
  ];
  await assertRejects(() => p.tell({ timeout: 20 }).add(0, 99), DOMException);
  assertEquals(order, []);
  assertEquals(counts(p), { depth: 3, handled: 0, dropped: 0, undelivered: 0 });
  await letGo();
  await soon(Promise.all(waiting));
  // Of both it may be heard at once.
  assertEquals(order.toSorted(), ["ask", "third tell"]);
  assertEquals(await notes(p), [0, 1, 2, 3, 4]);
});

Deno.test("a wait for room ends by its time-out, by an abort, and by the actor's end", async () => {
  const p = journalOf3.spawn();
  const letGo = await hold(p);
  for (let n = 0; n < 3; n++) await p.tell.add(0, n);
  for (const send of [p.tell, p.ask]) {
    const late = await assertRejects(
      () => soon(Promise.resolve(send({ timeout: 20 }).add(9, 9))),
      DOMException,
    );
    assertEquals(late.name, "TimeoutError");
    const controller = new AbortController();
    const aborted = later<unknown>(
      send({ signal: controller.signal }).add(9, 9),
    );
    const reason = { my: "reason" };
    controller.abort(reason);
    assert(await soon(aborted.then(() => 0, (error) => error)) === reason);
  }
  // None of those is sent later.
  assertEquals(p.mailboxStats().depth, 3);
  const told = later(p.tell.add(0, 3));
  const asked = later(p.ask.add(0, 4));
  p.terminate();
  for (const wait of [told, asked]) {
    const error = await assertRejects(() => soon(wait), ActorExitedError);
    assertEquals(error.exit.reason, "terminated");
    assertEquals(error.handling?.method, "hold");
  }
  await assertRejects(letGo, ActorExitedError);
  assertEquals(await settledTo(() => p.mailboxStats().undelivered, 3), 3);
  assertEquals(counts(p), { depth: 0, handled: 0, dropped: 0, undelivered: 3 });
});

Deno.test("an ask or a tell with a signal that is aborted already sends nothing", async () => {
  await using p = journal.spawn();
  const signal = AbortSignal.abort("no more");
  for (const send of [p.ask, p.tell]) {
    const outcome = Promise.resolve(send({ signal }).add(0, 0));
    assertEquals(await outcome.then(() => "sent", (error) => error), "no more");
  }
  assertEquals(await p.ask.read(), []);
});

Deno.test('"fail": a message that finds the mailbox full rejects, and is not counted', async () => {
  await using p = failingJournal.spawn([], { name: "narrow" });
  const letGo = await hold(p);
  for (let n = 0; n < 3; n++) await p.tell.add(0, n);
  for (const [verb, send] of [["tell", p.tell], ["ask", p.ask]] as const) {
    const error = await assertRejects(
      () => Promise.resolve(send.add(0, 9)),
      MailboxFullError,
    );
    assertEquals([error.actor, error.capacity], ["narrow", 3]);
    assertStringIncludes(
      error.message,
      `Cannot ${verb} add() ${verb === "ask" ? "of" : "to"} actor "narrow": ` +
        "its mailbox is full (3 messages)",
    );
  }
  assertEquals(counts(p), { depth: 3, handled: 0, dropped: 0, undelivered: 0 });
  await letGo();
  assertEquals(await notes(p), [0, 1, 2]);
});

Deno.test('"drop-newest": what comes is dropped and counted; its ask is told, its tell is not', async () => {
  await using p = newestDropped.spawn([], { name: "deaf" });
  const letGo = await hold(p);
  for (let n = 0; n < 5; n++) await soon(p.tell.add(0, n));
  const error = await assertRejects(
    () => soon(p.ask.add(0, 5)),
    MailboxFullError,
  );
  assertEquals(error.actor, "deaf");
  assertStringIncludes(error.message, "Cannot ask add() of");
  assertEquals(counts(p), { depth: 3, handled: 0, dropped: 3, undelivered: 0 });
  await letGo();
  assertEquals(await notes(p), [0, 1, 2]);
});

Deno.test('"drop-oldest": the oldest goes and is counted; its ask is told', async () => {
  await using p = oldestDropped.spawn([], { name: "forgetful" });
  const letGo = await hold(p);
  const first = later(p.ask.add(0, 0));
  for (let n = 1; n < 6; n++) await soon(p.tell.add(0, n));
  const error = await assertRejects(() => soon(first), MailboxFullError);
  assertEquals([error.actor, error.capacity], ["forgetful", 3]);
  assertStringIncludes(error.message, "Cannot ask add() of");
  assertEquals(counts(p), { depth: 3, handled: 0, dropped: 3, undelivered: 0 });
  await letGo();
  assertEquals(await notes(p), [3, 4, 5]);
});

Deno.test("an ask dropped from a mailbox whose actor is blocked is told when the actor is back, or has ended", async () => {
  for (const then of ["back", "terminated"] as const) {
    const p = oldestDropped.spawn();
    const letGo = await hold(p, "block");
    const first = later(p.ask.add(0, 0));
    for (let n = 1; n < 4; n++) await p.tell.add(0, n);
    assertEquals(p.mailboxStats().dropped, 1);
    if (then === "back") {
      await letGo();
      await assertRejects(() => soon(first), MailboxFullError);
      await p.stop();
    } else {
      p.terminate();
      // One that blocks in a channel may have told it just before its end.
      const error = await assertRejects(() => soon(first));
      assert(
        error instanceof ActorExitedError || error instanceof MailboxFullError,
      );
      await assertRejects(letGo, ActorExitedError);
    }
  }
});

Deno.test("the ask of another actor that is dropped is told there", async () => {
  await using p = oldestDropped.spawn();
  const letGo = await hold(p);
  await using client = tells.spawn([p, 7, 3, false]);
  // The third message of the client is an ask; two tells lie before it.
  assertEquals(await settledTo(() => p.mailboxStats().depth, 3), 3);
  for (let n = 0; n < 3; n++) await p.tell.add(0, n);
  const exit = await soon(client.join());
  assert(exit.reason === "threw");
  assertInstanceOf(exit.error.cause, MailboxFullError);
  await letGo();
});

Deno.test("dropped and undelivered messages may hold queues and great buffers", async () => {
  const great = new Uint8Array(100_000).fill(1);
  for (const kind of [oldestDropped, newestDropped]) {
    await using p = kind.spawn();
    const letGo = await hold(p);
    const queue = new Queue<number>();
    const [here, there] = pipe<number>();
    for (let n = 0; n < 4; n++) {
      await soon(p.tell.keep(0, n, { queue, great, deep: [great] }));
    }
    await p.tell.keep(0, 4, great);
    await p.tell.keep(0, 5, there);
    for (let n = 6; n < 9; n++) await p.tell.keep(0, n, { great });
    await letGo();
    assertEquals(p.mailboxStats().dropped, 6);
    const kept = await notes(p);
    assertEquals(kept, kind === oldestDropped ? [6, 7, 8] : [0, 1, 2]);
    if (kind === oldestDropped) {
      // It was on its way, so it belongs to nobody: its other end sees that.
      await assertRejects(() => soon(here.recv()), PipeClosedError);
    } else {
      // It never went away.
      await there.send(5);
      assertEquals(await here.recv(), 5);
    }
    await queue.put(1);
    assertEquals(await queue.get(), 1);
  }
});

Deno.test("what lies in the mailbox when the actor ends is undelivered, and its queues live on", async () => {
  const p = journal.spawn();
  const letGo = await hold(p);
  const queue = new Queue<number>();
  const great = new Uint8Array(100_000);
  const asked = later(p.ask.keep(0, 0, { queue, great }));
  await p.tell.keep(0, 1, [queue]);
  p.terminate();
  await assertRejects(() => soon(asked), ActorExitedError);
  await assertRejects(letGo, ActorExitedError);
  await p.join();
  assertEquals(await settledTo(() => p.mailboxStats().undelivered, 2), 2);
  await queue.put(1);
  assertEquals(await queue.get(), 1);
});

Deno.test("an ask that was given up is not handled any more; a tell of a dead sender is", async () => {
  await using p = journal.spawn();
  const letGo = await hold(p);
  await assertRejects(() => p.ask({ timeout: 10 }).add(0, 1), DOMException);
  const controller = new AbortController();
  const aborted = later(p.ask({ signal: controller.signal }).add(0, 2));
  controller.abort();
  await assertRejects(() => aborted, DOMException);
  const leaver = tellsAndLeaves.spawn([p, 3]);
  assertEquals((await soon(leaver.join())).reason, "exited");
  await letGo();
  assertEquals(await p.ask.read(), [[9, 0], [9, 1], [9, 2]]);
  assertEquals(p.mailboxStats().undelivered, 2);
});

Deno.test("a client that is terminated while it waits for an answer harms nobody", async () => {
  await using p = journal.spawn();
  const [up, gate] = [new Queue<0>(), new Queue<0>()];
  const client = waitsForAnswer.spawn([p, up, gate]);
  await soon(up.get());
  client.terminate();
  await client.join();
  await gate.put(0);
  await p.tell.add(0, 1);
  assertEquals(await soon(p.ask.read()), [[0, 1]]);
});

threadTest(
  "a handle outlives the owner of its actor: what is asked of it then rejects at once",
  async () => {
    const handles = new Queue<J>();
    const gate = new Queue<0>();
    const p = owner.spawn([handles, gate]);
    const owned = await soon(handles.get()) as J;
    assertEquals(await soon(owned.ask.read()), [[0, 0]]);
    const letGo = await hold(owned);
    const asked = later(owned.ask.add(0, 1));
    await gate.put(0);
    assertEquals((await p.join()).reason, "returned");
    for (const wait of [asked, later(letGo())]) {
      const error = await assertRejects(() => soon(wait), ActorExitedError);
      assertEquals(error.actor, "owned");
      assertEquals(error.exit.reason, "terminated");
      assertEquals(error.handling?.method, "hold");
    }
    const start = performance.now();
    await assertRejects(() => soon(owned.ask.read()), ActorExitedError);
    await assertRejects(() => soon(owned.tell.add(0, 2)), ActorExitedError);
    assert(performance.now() - start < 1000);
  },
);

Deno.test("a mailbox full of waiting senders loses none of them, however many", async () => {
  await using p = journalOf3.spawn();
  const letGo = await hold(p);
  const count = 2000;
  const all = Array.from({ length: count }, (_, n) => p.tell.add(0, n));
  await letGo();
  await soon(Promise.all(all));
  const seen = await soon(p.ask.read());
  assertEquals(seen.map(([, n]) => n), [...all.keys()]);
  assertGreater(p.mailboxStats().handled, count);
});

Deno.test("actor() refuses a mailbox that cannot be", () => {
  const declare = (mailbox: unknown) => () =>
    actor(import.meta, class Refused {}, { mailbox: mailbox as never });
  assertThrows(declare(5), TypeError, "mailbox must be an object");
  assertThrows(declare({ capacity: 0 }), RangeError, "from 1 to");
  assertThrows(declare({ capacity: 1.5 }), RangeError, "got 1.5");
  assertThrows(declare({ capacity: "3" }), TypeError, "must be a number");
  assertThrows(
    declare({ whenFull: "drop" }),
    TypeError,
    'one of "wait", "fail", "drop-oldest", "drop-newest", got "drop"',
  );
});
