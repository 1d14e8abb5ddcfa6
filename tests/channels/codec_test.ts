// What becomes of each kind of value between an Encoder and decode(); random
// values are in codec_fuzz_test.ts.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CorruptMessageError, decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { registerErrorClass } from "../../channels/error_classes.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { PACK } from "../../channels/handle.ts";
import { EXIT } from "../../channels/sentinel.ts";
import { difference } from "./random_value.ts";

const encoder = new Encoder();

/** The message of a value, in memory of its own. */
function encoded(value: unknown, beside?: object[]): Uint8Array {
  const length = encoder.encode(value, beside);
  return encoder.bytes.slice(0, length);
}

function decoded(bytes: Uint8Array, beside?: unknown[]): unknown {
  return decode(bytes, 0, bytes.length, beside);
}

/** What arrives of a value; typed as the value, which it should equal. */
function sent<T>(value: T, beside?: object[]): T {
  return decoded(encoded(value, beside), beside) as T;
}

function sentLossy(value: unknown): unknown {
  const length = encoder.encodeLossy(value);
  return decode(encoder.bytes, 0, length);
}

function refusal(value: unknown, beside?: object[]): NotSendableError {
  return assertThrows(() => encoder.encode(value, beside), NotSendableError);
}

// --- primitives -------------------------------------------------------------

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

// --- plain objects ----------------------------------------------------------

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

// --- arrays -----------------------------------------------------------------

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

// --- other containers and leaves --------------------------------------------

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

// --- buffers ----------------------------------------------------------------

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
  const bytes = encoded(new Uint8Array([1, 2, 3]));
  const arrived = decoded(bytes) as Uint8Array;
  bytes.fill(0xff);
  assertEquals([...arrived], [1, 2, 3]);
});

// --- identity ---------------------------------------------------------------

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

// --- depth ------------------------------------------------------------------

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "core";
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

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

// --- refusals ---------------------------------------------------------------

class Account {
  #secret = 1;
  name = "x";
  get secret() {
    return this.#secret;
  }
}

class List extends Array {}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  buffer.transfer();
  return buffer;
}

function detachedView(): Uint8Array {
  const view = new Uint8Array(8);
  view.buffer.transfer();
  return view;
}

