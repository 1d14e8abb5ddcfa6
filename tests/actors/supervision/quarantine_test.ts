// Messages that kill their actor: who is blamed, who is tried again, and what is
// set aside.
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorExitedError,
  currentProcess,
  type Exit,
  type QuarantinedMessage,
  Queue,
  RemoteError,
  RestartIntensityError,
  Supervisor,
} from "../../../mod.ts";
import { later, soon } from "../../channels/inside.ts";
import {
  endingWatched,
  placed,
  watched,
  watchedAtOnce,
  type Way,
} from "../../fixtures/actors/watched.ts";
import { assertNoThreads } from "../../leaks.ts";
import { drain, listen, record, take } from "./news.ts";

/** The only message in quarantine. */
function only(sup: Supervisor): QuarantinedMessage {
  assertEquals(sup.quarantine.length, 1);
  return sup.quarantine[0]!;
}

/** The exits of the deaths, in short. */
function ways({ deaths }: QuarantinedMessage): string[] {
  return deaths.map(({ exit }) =>
    `${exit.reason} ${"code" in exit ? exit.code : ""}`
  );
}

Deno.test("of 100 messages of which one always kills 99 are handled, the tree lives, and the one is set aside with two stacks (F7)", async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const told = record(sup);
  const { place, log, words } = placed();
  const child = await sup.spawn(watched, [place], { id: "parser" });
  const before = Date.now();
  for (let n = 1; n <= 100; n++) {
    if (n === 13) await child.tell.end("throw", "13");
    else await child.tell.note(`${n}`);
  }
  const { message, id } = await next("quarantined");
  assertEquals(await soon(child.ask.made()), 3);
  const all = Array.from({ length: 100 }, (_, n) => `${n + 1}`);
  assertEquals(drain(log), all.filter((text) => text !== "13"));
  await next("restarted");
  assertEquals([sup.isAlive(), child.restarts, id], [true, 2, "parser"]);
  assertEquals(told.map((one) => one.split(" ")[0]), [
    ...["started", "exited", "restarting", "restarted"],
    ...["quarantined", "exited", "restarting", "restarted"],
  ]);

  assert(only(sup) === message);
  assertEquals([message.child, message.method], ["parser", "end"]);
  assertEquals([message.args, message.sender], [
    ["throw", "13"],
    currentProcess().name,
  ]);
  assertEquals(message.deaths.length, 2);
  for (const { at, exit } of message.deaths) {
    assert(at >= before && at <= Date.now());
    const { error } = exit as Extract<Exit, { reason: "threw" }>;
    assertInstanceOf(error, RemoteError);
    const [here, there] = error.stack!.split('--- in actor "parser" ---');
    assertStringIncludes(here!, "RangeError: as told: 13");
    assertStringIncludes(there!, "fixtures/actors/watched.ts");
  }

  words.fixed.value = 1;
  await soon(message.replay());
  assertEquals(await take(log, 1), ["13"]);
  assertEquals(sup.quarantine, []);
  await assertRejects(
    () => message.replay(),
    Error,
    'Cannot replay end() of child "parser": it is not in quarantine any more',
  );
});

for (const quarantineAfter of [1, 2, 3, Infinity]) {
  Deno.test(`quarantineAfter: ${quarantineAfter} tries a message that often`, async () => {
    const maxRestarts = 5;
    await using sup = new Supervisor({ quarantineAfter, maxRestarts });
    const gaveUp = sup.join().catch((error: Error) => error);
    const { place, log, words } = placed();
    const child = await sup.spawn(watched, [place]);
    await child.tell.note("before");
    await child.tell.end("exit 3");
    await child.tell.note("after");
    if (quarantineAfter === Infinity) {
      assertInstanceOf(await soon(gaveUp), RestartIntensityError);
      assertEquals(words.made.value, 1 + maxRestarts);
      assertEquals([drain(log), sup.quarantine], [["before"], []]);
      return;
    }
    assertEquals(await soon(child.ask({ whenRestarted: "wait" }).add(1)), 1);
    assertEquals(words.made.value, 1 + quarantineAfter);
    assertEquals(drain(log), ["before", "after"]);
    assertEquals(ways(only(sup)), Array(quarantineAfter).fill("exited 3"));
  });
}

