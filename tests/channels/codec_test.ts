// What becomes of each kind of data between an Encoder and decode(). Buffers and
// references are in codec_identity_test.ts, random values in codec_fuzz_test.ts.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { EXIT } from "../../channels/sentinel.ts";
import { decoded, encoded, encoder, sent } from "./codec.ts";
import { difference } from "./difference.ts";

// --- primitives ------------------------------------------------------------

const PRIMITIVES: [what: string, values: unknown[]][] = [
  ["undefined, null and booleans", [undefined, null, true, false]],
  ["the exit sentinel", [EXIT]],
  ["small integers", [0, 1, 127, 128, -1, -128, -129, 255, 256]],
  ["integers of 16 and 32 bits", [
    32767,
    32768,
    -32768,
    -32769,
    2 ** 31 - 1,
    -(2 ** 31),
  ]],
  ["integers beyond 32 bits", [
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53,
    1e308,
  ]],
  ["fractions and the odd numbers", [
    0.1,
    -1.5,
    5e-324,
    NaN,
    Infinity,
    -Infinity,
  ]],
  ["minus zero", [-0]],
  ["bigints of 64 bits", [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]],
  ["bigints of any size", [
    2n ** 63n,
    -(2n ** 63n) - 1n,
    2n ** 64n,
    -(2n ** 1000n),
    3n ** 5000n,
    2n ** 4096n - 1n,
  ]],
  ["short strings", ["", "a", "hello", "naïve ÿ\u0000", "x".repeat(63)]],
  ["strings beyond latin1", ["日本", "ключ", "🎭", "€".repeat(33)]],
  ["long strings", ["x".repeat(64), "é".repeat(1000), "🎭".repeat(70_000)]],
  ["lone surrogates", [
    "\ud800",
    "a\udc00",
    "x".repeat(100) + "\ud83d",
    "\udfff\ud800".repeat(5000),
  ]],
  ["byte order marks and replacement characters", [
    "\ufeff",
    "\ufeff".repeat(50),
    "\ufffd".repeat(80),
  ]],
];

for (const [what, values] of PRIMITIVES) {
  Deno.test(`${what} arrive as they are`, () => {
    for (const value of values) {
      assertEquals(difference(value, sent(value)), undefined);
    }
    assertEquals(difference(values, sent(values)), undefined);
    const fields = Object.fromEntries(values.map((one, i) => [`f${i}`, one]));
    assertEquals(difference(fields, sent(fields)), undefined);
  });
}

Deno.test("the integers that occur most take one byte", () => {
  for (const n of [0, 1, 127]) assertEquals(encoded(n).length, 1);
  assertEquals(encoded(128).length, 3);
  assertEquals(encoded(-1).length, 3);
  assertEquals(encoded(40_000).length, 5);
  assertEquals(encoded(0.5).length, 9);
});

Deno.test("the example of the format's description is what is written", () => {
  const expected = "10" + "08" + "02" + "426964" + "436d7367" + "87" + "426869";
  assertEquals(encoded({ id: 7, msg: "hi" }).toHex(), expected);
});

// --- plain objects ---------------------------------------------------------