function outOfBounds<T>(make: (buffer: ArrayBuffer) => T): T {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const view = make(buffer);
  buffer.resize(4);
  return view;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function* generator() {
  yield 1;
}

const REFUSED: [found: string, value: unknown][] = [
  ["a function", () => 1],
  ["a function", class {}],
  ["a symbol", Symbol("x")],
  ["a symbol", Symbol.iterator],
  ["a promise", Promise.resolve(1)],
  ["a WeakMap", new WeakMap()],
  ["a WeakSet", new WeakSet()],
  ["a WeakRef", new WeakRef({})],
  ["an instance of class Account", new Account()],
  ["an instance of class List", List.of(1)],
  ["an instance of class Dictionary", new (class Dictionary extends Map {})()],
  ["an instance of a class without a name", new (class {})()],
  ["an object with a prototype of its own", Object.create({ a: 1 })],
  ["an object with a prototype of its own", Object.create(Map.prototype)],
  [
    "an object with a prototype of its own",
    Object.create(Uint8Array.prototype),
  ],
  ["a URL", new URL("https://example.com/")],
  ["a Request", new Request("https://example.com/")],
  ["a Response", new Response()],
  ["a Headers", new Headers()],
  ["a ReadableStream", new ReadableStream()],
  ["an AbortSignal", new AbortController().signal],
  ["an AbortController", new AbortController()],
  ["an Event", new Event("x")],
  ["a generator", generator()],
  ["an Array Iterator", [].values()],
  ["a detached ArrayBuffer", detached()],
  ["a Uint8Array of a detached buffer", detachedView()],
  [
    "a Uint8Array out of the bounds of its resized buffer",
    outOfBounds((buffer) => new Uint8Array(buffer, 8, 8)),
  ],
  [
    "a DataView out of the bounds of its resized buffer",
    outOfBounds((buffer) => new DataView(buffer, 8)),
  ],
  ["a revoked proxy", revoked()],
];

for (const [found, value] of REFUSED) {
  Deno.test(`encode() refuses ${found} and names its path`, () => {
    for (
      const [path, holder] of [
        ["$", value],
        ["$.job.cb[1]", { id: 1, job: { cb: [0, value] } }],
      ] as const
    ) {
      const error = refusal(holder);
      assertEquals([error.path, error.found], [path, found]);
      assertStringIncludes(
        error.message,
        `Cannot send a value: ${path} is ${found}`,
      );
    }
  });
}

Deno.test("the message of a refusal says no more than there is to say", () => {
  assertEquals(
    refusal({ job: { cb: [0, () => {}] } }).message,
    "Cannot send a value: $.job.cb[1] is a function",
  );
  assertEquals(
    refusal({ at: new URL("https://example.com/") }).message,
    "Cannot send a value: $.at is a URL. Send its .href",
  );
});

Deno.test("the path of a refusal names every kind of step", () => {
  const bad = () => 1;
  const wide = Object.fromEntries(
    [...Array(40).keys()].map((i) => [`k${i}`, i]),
  );
  const paths: [path: string, value: unknown][] = [
    ["$.a.$_9.ключ", { a: { $_9: { ключ: bad } } }],
    ['$["odd key"].x', { "odd key": { x: bad } }],
    ['$["0"]', { 0: bad }],
    ['$[""]', { "": bad }],
    ["$[3]", [1, , { ok: true }, bad]],
    ["$[5000]", Object.assign([], { 5000: bad })],
    ['$.map.get("k")', { map: new Map([["j", [1]], ["k", bad]] as never) }],
    ["$.get(1)", new Map([[1, bad]])],
    ["$.get(7n)", new Map([[7n, bad]])],
    ["$.get(null)", new Map([[null, bad]])],
    ["$.value(1).x", new Map([[{}, 1], [[], { x: bad }]] as never)],
    ["$.map.key(0)", { map: new Map([[bad, 1]]) }],
    ["$.key(1).id", new Map([[1, 1], [{ id: bad }, 1]] as never)],
    ["$.set.item(2)", { set: new Set([1, {}, bad]) }],
    ["$.cause", new Error("x", { cause: bad })],
    [
      "$.errors[1].code",
      new AggregateError([1, Object.assign(Error(), { code: bad })]),
    ],
    ["$.k39", { ...wide, k39: bad }],
    ["$.k38.a", { ...wide, k38: { a: bad } }],
  ];
  for (const [path, value] of paths) assertEquals(refusal(value).path, path);
});

Deno.test("the path to something very deep leaves its middle out", () => {
  const { path } = refusal(nested(100_000, (a) => ({ a, b: () => 1 })));
  assert(path.length < 1000);
  assertStringIncludes(path, "$.a.a.a");
  assertStringIncludes(path, " more ");
  assert(path.endsWith(".a.a.b"));
});

Deno.test("a proxy is sent as the data that it shows", () => {
  const value = new Proxy({ a: [1] }, {});
  assertEquals(sent(value), { a: [1] });
});

Deno.test("after a refusal the encoder is as good as new", () => {
  const shared = { id: 1 };
  for (let i = 0; i < 3; i++) {
    refusal({ shared, list: [{ shared, bad: () => 1 }] });
    assertEquals(difference({ shared }, sent({ shared })), undefined);
    assertEquals(sent(5), 5);
  }
});

// --- beside -----------------------------------------------------------------

class Gadget {
  [PACK]() {
    return { kind: "gadget" };
  }
}

Deno.test("handles and shared memory travel beside the bytes, each once", () => {
  const gadget = new Gadget();
  const memory = new SharedArrayBuffer(8);
  const words = new Int32Array(memory);
  const blob = new Blob(["x"]);
  const value = { gadget, list: [memory, words, gadget], blob, memory };
  const beside: object[] = [];
  const arrived = sent(value, beside);
  assertEquals(beside.length, 4);
  assertStrictEquals(arrived.gadget, gadget);
  assertStrictEquals(arrived.list[0], memory);
  assertStrictEquals(arrived.list[1], words);
  assertStrictEquals(arrived.list[2], gadget);
  assertStrictEquals(arrived.blob, blob);
  assertStrictEquals(arrived.memory, memory);
});

Deno.test("modules of WebAssembly and cryptographic keys travel beside the bytes", async () => {
  const module = new WebAssembly.Module(
    new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
  );
  const key = await crypto.subtle.generateKey(
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const beside: object[] = [];
  assertEquals(sent([module, key, new File([], "f")], beside).length, 3);
  assertEquals(beside.length, 3);
});

Deno.test("without a place beside, encode() refuses handles and shared memory", () => {
  const found: [string, object][] = [
    ["a Gadget", new Gadget()],
    ["a SharedArrayBuffer", new SharedArrayBuffer(1)],
    ["a Uint8Array of shared memory", new Uint8Array(new SharedArrayBuffer(1))],
    ["a Blob", new Blob()],
  ];
  for (const [what, value] of found) {
    const error = refusal({ a: [value] });
    assertEquals([error.path, error.found], ["$.a[0]", what]);
    assertStringIncludes(error.message, "argument of spawn");
  }
});

Deno.test("a refused value leaves nothing beside", () => {
  const beside: object[] = [{}];
  refusal([new Gadget(), () => 1], beside);
  assertEquals(beside.length, 1);
});

// --- errors -----------------------------------------------------------------

Deno.test("errors of the platform arrive with class, message, stack and cause", () => {
  const errors: Error[] = [
    new Error(),
    new Error("plain", { cause: undefined }),
    new EvalError("a"),
    new RangeError("b", { cause: { deep: [new TypeError("c")] } }),
    new ReferenceError("d"),
    new SyntaxError("e"),
    new URIError("f"),
    new AggregateError([new Error("g"), "h"], "i"),
    new SuppressedError(new Error("new"), new Error("old"), "both"),
    new DOMException("gone", "AbortError"),
    new DOMException("late", "TimeoutError"),
    new Deno.errors.NotFound("no such file"),
    Object.assign(new Deno.errors.AddrInUse("taken"), { code: "EADDRINUSE" }),
    Object.assign(new Error("fields"), {
      code: 7,
      data: { list: [1] },
      name: "N",
    }),
  ];
  for (const error of errors) {
    const arrived = sent(error);
    assertEquals(difference(error, arrived), undefined);
    assert(Error.isError(arrived));
    assertEquals(Object.keys(arrived), Object.keys(error));
  }
  const { error, suppressed } = sent(errors[8] as SuppressedError);
  assertEquals([error.message, suppressed.message], ["new", "old"]);
});

Deno.test("an error caught from the platform arrives whole", () => {
  const error = assertThrows(() => JSON.parse("{")) as Error;
  assertEquals(difference(error, sent(error)), undefined);
});

class HttpError extends TypeError {
  status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

class NamedError extends HttpError {
  override name = "Named";
}

Deno.test("an error of a class of the program keeps the name and fields of its class", () => {
  const error = new HttpError(404);
  const arrived = sent(error);
  assertStrictEquals(Object.getPrototypeOf(arrived), TypeError.prototype);
  assertEquals([arrived.name, arrived.status], ["HttpError", 404]);
  assertEquals(arrived.stack, error.stack);
  assertEquals(Object.keys(arrived), ["status"]);
  assertEquals(sent(new NamedError(500)).name, "Named");
  // What arrived may be sent on.
  assertEquals(difference(arrived, sent(arrived)), undefined);
});

Deno.test("an error made in the style of old keeps its name", () => {
  function OldError(this: Error) {}
  OldError.prototype = Object.create(RangeError.prototype, {
    constructor: { value: OldError },
  });
  const error = Reflect.construct(OldError, []);
  const arrived = sent(error);
  assertInstanceOf(arrived, RangeError);
  assertEquals(arrived.name, "OldError");
  assertEquals(arrived.stack, undefined);
});

Deno.test("an error with computed fields arrives with what they gave", () => {
  class Computed extends Error {
    override get message() {
      return "computed";
    }
    override get cause() {
      return 5;
    }
    override get name() {
      return "Own name";
    }
  }
  const { message, cause, name } = sent(new Computed());
  assertEquals([message, cause, name], ["computed", 5, "Own name"]);
});

Deno.test("a subclass of DOMException arrives as a DOMException of its name", () => {
  class Limit extends DOMException {}
  assertEquals(sent(new Limit("m")).name, "Limit");
  assertEquals(sent(new Limit("m", "Mine")).name, "Mine");
  assertInstanceOf(sent(new Limit("m")), DOMException);
});

Deno.test("NotSendableError arrives as an instance of itself", () => {
  const error = new NotSendableError("$.a", "a function", "Send data");
  const arrived = sent(error);
  assertEquals(difference(error, arrived), undefined);
  assertInstanceOf(arrived, NotSendableError);
});

Deno.test("an error of a registered class arrives on the prototype of the class", () => {
  class QuotaError extends RangeError {
    static made = 0;
    left = 3;
    constructor() {
      super("no quota");
      QuotaError.made++;
    }
    get used() {
      return 10 - this.left;
    }
  }
  registerErrorClass(QuotaError);
  registerErrorClass(QuotaError);
  const arrived = sent(new QuotaError());
  assertInstanceOf(arrived, QuotaError);
  assertEquals([arrived.left, arrived.used], [3, 7]);
  assertEquals(QuotaError.made, 1);
});

Deno.test("registerErrorClass() refuses what cannot be told by its name", () => {
  assertThrows(() => registerErrorClass(class extends Error {}), TypeError);
  assertThrows(() => registerErrorClass(Map as never), TypeError);
  const Other = class NotSendableError extends Error {};
  assertThrows(() => registerErrorClass(Other), TypeError);
});

// --- encodeLossy ------------------------------------------------------------

Deno.test("encodeLossy() puts a text for what cannot be sent", () => {
  class Queue extends Gadget {}
  const value = {
    cb: function cb() {},
    anonymous: [() => {}][0],
    symbol: Symbol("s"),
    promise: Promise.resolve(),
    account: new Account(),
    url: new URL("https://example.com/x"),
    queue: new Queue(),
    map: new Map<unknown, unknown>([[() => 1, new WeakMap()]]),
    fine: [1, { ok: true }],
  };
  assertEquals(sentLossy(value), {
    cb: "[function cb]",
    anonymous: "[function]",
    symbol: "[symbol s]",
    promise: "[a promise]",
    account: "[an instance of class Account]",
    url: "[URL https://example.com/x]",
    queue: "[a Queue]",
    map: new Map([["[function]", "[a WeakMap]"]]),
    fine: [1, { ok: true }],
  });
  assertEquals(sentLossy(() => 1), "[function]");
});

Deno.test("encodeLossy() keeps the rest of an error whose parts cannot be sent", () => {
  const error = new RangeError("m", { cause: function why() {} });
  Object.defineProperty(error, "bad", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  const arrived = sentLossy(Object.assign(error, { ok: 1 })) as typeof error;
  assertInstanceOf(arrived, RangeError);
  assertEquals(arrived.message, "m");
  assertEquals(arrived.stack, error.stack);
  assertEquals(arrived.cause, "[function why]");
  assertEquals({ ...arrived }, { bad: "[threw Error: no]", ok: 1 });
});

Deno.test("encodeLossy() refuses nothing", () => {
  const hostile = new Proxy({}, {
    getPrototypeOf() {
      throw new Error("no prototype");
    },
    ownKeys() {
      throw new Error("no keys");
    },
  });
  const badName = new (class extends Error {
    override get message(): string {
      throw new Error("no message");
    }
  })();
  const values = [...REFUSED.map(([, value]) => value), hostile, badName];
  for (const value of values) {
    sentLossy(value);
    assertEquals((sentLossy([1, value, 2]) as unknown[]).length, 3);
  }
  assertEquals(sentLossy([hostile]), ["[threw Error: no prototype]"]);
});

Deno.test("encodeLossy() describes a shared thing each time, and counts on", () => {
  const account = new Account();
  const object = {};
  const arrived = sentLossy([account, object, account, object]) as object[];
  assertStrictEquals(arrived[1], arrived[3]);
  assertEquals(arrived[0], arrived[2]);
});

// --- the encoder itself -----------------------------------------------------

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

// --- decode() of what is no message -----------------------------------------

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
