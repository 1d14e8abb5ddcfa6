// The table of shapes: what threads know of each other's lists of keys.
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { assert, assertEquals } from "@std/assert";
import { decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { MOST_SHAPES, shapeTable } from "../../channels/shapes.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
} from "../../channels/threads.ts";
import { echo } from "../fixtures/actors/endings.ts";
import { encoded, encoder, sent } from "./codec.ts";
import { recordOf } from "./codec_thread.ts";
import { CodecThread } from "./codec_worker.ts";

const SHAPE_WORDS = shapeTable().byteLength / 4 / MOST_SHAPES;

/** Whether a message is an object whose keys are a shape. */
function isByShape(message: Uint8Array): boolean {
  return message[0]! >= 0x20 && message[0]! <= 0x23;
}

/** The number of the shape that a message begins with. */
function shapeIn(message: Uint8Array): number {
  assert(isByShape(message), message.toHex());
  return (message[0]! - 0x20) << 8 | message[1]!;
}

/** A table of shapes that no thread has used. */
function freshTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(shapeTable().byteLength);
}

/** The message of a value that a thread has sent before. */
async function again(thread: CodecThread, value: unknown): Promise<Uint8Array> {
  await thread.ask({ encode: value });
  return thread.ask<Uint8Array>({ encode: value });
}

Deno.test("keys that come for the second time take two bytes from then on", () => {
  const value = { "shape of its own": 1, "and more": 2 };
  assertEquals(encoded(value)[0], 0x10);
  const second = encoded(value);
  assertEquals(second.length, 4);
  assertEquals(encoded({ ...value }), second);
  assertEquals(sent(value), value);
});

Deno.test("objects of one message share a shape from the second one on", () => {
  const list = Array.from({ length: 50 }, (_, i) => ({ "of fifty": i }));
  assert(encoded(list).length < 50 * 3 + 20);
  assertEquals(sent(list), list);
});

Deno.test("a shape holds for objects in all kinds of containers, however deep", () => {
  let value: unknown = { "deep down": 0 };
  for (let i = 0; i < 200; i++) value = { "deep down": value };
  const holder = [value, new Map([[value, { "deep down": 1 }]])];
  // The array's tag and length come first.
  assert(isByShape(encoded(holder).subarray(2)));
  assertEquals(sent(holder), holder);
});

Deno.test("lists that are odd, long or unlikely to come again get no shape", () => {
  const wide = Object.fromEntries(
    Array.from({ length: 33 }, (_, i) => [`k${i}`, i]),
  );
  const long = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`${i}`.padStart(30, "x"), i]),
  );
  for (
    const value of [wide, long, { ["k".repeat(64)]: 1 }, { "ключ": 1 }]
  ) {
    for (let i = 0; i < 4; i++) {
      assert(!isByShape(encoded(value)));
      assertEquals(sent<unknown>(value), value);
    }
  }
});

Deno.test("a self-contained message names no shape", () => {
  const alone = new Encoder({ selfContained: true });
  const value = [{ alone: 1 }, { alone: { alone: 2 } }];
  const [one] = value;
  for (let i = 0; i < 4; i++) {
    encoder.encode(value);
    const length = alone.encode(value);
    assertEquals(decode(alone.bytes, 0, length), value);
    assert(!alone.bytes.subarray(0, length).some((b) => b >= 0x20 && b < 0x24));
    alone.encode(one);
    assertEquals(alone.bytes[0], 0x10);
  }
});

Deno.test("a thread without the table reads a self-contained message and no other", async () => {
  const table = freshTable();
  await using one = new CodecThread(table);
  await using stranger = new CodecThread(freshTable());
  const value = { "far away": [{ "far away": 1 }] };
  const known = await again(one, value);
  const alone = await one.ask<Uint8Array>({
    encode: value,
    selfContained: true,
  });
  assertEquals(await stranger.ask({ decode: alone }), value);
  assertEquals(await stranger.ask({ decode: known }), "CorruptMessageError");
  assertEquals(await one.ask({ decode: known }), value);
});

Deno.test("a thread that starts later reads and writes the shapes that are there", async () => {
  const table = freshTable();
  let message: Uint8Array;
  const value = recordOf(7);
  {
    await using first = new CodecThread(table);
    message = await again(first, value);
  }
  await using later = new CodecThread(table);
  assertEquals(await later.ask({ decode: message }), value);
  assertEquals(shapeIn(await again(later, value)), shapeIn(message));
});

Deno.test("this program's table reaches a thread at its start", async () => {
  const value = { "before it started": true };
  encoder.encode(value);
  const message = encoded(value);
  assert(isByShape(message));
  await using thread = new CodecThread(shapeTable());
  assertEquals(await thread.ask({ decode: message }), value);
});

