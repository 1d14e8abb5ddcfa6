// What no bytes can carry, inside items: handles, shared memory, ports, streams.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  after,
  BrokenPipeError,
  type Connection,
  EXIT,
  NotSendableError,
  pipe,
  PipeClosedError,
  type Process,
  Queue,
  QueueClosedError,
  select,
} from "../../mod.ts";
import {
  postParcel,
  sweepParcels,
  waitingParcels,
} from "../../channels/broker.ts";
import {
  claimThread,
  releaseThread,
  threadTable,
} from "../../channels/threads.ts";
import { isMailFrom } from "../../channels/mail.ts";
import {
  answerPort,
  getPatiently,
  type Job,
  joinOther,
  leaveLine,
  linger,
  moveAndEnd,
  offerLine,
  offerStream,
  passBack,
  serve,
  sumStream,
  takeOne,
} from "../fixtures/channels/travel_actors.ts";
import { echo } from "../fixtures/channels/pipe_actors.ts";
import { settledTo } from "../leaks.ts";
import { threadTest } from "../mode.ts";
import { runDeno } from "../tools/child.ts";
import { later, ringOf, soon } from "./inside.ts";

type Line = Connection<string, string>;

for (const blocks of [false, true]) {
  const how = blocks ? "blocking" : "awaiting";
  Deno.test(`a reply goes over the queue that came with the job, ${how}`, async () => {
    const jobs = new Queue<Job>();
    await using server = serve.spawn([jobs, blocks]);
    const replies = [0, 1].map(() => new Queue<number>());
    for (let n = 0; n < 50; n++) {
      const reply = replies[n % 2]!;
      await jobs.put({ n, reply });
      assertEquals(await soon(reply.get()), 2 * n);
    }
    await jobs.put(EXIT);
    await soon(server.result());
    assertEquals(waitingParcels(), 0);
  });
}

Deno.test("a queue that comes back in an item is the queue that was sent", async () => {
  const queue = new Queue<unknown>();
  await queue.put([queue, { again: queue }]);
  const item = await soon(queue.get()) as [unknown, { again: unknown }];
  assertStrictEquals(item[0], queue);
  assertStrictEquals(item[1].again, queue);
});

for (const call of ["get", "getSync", "tryGet"] as const) {
  Deno.test(`items with handles keep their place among the others, there by ${call}`, async () => {
    const [there, back] = [new Queue<unknown>(), new Queue<unknown>()];
    await using passer = passBack.spawn([there, back, call]);
    const handle = new Queue<number>();
    for (let n = 0; n < 60; n++) {
      there.tryPut(n % 3 === 0 ? { n, handle } : n % 3 === 1 ? { n } : n);
    }
    there.tryPut(EXIT);
    for (let n = 0; n < 60; n++) {
      const item = await soon(back.get());
      if (n % 3 === 2) assertEquals(item, n);
      else assertEquals((item as { n: number }).n, n);
      if (n % 3 === 0) {
        assertStrictEquals((item as { handle: unknown }).handle, handle);
      }
    }
    await soon(passer.result());
  });
}

Deno.test("an end of a pipe arrives through a queue, and works", async () => {
  const lines = new Queue<Line>();
  await using other = offerLine.spawn([lines]);
  const line = await soon(lines.get()) as Line;
  assertEquals(await soon(line.recv()), "hello");
  await line.send("thanks");
  assertEquals(await soon(other.result()), "thanks");
});

Deno.test("an end of a pipe arrives through another pipe, also back where it was", async () => {
  const [here, there] = pipe<Line>();
  const [own, other] = pipe<string>();
  await here.send(other);
  const arrived = await soon(there.recv());
  await there.send(arrived);
  const back = await soon(here.recv());
  await back.send("round");
  assertEquals(await soon(own.recv()), "round");
});

Deno.test("an end that was sent cannot be used here any more", async () => {
  const lines = new Queue<Line>();
  const [own, other] = pipe<string>();
  await lines.put(other);
  const error = await assertRejects(() => other.send("no"), PipeClosedError);
  assertEquals(error.closedBy, "self");
  const again = await assertRejects(() => lines.put(other), PipeClosedError);
  assertEquals(again.closedBy, "self");
  assertEquals(lines.size, 1);
  lines.close({ discard: true });
  own.close();
});

