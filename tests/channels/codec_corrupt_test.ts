// What decode() makes of bytes that are no message.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CorruptMessageError, decode } from "../../channels/decode.ts";
import { decoded, sent } from "./codec.ts";

const CORRUPT: [what: string, hex: string][] = [
  ["nothing at all", ""],
  ["memory that nobody wrote", "00"],
  ["a tag that is free", "20"],
  ["a byte after the value", "8181"],
  ["a byte after an object", "100100" + "81"],
  ["an integer cut short", "0801"],
  ["a text cut short", "4361"],
  ["a text longer than memory", "0cffffffff61"],
  ["a text that is not UTF-8", "0c02000000c328"],
  ["a text of ever so many units", "0dffffffffff7f"],
  ["a count of ever so many bytes", "13ffffffffffffffffffff01"],
  ["a reference to nothing", "1e00"],
  ["a reference to what is not made yet", "1b001e00"],
  ["keys that were not given", "1100"],
  ["a key list of another length", "10030141610081"],
  ["more keys than bytes", "1005ffffff7f41"],
  ["more entries than bytes", "14ffff7f8181"],
  ["more items than bytes", "15ffff7f81"],
  ["an array longer than arrays get", "13ffffffffff1f"],
  ["holes outside of an array", "0601"],
  ["more holes than the array has", "13020603"],
  ["no holes at all", "13020600"],
  ["a buffer longer than the message", "19ffffff7f00"],
  ["a resizable buffer beyond its maximum", "1a01020000"],
  ["a resizable buffer of all memory", "1affffffffffff7f00"],
  ["a view of nothing", "1b0001"],
  ["a view of an unknown kind", "1b7f1900"],
  ["a view that does not fit", "1b03" + "1903" + "000000"],
  ["a part that does not fit", "1c0901" + "00"],
  ["a box of nothing", "1802"],
  ["a box of an object", "18100100"],
  ["a bigint cut short", "0b00ffff7f01"],
  ["a regular expression of bad flags", "17" + "4161" + "427a7a"],
  ["a regular expression of bad source", "17" + "4128" + "40"],
  ["an error of an unknown class", "1d" + "4162" + "4040" + "01" + "0000"],
  ["a thing beside that is not there", "1f00"],
];

for (const [what, hex] of CORRUPT) {
  Deno.test(`decode() reports ${what}`, () => {
    const bytes = Uint8Array.fromHex(hex);
    const error = assertThrows(() => decoded(bytes), CorruptMessageError);
    assert(error.offset <= bytes.length);
    assertEquals(error.name, "CorruptMessageError");
    assert(/^Cannot read a message: .+ at byte \d+$/.test(error.message));
    assertEquals(sent({ still: "works" }), { still: "works" });
  });
}

Deno.test("a CorruptMessageError says what was wrong, and where in the message", () => {
  const around = new Uint8Array([9, 9, 9, 0x13, 2, 0x81, 0x20]);
  const error = assertThrows(() => decode(around, 3, 7), CorruptMessageError);
  assertEquals(error.offset, 3);
  assertEquals(
    error.message,
    "Cannot read a message: no value starts with 32 at byte 3",
  );
});

Deno.test("decode() refuses a range that is not in the bytes", () => {
  const bytes = new Uint8Array([0x81]);
  for (const [start, end] of [[-1, 1], [0, 2], [1, 0], [0, NaN]] as const) {
    assertThrows(() => decode(bytes, start, end), RangeError);
  }
});

Deno.test("boxes and views within each other without end are only an error", () => {
  for (const tags of [[0x18], [0x1b, 0]]) {
    const bytes = new Uint8Array(200_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = tags[i % tags.length]!;
    assertThrows(() => decoded(bytes), CorruptMessageError);
  }
});

Deno.test("a short message cannot take much memory by claiming holes", () => {
  // 50,000 arrays that each claim to be 100,000 long take 400 KB, not 40 GB.
  const count = 50_000;
  const one = [0x13, 0xa0, 0x8d, 0x06, 0x06, 0xa0, 0x8d, 0x06];
  const bytes = new Uint8Array(4 + count * one.length);
  bytes.set([0x13, 0xd0, 0x86, 0x03]);
  for (let i = 0; i < count; i++) bytes.set(one, 4 + i * one.length);
  const before = Deno.memoryUsage().heapUsed;
  const arrays = decoded(bytes) as unknown[][];
  const taken = Deno.memoryUsage().heapUsed - before;
  assertEquals(arrays.at(-1)?.length, 100_000);
  assert(taken < 100e6, `${taken} bytes`);
});
