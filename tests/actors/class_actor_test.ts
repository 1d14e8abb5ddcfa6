// What a class actor offers, how it answers, and how it starts and stops. Its
// mailbox, its streams and the ends of asks have files of their own.
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ActorExitedError,
  type ClassProcess,
  NotSendableError,
  PermissionDeniedError,
  Process,
  ProcessStateError,
  Queue,
  RemoteError,
} from "../../mod.ts";
import {
  endsOnThrow,
  fails,
  hop,
  looks,
  looksReentrant,
  made,
  offers,
  selfish,
} from "../fixtures/actors/classes.ts";
import { asksAbout, asksItsChild } from "../fixtures/actors/class_clients.ts";
import {
  cannotBeMade,
  starts,
  stops,
} from "../fixtures/actors/class_endings.ts";
import { later, soon } from "../channels/inside.ts";
import {
  assertFilesClosed,
  assertNoThreads,
  openFiles,
  settledTo,
} from "../leaks.ts";

/** An actor's methods as untyped code calls them. */
// deno-lint-ignore no-explicit-any
type Loose = Record<string, (...args: any[]) => Promise<any>>;

function loose(p: ClassProcess<unknown>): Loose {
  return p.ask as unknown as Loose;
}

/** A place where an actor says that it got there, and one where it waits. */
function gates() {
  return { up: new Queue<0>(), gate: new Queue<0>() };
}

Deno.test("a class actor offers its methods, those it inherits, and fields that are functions", async () => {
  await using p = offers.spawn();
  assertEquals(await p.ask.add(2, 3), 5);
  assertEquals(await p.ask.addLater(2, 3), 5);
  assertEquals(await p.ask.nothing(), undefined);
  assertEquals(await p.ask.inherited(1), "base 1");
  assertEquals(await p.ask.overridden(), "derived over base");
  assertEquals(await p.ask.plusOne(1), 2);
  assertEquals(await p.ask.laterPlusOne(1), 2);
  assertEquals(await p.ask({ timeout: 10_000 }).add(2, 3), 5);
  assertEquals(await p.ask({ timeout: 10_000 }).plusOne(2), 3);
});

Deno.test("a field that is a function is called as it is now, and refused when it is none any more", async () => {
  await using p = offers.spawn();
  assertEquals(await p.ask.plusOne(1), 2);
  await p.tell.replacePlusOne(10);
  assertEquals(await p.ask.plusOne(1), 11);
  await p.ask.removePlusOne();
  await assertRejects(
    () => p.ask.plusOne(1),
    TypeError,
    'it has no method "plusOne" that others may call',
  );
});

Deno.test("methods called as what every function has are the actor's own", async () => {
  await using p = offers.spawn();
  const { ask } = p;
  assertEquals(await ask.name(), "a method called name");
  assertEquals(await ask.length(), 42);
  assertEquals(await ask.call(), "a method called call");
});

Deno.test("getters, other fields, hooks, the constructor and what every object has are refused", async () => {
  await using p = offers.spawn([], { name: "shop" });
  const names = [
    "getter",
    "setter",
    "data",
    "list",
    "constructor",
    "onStart",
    "onStop",
    "ofTheClass",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__proto__",
    "__defineGetter__",
    "prototype",
    "#hidden",
    "noSuch",
  ];
  for (const name of names) {
    const error = await assertRejects(() => loose(p)[name]!(), TypeError);
    assertStringIncludes(
      error.message,
      `Cannot ask ${name}() of actor "shop": it has no method "${name}" that ` +
        "others may call. It has ",
    );
    assertStringIncludes(error.message, "add, addLater");
  }
  // The getter did not run to find that out.
  assertEquals(await p.ask.getterCalls(), 0);
  assertEquals(p.mailboxStats().undelivered, names.length);
});

Deno.test("a tell of a method that there is not changes nothing, and is counted", async () => {
  await using p = offers.spawn();
  await (p.tell as unknown as Loose).noSuch!();
  assertEquals(await p.ask.add(1, 1), 2);
  assertEquals(p.mailboxStats().undelivered, 1);
});

