// A pipe between actors: who owns an end, and what the other end learns of the
// owner's end.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  BrokenPipeError,
  NotSendableError,
  pipe,
  PipeClosedError,
  type Process,
  Queue,
  select,
} from "../../mod.ts";
import {
  echo,
  echoSync,
  type End,
  endAs,
  type Ending,
  giveBack,
  handOn,
  makePipe,
  neglect,
  receiveAll,
  sendAll,
} from "../fixtures/channels/pipe_actors.ts";
import { soon } from "./inside.ts";
import { threadTest } from "../mode.ts";

/** How the owner of the other end may end, and by which of its own exits. */
const endings: readonly (readonly [Ending, string])[] = [
  ["closes", "running"],
  ["returns", "returned"],
  ["throws", "threw"],
  ["exits", "exited"],
  ["idles", "terminated"],
  ["blocks", "terminated"],
  ["computes", "terminated"],
];

/** An actor that owns `end` and ends at `end()`. */
class Doomed implements AsyncDisposable {
  readonly process: Process<string>;
  readonly #said = new Queue<string>();
  readonly #go = new Queue<true>();
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #ending: Ending;

  constructor(end: End, ending: Ending, items: readonly unknown[] = []) {
    this.#ending = ending;
    const options = { items, go: this.#go, stop: this.#stop };
    this.process = endAs.spawn([end, ending, this.#said, options]);
  }

  /** Resolves when it has sent its items. */
  async ready(): Promise<void> {
    await soon(this.#said.get());
  }

  end(): void {
    this.#go.tryPut(true);
    if (["idles", "blocks", "computes"].includes(this.#ending)) {
      this.process.terminate();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    await this.process[Symbol.asyncDispose]();
  }
}

function rejectsEnded(promise: Promise<unknown>): Promise<PipeClosedError> {
  return assertRejects(() => soon(promise), PipeClosedError);
}

// --- talking --------------------------------------------------------------

for (const actor of [echo, echoSync]) {
  Deno.test(`an actor answers over the end it was given: ${actor.name}`, async () => {
    const [here, there] = pipe<unknown, unknown>();
    await using peer = actor.spawn([there]);
    for (let n = 0; n < 200; n++) {
      await here.send({ n });
      assertEquals(await soon(here.recv()), { n });
    }
    here.close();
    assertEquals(await soon(peer.result()), "end of file");
  });
}

threadTest("two actors talk over a pipe that was made for them", async () => {
  const [a, b] = pipe<unknown, unknown>();
  const said = new Queue<string>();
  await using sender = new Doomed(a, "returns", ["x", "y", "z"]);
  await using receiver = receiveAll.spawn([b, "recv", said]);
  sender.end();
  assertEquals(await soon(receiver.result()), {
    items: ["x", "y", "z"],
    error: "PipeClosedError",
    closedBy: "peer",
  });
});

// --- who owns an end ------------------------------------------------------

Deno.test("an end that was given away cannot be used here any more", async () => {
  const [here, there] = pipe<unknown, unknown>({ name: "given" });
  await using peer = echo.spawn([there]);
  assertEquals([there.closed, here.closed], [true, false]);
  const uses = [
    () => there.send(1),
    () => Promise.try(() => there.trySend(1)),
    () => Promise.try(() => there.sendSync(1)),
    () => there.recv(),
    () => Promise.try(() => there.tryRecv()),
    () => Promise.try(() => there.recvSync({ timeout: 0 })),
    () => there.poll(),
    () => select([there]),
    () => Array.fromAsync(there),
    () => Promise.try(() => echo.spawn([there])),
  ];
  for (const use of uses) {
    const error = await rejectsEnded(use());
    assertEquals(error.closedBy, "self", String(use));
    assertStringIncludes(
      error.message,
      'Cannot use connection "given": this end was given away',
    );
  }
  // Closing it here does nothing to its owner either.
  there.close();
  await here.send("still there?");
  assertEquals(await soon(here.recv()), "still there?");
  here.close();
  await soon(peer.result());
});

Deno.test("calls that wait at an end are told when it is given away", async () => {
  const [here, there] = pipe<unknown, unknown>({ capacity: 1 });
  await there.send("first");
  const waiting = [
    there.send("never"),
    there.recv(),
    there.poll(),
    select([there]),
    Array.fromAsync(there),
  ].map((call) => rejectsEnded(call));
  await using peer = echo.spawn([there]);
  for (const error of await Promise.all(waiting)) {
    assertEquals(error.closedBy, "self");
  }
  assertEquals(await soon(here.recv()), "first");
  await here.send("second");
  assertEquals(await soon(here.recv()), "second");
  here.close();
  await soon(peer.result());
});

Deno.test("a spawn that fails gives no end away", async () => {
  const [here, there] = pipe<unknown, unknown>();
  const bad = { items: [() => {}] };
  const said = new Queue<string>();
  assertThrows(
    () => endAs.spawn([there, "returns", said, bad]),
    NotSendableError,
  );
  assertEquals(there.closed, false);
  await there.send("mine");
  assertEquals(await here.recv(), "mine");
});

threadTest("an end may be handed on from actor to actor", async () => {
  const [here, there] = pipe<unknown, unknown>();
  await using middle = handOn.spawn([there]);
  await here.send("through");
  assertEquals(await soon(here.recv()), "through");
  here.close();
  assertEquals(await soon(middle.result()), ["end of file", "PipeClosedError"]);
});

Deno.test("an end comes back as a result, and works", async () => {
  const [here, there] = pipe<unknown, unknown>();
  await using actor = giveBack.spawn([there]);
  const again = await soon(actor.result());
  assertEquals([again.closed, there.closed], [false, true]);
  await again.send("back");
  assertEquals(await here.recv(), "back");
  here.close();
  assertEquals(await Array.fromAsync(again), []);
});

Deno.test("an end that an actor made outlives it: first its items, then the end", async () => {
  await using actor = makePipe.spawn([["a", "b"]]);
  const { end } = await soon(actor.result());
  assertEquals(await soon(Array.fromAsync(end)), ["a", "b"]);
  await assertRejects(() => soon(end.send("c")), BrokenPipeError);
});

// --- the end of the owner -------------------------------------------------

for (const [ending, reason] of endings) {
  const what = reason === "terminated"
    ? `terminated while it ${ending}`
    : ending;

  threadTest(`the other end learns that an owner ${what}`, async () => {
    const [here, there] = pipe<unknown, unknown>({ capacity: 2 });
    await using owner = new Doomed(there, ending, ["last"]);
    await owner.ready();
    // One that blocks in receiving empties the way there.
    for (let n = 0; ending !== "blocks" && n < 2; n++) await here.send(n);
    const sent = ending === "blocks" ? undefined : here.send("late");
    const broken = sent && assertRejects(() => soon(sent), BrokenPipeError);
    assertEquals(await here.recv(), "last");
    const recv = rejectsEnded(here.recv());
    const poll = here.poll();
    const selected = select({ end: here });
    const items = Array.fromAsync(here);
    owner.end();
    assertEquals((await recv).closedBy, "peer");
    assertEquals(await soon(poll), true);
    assertEquals((await soon(selected)).done, true);
    assertEquals(await soon(items), []);
    assertEquals((await broken)?.item, sent && "late");
    // And from then on.
    await assertRejects(() => soon(here.send("x")), BrokenPipeError);
    assertThrows(() => here.trySend("x"), BrokenPipeError);
    assertThrows(() => here.sendSync("x"), BrokenPipeError);
    assertEquals(await here.poll({ timeout: 0 }), true);
    assertEquals(here.tryRecv(), { state: "closed" });
    assertThrows(() => here.recvSync(), PipeClosedError);
    if (reason === "running") assertEquals(owner.process.exitCode, null);
    else assertEquals((await soon(owner.process.join()))?.reason, reason);
  });

  threadTest(
    `an actor at the other end learns that an owner ${what}`,
    async () => {
      const [a, b] = pipe<unknown, unknown>();
      const [c, d] = pipe<unknown, unknown>({ capacity: 2 });
      const said = new Queue<string>();
      await using sender = new Doomed(a, ending, ["x", "y"]);
      await using receiver = new Doomed(c, ending);
      await using r = receiveAll.spawn([b, "recvSync", said]);
      await using s = sendAll.spawn([d, "sendSync", said]);
      for (const owner of [sender, receiver]) await owner.ready();
      for (let n = 0; n < 2; n++) await soon(said.get());
      for (const owner of [sender, receiver]) owner.end();
      const { items, closedBy } = await soon(r.result());
      assertEquals([items, closedBy], [["x", "y"], "peer"]);
      assertEquals((await soon(s.result())).name, "BrokenPipeError");
    },
  );
}

for (const how of ["recv", "poll", "tryRecv"] as const) {
  Deno.test(`an actor that awaits by ${how} receives all and then the end`, async () => {
    const [here, there] = pipe<unknown, unknown>();
    const said = new Queue<string>();
    await using receiver = receiveAll.spawn([there, how, said]);
    await soon(said.get());
    for (let n = 0; n < 3; n++) await here.send(n);
    here.close();
    const { items } = await soon(receiver.result());
    assertEquals(items, [0, 1, 2]);
  });
}

Deno.test("a sender in an actor is told of a close here, awaiting too", async () => {
  for (const how of ["send", "sendSync"] as const) {
    const [here, there] = pipe<unknown, unknown>({ capacity: 3 });
    const said = new Queue<string>();
    await using sender = sendAll.spawn([there, how, said]);
    await soon(said.get());
    assertEquals([await here.recv(), await here.recv()], [0, 1]);
    here.close();
    const { name, item } = await soon(sender.result());
    assertEquals(name, "BrokenPipeError");
    assert(typeof item === "number" && item >= 2 && item <= 5);
  }
});

Deno.test("an end whose owner never used it ends with the owner", async () => {
  for (const isTerminated of [false, true]) {
    const [here, there] = pipe<unknown, unknown>();
    const go = new Queue<true>();
    await using owner = neglect.spawn([there, go]);
    await here.send("into the void");
    const ended = rejectsEnded(here.recv());
    if (isTerminated) owner.terminate();
    else await go.put(true);
    assertEquals((await ended).closedBy, "peer");
    await assertRejects(() => soon(here.send("x")), BrokenPipeError);
  }
});

Deno.test("an owner terminated before it even began ends its end", async () => {
  const [here, there] = pipe<unknown, unknown>();
  await using owner = echo.spawn([there]);
  owner.terminate();
  assertEquals((await rejectsEnded(here.recv())).closedBy, "peer");
  await soon(owner.join());
});