const killing: [Way, string][] = [
  ["throw", "threw 1"],
  ["reject", "threw 1"],
  ["later", "threw 1"],
  ["exit 3", "exited 3"],
];
for (const [way, exit] of killing) {
  Deno.test(`a tell that kills its actor (${way}) is set aside, and the next one handled`, async () => {
    await using sup = new Supervisor();
    const { place, log } = placed();
    const child = await sup.spawn(watched, [place]);
    await child.tell.end(way);
    await child.tell.note("next");
    assertEquals(await take(log, 1), ["next"]);
    assertEquals(ways(only(sup)), [exit, exit]);
  });
}

for (const way of ["exit 0", "close"] as const) {
  Deno.test(`a tell that ends its actor in order (${way}) has done its work, and is not handled again`, async () => {
    await using sup = new Supervisor({ maxRestarts: 5 });
    const { place, log, up, words } = placed();
    const child = await sup.spawn(watched, [place]);
    await child.tell.end(way, "quit");
    await child.tell.note("next");
    assertEquals(await take(log, 1), ["next"]);
    assertEquals([drain(up), words.made.value, sup.quarantine], [
      ["quit"],
      2,
      [],
    ]);
    const asked = child.ask({ whenRestarted: "wait" }).end(way, "asked");
    await assertRejects(
      () => soon(asked),
      TypeError,
      'Cannot ask end() of actor "Watched-1": the actor ended itself instead',
    );
  });
}

Deno.test("a tell that is denied a right is not tried again: the child stays down until it is started by hand", async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const { place, log, words } = placed();
  const child = await sup.spawn(watched, [place], { id: "w" });
  await child.tell.end("denied", "read it");
  await child.tell.note("next");
  const { grant } = await next("denied");
  assertEquals(grant, 'read: ["/etc/hostname"]');
  assertEquals([child.state, sup.quarantine], ["denied", []]);
  await assertRejects(() => soon(child.ask.add(1)), ActorExitedError);
  assertEquals(words.made.value, 1);
  words.fixed.value = 1;
  await soon(sup.restart("w"));
  assertEquals(await take(log, 2), ["read it", "next"]);
});

Deno.test("an ask that is denied a right, or throws, is its asker's trouble and kills nobody", async () => {
  await using sup = new Supervisor();
  const { place, words } = placed();
  const child = await sup.spawn(watched, [place]);
  for (const way of ["denied", "throw", "reject"] as const) {
    await assertRejects(() => soon(child.ask.end(way)));
  }
  assertEquals([words.made.value, sup.quarantine], [1, []]);
});

Deno.test("an ask that kills its actor is not handled again, and does not count as a message that was set aside", async () => {
  await using sup = new Supervisor({ maxRestarts: 3 });
  const { place, words } = placed();
  const child = await sup.spawn(endingWatched, [place]);
  for (const way of ["exit 3", "later"] as const) {
    const error = await assertRejects(
      () => soon(child.ask.end(way)),
      ActorExitedError,
    );
    assertEquals(error.handling?.method, "end");
  }
  // The error goes to the asker, and ends the actor as well.
  await assertRejects(() => soon(child.ask.end("throw")), RemoteError);
  assertEquals(await soon(child.ask({ whenRestarted: "wait" }).made()), 4);
  assertEquals([words.made.value, sup.quarantine], [4, []]);
});

