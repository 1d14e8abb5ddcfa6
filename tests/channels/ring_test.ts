// The ring of messages below queues and pipes.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  CAPACITY,
  Closed,
  GET_LOCK,
  GETS,
  GETS_SEEN,
  HEAD,
  HEAD_SEEN,
  PUT_LOCK,
  PUTS,
  PUTS_SEEN,
  TAIL,
} from "../../channels/_ring_layout.ts";
import { bytesOnRing } from "../../channels/_frame.ts";
import { EMPTY, ENDED, Put, Ring } from "../../channels/ring.ts";
import { claimThread, releaseThread } from "../../channels/threads.ts";
import { Queue } from "../../mod.ts";
import { getOnDemand } from "../fixtures/channels/queue_actors.ts";
import { soon } from "./inside.ts";
import { randomFrom } from "./chance.ts";

const MOST_BYTES = 2 ** 20;

function message(length: number, fill: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(fill);
}

function put(ring: Ring, bytes: Uint8Array<ArrayBuffer>): number {
  return ring.put(bytes, bytes.length);
}

/** Takes a message out; fails if there is none. */
function take(ring: Ring): Uint8Array {
  const length = ring.take();
  assert(length >= 0, `nothing to take: ${length}`);
  const { bytes, offset } = ring.reader;
  return bytes.slice(offset, offset + length);
}

/** A ring whose counts and positions stand at these values. */
function ringAt(count: number, position: number): Ring {
  const ring = Ring.create(0, MOST_BYTES);
  const { words } = ring;
  words[PUTS] = words[GETS] = count;
  words[PUTS_SEEN] = words[GETS_SEEN] = count;
  for (const at of [HEAD, HEAD + 1, TAIL, TAIL + 1, HEAD_SEEN]) {
    words[at] = position;
  }
  return ring;
}

/** Puts and takes at random until `total` bytes went through. */
function pump(ring: Ring, seed: number, total: number): void {
  const random = randomFrom(seed);
  const expected: [length: number, fill: number][] = [];
  let fill = 0;
  for (let bytes = 0; bytes < total;) {
    if (random() < 0.55) {
      const length = Math.floor(random() ** 4 * 3000);
      if (put(ring, message(length, fill & 255)) === Put.done) {
        expected.push([length, fill++ & 255]);
        bytes += length + 4;
        continue;
      }
    }
    if (expected.length === 0) continue;
    const [length, value] = expected.shift()!;
    const bytesTaken = take(ring);
    assertEquals(bytesTaken.length, length);
    assert(bytesTaken.every((byte) => byte === value), "torn message");
    assertEquals(ring.size, expected.length);
  }
}

Deno.test("an empty ring gives nothing, and the end once it is closed", () => {
  const ring = Ring.create(0, MOST_BYTES);
  assertEquals([ring.take(), ring.isReadable], [EMPTY, false]);
  assert(ring.close(false));
  assertEquals([ring.take(), ring.isReadable], [ENDED, true]);
  assertEquals(put(ring, message(1, 1)), Put.closed);
});

Deno.test("a ring gives its messages whole and in order, whatever their length", () => {
  for (const seed of [1, 2, 3]) {
    pump(Ring.create(0, MOST_BYTES), seed, 500_000);
    pump(Ring.create(0, 5000), seed, 100_000);
    pump(Ring.create(7, MOST_BYTES), seed, 100_000);
  }
});

Deno.test("an empty message is a message", () => {
  const ring = Ring.create(0, MOST_BYTES);
  assertEquals(put(ring, message(0, 0)), Put.done);
  assertEquals([ring.size, ring.isReadable], [1, true]);
  assertEquals(take(ring).length, 0);
  assertEquals(ring.take(), EMPTY);
});

Deno.test("counts and positions run over without a trace", () => {
  const last = -8; // as a word: 8 before the end of the numbers
  for (const position of [last, 0x7fff_fffc | 0, -3000]) {
    for (const count of [-3, 0x7fff_ffff]) {
      pump(ringAt(count, position & ~3), 5, 200_000);
    }
  }
});

Deno.test("a ring that grows while its messages lie over its end keeps them", () => {
  // The first message ends just before the end of the ring, the next go over it.
  const ring = Ring.create(0, MOST_BYTES);
  const first = ring.words[CAPACITY]! - bytesOnRing(0) - 100;
  put(ring, message(first, 1));
  put(ring, message(60, 2));
  assertEquals(take(ring).length, first);
  for (let n = 3; n < 10; n++) put(ring, message(300, n));
  put(ring, message(20_000, 10));
  for (let n = 2; n <= 10; n++) {
    const bytes = take(ring);
    assert(bytes.every((byte) => byte === n), `message ${n} is torn`);
  }
  assertEquals(ring.take(), EMPTY);
});