Deno.test("handles, ask and tell can be awaited like any object: they are no promises", async () => {
  await using p = offers.spawn();
  assert(await Promise.resolve(p) === p);
  assert(await Promise.resolve(p.ask) === p.ask);
  assert(await Promise.resolve(p.tell) === p.tell);
  const limited = p.ask({ timeout: 1000 });
  assert(await Promise.resolve(limited) === limited);
  assert(p.ask === p.ask);
});

Deno.test("ask and tell refuse options that are none", async () => {
  await using p = offers.spawn();
  const ask = p.ask as unknown as (options: unknown) => Loose;
  assertThrows(() => ask(5), TypeError, "options must be an object");
  assertThrows(() => ask(null), TypeError, "got null");
  await assertRejects(() => ask({ timeout: -1 }).add!(1, 2), RangeError);
  await assertRejects(() => ask({ timeout: "1" }).add!(1, 2), TypeError);
  await assertRejects(
    () => ask({ whenRestarted: "perhaps" }).add!(1, 2),
    TypeError,
    'whenRestarted must be "fail" or "wait", got "perhaps"',
  );
});

Deno.test("ask and tell of a process that was not started throw a named error", () => {
  const p = new Process(offers, { name: "unborn" });
  for (const use of [() => p.ask, () => p.tell]) {
    const error = assertThrows(use, ProcessStateError);
    assertEquals(error.state, "not started");
    assertStringIncludes(error.message, '"unborn": it was not started');
  }
  assertEquals(p.mailboxStats(), {
    depth: 0,
    capacity: 1024,
    handled: 0,
    dropped: 0,
    undelivered: 0,
  });
});

Deno.test("new Process(class) runs a class actor as spawn does", async () => {
  const p = new Process(offers, { name: "made" });
  assertEquals([p.isAlive(), p.exitCode], [false, null]);
  await using started = p.start();
  assert(started === p);
  assertInstanceOf(started, Process);
  assertEquals(await p.ask.add(1, 1), 2);
});

Deno.test("values of every kind arrive whole, both ways", async () => {
  await using p = offers.spawn();
  const shared = { a: 1 };
  const values = [
    undefined,
    null,
    -0,
    NaN,
    10n ** 30n,
    "text",
    new Date(5),
    /x/g,
    new Map([[1, new Set(["a"])]]),
    new Float64Array([1, 2]),
    new Uint8Array(300_000).fill(7),
    [shared, shared],
  ];
  for (const value of values) assertEquals(await p.ask.echo(value), value);
  const [one, two] = await p.ask.echo([shared, shared]) as unknown[];
  assert(one === two);
});

Deno.test("a constructor gets its arguments, queues too; answers may hold queues", async () => {
  const to = new Queue<string>();
  await using p = made.spawn([["a", "b"], to]);
  assertEquals(await p.ask.pour(), 2);
  assertEquals([await to.get(), await to.get()], ["a", "b"]);
  const answer = await p.ask.queue();
  assertInstanceOf(answer.to, Queue);
  await answer.to.put("through the answer");
  assertEquals(await to.get(), "through the answer");
});

Deno.test("an argument that cannot be sent is refused with its path, and nothing is sent", async () => {
  await using p = offers.spawn();
  for (const send of [p.ask.echo, p.tell.echo]) {
    const error = await assertRejects(
      () => send({ job: { cb: [1, () => 1] } }),
      NotSendableError,
    );
    assertEquals(error.path, "$[0].job.cb[1]");
  }
  const second = await assertRejects(
    () => loose(p).add!(1, Symbol("no")),
    NotSendableError,
  );
  assertEquals(second.path, "$[1]");
  assertEquals(await p.ask.add(1, 1), 2);
  // A method is done a moment after its answer.
  assertEquals(await settledTo(() => p.mailboxStats().handled, 1), 1);
  assertEquals(p.mailboxStats().undelivered, 0);
});

