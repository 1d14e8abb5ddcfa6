// A pipe whose ends are both in this thread; pipe_actors_test.ts has the rest.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Encoder } from "../../channels/encode.ts";
import { Receiver } from "../../channels/receiver.ts";
import { Ring } from "../../channels/ring.ts";
import {
  BrokenPipeError,
  type Connection,
  pipe,
  PipeClosedError,
  type PipeOptions,
  select,
} from "../../mod.ts";
import { soon } from "./inside.ts";

/** Every use of an end, as something that can be awaited. */
function usesOf(
  end: Connection<unknown, unknown>,
): Record<string, () => Promise<unknown>> {
  return {
    send: () => end.send(1),
    trySend: () => Promise.try(() => end.trySend(1)),
    sendSync: () => Promise.try(() => end.sendSync(1, { timeout: 0 })),
    ...receivesOf(end),
  };
}

function receivesOf(
  end: Connection<unknown, unknown>,
): Record<string, () => Promise<unknown>> {
  return {
    recv: () => end.recv({ timeout: 0 }),
    tryRecv: () => Promise.try(() => end.tryRecv()),
    recvSync: () => Promise.try(() => end.recvSync({ timeout: 0 })),
    poll: () => end.poll({ timeout: 0 }),
    select: () => select([end], { timeout: 0 }),
  };
}

function rejectsClosed(
  promise: Promise<unknown>,
  by: "self" | "peer",
): Promise<void> {
  return assertRejects(() => soon(promise), PipeClosedError)
    .then((error) =>
      assertEquals([error.name, error.closedBy], [
        "PipeClosedError",
        by,
      ])
    );
}

// --- sending and receiving ------------------------------------------------

Deno.test("what is sent into one end is received from the other, in order", async () => {
  const [a, b] = pipe<number>();
  for (let n = 0; n < 300; n++) await a.send(n);
  for (let n = 300; n < 600; n++) await b.send(n);
  for (let n = 0; n < 300; n++) assertEquals(await b.recv(), n);
  for (let n = 300; n < 600; n++) assertEquals(await a.recv(), n);
});

Deno.test("un-awaited sends keep their order, also where they must wait", async () => {
  const [a, b] = pipe<number>({ capacity: 2 });
  const sends = Array.from({ length: 10 }, (_, n) => a.send(n));
  for (let n = 0; n < 10; n++) assertEquals(await soon(b.recv()), n);
  await soon(Promise.all(sends));
});

Deno.test("Connection.recv() waits until something comes", async () => {
  const [a, b] = pipe<string>();
  const got = b.recv();
  await a.send("at last");
  assertEquals(await soon(got), "at last");
});

Deno.test("an item is copied at the call of send", async () => {
  const [a, b] = pipe<number[]>();
  const item = [1];
  const sent = a.send(item);
  item.push(2);
  await sent;
  assertEquals(await b.recv(), [1]);
});

Deno.test("the try forms tell what they could do", async () => {
  const [a, b] = pipe<string>({ capacity: 1 });
  assertEquals(b.tryRecv(), { state: "empty" });
  assertEquals([a.trySend("x"), a.trySend("y")], [true, false]);
  assertEquals(b.tryRecv(), { state: "ok", value: "x" });
  a.close();
  assertEquals(b.tryRecv(), { state: "closed" });
  await rejectsClosed(b.recv(), "peer");
});

Deno.test("the capacity of a pipe is that of each direction", () => {
  const [a, b] = pipe<number>({ capacity: 3 });
  for (const end of [a, b]) {
    assertEquals([1, 2, 3, 4].map((n) => end.trySend(n)), [
      true,
      true,
      true,
      false,
    ]);
  }
});

Deno.test("an item that alone is larger than a pipe's maxBytes is a RangeError", async () => {
  const [a] = pipe<Uint8Array>({ maxBytes: 1000, name: "thin" });
  const item = new Uint8Array(1001);
  const message = 'Cannot send to connection "thin": the item takes 1';
  await assertRejects(() => a.send(item), RangeError, message);
  assertThrows(() => a.trySend(item), RangeError, message);
});