Deno.test("a call that waits at an end which is sent learns of it", async () => {
  const lines = new Queue<Line>();
  const [own, other] = pipe<string>();
  const waiting = later(other.recv());
  await lines.put(other);
  await assertRejects(() => soon(waiting), PipeClosedError);
  lines.close({ discard: true });
  own.close();
});

Deno.test("an end for which two puts wait goes with the first, and the other is rejected", async () => {
  const queues = [0, 1].map(() => new Queue<unknown>({ capacity: 1 }));
  for (const queue of queues) await queue.put("in the way");
  const [own, other] = pipe<string>();
  const [first, second] = queues.map((queue) => later(queue.put([other])));
  for (const queue of queues) await queue.get();
  await soon(first!);
  const error = await assertRejects(() => soon(second!), PipeClosedError);
  assertEquals(error.closedBy, "self");
  assertEquals(queues.map(({ size }) => size), [1, 0]);
  const [arrived] = await soon(queues[0]!.get()) as [Line];
  await arrived.send("here");
  assertEquals(await soon(own.recv()), "here");
});

Deno.test("an end that is closed while a put of it waits is not sent", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  await queue.put("in the way");
  const [, other] = pipe<string>();
  const putting = later(queue.put([other]));
  other.close();
  await queue.get();
  await assertRejects(() => soon(putting), PipeClosedError);
  assertEquals(queue.size, 0);
});

Deno.test("what was sent arrives though its sender has ended", async () => {
  const lines = new Queue<Line>();
  const other = leaveLine.spawn([lines]);
  await soon(other.join());
  const line = await soon(lines.get()) as Line;
  assertEquals(await soon(line.recv()), "last words");
  await assertRejects(() => soon(line.recv()), PipeClosedError);
});

Deno.test("a process arrives in an item, and can be ended and joined there", async () => {
  const processes = new Queue<Process>();
  await using other = joinOther.spawn([processes]);
  const lingering = linger.spawn([], { name: "lingering" });
  await processes.put(lingering);
  assertEquals(await soon(other.result()), "lingering terminated");
  assertEquals((await soon(lingering.join())).reason, "terminated");
});

Deno.test("shared memory arrives as the same memory, in whatever view", async () => {
  const queue = new Queue<Record<string, unknown>>();
  const memory = new SharedArrayBuffer(16);
  const view = new Float64Array(memory, 8, 1);
  await queue.put({ memory, view, data: new DataView(memory, 4, 8) });
  const item = await soon(queue.get()) as Record<string, unknown>;
  view[0] = 0.5;
  assertInstanceOf(item.view, Float64Array);
  assertEquals([...item.view], [0.5]);
  assertInstanceOf(item.data, DataView);
  assertEquals([item.data.byteOffset, item.data.byteLength], [4, 8]);
  new Uint8Array(item.memory as SharedArrayBuffer).fill(0);
  assertEquals(view[0], 0);
});

Deno.test("a blob and a module of WebAssembly arrive", async () => {
  const queue = new Queue<unknown[]>();
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const blob = new Blob(["text"]);
  await queue.put([blob, await WebAssembly.compile(empty)]);
  const [first, second] = await soon(queue.get()) as unknown[];
  assertEquals(await (first as Blob).text(), "text");
  assertInstanceOf(second, WebAssembly.Module);
});

// In a process: ports and streams cannot leave it.
threadTest(
  "a port is moved if the call names it, and refused if not",
  async () => {
    const queue = new Queue<{ port: unknown }>();
    const { port1, port2 } = new MessageChannel();
    const item = { port: port2 };
    const error = await assertRejects(() => queue.put(item), NotSendableError);
    assertEquals(error.path, "$.port");
    assert(error.message.includes("transfer"), error.message);
    await using other = answerPort.spawn([queue]);
    const answer = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    await queue.put(item, { transfer: [port2] });
    port1.postMessage(21);
    assertEquals(await soon(answer), 42);
    await soon(other.join());
    port1.close();
  },
);

threadTest(
  "a stream flows from the actor that sent it to the one that got it",
  async () => {
    const streams = new Queue<{ readonly numbers: unknown }>();
    await using from = offerStream.spawn([streams, 100]);
    await using to = sumStream.spawn([streams]);
    assertEquals(await soon(to.result()), 4950);
    assert(from.isAlive());
  },
);