Deno.test("an actor reads what was encoded before it started, and its result comes back", async () => {
  const value = [{ "for an actor": 1 }, { "for an actor": { "by name": 2 } }];
  for (let i = 0; i < 3; i++) encoder.encode(value);
  await using process = await echo.spawn([value]);
  assertEquals(await process.result(), value);
});

Deno.test("threads that register lists at once understand each other", async () => {
  const lists = 400;
  for (let round = 0; round < 3; round++) {
    const table = freshTable();
    const go = new Int32Array(new SharedArrayBuffer(4));
    await using one = new CodecThread(table);
    await using other = new CodecThread(table);
    const answers = [one, other].map((thread) =>
      thread.ask<Uint8Array[]>({ lists, go })
    );
    Atomics.store(go, 0, 1);
    const [ofOne, ofOther] = await Promise.all(answers);
    for (let list = 0; list < lists; list++) {
      assert(isByShape(ofOne![list]!));
      const value = recordOf(list);
      assertEquals(await other.ask({ decode: ofOne![list]! }), value);
      assertEquals(await one.ask({ decode: ofOther![list]! }), value);
    }
  }
});

Deno.test("the claim of a thread that died is taken over", async () => {
  const dead = claimThread();
  releaseThread(dead);
  const table = freshTable();
  const words = new Int32Array(table);
  words[0] = dead;
  words[1] = 0x77777777; // what it had written so far
  await using thread = new CodecThread(table);
  const value = { "taken over": 1 };
  const message = await again(thread, value);
  assertEquals(shapeIn(message), 0);
  assert(words[0]! < 0);
  await using reader = new CodecThread(table);
  assertEquals(await reader.ask({ decode: message }), value);
});

Deno.test("the claim of a thread that lives is passed by, and is no shape yet", async () => {
  const table = freshTable();
  const words = new Int32Array(table);
  words[0] = ownThread();
  await using thread = new CodecThread(table);
  const message = await again(thread, { "passed by": 1 });
  assertEquals(shapeIn(message), 1);
  assertEquals(words[0], ownThread());
  const unfinished = new Uint8Array([0x20, 0, 0x81]);
  assertEquals(await thread.ask({ decode: unfinished }), "CorruptMessageError");
});

Deno.test("when the table is full, lists are spelled and those in it stay short", async () => {
  const table = freshTable();
  await using thread = new CodecThread(table);
  const messages = await thread.ask<Uint8Array[]>({ lists: MOST_SHAPES + 50 });
  const byShape = messages.filter(isByShape);
  assertEquals(byShape.length, MOST_SHAPES);
  assertEquals(new Set(byShape.map(shapeIn)).size, MOST_SHAPES);
  assertEquals(new Int32Array(table).at(-SHAPE_WORDS)! < 0, true);
  await using reader = new CodecThread(table);
  for (const list of [0, 500, MOST_SHAPES - 1, MOST_SHAPES, MOST_SHAPES + 49]) {
    const message = messages[list]!;
    assertEquals(isByShape(message), list < MOST_SHAPES);
    assertEquals(await reader.ask({ decode: message }), recordOf(list));
    const later = await again(reader, recordOf(list));
    assertEquals(isByShape(later), list < MOST_SHAPES);
    assertEquals(await thread.ask({ decode: later }), recordOf(list));
  }
});

Deno.test("random values arrive where the table is full, or filled meanwhile", async () => {
  const table = freshTable();
  await using thread = new CodecThread(table);
  await thread.ask({ lists: MOST_SHAPES - 10 });
  for (let i = 0; i < 2; i++) {
    assertEquals(await thread.ask({ seeds: 3000 }), "nothing");
  }
  assert(new Int32Array(table).at(-SHAPE_WORDS)! < 0);
});

Deno.test("ever new keys fill no memory", () => {
  const mine = new Encoder();
  const before = memoryInUse();
  for (let i = 0; i < 120_000; i++) {
    const value = { [`new ${i}`]: i, [`newer ${i}`]: { [`newest ${i}`]: i } };
    mine.encode(value);
    const length = mine.encode(value);
    decode(mine.bytes, 0, length);
  }
  // Kept, the lists would take some 200 MB.
  const taken = memoryInUse() - before;
  assert(taken < 20e6, `${taken} bytes`);
});

/** By the engine's own function, which only a flag shows, in new contexts. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  // The inner forms of objects outlive a few rounds.
  for (let i = 0; i < 5; i++) collect();
  return Deno.memoryUsage().heapUsed;
}