Deno.test("an answer that cannot be sent rejects that ask alone, with the path in it", async () => {
  await using p = fails.spawn();
  for (const ask of [p.ask.unsendable, p.ask.unsendableLater]) {
    const error = await assertRejects(() => ask(), NotSendableError);
    assertEquals(error.path, "$.nested[1]");
  }
  // To nobody it need not be sent.
  await p.tell.unsendable();
  assertEquals(await p.ask.howMany(), 0);
});

Deno.test("what a method could not send elsewhere is its own error, not one of the answer", async () => {
  await using p = fails.spawn();
  await using other = offers.spawn();
  const error = await assertRejects(() => p.ask.sendsBadly(other), RemoteError);
  assertInstanceOf(error.cause, NotSendableError);
  assertEquals(error.cause.path, "$[0].a");
});

Deno.test("what a method throws rejects its ask alone, and the actor goes on", async () => {
  await using p = fails.spawn([], { name: "failing" });
  for (const ask of [p.ask.sync, p.ask.later]) {
    const error = await assertRejects(() => ask("too far"), RemoteError);
    assertEquals(error.actor, "failing");
    assertEquals(error.remoteName, "RangeError");
    assertEquals(error.message, 'Actor "failing" threw RangeError: too far');
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "too far");
  }
  assertEquals(await p.ask.howMany(), 2);
});

Deno.test("an error of a method keeps class name, fields and cause; any value may be thrown", async () => {
  await using p = fails.spawn();
  const rich = await assertRejects(() => p.ask.rich(), RemoteError);
  assertEquals(rich.remoteName, "Odd");
  const odd = rich.cause as Error & { order: number };
  assertEquals([odd.name, odd.order], ["Odd", 42]);
  assertInstanceOf(odd.cause, AggregateError);
  assertInstanceOf(odd.cause.errors[0], TypeError);
  assertEquals(odd.cause.errors[1], "two");
  const text = await assertRejects(() => p.ask.text(), RemoteError);
  assertEquals([text.remoteName, text.cause], ["string", "just a text"]);
  const none = await assertRejects(() => p.ask.nothingAtAll(), RemoteError);
  assertEquals(none.cause, undefined);
});

/** Its name must be in the stack of what it awaits. */
async function theCallerOfTheAsk(p: ReturnType<typeof fails.spawn>) {
  await p.ask.later("far away");
}

Deno.test("the stack of a failed ask shows where it was asked, then where it was thrown", async () => {
  await using p = fails.spawn([], { name: "deep" });
  const error = await assertRejects(() => theCallerOfTheAsk(p), RemoteError);
  const [here, there] = error.stack!.split('--- in actor "deep" ---');
  assertStringIncludes(here!, "theCallerOfTheAsk");
  assertStringIncludes(here!, "class_actor_test.ts");
  assertStringIncludes(there!, "fixtures/actors/classes.ts");
  for (const part of [here!, there!]) {
    for (const own of ["_server.ts", "recipient.ts", "host.ts"]) {
      assert(!part.includes(own), `${own} in ${part}`);
    }
  }
});

Deno.test("an error that passed through two actors has both as causes", async () => {
  await using outer = fails.spawn([], { name: "outer" });
  await using inner = fails.spawn([], { name: "inner" });
  const error = await assertRejects(
    () => outer.ask.asks(inner, "deep inside"),
    RemoteError,
  );
  assertEquals([error.actor, error.remoteName], ["outer", "RemoteError"]);
  const middle = error.cause as RemoteError;
  assertInstanceOf(middle, RemoteError);
  assertEquals([middle.actor, middle.remoteName], ["inner", "RangeError"]);
  assertEquals((middle.cause as Error).message, "deep inside");
});

Deno.test("a right denied to a method reaches its asker with the grant, and the actor goes on", async () => {
  await using p = fails.spawn([], { name: "guest" });
  const path = Deno.realPathSync(new URL(import.meta.url));
  const error = await assertRejects(
    () => p.ask.denied(path),
    PermissionDeniedError,
  );
  assertEquals([error.kind, error.target], ["read", path]);
  assertEquals(error.actor, "guest");
  assertEquals(error.grant, `read: [${JSON.stringify(path)}]`);
  assertEquals(await p.ask.howMany(), 0);
});

