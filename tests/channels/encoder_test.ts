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
