// What cannot be sent: refused, sent beside the bytes, or described by a text.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { Account, Gadget, nested, refusal, sent, sentLossy } from "./codec.ts";
import { difference } from "./difference.ts";
import { REFUSED } from "./refused_values.ts";

// --- refusals --------------------------------------------------------------

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

// --- beside ----------------------------------------------------------------

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
    assertStringIncludes(error.message, "within its program only");
  }
});

Deno.test("a refused value leaves nothing beside", () => {
  const beside: object[] = [{}];
  refusal([new Gadget(), () => 1], beside);
  assertEquals(beside.length, 1);
});

// --- encodeLossy -----------------------------------------------------------

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
  const list = new Proxy([1, , 3], {
    getOwnPropertyDescriptor() {
      throw new Error("no element");
    },
  });
  assertEquals(sentLossy({ list }), "[threw Error: no element]");
});

Deno.test("encodeLossy() keeps the elements around one that cannot be read", () => {
  const list = [1, 2, 3];
  Object.defineProperty(list, 1, {
    get: () => {
      throw new TypeError("mine");
    },
  });
  assertEquals(sentLossy({ list }), {
    list: [1, "[threw TypeError: mine]", 3],
  });
});

Deno.test("encodeLossy() describes a shared thing each time, and counts on", () => {
  const account = new Account();
  const object = {};
  const arrived = sentLossy([account, object, account, object]) as object[];
  assertStrictEquals(arrived[1], arrived[3]);
  assertEquals(arrived[0], arrived[2]);
});