Deno.test("an object arrives with its fields in order, on the usual prototype", () => {
  for (
    const value of [
      {},
      { a: 1 },
      { b: { c: {} }, a: [{}] },
      { 10: "ten", 2: "two", x: 1, "": "empty", "odd key": 2 },
      Object.assign(Object.create(null), { a: 1 }),
      { constructor: 1, toString: 2, hasOwnProperty: null, valueOf: "x" },
      { ["k".repeat(64)]: 1, ["ключ".repeat(30)]: 2, "\ud800": 3 },
    ]
  ) {
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("objects of the same keys arrive apart from each other", () => {
  const value = [{ id: 1, at: 2 }, { id: 3, at: 4 }, { at: 5, id: 6 }, {
    id: 7,
  }];
  assertEquals(difference(value, sent(value)), undefined);
});

Deno.test("an object with ever so many keys arrives", () => {
  for (const count of [31, 32, 33, 500]) {
    const value = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`key ${i}`, { i }]),
    );
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("objects of ever new keys arrive, however many there were", () => {
  for (let i = 0; i < 10_000; i++) {
    const value = { [`a${i}`]: i, [`b${i}`]: { [`c${i}`]: i } };
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("symbol keys and fields that are not enumerable stay behind", () => {
  const value = { a: 1, [Symbol("s")]: 2 };
  Object.defineProperty(value, "hidden", { value: 3 });
  assertEquals(Reflect.ownKeys(sent(value)), ["a"]);
});

Deno.test("a getter is read once and arrives as a field", () => {
  let reads = 0;
  const value = {
    get n() {
      return ++reads;
    },
  };
  const arrived = sent(value);
  assertEquals(reads, 1);
  assertEquals(Object.getOwnPropertyDescriptor(arrived, "n")?.value, 1);
});

Deno.test("an error that a getter throws passes through as it is", () => {
  const mine = new RangeError("mine");
  const value = {
    a: [{
      get bad(): never {
        throw mine;
      },
    }],
  };
  assertStrictEquals(assertThrows(() => encoder.encode(value)), mine);
  assertEquals(sent({ a: 1 }), { a: 1 });
});

Deno.test("a field that an earlier getter deletes does not arrive", () => {
  const value = {
    get first() {
      Reflect.deleteProperty(value, "second");
      return 1;
    },
    second: 2,
  };
  assertEquals(sent(value) as unknown, { first: 1 });
});

Deno.test("a key named __proto__ is a field like any other", () => {
  const value = JSON.parse('{ "__proto__": { "polluted": true }, "a": 1 }');
  for (let i = 0; i < 5; i++) {
    const arrived = sent(value);
    assertEquals(difference(value, arrived), undefined);
    assertEquals(arrived.polluted, undefined);
  }
  assertEquals(Object.hasOwn(Object.prototype, "polluted"), false);
});

Deno.test("what others added to Object.prototype neither travels nor interferes", () => {
  const got: unknown[] = [];
  Object.assign(Object.prototype, { inherited: "everywhere" });
  Object.defineProperty(Object.prototype, "trap", {
    configurable: true,
    set(value: unknown) {
      got.push(value);
    },
  });
  try {
    const value = { own: 1, inner: { trap: 2, inherited: 3 } };
    for (let i = 0; i < 5; i++) {
      assertEquals(difference(value, sent(value)), undefined);
    }
  } finally {
    Reflect.deleteProperty(Object.prototype, "inherited");
    Reflect.deleteProperty(Object.prototype, "trap");
  }
  assertEquals(got, []);
});

// --- arrays ----------------------------------------------------------------

Deno.test("arrays arrive with their length, and holes as holes", () => {
  const trailing: unknown[] = [1];
  trailing.length = 5;
  for (
    const value of [
      [],
      [1, "two", null, undefined, [], {}],
      [, 1, , , 2],
      [, ,],
      trailing,
      [undefined, , undefined],
      new Array(1000),
      Array.from({ length: 1000 }, (_, i) => i / 2),
    ]
  ) {
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("a sparse array of any length costs what is in it", () => {
  const value: unknown[] = [];
  value[7] = { seven: 7 };
  value[5_000] = value[7];
  value[4_000_000_000] = "last";
  value.length = 4_294_967_295;
  const bytes = encoded(value);
  assert(bytes.length < 60);
  const arrived = decoded(bytes) as unknown[];
  assertEquals(arrived.length, 4_294_967_295);
  assertEquals(Object.keys(arrived), ["7", "5000", "4000000000"]);
  assertStrictEquals(arrived[5000], arrived[7]);
});

Deno.test("the many holes of a large array are not looked at one by one", () => {
  const value: number[] = [];
  for (let i = 0; i < 20_000; i++) value[i * 10_000] = i;
  const arrived = sent(value);
  assertEquals(arrived.length, value.length);
  assertEquals(Object.keys(arrived).length, 20_000);
  assertEquals(arrived[199_990_000], 19_999);
});

Deno.test("named properties of an array stay behind", () => {
  const value = Object.assign([1, 2], { name: "x", "1e3": 5 });
  value.length = 2000;
  const arrived = sent(value);
  assertEquals(Object.keys(arrived), ["0", "1"]);
  assertEquals(arrived.length, 2000);
});

// --- other containers and leaves -------------------------------------------

Deno.test("maps and sets arrive with any keys, in their order", () => {
  const key = { id: 1 };
  const map = new Map<unknown, unknown>([
    [key, "object"],
    [NaN, 1],
    ["a", key],
    [-0, 2],
    [new Map([[1, 2]]), new Set([key, [], EXIT])],
  ]);
  for (const value of [map, new Set(map), new Map(), new Set()]) {
    assertEquals(difference(value, sent(value)), undefined);
  }
  const arrived = sent(map);
  assertStrictEquals([...arrived.keys()][0], arrived.get("a"));
});

Deno.test("dates arrive, also invalid ones", () => {
  for (const time of [0, -1, 1e12, 8.64e15, NaN]) {
    const value = new Date(time);
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("regular expressions arrive, to be used from the start", () => {
  const used = /a/g;
  used.test("aa");
  for (
    const value of [/x/, /[/]\n日/dgimsuy, /(?<n>\p{L})/v, RegExp(""), used]
  ) {
    assertEquals(difference(value, sent(value)), undefined);
  }
});

Deno.test("boxed primitives arrive as objects", () => {
  for (
    const value of [Object(-0), Object(""), Object(false), Object(2n ** 70n)]
  ) {
    assertEquals(difference(value, sent(value)), undefined);
  }
});