Deno.test("what the method of a tell throws is the end of the actor", async () => {
  const p = fails.spawn([], { name: "told" });
  await p.tell.later("nobody hears");
  const exit = await soon(p.join());
  assert(exit.reason === "threw");
  assertEquals(exit.code, 1);
  assertInstanceOf(exit.error, RemoteError);
  assertEquals((exit.error.cause as Error).message, "nobody hears");
});

Deno.test("a right denied to the method of a tell ends the actor as denied", async () => {
  const p = fails.spawn();
  await p.tell.denied(Deno.realPathSync(new URL(import.meta.url)));
  const exit = await soon(p.join());
  assert(exit.reason === "denied");
  assertEquals(exit.error.kind, "read");
});

Deno.test('whenAskThrows: "end" gives the error to the asker, and ends the actor with it', async () => {
  for (const method of ["fail", "failLater"] as const) {
    const p = endsOnThrow.spawn();
    assertEquals(await p.ask.fine(), "fine");
    const error = await assertRejects(() => p.ask[method]("so"), RemoteError);
    assertInstanceOf(error.cause, RangeError);
    const exit = await soon(p.join());
    assert(exit.reason === "threw");
    assertEquals((exit.error.cause as Error).message, "so");
  }
});

Deno.test("currentMessage() tells method, number and sender, and nothing outside of a message", async () => {
  await using p = looks.spawn();
  assertEquals(await p.ask.about(), {
    method: "about",
    number: 1,
    sender: "MainProcess",
  });
  await p.ask.outside();
  // Its timer comes when none is in hand: `outsideSaw` awaits nothing.
  let saw: boolean[] = [];
  while (saw.length === 0) saw = await soon(p.ask.outsideSaw());
  assertEquals(saw, [false]);
  await using client = asksAbout.spawn([p], { name: "the client" });
  const { sender, name } = await client.result();
  assertEquals([sender, name], ["the client", "the client"]);
});

Deno.test("the sender is known by its name also when the actor had no moment to look", async () => {
  await using p = looks.spawn();
  const { up, gate } = gates();
  // All of them ask while the actor waits for the gate, so that their messages
  // and their names are there at once.
  const waits = p.ask.waits(up, gate);
  await soon(up.get());
  const clients = ["ann", "bob", "cid"].map((name) =>
    asksAbout.spawn([p], { name })
  );
  assertEquals(await settledTo(() => p.mailboxStats().depth, 3), 3);
  await gate.put(0);
  await waits;
  for (const client of clients) {
    const { sender, name } = await client.result();
    assertEquals(sender, name);
  }
});

Deno.test("one message at a time: the next one begins when a method that awaits is done", async () => {
  await using p = looks.spawn();
  const { up, gate } = gates();
  const first = p.ask.waits(up, gate);
  const second = p.ask.waits(up, gate);
  const third = p.ask.about();
  await soon(up.get());
  assertEquals(p.mailboxStats().depth, 2);
  await gate.put(0);
  const seen = await first;
  assertEquals(seen.map(({ number }) => number), [1, 1, 1]);
  await gate.put(0);
  assertEquals((await second).map(({ number }) => number), [2, 2, 2]);
  assertEquals((await third).number, 3);
  assertEquals(await p.ask.most(), 1);
});

Deno.test("reentrant: messages overlap, and currentMessage() tells them apart", async () => {
  await using p = looksReentrant.spawn();
  const [one, two] = [gates(), gates()];
  const first = p.ask.waits(one.up, one.gate);
  const second = p.ask.waits(two.up, two.gate);
  await soon(one.up.get());
  await soon(two.up.get());
  assertEquals((await p.ask.about()).number, 3);
  await two.gate.put(0);
  assertEquals((await second).map(({ number }) => number), [2, 2, 2]);
  await one.gate.put(0);
  assertEquals((await first).map(({ number }) => number), [1, 1, 1]);
  assertEquals(await p.ask.most(), 2);
});