Deno.test('an ask with whenRestarted: "wait" that is set aside rejects with the reason', async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const { place, log, words } = placed();
  const child = await sup.spawn(watched, [place], { name: "clerk" });
  const asked = child.ask({ whenRestarted: "wait" }).end("exit 3", "poison");
  const behind = child.ask({ whenRestarted: "wait" }).made();
  const reason = 'Cannot ask end() of actor "clerk": it was set aside, since ' +
    "the actor died 2 times while it handled it";
  await assertRejects(() => soon(asked), TypeError, reason);
  assertEquals(await soon(behind), 3);
  const { message } = await next("quarantined");
  assertEquals(message.args, ["exit 3", "poison"]);
  // Nobody waits for its answer any more: it goes as a tell.
  words.fixed.value = 1;
  await soon(message.replay());
  assertEquals(await take(log, 1), ["poison"]);
});

Deno.test("a message that was replayed and kills again is set aside again", async () => {
  await using sup = new Supervisor({ quarantineAfter: 1 });
  const next = listen(sup);
  const { place } = placed();
  const child = await sup.spawn(watched, [place]);
  await child.tell.end("exit 3", "poison");
  for (let n = 0; n < 3; n++) {
    const { message } = await next("quarantined");
    assertEquals(ways(message), ["exited 3"]);
    await next("restarted");
    assert(only(sup) === message);
    await soon(message.replay());
  }
  await next("quarantined");
});

Deno.test("a message in hand that is cut by a sibling's restart is not blamed, and handled again", async () => {
  await using sup = new Supervisor({
    strategy: "one-for-all",
    quarantineAfter: 1,
    maxRestarts: Infinity,
  });
  const next = listen(sup);
  const [a, b] = [placed(), placed()];
  const first = await sup.spawn(watched, [a.place], { id: "a" });
  const second = await sup.spawn(watched, [b.place], { id: "b", shutdown: 20 });
  await second.tell.hold("held");
  for (let n = 0; n < 3; n++) {
    assertEquals(await take(b.up, 1), ["held"]);
    first.process.terminate();
    assertEquals([(await next("stopped")).cut, (await next("restarted")).id], [
      true,
      "a",
    ]);
    assertEquals((await next("restarted")).id, "b");
  }
  await b.gate.put("open");
  assertEquals(await take(b.log, 1), ["held"]);
  assertEquals(sup.quarantine, []);
});

Deno.test("a message in hand that is cut by a stop by hand is not blamed, and handled again when the child is started", async () => {
  await using sup = new Supervisor({ quarantineAfter: 1 });
  const { place, log, up, gate } = placed();
  const child = await sup.spawn(watched, [place], { id: "w", shutdown: 20 });
  await child.tell.hold("held");
  await child.tell.note("next");
  assertEquals(await take(up, 1), ["held"]);
  assertEquals((await soon(sup.terminate("w")))?.reason, "terminated");
  await soon(sup.restart("w"));
  await gate.put("open");
  assertEquals(await take(log, 2), ["held", "next"]);
  assertEquals(sup.quarantine, []);
});

Deno.test("a shutdown counts what was in hand and cut among the messages that were left", async () => {
  await using sup = new Supervisor();
  const { place, up } = placed();
  const child = await sup.spawn(watched, [place], { shutdown: 20 });
  await child.tell.hold("held");
  await child.tell.note("next");
  await take(up, 1);
  const { children } = await soon(sup.shutdown());
  assertEquals(
    children.map(({ id, cut, messagesLeft }) => [id, cut, messagesLeft]),
    [["Watched-1", true, 2]],
  );
});

Deno.test("a message with handles cannot be handled again: it is set aside at the first death, without arguments", async () => {
  await using sup = new Supervisor();
  const next = listen(sup);
  const { place, log, words } = placed();
  const child = await sup.spawn(watched, [place], { id: "w" });
  const beside = new Queue<string>();
  await child.tell.end("exit 3", "with a queue", beside);
  await child.tell.note("next");
  const { message } = await next("quarantined");
  assertEquals(await take(log, 1), ["next"]);
  assertEquals([message.args, ways(message)], [undefined, ["exited 3"]]);
  await assertRejects(
    () => message.replay(),
    Error,
    'Cannot replay end() of child "w": its arguments held handles, which ' +
      "ended with the actor. Send it anew",
  );
  assert(only(sup) === message);
  message.drop();
  assertEquals([sup.quarantine, words.made.value], [[], 2]);
});