Deno.test("64 MB of one typed array go through a pipe as it comes", async () => {
  const [a, b] = pipe<Uint32Array>();
  const item = new Uint32Array(2 ** 24);
  for (let i = 0; i < item.length; i++) item[i] = i;
  await a.send(item);
  const got = await b.recv();
  assertEquals(got.length, item.length);
  assert(got.every((value, index) => value === index));
});

Deno.test("pipe() refuses options that are none", () => {
  const wrong: readonly (readonly [object, typeof TypeError])[] = [
    [{ duplex: 0 }, TypeError],
    [{ name: 5 }, TypeError],
    [{ capacity: "1" }, TypeError],
    [{ capacity: 0 }, RangeError],
    [{ maxBytes: 2 ** 30 + 1 }, RangeError],
  ];
  for (const [options, Class] of wrong) {
    assertThrows(() => pipe(options as PipeOptions), Class, "Cannot create");
  }
});

// --- one-way pipes --------------------------------------------------------

Deno.test("a one-way pipe gives the receiver first", async () => {
  const [receiver, sender] = pipe<string>({ duplex: false });
  assertEquals([receiver.readable, receiver.writable], [true, false]);
  assertEquals([sender.readable, sender.writable], [false, true]);
  await sender.send("hello");
  assertEquals(await receiver.recv(), "hello");
  const [a, b] = pipe();
  assertEquals([a.readable, a.writable], [true, true]);
  assertEquals([b.readable, b.writable], [true, true]);
});

Deno.test("a one-way pipe used against its direction is a TypeError", async () => {
  const [receiver, sender] = pipe<unknown>({ duplex: false });
  const { send, trySend, sendSync } = usesOf(
    receiver as Connection<unknown, unknown>,
  );
  for (const use of [send!, trySend!, sendSync!]) {
    await assertRejects(() => soon(use()), TypeError, "only receives");
  }
  const receives = receivesOf(sender as Connection<unknown, unknown>);
  for (const use of Object.values(receives)) {
    await assertRejects(() => soon(use()), TypeError, "only sends");
  }
  assertThrows(() => sender[Symbol.asyncIterator](), TypeError, "only sends");
});

Deno.test("a one-way pipe ends from either side", async () => {
  const [receiver, sender] = pipe<string>({ duplex: false });
  await sender.send("last");
  sender.close();
  assertEquals(await receiver.recv(), "last");
  await rejectsClosed(receiver.recv(), "peer");
  const other = pipe<string>({ duplex: false });
  other[0].close();
  await assertRejects(() => other[1].send("x"), BrokenPipeError);
});

// --- the end of file ------------------------------------------------------

Deno.test("after a close, what was sent is received and then comes the end", async () => {
  const [a, b] = pipe<string>();
  await a.send("x");
  await a.send("y");
  a.close();
  assertEquals(await b.recv(), "x");
  assertEquals(b.recvSync(), "y");
  await rejectsClosed(b.recv(), "peer");
  assertThrows(() => b.recvSync(), PipeClosedError, "its other end was closed");
  assertEquals(b.closed, false);
});

Deno.test("a send to a closed end is a BrokenPipeError with the item", async () => {
  const [a, b] = pipe<{ n: number }>();
  b.close();
  const item = { n: 1 };
  const errors = [
    await assertRejects(() => a.send(item), BrokenPipeError),
    assertThrows(() => a.trySend(item), BrokenPipeError),
    assertThrows(() => a.sendSync(item), BrokenPipeError),
  ];
  for (const error of errors) assertStrictEquals(error.item, item);
});

Deno.test("a close wakes all that wait at the other end", async () => {
  const [a, b] = pipe<string>({ capacity: 1 });
  await b.send("in the way");
  const send = assertRejects(() => soon(b.send("late")), BrokenPipeError);
  const recv = rejectsClosed(b.recv(), "peer");
  const poll = b.poll();
  const selected = select([b]);
  const next = b[Symbol.asyncIterator]().next();
  a.close();
  assertEquals((await send).item, "late");
  await recv;
  assertEquals(await soon(poll), true);
  assertEquals((await soon(selected)).done, true);
  assertEquals(await soon(next), { done: true, value: undefined });
});

