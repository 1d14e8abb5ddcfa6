// What our tests ask of the @std packages. It holds for the packages and for
// the stand-ins alike: whichever `@std/...` resolves to is the one tested.
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";
import { deadline, delay } from "@std/async";
import {
  type AssertFalse,
  type AssertTrue,
  assertType,
  type Has,
  type IsExact,
  type IsNullable,
} from "@std/testing/types";

function fails(fn: () => unknown, includes = ""): void {
  assertThrows(fn, AssertionError, includes);
}

Deno.test("assert and assertFalse judge truth and carry the message", () => {
  assert(1);
  assertFalse(0);
  fails(() => assert(0, "not so"), "not so");
  fails(() => assertFalse("x"));
});

Deno.test("assertEquals compares structure, classes and cycles", () => {
  const ring: { self?: unknown; n: number } = { n: 1 };
  ring.self = ring;
  const twin: { self?: unknown; n: number } = { n: 1 };
  twin.self = twin;
  assertEquals(ring, twin);
  assertEquals(new Map([["a", new Set([1])]]), new Map([["a", new Set([1])]]));
  assertEquals(new Uint8Array([1, 2]), new Uint8Array([1, 2]));
  assertEquals({ at: new Date(5), re: /x/g }, { at: new Date(5), re: /x/g });
  assertEquals([NaN, undefined, null, 10n], [NaN, undefined, null, 10n]);
  fails(() => assertEquals({ a: 1 }, { a: 2 }), "Values are not equal");
  fails(() => assertEquals<unknown>([1], { 0: 1, length: 1 }));
  fails(() => assertEquals<unknown>({ a: undefined }, {}), "not equal");
  fails(() => assertEquals(1, 2, "sums differ"), "sums differ");
});

Deno.test("equal and assertNotEquals agree with assertEquals", () => {
  assert(equal([1, [2]], [1, [2]]));
  assertFalse(equal([1, [2]], [1, [3]]));
  assertNotEquals({ a: 1 }, { a: 2 });
  fails(() => assertNotEquals([1], [1]));
});

Deno.test("assertStrictEquals compares identity, and NaN with NaN", () => {
  const one = {};
  assertStrictEquals(one, one);
  assertStrictEquals(NaN, NaN);
  assertNotStrictEquals({}, {});
  fails(() => assertStrictEquals({}, {}));
  fails(() => assertNotStrictEquals(one, one));
});

Deno.test("assertExists, assertInstanceOf and assertIsError narrow the type", () => {
  const text: string | undefined = ["x"].at(0);
  assertExists(text);
  assertEquals(text.length, 1);
  const thing: unknown = new RangeError("too far");
  assertInstanceOf(thing, RangeError);
  assertEquals(thing.message, "too far");
  const error: unknown = new TypeError("wrong kind");
  assertIsError(error, TypeError, /kind$/);
  assertEquals(error.name, "TypeError");
  fails(() => assertExists(null));
  fails(() => assertInstanceOf({}, Map), "Map");
  fails(() => assertIsError("text"));
  fails(() => assertIsError(new Error("a"), Error, "b"));
});

Deno.test("assertGreater and its kin compare", () => {
  assertGreater(2, 1);
  assertGreaterOrEqual(2, 2);
  assertLess(1, 2);
  assertLessOrEqual(2n, 2n);
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(100, 104, 5);
  fails(() => assertGreater(1, 1));
  fails(() => assertGreaterOrEqual(1, 2));
  fails(() => assertLess(1, 1));
  fails(() => assertLessOrEqual(2, 1));
  fails(() => assertAlmostEquals(1, 1.1));
});

Deno.test("assertStringIncludes, assertMatch and assertArrayIncludes search", () => {
  assertStringIncludes("abc", "b");
  assertMatch("abc", /^a/);
  assertArrayIncludes([1, { a: 2 }, 3], [{ a: 2 }]);
  fails(() => assertStringIncludes("abc", "x"), "to contain");
  fails(() => assertMatch("abc", /x/));
  fails(() => assertArrayIncludes([1], [2]), "missing");
});

Deno.test("assertObjectMatch wants a part, at every depth", () => {
  assertObjectMatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1 } });
  assertObjectMatch({ d: [{ x: 1, y: 2 }] }, { d: [{ x: 1 }] });
  fails(() => assertObjectMatch({ a: 1 }, { a: 2 }));
  fails(() => assertObjectMatch({ a: { b: 1 } }, { a: { c: 1 } }));
});

Deno.test("assertThrows gives the error and checks class and message", () => {
  const thrown = assertThrows(
    () => {
      throw new RangeError("out of reach");
    },
    RangeError,
    "reach",
  );
  assertEquals(thrown.message, "out of reach");
  assertEquals(
    assertThrows(() => {
      throw "text";
    }),
    "text",
  );
  fails(() => assertThrows(() => 1), "throw");
  fails(() =>
    assertThrows(() => {
      throw new Error("a");
    }, RangeError)
  );
});

Deno.test("assertRejects gives the error and refuses a plain throw", async () => {
  const error = await assertRejects(
    () => Promise.reject(new TypeError("no")),
    TypeError,
    "no",
  );
  assertEquals(error.name, "TypeError");
  await assertRejects(() => assertRejects(() => Promise.resolve(1)));
  await assertRejects(
    () =>
      assertRejects(() => {
        throw new Error("thrown, not rejected");
      }),
    AssertionError,
  );
});

Deno.test("fail fails with its message", () => {
  fails(() => fail("never here"), "never here");
});

Deno.test("delay waits, and an abort rejects it with the signal's reason", async () => {
  const start = performance.now();
  await delay(20);
  // Timers may be early by a fraction of a millisecond.
  assertGreaterOrEqual(performance.now() - start, 18);
  const reason = new Error("enough");
  const stop = new AbortController();
  const waiting = delay(60_000, { signal: stop.signal });
  stop.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
  const aborted = { signal: AbortSignal.abort(reason) };
  assertStrictEquals(await assertRejects(() => delay(1, aborted)), reason);
});

Deno.test("deadline rejects with a TimeoutError unless the promise is in time", async () => {
  assertEquals(await deadline(Promise.resolve(7), 1000), 7);
  const never = new Promise<void>(() => {});
  const late = await assertRejects(() => deadline(never, 5), DOMException);
  assertEquals(late.name, "TimeoutError");
});

Deno.test("the type assertions tell types apart", () => {
  assertType<IsExact<{ a: 1 } & { b: 2 }, { a: 1; b: 2 }>>(true);
  assertType<IsExact<string | number, number | string>>(true);
  assertType<IsExact<string, string | number>>(false);
  assertType<IsExact<unknown, string>>(false);
  assertType<IsNullable<string | undefined>>(true);
  assertType<Has<string | number, number>>(true);
  type Checks =
    | AssertTrue<IsExact<() => void, () => void>>
    | AssertFalse<Has<string, number>>;
  const none: Checks[] = [];
  assertEquals(none, []);
});
