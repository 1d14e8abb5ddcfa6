// Memory that is shared inside a message, objects that occur again, and depth.
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { decoded, encoded, nested, sent } from "./codec.ts";
import { shapeTable } from "../../channels/shapes.ts";
import { CodecThread } from "./codec_worker.ts";
import { difference } from "./difference.ts";

// --- buffers ---------------------------------------------------------------

Deno.test("buffers and every kind of view arrive", () => {
  const buffer = new Uint8Array([...Array(16).keys()]).buffer;
  const views = [
    new Uint8Array(buffer),
    new Int8Array(buffer),
    new Uint8ClampedArray(buffer),
    new Uint16Array(buffer),
    new Int16Array(buffer),
    new Uint32Array(buffer),
    new Int32Array(buffer),
    new Float16Array(buffer),
    new Float32Array(buffer),
    new Float64Array(buffer),
    new BigUint64Array(buffer),
    new BigInt64Array(buffer),
    new DataView(buffer),
  ];
  for (
    const value of [buffer, ...views, new ArrayBuffer(0), new Uint8Array()]
  ) {
    assertEquals(difference(value, sent(value)), undefined);
    assertEquals(difference([1, value], sent([1, value])), undefined);
  }
});

Deno.test("views of one whole buffer share it on arrival, with the buffer too", () => {
  const bytes = new Uint8Array(16);
  const value = {
    bytes,
    words: new Uint32Array(bytes.buffer),
    buffer: bytes.buffer,
    again: bytes,
  };
  const arrived = sent(value);
  assertStrictEquals(arrived.words.buffer, arrived.bytes.buffer);
  assertStrictEquals(arrived.buffer, arrived.bytes.buffer);
  assertStrictEquals(arrived.again, arrived.bytes);
});

Deno.test("a view of a part takes only the part along", () => {
  const whole = new Uint8Array(100_000).fill(7);
  const part = whole.subarray(3, 8);
  assert(encoded(part).length < 20);
  const arrived = sent({ part, floats: new Float64Array(whole.buffer, 8, 2) });
  assertEquals([...arrived.part], [7, 7, 7, 7, 7]);
  assertEquals(arrived.part.buffer.byteLength, 5);
  assertEquals(arrived.floats.buffer.byteLength, 16);
});

Deno.test("a resizable buffer stays resizable, and a view of it follows", () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 64 });
  const arrived = sent(new Uint8Array(buffer));
  assertEquals(arrived.buffer.maxByteLength, 64);
  arrived.buffer.resize(32);
  assertEquals(arrived.length, 32);
});

Deno.test("what arrives shares no memory with the message", () => {
  // Node's Buffer, for one, gives its own memory where a copy is asked for.
  class Sharing extends Uint8Array<ArrayBuffer> {
    override slice(start: number, end: number): Uint8Array<ArrayBuffer> {
      return this.subarray(start, end);
    }
  }
  const message = encoded(new Uint8Array([1, 2, 3]));
  for (const bytes of [message.slice(), new Sharing(message.buffer)]) {
    const arrived = decoded(bytes) as Uint8Array;
    bytes.fill(0xff);
    assertEquals([...arrived], [1, 2, 3]);
  }
});

Deno.test("a message may lie in shared memory that nobody writes to", () => {
  const message = encoded({ text: "é".repeat(100), bytes: new Uint8Array(9) });
  const shared = new Uint8Array(new SharedArrayBuffer(message.length));
  shared.set(message);
  const arrived = decoded(shared) as { text: string; bytes: Uint8Array };
  assertEquals(arrived.text, "é".repeat(100));
  assert(arrived.bytes.buffer instanceof ArrayBuffer);
});

// --- identity --------------------------------------------------------------

Deno.test("an object that occurs twice is one object on arrival", () => {
  const shared: object[] = [
    {},
    [],
    new Map(),
    new Set(),
    new Date(),
    /x/,
    Object(1),
    new ArrayBuffer(1),
    new Uint8Array(2),
    new Error("x"),
  ];
  const arrived = sent([...shared, ...shared]);
  for (const i of shared.keys()) {
    assertStrictEquals(arrived[i], arrived[i + shared.length]);
    assertNotStrictEquals(arrived[i], shared[i]);
  }
});

Deno.test("references are right however many objects a message has", () => {
  for (const count of [20, 30, 200, 220, 5000]) {
    const objects = Array.from({ length: count }, (_, i) => ({ i }));
    const value = [...objects, ...objects.toReversed()];
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("circles of every kind of container are closed again", () => {
  const object: Record<string, unknown> = {};
  object.self = object;
  const array: unknown[] = [object];
  array.push(array);
  const map = new Map<unknown, unknown>();
  map.set(map, array).set("m", map);
  const set = new Set<unknown>([map]);
  set.add(set);
  const error = new Error("loop");
  error.cause = Object.assign(error, { set });
  object.error = error;
  for (const value of [object, array, map, set, error]) {
    assertEquals(difference(value, sent(value)), undefined);
  }
});

// --- depth -----------------------------------------------------------------

Deno.test("depth is no limit, for no kind of container", () => {
  const wraps: [(inner: unknown) => unknown, (outer: never) => unknown][] = [
    [(a) => ({ a }), ({ a }: { a: unknown }) => a],
    [(a) => [a], ([a]: unknown[]) => a],
    [(a) => new Map([[a, 1]]), (map: Map<unknown, 1>) => [...map.keys()][0]],
    [(a) => new Map([[1, a]]), (map: Map<number, unknown>) => map.get(1)],
    [(a) => new Set([a]), (set: Set<unknown>) => [...set][0]],
  ];
  for (const [wrap, unwrap] of wraps) {
    let inner = sent(nested(100_000, wrap));
    for (let i = 0; i < 100_000; i++) inner = unwrap(inner as never);
    assertEquals(inner, "core");
  }
});

Deno.test("depth is no limit in a worker either, whose stack is its own", async () => {
  await using thread = new CodecThread(shapeTable());
  assertEquals(await thread.ask({ links: 100_000 }), 100_000);
});

Deno.test("a chain of 10,000 causes arrives", () => {
  let chain = sent(
    nested(10_000, (cause) => new Error("outer", { cause })),
  ) as Error;
  for (let i = 1; i < 10_000; i++) chain = chain.cause as Error;
  assertEquals(chain.cause, "core");
});

Deno.test("an object with ever deeper text keys of every length arrives", () => {
  const value = nested(200, (a) => ({ ["k".repeat(100)]: a, b: 1 }));
  assertEquals(difference(value, sent(value)), undefined);
});
