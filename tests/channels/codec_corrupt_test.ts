// What decode() makes of bytes that are no message.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CorruptMessageError, decode } from "../../channels/decode.ts";
import { decoded, encoded, sent } from "./codec.ts";

const CORRUPT: [what: string, hex: string][] = [
  ["nothing at all", ""],
  ["memory that nobody wrote", "00"],
  ["a tag that is free", "3f"],
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
  ["a shape that is not known", "23ff"],
  ["a shape cut short", "20"],
  ["bytes apart that are not there", "240005"],
  ["a part apart that is not there", "25000005"],
  ["a view of bytes apart that are not there", "1b00" + "240005"],
  ["a pooled text without a pool", "0e03"],
  ["a pool longer than the message", "0e03" + "ffff0000"],
  ["a pool that is no text", "0e03" + "43616263" + "04000000"],
  ["a pool in the pool", "0e03" + "0e03" + "02000000"],
  ["a pool that is too short", "0e04" + "0c03000000616263" + "08000000"],
  ["a pool with more than the texts", "0e02" + "0c03000000616263" + "08000000"],
  [
    "a pool more than there are texts",
    "0e03" + "0c03000000616263" + "0c03000000616263" + "10000000",
  ],
  ["a pool of bad text", "0e02" + "0c02000000c328" + "07000000"],
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
  const around = new Uint8Array([9, 9, 9, 0x13, 2, 0x81, 0x3f]);
  const error = assertThrows(() => decode(around, 3, 7), CorruptMessageError);
  assertEquals(error.offset, 3);
  assertEquals(
    error.message,
    "Cannot read a message: no value starts with 63 at byte 3",
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

/** The messages that make most of each byte: containers of the least. */
const GREEDY: [what: string, item: string][] = [
  ["objects", "11" + "00"],
  ["arrays", "1300"],
  ["arrays of holes", "1340" + "0640"],
  ["maps", "1400"],
  ["sets", "1500"],
  ["dictionaries", "1200"],
  ["dates", "160000000000000000"],
  ["regular expressions", "174040"],
  ["boxes", "1881"],
  ["empty buffers", "1900"],
  ["resizable buffers", "1a0000"],
  ["views", "1b001900"],
  ["parts", "1c0000"],
  ["errors", "1d" + "454572726f72" + "4040" + "01" + "0000"],
  ["bigints", "0b000101"],
  ["texts of two units", "0d0200610061"],
  ["pooled texts", "0e00"],
];

Deno.test("a message takes no more memory than a small multiple of its bytes", () => {
  const size = 200_000;
  // So that it has a shape.
  for (let i = 0; i < 2; i++) encoded({});
  const empty = encoded({}).toHex();
  assertEquals(empty.length, 4);
  for (const [what, hex] of [...GREEDY, ["objects of a shape", empty]]) {
    const item = Uint8Array.fromHex(hex!);
    const bytes = new Uint8Array(size);
    // An array of ever so many, the first an object, for its keys.
    bytes.set([0x13, 0xff, 0xff, 0x7f, 0x10, 1, 0]);
    for (let at = 7; at < size; at += item.length) {
      bytes.set(item.subarray(0, size - at), at);
    }
    const before = memoryTaken();
    assertThrows(() => decoded(bytes), CorruptMessageError);
    const taken = memoryTaken() - before;
    assert(taken < size * 500, `${what}: ${taken / size} times as much`);
  }
});

function memoryTaken(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

Deno.test("a message that claims to be great takes no memory for it", () => {
  const claims = [
    "19" + "ffffffff7f", // a buffer
    "1a" + "ffffffff0f" + "ffffffff0f", // a resizable one
    "1c00" + "ffffffff7f", // a part
    "0cffffffff", // texts
    "0d" + "ffffffff7f",
    "0e" + "ffffffff7f",
    "0b00" + "ffffffff7f", // a bigint
    "13" + "ffffffff0f", // an array
    "14" + "ffffffff0f",
    "15" + "ffffffff0f",
    "12" + "ffffffff0f",
    "10" + "ffffffff0f",
    "1d" + "454572726f72" + "4040" + "01" + "ffffffff0f", // fields
  ];
  const before = memoryTaken();
  for (let i = 0; i < 1000; i++) {
    for (const hex of claims) {
      const bytes = Uint8Array.fromHex(hex + "81".repeat(20));
      assertThrows(() => decoded(bytes), CorruptMessageError);
    }
  }
  assert(memoryTaken() - before < 200e6);
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
