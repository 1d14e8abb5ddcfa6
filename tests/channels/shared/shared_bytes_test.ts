import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Lock, RecursiveLock, SharedBytes } from "../../../mod.ts";

Deno.test("SharedBytes() is made of a length, of bytes or of a text", () => {
  const zeros = new SharedBytes(5);
  assertEquals([zeros.length, zeros.text], [5, ""]);
  assertEquals([...zeros.bytes], [0, 0, 0, 0, 0]);

  const source = new Uint8Array([1, 2, 3]);
  const copy = new SharedBytes(source.subarray(1));
  source[1] = 99;
  assertEquals([...copy.bytes], [2, 3]);

  const text = new SharedBytes("héllo");
  assertEquals([text.length, text.text], [6, "héllo"]);
  assertEquals(new SharedBytes("").length, 0);
  assertEquals(new SharedBytes(new SharedBytes("abc").bytes).text, "abc");
});

Deno.test("SharedBytes() refuses what is none of these", () => {
  for (const from of [null, undefined, [1], new ArrayBuffer(1), 5n]) {
    assertThrows(
      () => new SharedBytes(from as never),
      TypeError,
      "Cannot create shared bytes: they are made of a length, a Uint8Array or " +
        `a string, got ${Deno.inspect(from)}`,
    );
  }
  for (const length of [-1, 0.5, NaN]) {
    assertThrows(
      () => new SharedBytes(length),
      RangeError,
      "Cannot create shared bytes: the length must be a whole number from 0 " +
        `on, got ${length}`,
    );
  }
});

Deno.test("SharedBytes.text ends at the first NUL, SharedBytes.bytes do not", () => {
  const bytes = new SharedBytes(8);
  bytes.text = "hello";
  assertEquals(bytes.text, "hello");
  assertEquals([...bytes.bytes], [104, 101, 108, 108, 111, 0, 0, 0]);
  bytes.text = "hi";
  assertEquals([...bytes.bytes], [104, 105, 0, 0, 0, 0, 0, 0]);
  bytes.bytes[3] = 33;
  assertEquals(bytes.text, "hi");
  bytes.text = "a\0b";
  assertEquals([bytes.text, bytes.bytes[2]], ["a", 98]);
  bytes.text = "12345678";
  assertEquals(bytes.text, "12345678");
  bytes.text = "";
  assertEquals([bytes.text, bytes.bytes.some(Boolean)], ["", false]);
});

Deno.test("SharedBytes.text refuses what does not fit, and writes nothing", () => {
  const bytes = new SharedBytes("abc", { name: "b" });
  assertThrows(
    () => bytes.text = "dé€",
    RangeError,
    'Cannot set the text of shared bytes "b": it takes 6 bytes, there are 3',
  );
  for (const [text, given] of [[5, "number"], [null, "null"]] as const) {
    assertThrows(
      () => bytes.text = text as never,
      TypeError,
      'Cannot set the text of shared bytes "b": it must be a string, got ' +
        given,
    );
  }
  assertEquals(bytes.text, "abc");
});

Deno.test("SharedBytes.text reads what is no UTF-8, and keeps a BOM out of it", () => {
  const bytes = new SharedBytes(new Uint8Array([65, 0xff, 66]));
  assertEquals(bytes.text, "A\ufffdB");
  const pairs = new SharedBytes(3);
  pairs.text = "\ud800"; // half a character
  assertEquals(pairs.text, "\ufffd");
});

Deno.test("SharedBytes.text gives every text back as it was set", () => {
  for (const text of ["\ufeffwith a mark", "𝄞", "line\nline"]) {
    assertEquals(new SharedBytes(text).text, text);
  }
});

Deno.test("SharedBytes.toBytes() is a copy", () => {
  const bytes = new SharedBytes("abc");
  const copy = bytes.toBytes();
  assert(copy.buffer instanceof ArrayBuffer);
  copy[0] = 0;
  assertEquals(bytes.text, "abc");
});

Deno.test("SharedBytes have a lock that leaves the bytes alone", () => {
  const bytes = new SharedBytes("abcde", { name: "b" });
  assert(bytes.lock instanceof RecursiveLock);
  bytes.lock.runSync(() => bytes.bytes.fill(255));
  assert(!bytes.lock.isLocked);
  assertEquals([...bytes.bytes], [255, 255, 255, 255, 255]);
  const lock = new Lock();
  assertStrictEquals(new SharedBytes(1, { lock }).lock, lock);
  assertThrows(
    () => new SharedBytes(1, { lock: false }).lock,
    TypeError,
    "Cannot give the lock of shared bytes: it was made with lock: false",
  );
});

Deno.test("shared bytes are logged by their number", () => {
  assertEquals(
    Deno.inspect(new SharedBytes("secret", { name: "b" })),
    'shared bytes "b" (6 bytes)',
  );
});