Deno.test("an end that was closed throws away what it had not received", async () => {
  const [a, b] = pipe<string>();
  await b.send("unread");
  a.close();
  await rejectsClosed(a.recv(), "self");
  await assertRejects(() => b.send("more"), BrokenPipeError);
});

Deno.test("every use of an end of one's own that was closed is an error", async () => {
  const [a, b] = pipe<unknown>({ name: "mine" });
  await b.send("unread");
  assertEquals(a.closed, false);
  a.close();
  a.close();
  assertEquals(a.closed, true);
  for (const [name, use] of Object.entries(usesOf(a))) {
    const error = await assertRejects(() => soon(use()), PipeClosedError);
    assertEquals(
      [name, error.closedBy, error.message],
      [name, "self", 'Cannot use connection "mine": this end was closed'],
    );
  }
});

Deno.test("calls of an end that wait are told when it is closed under them", async () => {
  const [a] = pipe<string>({ capacity: 1 });
  await a.send("in the way");
  const calls = [a.send("late"), a.recv(), a.poll(), select([a])];
  const told = calls.map((call) => rejectsClosed(call, "self"));
  a.close();
  await Promise.all(told);
});

Deno.test("the end of its scope closes an end", async () => {
  const [a, b] = pipe<string>();
  const [c, d] = pipe<string>();
  {
    await using here = a;
    using there = c;
    await here.send("last");
    await there.send("last");
  }
  assertEquals([a.closed, c.closed], [true, true]);
  for (const end of [b, d]) {
    assertEquals(await Array.fromAsync(end), ["last"]);
    await assertRejects(() => end.send("x"), BrokenPipeError);
  }
});

Deno.test("an iteration ends at the end of file, and when its own end is closed", async () => {
  const [a, b] = pipe<string>();
  const items = Array.fromAsync(b);
  await a.send("x");
  a.close();
  assertEquals(await soon(items), ["x"]);
  const [c, d] = pipe<string>();
  await c.send("bye");
  const seen: string[] = [];
  for await (const item of d) {
    seen.push(item);
    d.close();
  }
  assertEquals(seen, ["bye"]);
});

Deno.test("what a sender sent just before it went comes before the end of file", () => {
  const ring = Ring.create(0, 1000);
  const encoder = new Encoder();
  let isGone = false;
  const receiver = new Receiver<string>(ring, {
    label: "connection",
    verb: "receive from",
    check() {},
    // The sender sends its last, and goes, just as this asks about it.
    isOver() {
      if (!isGone) ring.put(encoder.bytes, encoder.encode("last"));
      return isGone = true;
    },
    endedError: () => new PipeClosedError("the end", "peer"),
  });
  assertEquals(receiver.tryRecv(), { state: "ok", value: "last" });
  assertEquals(receiver.tryRecv(), { state: "closed" });
});

// --- poll -----------------------------------------------------------------

Deno.test("Connection.poll() is true while there is an item, and takes none", async () => {
  const [a, b] = pipe<string>();
  assertEquals(await b.poll({ timeout: 0 }), false);
  const polled = b.poll();
  await a.send("x");
  assertEquals(await soon(polled), true);
  assertEquals([await b.poll(), await b.poll({ timeout: 0 })], [true, true]);
  assertEquals(await b.recv(), "x");
  assertEquals(await b.poll({ timeout: 1 }), false);
});

Deno.test("Connection.poll() is true at the end of file, again and again", async () => {
  const [a, b] = pipe<string>();
  a.close();
  assertEquals([await b.poll(), await b.poll({ timeout: 0 })], [true, true]);
  await rejectsClosed(b.recv(), "peer");
  assertEquals(await soon(b.poll()), true);
});

Deno.test("an empty message is a message", async () => {
  for (const item of ["", undefined, null, 0, new Uint8Array(0)]) {
    const [a, b] = pipe<unknown>();
    await a.send(item);
    a.close();
    assertEquals(await b.poll({ timeout: 0 }), true);
    assertEquals(await b.recv(), item);
    await rejectsClosed(b.recv(), "peer");
  }
});