Deno.test("currentMessage() is right in generator methods, one at a time or reentrant", async () => {
  for (const actor of [looks, looksReentrant]) {
    await using p = actor.spawn();
    const { up, gate } = gates();
    const seen = Array.fromAsync(p.ask.streams(up, gate));
    await soon(up.get());
    const about = p.ask.about();
    if (actor === looksReentrant) assertEquals((await about).number, 2);
    await gate.put(0);
    const all = await soon(seen);
    assertEquals(all.map(({ method }) => method), ["streams", "streams"]);
    assertEquals(all.map(({ number }) => number), [1, 1]);
    assertEquals((await about).number, 2);
  }
});

Deno.test("a handle works wherever it is passed: in arguments, messages and answers", async () => {
  await using echo = offers.spawn();
  await using own = selfish.spawn([], { name: "given" });
  const back = await echo.ask.echo({ at: [own] }) as { at: Process[] };
  assert(back.at[0] === own);
  // One that an actor gives of itself is the one that its parent has.
  assert(await own.ask.handle() === own);
  // From another actor, in a row of three.
  await using a = hop.spawn();
  await using b = hop.spawn();
  await using c = hop.spawn();
  assertEquals(await a.ask.hop([b, c]), [Infinity, Infinity, Infinity]);
});

Deno.test("current() gives the actor's own handle, and throws elsewhere", async () => {
  const error = assertThrows(() => selfish.current(), ProcessStateError);
  assertStringIncludes(error.message, "the calling code runs in MainProcess");
  await using p = selfish.spawn();
  await p.ask.tells();
  assertEquals(await p.ask.notes(), ["told"]);
});

Deno.test("an actor in a thread of its own starts a class actor and asks it", async () => {
  assertEquals(await asksItsChild.spawn().result(), [[1, 2]]);
});

Deno.test("messages wait for onStart, and ready() does", async () => {
  const up = new Queue<0>();
  const gate = new Queue<"go" | "throw">();
  await using p = starts.spawn([up, gate]);
  const log = p.ask.log();
  const ready = p.ready();
  await soon(up.get());
  await assertRejects(() => p.ready({ timeout: 20 }), DOMException);
  await gate.put("go");
  assertEquals(await log, ["constructed", "started", "asked"]);
  assert(await ready === p);
});

Deno.test("an onStart that throws fails ready() with its error, and every ask at once", async () => {
  const up = new Queue<0>();
  const gate = new Queue<"go" | "throw">();
  const p = starts.spawn([up, gate], { name: "unable" });
  const log = later(p.ask.log());
  const ready = later(p.ready());
  await gate.put("throw");
  const why = await assertRejects(() => soon(ready), RemoteError);
  assertEquals((why.cause as Error).message, "cannot start");
  const error = await assertRejects(() => soon(log), ActorExitedError);
  assertEquals(error.exit.reason, "threw");
  assertEquals(error.handling?.method, "onStart");
  assertStringIncludes(error.message, "while it ran onStart()");
  await assertRejects(() => soon(p.ask.log()), ActorExitedError);
  assertEquals(p.mailboxStats().undelivered, 1);
});

Deno.test("a constructor that throws fails the actor, and every ask", async () => {
  const p = cannotBeMade.spawn(["not today"]);
  const error = await assertRejects(
    () => soon(p.ask.hello()),
    ActorExitedError,
  );
  assertStringIncludes(error.message, "RangeError: not today");
  assertEquals(error.handling?.method, "constructor");
  assertEquals((await p.join()).reason, "threw");
});