Deno.test('an ask with handles and whenRestarted: "wait" rejects at the first death, whoever caused that', async () => {
  await using sup = new Supervisor({ maxRestarts: 5, strategy: "one-for-all" });
  const next = listen(sup);
  const [a, b] = [placed(), placed()];
  const child = await sup.spawn(watched, [a.place], { shutdown: 20 });
  const sibling = await sup.spawn(watched, [b.place]);
  const beside = new Queue<string>();
  const ask = child.ask({ whenRestarted: "wait" });
  await assertRejects(
    () => soon(ask.end("exit 3", "x", beside)),
    TypeError,
    "it was set aside, since the actor died once while it handled it",
  );
  assertEquals(ways((await next("quarantined")).message), ["exited 3"]);
  const held = later(ask.holdWith("held", beside));
  await take(a.up, 2);
  sibling.process.terminate();
  await assertRejects(
    () => soon(held),
    TypeError,
    "it was cut off, and cannot be handled again since it held handles",
  );
  assertEquals(ways((await next("quarantined")).message), []);
});

Deno.test("arguments of a megabyte are kept, and replayed as they were", async () => {
  await using sup = new Supervisor({ maxRestarts: 5 });
  const next = listen(sup);
  const { place, log, words } = placed();
  const child = await sup.spawn(watched, [place]);
  const bytes = new Uint8Array(2 ** 20).map((_, n) => n % 251);
  const text = "long ".repeat(2 ** 18);
  for (const what of [bytes, text]) {
    words.fixed.value = 0;
    await child.tell.end("exit 3", "great", what);
    const { message } = await next("quarantined");
    await next("restarted");
    assert(message.args?.length === 3);
    assertEquals(message.args[2], what);
    words.fixed.value = 1;
    await soon(message.replay());
    assertEquals(await take(log, 1), ["great"]);
  }
});

Deno.test("a child that has kept a great message uses the next ones, small and great, as they are", async () => {
  await using sup = new Supervisor();
  const { place, log } = placed();
  const child = await sup.spawn(watched, [place]);
  const ask = child.ask({ whenRestarted: "wait" });
  for (const length of [10, 2 ** 21, 0, 5000, 2 ** 20, 3]) {
    assertEquals(await soon(ask.noteWith("x", new Uint8Array(length))), length);
  }
  assertEquals(drain(log).length, 6);
});

Deno.test("deaths with other messages in hand, or none, blame nobody", async () => {
  await using sup = new Supervisor({ maxRestarts: Infinity });
  const next = listen(sup);
  const { place, log, up, gate } = placed();
  const child = await sup.spawn(watched, [place]);
  const held = child.ask({ whenRestarted: "wait" });
  // Each is in hand at one death, the last of them at the second life's start.
  for (let n = 0; n < 3; n++) {
    const one = held.hold(`${n}`);
    await take(up, 1);
    child.process.terminate();
    await next("restarted");
    await take(up, 1);
    await gate.put("open");
    assertEquals(await soon(one), `${n}`);
    // With the answer sent it may have that in hand still. Not with the next.
    await soon(child.ask.add(1));
    child.process.terminate(); // idle
    await next("restarted");
  }
  assertEquals([drain(log), sup.quarantine], [["0", "1", "2"], []]);
});

