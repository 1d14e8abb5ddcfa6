// Buffers that travel apart from their message, and what is given away.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { CorruptMessageError, decode } from "../../channels/decode.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { BULK_BYTES } from "../../channels/_format.ts";
import { encoder, refusal } from "./codec.ts";
import { difference } from "./difference.ts";

/** A message, and what travels apart from it. */
interface Parcel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly bulk: Uint8Array<ArrayBuffer>[];
}

function parcel(value: unknown): Parcel {
  const bulk: Uint8Array<ArrayBuffer>[] = [];
  const length = encoder.encode(value, undefined, bulk);
  return { bytes: encoder.bytes.slice(0, length), bulk };
}

/** What arrives of a value; the bytes apart are copied on their way. */
function arrived<T>(value: T): T {
  const { bytes, bulk } = parcel(value);
  const copies = bulk.map((one) => one.slice());
  return decode(bytes, 0, bytes.length, undefined, copies) as T;
}

function great(length = BULK_BYTES): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i * 7);
}

// --- apart -----------------------------------------------------------------

Deno.test("a great buffer is not copied, neither there nor back", () => {
  const bytes = great();
  const { bytes: message, bulk } = parcel({ id: 1, bytes });
  assert(message.length < 60);
  assertEquals(bulk.length, 1);
  assertStrictEquals(bulk[0]!.buffer, bytes.buffer);
  const moved = [new Uint8Array(bulk[0]!.buffer.slice())];
  const value = decode(message, 0, message.length, undefined, moved);
  const { bytes: there } = value as { bytes: typeof bytes };
  assertStrictEquals(there.buffer, moved[0]!.buffer);
  assertEquals(difference(bytes, there), undefined);
});

Deno.test("buffers and all kinds of view arrive though they travel apart", () => {
  const { buffer } = great(BULK_BYTES + 16);
  for (
    const value of [
      buffer,
      new Uint8Array(buffer),
      new Float64Array(buffer),
      new DataView(buffer),
      new Uint8Array(buffer, 3, BULK_BYTES),
      new Uint32Array(buffer, 8, BULK_BYTES / 4),
      new DataView(buffer, 1),
      [buffer, new Int8Array(buffer), new Uint16Array(buffer), buffer],
      { small: new Uint8Array(5), great: [great(), great(BULK_BYTES * 3)] },
    ]
  ) {
    assert(parcel(value).bulk.length > 0);
    assertEquals(difference(value, arrived(value)), undefined);
  }
});

Deno.test("views of one whole buffer share it, and it travels once", () => {
  const bytes = great();
  const value = [bytes, new Uint32Array(bytes.buffer), bytes.buffer, bytes];
  assertEquals(parcel(value).bulk.length, 1);
  const [one, words, buffer, again] = arrived(value);
  assertStrictEquals((one as Uint8Array).buffer, buffer);
  assertStrictEquals((words as Uint32Array).buffer, buffer);
  assertStrictEquals(one, again);
});

Deno.test("a part travels apart by itself, and leaves the rest at home", () => {
  const whole = great(BULK_BYTES * 4);
  const { bulk } = parcel(whole.subarray(5, BULK_BYTES + 5));
  assertEquals([bulk[0]!.byteOffset, bulk[0]!.length], [5, BULK_BYTES]);
});

Deno.test("small buffers, and those that may change their length, stay in the message", () => {
  const resizable = new ArrayBuffer(BULK_BYTES, { maxByteLength: 1 << 16 });
  for (
    const value of [
      great(BULK_BYTES - 1),
      great(BULK_BYTES * 2).subarray(0, BULK_BYTES - 1),
      resizable,
      new Uint8Array(resizable),
      new Uint8Array(resizable, 8, BULK_BYTES - 8),
    ]
  ) {
    assertEquals(parcel(value).bulk, []);
    assertEquals(difference(value, arrived(value)), undefined);
  }
  assertEquals(difference(great(), decodedAlone(great())), undefined);
});

/** What arrives where nothing may travel apart. */
function decodedAlone(value: unknown): unknown {
  const length = encoder.encode(value);
  return decode(encoder.bytes, 0, length);
}

Deno.test("what is in the list already keeps its place", () => {
  const bulk = [great(1)];
  const length = encoder.encode({ bytes: great() }, undefined, bulk);
  assertEquals(bulk.length, 2);
  const copies = bulk.map((one) => one.slice());
  const value = decode(encoder.bytes, 0, length, undefined, copies);
  assertEquals(difference({ bytes: great() }, value), undefined);
});

Deno.test("a buffer that a getter gives away after it was met is refused", () => {
  for (
    const [what, bytes] of [
      ["a detached ArrayBuffer", great()],
      ["a detached ArrayBuffer", great(BULK_BYTES * 2).subarray(8, -8)],
    ] as const
  ) {
    const bulk: Uint8Array<ArrayBuffer>[] = [great(2)];
    const beside: object[] = [{}];
    const value = {
      list: [1, bytes],
      get later() {
        bytes.buffer.transfer();
        return new Blob();
      },
    };
    const error = assertThrows(
      () => encoder.encode(value, beside, bulk),
      NotSendableError,
    );
    assertEquals([error.path, error.found], ["$.list[1]", what]);
    assertEquals([beside.length, bulk.length], [1, 1]);
  }
  assertEquals(decodedAlone({ still: "works" }), { still: "works" });
});