Deno.test("stop() handles what the mailbox held, runs onStop, and then ends the actor", async () => {
  const log = new Queue<string>();
  const { up, gate } = gates();
  const p = stops.spawn([log, "return"]);
  const held = p.ask.hold(up, gate);
  await soon(up.get());
  const told = [1, 2, 3].map((n) => p.tell.note(`message ${n}`));
  await Promise.all(told);
  const stopped = p.stop({ grace: 10_000 });
  await gate.put(0);
  assertEquals(await soon(stopped), {
    reason: "returned",
    code: 0,
    value: undefined,
  });
  assertEquals(await held, "held");
  const lines = [];
  while (!log.empty) lines.push(await log.get() as string);
  const [reason, left, ...context] = lines[3]!.split(" ");
  assertEquals(lines.slice(0, 3), ["message 1", "message 2", "message 3"]);
  assertEquals([reason, context.join(" ")], ["stop", "no message"]);
  assertGreater(Number(left), 5000);
  assertEquals(lines.slice(4), ["stopped"]);
  assertEquals(p.mailboxStats(), {
    depth: 0,
    capacity: 1024,
    handled: 4,
    dropped: 0,
    undelivered: 0,
  });
});

Deno.test("what is asked of an actor after it was told to stop is refused when it has ended", async () => {
  const log = new Queue<string>();
  const { up, gate } = gates();
  const p = stops.spawn([log, "return"]);
  const held = p.ask.hold(up, gate);
  await soon(up.get());
  const stopped = p.stop({ grace: 10_000 });
  // It has heard that when its mailbox no longer matters: the order is in its
  // record at once, and it looks there before it takes the next message.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const late = later(p.ask.note("too late"));
  await gate.put(0);
  await held;
  const error = await assertRejects(() => soon(late), ActorExitedError);
  assertEquals(error.exit.reason, "returned");
  await stopped;
  assertEquals(p.mailboxStats().undelivered, 1);
});

Deno.test("the time that onStop has left counts from the call of stop()", async () => {
  const log = new Queue<string>();
  const up = new Queue<0>();
  const p = stops.spawn([log, "return"]);
  await p.tell.block(up, 300);
  await soon(up.get());
  await p.stop({ grace: 5000 });
  const left = Number((await log.get() as string).split(" ")[1]);
  assertLess(left, 4850);
  assertGreater(left, 3000);
});

Deno.test("an onStop that hangs is cut when the grace is over", async () => {
  const log = new Queue<string>();
  await using p = stops.spawn([log, "hang"]);
  await p.ready();
  const start = performance.now();
  const exit = await soon(p.stop({ grace: 200 }));
  assertEquals(exit.reason, "terminated");
  const took = performance.now() - start;
  assert(took >= 190 && took < 1500, `${took} ms`);
  assertEquals((await log.get() as string).startsWith("stop "), true);
  assertEquals(log.empty, true);
});

Deno.test("an onStop that throws is told as the actor's end", async () => {
  const p = stops.spawn([new Queue<string>(), "throw"]);
  const exit = await soon(p.stop());
  assert(exit.reason === "threw");
  assertEquals((exit.error.cause as Error).message, "while stopping");
});

Deno.test("stop() of a class actor that is still being loaded waits for it and stops it", async () => {
  const log = new Queue<string>();
  const p = stops.spawn([log, "return"]);
  assertEquals((await soon(p.stop())).reason, "returned");
  assertEquals((await log.get() as string).startsWith("stop "), true);
});

Deno.test("await using stops a class actor gracefully", async () => {
  const log = new Queue<string>();
  let p: Process;
  {
    await using inside = stops.spawn([log, "return"]);
    await inside.tell.note("in time");
    p = inside;
  }
  assertEquals(p.exitCode, 0);
  assertEquals(await log.get(), "in time");
});

Deno.test("class actors leave no thread and no open file behind", async () => {
  const round = async () => {
    await using p = offers.spawn();
    await p.ask.add(1, 2);
    const cut = looks.spawn();
    const { up, gate } = gates();
    const asked = later(cut.ask.waits(up, gate));
    await soon(up.get());
    cut.terminate();
    await assertRejects(() => asked, ActorExitedError);
    await cut.join();
  };
  await round();
  await assertNoThreads();
  const files = openFiles();
  for (let n = 0; n < 10; n++) await round();
  await assertNoThreads();
  await assertFilesClosed(files);
});