Deno.test("streams to write to, and both sides of a transform, arrive and work", async () => {
  const queue = new Queue<unknown[]>();
  const written = Promise.withResolvers<unknown>();
  const sink = new WritableStream({ write: written.resolve });
  const upper = new TransformStream<string, string>({
    transform: (text, controller) => controller.enqueue(text.toUpperCase()),
  });
  await queue.put([sink, upper], { transfer: [sink, upper] });
  const [writable, transform] = await soon(queue.get()) as [
    WritableStream<unknown>,
    TransformStream<string, string>,
  ];
  const writer = writable.getWriter();
  await soon(writer.write("chunk"));
  assertEquals(await soon(written.promise), "chunk");
  await soon(writer.close());
  const shouting = transform.writable.getWriter();
  const reader = transform.readable.getReader();
  const wrote = shouting.write("text");
  assertEquals(await soon(reader.read()), { done: false, value: "TEXT" });
  await soon(wrote);
  await soon(shouting.close());
  assertEquals((await soon(reader.read())).done, true);
});

Deno.test("a buffer that is given away arrives, and is detached here", async () => {
  const queue = new Queue<Uint8Array>();
  for (const length of [10, 100_000]) {
    const bytes = new Uint8Array(length).fill(7);
    await queue.put(bytes, { transfer: [bytes.buffer] });
    assertEquals([bytes.length, bytes.buffer.detached], [0, true]);
    const arrived = await soon(queue.get()) as Uint8Array;
    assertEquals(arrived.length, length);
    assert(arrived.every((byte) => byte === 7));
  }
});

Deno.test("a call that fails gives nothing away", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  const bytes = new Uint8Array(100_000).fill(7);
  const { port1, port2 } = new MessageChannel();
  const [own, other] = pipe<string>();
  const item = { bytes, port2, other };
  const options = { transfer: [bytes.buffer, port2] };
  await queue.put("in the way");
  assertEquals(queue.tryPut(item, options), false);
  await assertRejects(
    () => queue.put(item, { ...options, timeout: 5 }),
    DOMException,
  );
  const putting = queue.put(item, options);
  queue.close();
  const error = await assertRejects(() => soon(putting), QueueClosedError);
  assertStrictEquals(error.item, item);
  assertEquals(bytes.length, 100_000);
  assertEquals([other.closed, waitingParcels()], [false, 0]);
  // The port still works, so it can be moved elsewhere.
  structuredClone(port2, { transfer: [port2] }).close();
  port1.close();
  own.close();
});

Deno.test("what a waiting put gives away is given when there is room", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  await queue.put("in the way");
  const bytes = new Uint8Array(100_000).fill(7);
  const [own, other] = pipe<string>();
  const putting = queue.put([bytes, other], { transfer: [bytes.buffer] });
  assertEquals([bytes.length, other.closed], [100_000, false]);
  await queue.get();
  await soon(putting);
  assertEquals([bytes.length, other.closed], [0, true]);
  const [arrived, line] = await soon(queue.get()) as [Uint8Array, Line];
  assert(arrived.every((byte) => byte === 7));
  await line.send("here");
  assertEquals(await soon(own.recv()), "here");
});

/** Bytes that are worth moving, and say who they are. */
function large(n: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(100_000).fill(n);
}

async function sendLarge(line: Connection<unknown, unknown>, n: number) {
  const bytes = large(n);
  await line.send({ n, bytes }, { transfer: [bytes.buffer] });
  assertEquals(bytes.length, 0);
}

function checkLarge(item: unknown, n: number): void {
  const { bytes, n: found } = item as { n: number; bytes: Uint8Array };
  assertEquals([found, bytes.length, bytes[0], bytes.at(-1)], [
    n,
    100_000,
    n,
    n,
  ]);
}

Deno.test("large buffers are moved through a pipe, in their places among other items", async () => {
  const [here, there] = pipe<unknown>();
  await using other = echo.spawn([there]);
  for (let n = 0; n < 20; n++) {
    if (n % 3 === 0) await here.send(n);
    else if (n % 3 === 1) await here.send({ n, bytes: large(n) });
    else await sendLarge(here, n);
  }
  for (let n = 0; n < 20; n++) {
    const item = await soon(here.recv());
    if (n % 3 === 0) assertEquals(item, n);
    else checkLarge(item, n);
  }
  here.close();
  await soon(other.join());
  assertEquals(waitingParcels(), 0);
});