Deno.test("an ask that was given up after one death leaves no blame to the message behind it", async () => {
  await using sup = new Supervisor({ maxRestarts: Infinity });
  const next = listen(sup);
  const { place, log, up, gate } = placed();
  const child = await sup.spawn(watched, [place]);
  const stop = new AbortController();
  const ask = child.ask({ whenRestarted: "wait", signal: stop.signal });
  const givenUp = assertRejects(() => ask.hold("given up"));
  await take(up, 1);
  const behind = child.ask({ whenRestarted: "wait" }).hold("behind");
  const exited = next("exited");
  child.process.terminate();
  await exited;
  // The next incarnation is being started.
  stop.abort();
  await givenUp;
  assertEquals(await take(up, 1), ["behind"]);
  child.process.terminate();
  assertEquals(await take(up, 1), ["behind"]);
  assertEquals(sup.quarantine, []);
  await gate.put("open");
  assertEquals(await soon(behind), "behind");
  assertEquals(drain(log), ["behind"]);
});

Deno.test("a message that blocks its actor is ended for that and blamed, also where the child then stays down", async () => {
  await using sup = new Supervisor({
    quarantineAfter: 1,
    liveness: { allowance: 100, action: "terminate" },
  });
  const next = listen(sup);
  const { place, log, words } = placed();
  const child = await sup.spawn(watched, [place], { id: "w" });
  await child.tell.spin("spins");
  await child.tell.note("next");
  assertEquals((await next("unresponsive")).handling.method, "spin");
  assertEquals((await next("quarantined")).message.method, "spin");
  assertEquals((await soon(child.join())).reason, "terminated");
  words.fixed.value = 1;
  await soon(sup.restart("w"));
  assertEquals(await take(log, 1), ["next"]);
  await sup.shutdown();
  await assertNoThreads();
});

Deno.test("replay() to a child that is over fails and leaves the message where it was; drop() takes it out, once and for good", async () => {
  await using sup = new Supervisor({ quarantineAfter: 1 });
  const next = listen(sup);
  const { place } = placed();
  const child = await sup.spawn(watched, [place], { id: "w" });
  await child.tell.end("exit 3", "a");
  await child.tell.end("exit 3", "b");
  const messages = [
    (await next("quarantined")).message,
    (await next("quarantined")).message,
  ];
  await next("restarted");
  await soon(sup.terminate("w"));
  const [a, b] = messages as [QuarantinedMessage, QuarantinedMessage];
  await assertRejects(() => soon(a.replay()), ActorExitedError);
  assertEquals(sup.quarantine, [a, b]);
  b.drop();
  b.drop();
  assertEquals(sup.quarantine, [a]);
  await assertRejects(() => b.replay(), Error, "not in quarantine any more");
  const both = await Promise.allSettled([a.replay(), a.replay()]);
  assertStringIncludes(
    `${(both[1] as PromiseRejectedResult).reason}`,
    "it is being replayed",
  );
});

Deno.test("the quarantine keeps the last thousand messages", async () => {
  await using sup = new Supervisor({ quarantineAfter: 1 });
  const messages = sup.quarantine;
  messages.length = 5;
  assertEquals(sup.quarantine, []);
  const { Quarantine } = await import(
    "../../../actors/supervision/quarantine.ts"
  );
  const quarantine = new Quarantine();
  for (let n = 0; n < 1003; n++) {
    quarantine.add({
      child: "c",
      method: `m${n}`,
      args: [],
      sender: "s",
      deaths: [],
      send: () => Promise.resolve(),
    });
  }
  const { all } = quarantine;
  assertEquals([all.length, all[0]!.method], [1000, "m3"]);
  assertGreater(all.length, 0);
});

Deno.test("what a reentrant actor has in hand at its death is not handled again, and blames nothing", async () => {
  await using sup = new Supervisor({ quarantineAfter: 1 });
  const next = listen(sup);
  const { place, log, up } = placed();
  const child = await sup.spawn(watchedAtOnce, [place]);
  await child.tell.hold("a");
  await child.tell.hold("b");
  await take(up, 2);
  child.process.terminate();
  await next("restarted");
  await child.tell.note("next");
  await soon(child.ask.add(1));
  assertEquals([drain(log), drain(up), sup.quarantine], [["next"], [], []]);
});
