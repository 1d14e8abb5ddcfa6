// Frames, and the stream of bytes that is cut into them.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Frame,
  FrameError,
  FrameReader,
  HEADER,
  MOST_PAYLOAD,
  payloadOf,
  readFrame,
  Tag,
  writeHeader,
} from "../../../channels/remote/frame.ts";
import { Chance } from "../chance.ts";

const TAGS = Object.values(Tag);

function frameOf(
  tag: number,
  lane: number,
  number: number,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + payload.length);
  writeHeader(bytes, tag, lane, number);
  bytes.set(payload, HEADER);
  return bytes;
}

function header(length: number, tag: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, tag, true);
  return bytes;
}

/** What a stream gives that comes in these chunks. */
function framesIn(chunks: Iterable<Uint8Array<ArrayBuffer>>): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const chunk of chunks) reader.push(chunk);
  assert(!reader.isWithin);
  return frames;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Cuts bytes into chunks, each in memory of its own or all in one. */
function* cut(
  bytes: Uint8Array<ArrayBuffer>,
  lengthOf: () => number,
  isCopied: boolean,
): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length;) {
    const end = at + lengthOf();
    yield isCopied ? bytes.slice(at, end) : bytes.subarray(at, end);
    at = end;
  }
}

function randomFrame(chance: Chance): Uint8Array<ArrayBuffer> {
  const length = chance.of(0, 0, 1, chance.below(40), chance.below(3000));
  return frameOf(
    chance.of(...TAGS),
    chance.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), chance.below(4096)),
    chance.of(0, 2 ** 32 - 1, chance.below(2 ** 32)),
    Uint8Array.from({ length }, () => chance.below(256)),
  );
}

Deno.test("a frame is read as it was written", () => {
  const payload = new Uint8Array([5, 6, 7]);
  for (const tag of TAGS) {
    for (const lane of [0, 1, -5, 2 ** 31 - 1]) {
      for (const number of [0, 1, 2 ** 32 - 1]) {
        const bytes = frameOf(tag, lane, number, payload);
        const frame = readFrame(bytes);
        assertEquals(frame, { tag, lane, number, bytes });
        assertEquals(payloadOf(frame), payload);
      }
    }
  }
});

Deno.test("readFrame() refuses bytes that are not one whole frame", () => {
  const bytes = frameOf(Tag.call, 0, 1, new Uint8Array(4));
  const other = new Uint8Array(bytes.length + 1);
  other.set(bytes);
  for (let end = 0; end < bytes.length; end++) {
    assertThrows(() => readFrame(bytes.slice(0, end)), FrameError);
  }
  assertThrows(
    () => readFrame(other),
    FrameError,
    "Cannot read a frame: it says that it has 4 bytes, and has 5",
  );
});

Deno.test("a stream gives the same frames however it is cut into chunks", () => {
  const first = Number(Deno.env.get("TROUPE_SEED") || 1);
  for (let seed = first; seed < first + 60; seed++) {
    const chance = new Chance(seed);
    const sent = Array.from(
      { length: 1 + chance.below(12) },
      () => randomFrame(chance),
    );
    const most = chance.of(1, 2, HEADER - 1, HEADER, HEADER + 1, 100, 10_000);
    const lengthOf = chance.of(() => most, () => 1 + chance.below(most));
    const chunks = cut(joined(sent), lengthOf, chance.of(true, false));
    const frames = framesIn(chunks);
    assertEquals(frames, sent.map(readFrame), `TROUPE_SEED=${seed}`);
  }
});

Deno.test("a frame comes with its last byte, also one without a payload", () => {
  for (const length of [0, 1, 5]) {
    const frames: Frame[] = [];
    const reader = new FrameReader((frame) => frames.push(frame));
    const bytes = frameOf(Tag.value, 3, 9, new Uint8Array(length));
    assertEquals(reader.isWithin, false);
    for (let at = 0; at < bytes.length; at++) {
      assertEquals(frames, []);
      reader.push(bytes.slice(at, at + 1));
      assertEquals(reader.isWithin, at + 1 < bytes.length);
    }
    assertEquals(frames.length, 1);
  }
});

Deno.test("chunks of no bytes change nothing", () => {
  const bytes = frameOf(Tag.drop, 0, 0, new Uint8Array([1]));
  const nothing = new Uint8Array(0);
  const frames = framesIn([
    nothing,
    bytes.slice(0, HEADER),
    nothing,
    bytes.slice(HEADER),
    nothing,
  ]);
  assertEquals(frames, [readFrame(bytes)]);
});

Deno.test("a stream that is cut off ends within a frame, but at its ends", () => {
  const whole = frameOf(Tag.call, 0, 1, new Uint8Array(10));
  const both = joined([whole, whole]);
  for (let end = 0; end <= both.length; end++) {
    let count = 0;
    const reader = new FrameReader(() => count++);
    reader.push(both.slice(0, end));
    assertEquals(reader.isWithin, end % whole.length !== 0);
    assertEquals(count, Math.floor(end / whole.length));
  }
});

Deno.test("a frame that says it is too long is refused before it comes", () => {
  const reader = () => new FrameReader(() => {});
  const most = header(MOST_PAYLOAD, Tag.call);
  reader().push(most);
  for (const length of [MOST_PAYLOAD + 1, 2 ** 31, 2 ** 32 - 1]) {
    assertThrows(
      () => reader().push(header(length, Tag.call)),
      FrameError,
      `it says that it has ${length} bytes, and the most is ${MOST_PAYLOAD}`,
    );
  }
});

Deno.test("a tag that is none is refused, and so are bytes beside it", () => {
  for (const tag of [0, Tag.drop + 1, 255, 256 + Tag.call, 2 ** 31]) {
    const reader = new FrameReader(() => {});
    assertThrows(
      () => reader.push(header(0, tag)),
      FrameError,
      `Cannot read a frame: it has the unknown tag ${tag}`,
    );
  }
});

Deno.test("what is wrong after good frames is an error after those", () => {
  const good = frameOf(Tag.call, 0, 1, new Uint8Array(3));
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  const bytes = joined([good, good, header(1, 99)]);
  assertThrows(() => reader.push(bytes), FrameError);
  assertEquals(frames.length, 2);
});

Deno.test("random bytes are frames or a FrameError, and nothing else", () => {
  const chance = new Chance(Number(Deno.env.get("TROUPE_SEED") || 3));
  for (let round = 0; round < 2000; round++) {
    const reader = new FrameReader(({ bytes }) => {
      assertEquals(readFrame(bytes).bytes, bytes);
    });
    const stream = joined([
      ...chance.of(true, false) ? [randomFrame(chance)] : [],
      header(chance.of(0, 3, chance.below(2 ** 32)), chance.below(7)),
      Uint8Array.from({ length: chance.below(60) }, () => chance.below(6)),
    ]);
    try {
      for (const chunk of cut(stream, () => 1 + chance.below(30), true)) {
        reader.push(chunk);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }
});