Deno.test("two buffers of one item, and two views of one buffer, are moved as they are", async () => {
  const [a, b] = pipe<unknown[]>();
  const [one, two] = [large(1), large(2)];
  const again = new DataView(two.buffer);
  await a.send([one, two, again], { transfer: [one.buffer, two.buffer] });
  const [first, second, view] = await soon(b.recv()) as Uint8Array[];
  assertEquals([first!.at(-1), second!.at(-1)], [1, 2]);
  assertStrictEquals(second!.buffer, view!.buffer);
  assertEquals([one.length, two.length], [0, 0]);
});

Deno.test("what was moved arrives though the end it was moved from is closed, or given away", async () => {
  for (const away of [false, true]) {
    const [a, b] = pipe<unknown>();
    const lines = new Queue<Connection<unknown, unknown>>();
    await sendLarge(a, 1);
    await sendLarge(a, 2);
    if (away) await lines.put(a);
    else a.close();
    checkLarge(await soon(b.recv()), 1);
    if (away) {
      const again = await soon(lines.get()) as Connection<unknown, unknown>;
      await sendLarge(again, 3);
    }
    checkLarge(await soon(b.recv()), 2);
    if (away) checkLarge(await soon(b.recv()), 3);
    b.close();
  }
});

Deno.test("an end that is given away takes along what was moved to it", async () => {
  const [a, b] = pipe<unknown>();
  for (const n of [1, 2, 3]) await sendLarge(a, n);
  checkLarge(await soon(b.recv()), 1);
  // The rest is in the lane, which goes with the end.
  await using other = echo.spawn([b]);
  await sendLarge(a, 4);
  for (const n of [2, 3, 4]) checkLarge(await soon(a.recv()), n);
  a.close();
  await soon(other.join());
});

Deno.test("what an actor moved arrives though it has ended", async () => {
  const [here, there] = pipe<unknown>({ duplex: false });
  const other = moveAndEnd.spawn([there as never, 5]);
  await soon(other.result());
  for (let n = 0; n < 5; n++) checkLarge(await soon(here.recv()), n);
  await assertRejects(() => soon(here.recv()), PipeClosedError);
});

Deno.test("transfer is a list of things that can be moved, and of each once", async () => {
  const queue = new Queue<unknown>();
  const gone = new ArrayBuffer(8);
  gone.transfer();
  for (
    const [transfer, error] of [
      ["text", TypeError],
      [[1], TypeError],
      [[{}], TypeError],
      [[gone], DOMException],
    ] as const
  ) {
    const options = { transfer: transfer as never };
    await assertRejects(() => queue.put(1, options), error);
    assertThrows(() => queue.tryPut(1, options), error);
    assertThrows(() => queue.putSync(1, options), error);
  }
  const { port1, port2 } = new MessageChannel();
  await queue.put([port2, port2], { transfer: [port2, port2] });
  const [a, b] = await soon(queue.get()) as MessagePort[];
  assertStrictEquals(a, b);
  a!.close();
  port1.close();
  assertEquals(queue.size, 0);
});

Deno.test("Connection.poll() and select() wait for an item with all that is beside it", async () => {
  const [here, there] = pipe<unknown>();
  await using other = echo.spawn([there]);
  const handle = new Queue<number>();
  await here.send({ n: 1, handle });
  assert(await soon(here.poll()));
  const { value } = here.tryRecv() as { value: { handle: unknown } };
  assertStrictEquals(value.handle, handle);
  await here.send({ n: 2, handle });
  const r = await soon(select({ here, late: after(20_000) }));
  assert(r.key === "here" && !r.done);
  assertStrictEquals((r.value as { handle: unknown }).handle, handle);
  here.close();
  await soon(other.join());
});

Deno.test("a root that blocks in a channel passes on what others send each other", async () => {
  const jobs = new Queue<Job>();
  const [reply, done] = [new Queue<number>(), new Queue<unknown>()];
  await using server = serve.spawn([jobs, false]);
  await using passer = passBack.spawn([done, jobs as Queue<unknown>, "get"]);
  await done.put({ n: 4, reply });
  // Neither the passer nor the server gets anything but by this thread.
  assertEquals(reply.getSync({ timeout: 20_000 }), 8);
  await done.put(EXIT);
  await soon(passer.result());
  await jobs.put(EXIT);
  await soon(server.result());
});