Deno.test("a refused value leaves nothing apart", () => {
  const bulk = [great(1)];
  assertThrows(
    () => encoder.encode([great(), () => 1], undefined, bulk),
    NotSendableError,
  );
  assertEquals(bulk.length, 1);
});

Deno.test("decode() reports bytes apart that are missing, wrong, or used twice", () => {
  const { bytes } = parcel([great(), great()]);
  const pair = [great(), great()];
  const around = new ArrayBuffer(BULK_BYTES + 8);
  const gone = great();
  gone.buffer.transfer();
  const wrong: (readonly Uint8Array<ArrayBuffer>[] | undefined)[] = [
    undefined,
    [],
    [great()],
    [great(), great(BULK_BYTES + 1)],
    [great(), new Uint8Array(around, 0, BULK_BYTES)],
    [new Uint8Array(around, 8), great()],
    [gone, great()],
    [
      great(),
      new Uint8Array(new ArrayBuffer(BULK_BYTES, { maxByteLength: 1 << 20 })),
    ],
  ];
  for (const bulk of wrong) {
    assertThrows(
      () => decode(bytes, 0, bytes.length, undefined, bulk),
      CorruptMessageError,
    );
  }
  const twice = bytes.slice();
  // The index of the second buffer, behind tag and index and length of the first.
  const at = twice.indexOf(0x24, twice.indexOf(0x24) + 1) + 1;
  assertEquals(twice[at], 1);
  twice[at] = 0;
  assertThrows(
    () => decode(twice, 0, twice.length, undefined, pair),
    CorruptMessageError,
  );
  assertEquals(
    difference(
      [great(), great()],
      decode(bytes, 0, bytes.length, undefined, pair),
    ),
    undefined,
  );
});

// --- given away ------------------------------------------------------------

Deno.test("what is named in `transfer` goes beside as it is", () => {
  const { port1, port2 } = new MessageChannel();
  const buffer = new ArrayBuffer(8);
  const streams = [
    new ReadableStream(),
    new WritableStream(),
    new TransformStream(),
  ];
  const things = [buffer, port1, port2, ...streams];
  const beside: object[] = [];
  const bulk: Uint8Array<ArrayBuffer>[] = [];
  const value = { things, again: things };
  const length = encoder.encode(value, beside, bulk, new Set(things));
  assertEquals(beside, things);
  const there = decode(encoder.bytes, 0, length, beside) as typeof value;
  assertStrictEquals(there.things, there.again);
  for (const [i, thing] of things.entries()) {
    assertStrictEquals(there.things[i], thing);
  }
  port1.close();
});

Deno.test("a view of a buffer that is given away goes along, great or small", () => {
  for (const length of [16, BULK_BYTES]) {
    const bytes = great(length);
    const part = bytes.subarray(1, 4);
    const other = great(length);
    const beside: object[] = [];
    const bulk: Uint8Array<ArrayBuffer>[] = [];
    const value = [bytes, part, bytes.buffer, other];
    encoder.encode(value, beside, bulk, new Set([bytes.buffer]));
    assertEquals(beside.length, 3);
    assertStrictEquals(beside[0], bytes);
    assertStrictEquals(beside[1], part);
    assertStrictEquals(beside[2], bytes.buffer);
    assertEquals(bulk.length, length < BULK_BYTES ? 0 : 1);
  }
});

Deno.test("what is given away and cannot be is refused", () => {
  const bytes = great(8);
  const { buffer } = bytes;
  const transfer = new Set([buffer]);
  // With nothing beside it.
  for (const value of [buffer, bytes]) {
    assertThrows(
      () => encoder.encode(value, undefined, undefined, transfer),
      NotSendableError,
    );
  }
  buffer.transfer();
  for (const value of [buffer, bytes]) {
    const error = assertThrows(
      () => encoder.encode({ value }, [], undefined, transfer),
      NotSendableError,
    );
    assertEquals(error.path, "$.value");
  }
});

Deno.test("naming data in `transfer` changes nothing", () => {
  const value = { list: [1], map: new Map(), at: new Date(1) };
  const beside: object[] = [];
  const transfer = new Set<object>([value, value.list, value.map, value.at]);
  const length = encoder.encode(value, beside, undefined, transfer);
  assertEquals(beside, []);
  assertEquals(decode(encoder.bytes, 0, length), value);
});

Deno.test("the refusal of a port or a stream says how it travels", () => {
  const { port1 } = new MessageChannel();
  for (
    const value of [
      port1,
      new ReadableStream(),
      new WritableStream(),
      new TransformStream(),
    ]
  ) {
    assert(refusal(value, []).message.includes("Name it in { transfer }"));
  }
  port1.close();
});