Deno.test("a ring says of every length whether it could ever hold it", () => {
  const ring = Ring.create(0, 1000);
  assertEquals([0, 996, 997, 2000].map((length) => ring.fits(length)), [
    true,
    true,
    false,
    false,
  ]);
  const largest = Ring.create(0, 2 ** 30);
  for (const length of [2 ** 30, 2 ** 31 - 4, 2 ** 31, 2 ** 32, 2 ** 33]) {
    assertEquals(largest.fits(length), false, `${length}`);
  }
});

Deno.test("a ring is one object a thread, and no two have one number", () => {
  const [a, b] = [Ring.create(0, 100), Ring.create(0, 100)];
  assert(a.number !== b.number);
  assertStrictEquals(Ring.at(a.memory), a);
  assertStrictEquals(Ring.at(structuredClone(a.memory)), a);
});

Deno.test("a ring closed entirely gives and counts nothing", () => {
  const ring = Ring.create(0, MOST_BYTES);
  for (let n = 0; n < 3; n++) put(ring, message(10, n));
  take(ring); // and so the next ones were copied out ahead
  assert(ring.close(true));
  assertEquals([ring.take(), ring.size, ring.closed], [
    ENDED,
    0,
    Closed.entirely,
  ]);
  assertEquals([ring.close(false), ring.close(true)], [false, false]);
});

Deno.test("a producer that stopped before its commit has done nothing", () => {
  for (const stoppedAfter of ["lock", "bytes", "tail"]) {
    const ring = Ring.create(0, MOST_BYTES);
    const { words } = ring;
    put(ring, message(40, 1));
    const gone = claimThread();
    Atomics.store(words, PUT_LOCK, gone);
    if (stoppedAfter !== "lock") {
      const all = new Uint8Array(ring.memory, words.byteLength);
      all.fill(0xee, bytesOnRing(40), bytesOnRing(40) + 500);
    }
    if (stoppedAfter === "tail") {
      words[TAIL + ((words[PUTS]! + 1) & 1)] = 0x7777_7770;
    }
    releaseThread(gone);
    assertEquals(ring.size, 1);
    assertEquals(put(ring, message(50, 2)), Put.done);
    assertEquals([take(ring), take(ring)], [message(40, 1), message(50, 2)]);
    assertEquals(ring.take(), EMPTY);
  }
});

Deno.test("what a count makes real is in place before the count says so", () => {
  const ring = Ring.create(0, MOST_BYTES);
  const { words } = ring;
  put(ring, message(40, 1));
  const position = bytesOnRing(40);
  const { store } = Atomics;
  const seen: unknown[] = [];
  Atomics.store = ((array: Int32Array, at: number, value: number) => {
    if (array === words && at === PUTS) {
      const all = new Uint8Array(ring.memory, words.byteLength);
      const tail = words[TAIL + (value & 1)]!;
      seen.push(["put", tail, all.slice(position + 4, tail)]);
    }
    if (array === words && at === GETS) {
      const { bytes, offset } = ring.reader;
      const head = words[HEAD + (value & 1)]!;
      seen.push(["get", head, bytes.slice(offset, offset + 40)]);
    }
    return store(array, at, value);
  }) as typeof Atomics.store;
  try {
    put(ring, message(20, 2));
    take(ring);
  } finally {
    Atomics.store = store;
  }
  assertEquals(seen, [
    ["put", position + bytesOnRing(20), message(20, 2)],
    ["get", position, message(40, 1)],
  ]);
});

Deno.test("a consumer that stopped before its commit has taken nothing", () => {
  for (const stoppedAfter of ["lock", "head"]) {
    const ring = Ring.create(0, MOST_BYTES);
    const { words } = ring;
    put(ring, message(40, 1));
    put(ring, message(50, 2));
    const gone = claimThread();
    Atomics.store(words, GET_LOCK, gone);
    if (stoppedAfter === "head") {
      words[HEAD + ((words[GETS]! + 1) & 1)] = 0x7777_7770;
    }
    releaseThread(gone);
    assertEquals([take(ring), take(ring)], [message(40, 1), message(50, 2)]);
    assertEquals(ring.take(), EMPTY);
  }
});

Deno.test("what a sole consumer copied ahead is right also when a second one comes", async () => {
  const queue = new Queue<number>();
  const demands = new Queue<number>();
  const taken = new Queue<number>();
  await using other = getOnDemand.spawn([demands, queue, taken]);
  const random = randomFrom(7);
  let next = 0;
  for (let n = 0; n < 4000; n++) queue.tryPut(n);
  while (next < 3500) {
    const here = Math.floor(random() * 40);
    for (let n = 0; n < here; n++) assertEquals(queue.getSync(), next++);
    const there = Math.floor(random() * 3);
    demands.tryPut(there);
    for (let n = 0; n < there; n++) {
      assertEquals(await soon(taken.get()), next++);
    }
  }
  assertEquals(other.exitCode, null);
});