Deno.test("a time-out while a parcel is late loses nothing", async () => {
  const jobs = new Queue<Job>();
  const [reply, said] = [new Queue<number>(), new Queue<string>()];
  await using other = getPatiently.spawn([jobs, said, 20]);
  await soon(said.get());
  await jobs.put({ n: 7, reply });
  // Computing, the root passes nothing on, until the other has lost patience.
  for (const end = performance.now() + 20_000; said.empty;) {
    assert(performance.now() < end);
  }
  assertEquals(await soon(said.get()), "late");
  assertEquals(await soon(reply.get()), 7);
  assert(await soon(other.result()) > 0);
});

Deno.test("a queue closed with what it holds ends the pipes that were in it", async () => {
  const lines = new Queue<unknown>();
  const ends: Line[] = [];
  for (let n = 0; n < 3; n++) {
    const [own, other] = pipe<string>();
    ends.push(own);
    await lines.put([n, other]);
  }
  assertEquals(waitingParcels(), 3);
  lines.close({ discard: true });
  for (const own of ends) {
    await assertRejects(() => soon(own.recv()), PipeClosedError);
    await assertRejects(() => soon(own.send("?")), BrokenPipeError);
  }
  assertEquals([waitingParcels(), lines.stats().discarded], [0, 3]);
});

Deno.test("an actor that closes a queue with what it holds ends the pipes in it", async () => {
  const [own, other] = pipe<Line>();
  const [far, near] = pipe<string>();
  await other.send(far);
  // The end that would have received it closes, which throws it away.
  const lines = new Queue<Connection<Line, Line>>();
  await lines.put(own);
  lines.close({ discard: true });
  await assertRejects(() => soon(near.recv()), PipeClosedError);
  assertEquals(waitingParcels(), 0);
});

Deno.test("a pipe whose taker dies with the item comes to its end", async () => {
  const [lines, said] = [new Queue<Line>(), new Queue<string>()];
  await using taker = takeOne.spawn([lines as Queue<unknown>, said]);
  const [own, other] = pipe<string>();
  await lines.put(other);
  await soon(said.get());
  taker.terminate();
  await assertRejects(() => soon(own.recv()), PipeClosedError);
});

Deno.test("what is under way to an actor that dies comes to its end", async () => {
  const [own, theirs] = pipe<Line>();
  await using doomed = linger.spawn();
  const going = takeOne.spawn([theirs as never, new Queue<string>()]);
  await soon(going.join());
  const [near, far] = pipe<string>();
  // The owner of `theirs` has ended: nobody will ever take this.
  await assertRejects(() => own.send(far), BrokenPipeError);
  assertEquals(far.closed, false);
  near.close();
  assert(doomed.isAlive());
});

Deno.test("a parcel whose message was never put is dropped", async () => {
  const queue = new Queue<unknown>();
  const [own, other] = pipe<string>();
  // As if the sender had ended between the two.
  postParcel(ringOf(queue), false, { beside: [other], transfer: [] });
  assertEquals(waitingParcels(), 1);
  await queue.put({ another: new Queue() });
  sweepParcels(ringOf(queue));
  assertEquals(waitingParcels(), 1);
  await assertRejects(() => soon(own.recv()), PipeClosedError);
  await soon(queue.get());
  assertEquals(await settledTo(waitingParcels, 0), 0);
});

Deno.test("a queue that nobody has any more lets go of what was in it", async () => {
  const { code, stdout, stderr } = await runDeno([
    "run",
    "-A",
    "--no-check",
    "--v8-flags=--expose-gc",
    "tests/fixtures/channels/lets_go.ts",
  ], { timeout: 60_000 });
  assertEquals(
    { code, stdout, stderr },
    {
      code: 0,
      stdout: "held by an actor: 1\nthe actor has ended: 0\n" +
        "dropped here: 0\nthe pipe has ended: true\nmemory was given back: true\n",
      stderr: "",
    },
  );
});

Deno.test("the mail of a thread is not taken for that of one that had its slot before", () => {
  const before = claimThread();
  releaseThread(before);
  const after = claimThread();
  assertEquals(before & 4095, after & 4095);
  const sent = ((after & 4095) + 1) * 16 + 5;
  new Int32Array(threadTable())[sent] = 1;
  assertEquals([isMailFrom(before), isMailFrom(after)], [false, true]);
  assertEquals(isMailFrom(after), false);
  releaseThread(after);
});
