// How an Encoder treats its memory, whatever it encodes.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { decoded, encoded, encoder } from "./codec.ts";

Deno.test("a getter may use the encoder that reads it", () => {
  const inner: unknown[] = [];
  function encodeInside(value: unknown): void {
    const length = encoder.encode(value);
    inner.push(decode(encoder.bytes, 0, length));
  }
  const value = {
    before: { id: 1, list: ["x".repeat(100)] },
    get nested() {
      encodeInside({ id: 2, big: "y".repeat(10_000) });
      encodeInside(3);
      assertThrows(() => encoder.encode(() => 1), NotSendableError);
      return { id: 4 };
    },
    after: [{ id: 5 }],
  };
  const bytes = encoded(value);
  assertEquals(decoded(bytes), {
    before: { id: 1, list: ["x".repeat(100)] },
    nested: { id: 4 },
    after: [{ id: 5 }],
  });
  assertEquals(inner, [{ id: 2, big: "y".repeat(10_000) }, 3]);
});

Deno.test("the memory of a huge message is given back", () => {
  const mine = new Encoder();
  mine.encode(new Uint8Array(8 << 20));
  assert(mine.bytes.length >= 8 << 20);
  const length = mine.encode({ small: "message" });
  assert(mine.bytes.length < 1 << 20);
  assertEquals(decode(mine.bytes, 0, length), { small: "message" });
  mine.encode("x".repeat(8 << 20));
  mine.encode(1);
  assert(mine.bytes.length < 1 << 20);
});

Deno.test("the bytes stay as they are until the next encode()", () => {
  const mine = new Encoder();
  const length = mine.encode({ id: 1 });
  assertEquals(decode(mine.bytes, 0, length), { id: 1 });
  assertEquals(decode(mine.bytes, 0, length), { id: 1 });
  assertEquals(mine.bytes.buffer instanceof ArrayBuffer, true);
});

/** Calls `attempt` where there is no stack left, and on the way back from there. */
function atTheEndOfTheStack(attempt: () => void): number {
  let failed = 0;
  function dig(): void {
    try {
      dig();
    } catch {
      // One step more of stack is left each time.
    }
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failed++;
      // Else every level on the way back, some ten thousand, would try.
      if (failed < 3000) throw error;
    }
  }
  try {
    dig();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return failed;
}

Deno.test("where the stack ends while encoding or decoding, only that call fails", () => {
  const mine = new Encoder();
  let count = 0;
  const value = () => ({
    [`key ${count++}`]: [1, { id: count, msg: "hello", at: new Date(count) }],
    map: new Map([[{ id: 1 }, ["x".repeat(40), "y".repeat(40), null]]]),
    bytes: new Uint8Array(9),
  });
  const message = encoded(value());
  const failed = atTheEndOfTheStack(() => {
    const length = mine.encode(value());
    decode(mine.bytes, 0, length);
    decode(message, 0, message.length);
  });
  assert(failed > 10, `${failed} calls failed`);
  for (let i = 0; i < 200; i++) {
    const one = value();
    const length = mine.encode(one);
    assertEquals(decode(mine.bytes, 0, length), one);
  }
});
