// One shared number: what it is made of, its errors, its lock. What each
// operation does is in operations_test.ts.
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ElementType,
  Lock,
  LockOwnerError,
  RecursiveLock,
  SharedArray,
  SharedStruct,
  Value,
} from "../../../mod.ts";
import { as, KINDS } from "./numbers.ts";

Deno.test("Value() takes names and Python's codes, and begins with 0", () => {
  for (const kind of KINDS) {
    const value = new Value(kind.name);
    assertEquals([value.type, value.value], [kind.name, as(kind, 0)]);
    if (kind.code === undefined) continue;
    const same = new Value(kind.code as ElementType, as(kind, 1) as never);
    assertEquals([same.type, same.value], [kind.name, as(kind, 1)]);
  }
  assertEquals(new Value("l").type, "bigint64");
  assertEquals(new Value("L").type, "biguint64");
});

Deno.test("Value() refuses a type that does not exist", () => {
  for (const type of ["int", "", "toString", "__proto__", 5, undefined, null]) {
    assertThrows(
      () => new Value(type as ElementType),
      TypeError,
      `Cannot create a value of type ${Deno.inspect(type)}: the types are ` +
        "int8, uint8, int16, uint16, int32, uint32, bigint64, biguint64, " +
        "float16, float32, float64, and Python's codes b B h H i I l L q Q f d",
    );
  }
});

Deno.test("Python's codes for text lead to SharedBytes", () => {
  for (const type of ["c", "u"]) {
    for (
      const [what, make] of [
        ["value", () => new Value(type as ElementType)],
        ["shared array", () => new SharedArray(type as ElementType, 5)],
        [
          'field "x" of a shared struct',
          () => new SharedStruct({ x: type as ElementType }),
        ],
      ] as const
    ) {
      assertThrows(
        make,
        TypeError,
        `Cannot create a ${what} of type "${type}": for text, use SharedBytes`,
      );
    }
  }
});

Deno.test("a number out of range is refused, where Python lets it wrap around", () => {
  const value = new Value("i", 2 ** 31 - 1, { name: "n" });
  assertThrows(
    () => value.value = 2 ** 31,
    RangeError,
    'Cannot set value "n": 2147483648 is out of range of int32 ' +
      "(-2147483648 to 2147483647)",
  );
  assertThrows(
    () => value.add(1),
    RangeError,
    'Cannot add to value "n": 2147483647 + 1 is out of range of int32 ' +
      "(-2147483648 to 2147483647)",
  );
  assertEquals(value.value, 2 ** 31 - 1);
  assertThrows(
    () => new Value("int8", 200),
    RangeError,
    "Cannot set value: 200 is out of range of int8 (-128 to 127)",
  );
  assertThrows(
    () => new Value("Q").sub(1n),
    RangeError,
    "Cannot subtract from value: 0 - 1 is out of range of biguint64 " +
      "(0 to 18446744073709551615)",
  );
  assertThrows(
    () => new Value("int8", -100).sub(100),
    RangeError,
    "-100 - 100 is out of range",
  );
  assertThrows(
    () => new Value("B", 5).add(-6),
    RangeError,
    "5 + (-6) is out of range",
  );
  assertThrows(
    () => new Value("f", 1e39),
    RangeError,
    "Cannot set value: 1e+39 is out of range of float32 " +
      "(-3.4028234663852886e+38 to 3.4028234663852886e+38)",
  );
});

Deno.test("a fraction is refused where the type has none", () => {
  for (const value of [0.5, NaN, Infinity]) {
    assertThrows(
      () => new Value("uint16", value),
      RangeError,
      `Cannot set value: uint16 takes whole numbers only, got ${value}`,
    );
    assertThrows(
      () => new Value("uint16", 7).add(value),
      RangeError,
      `Cannot add to value: uint16 takes whole numbers only, got ${value}`,
    );
  }
});

Deno.test("a value is logged with its type, and reads as its number", () => {
  const value = new Value("q", -5n, { name: "n" });
  assertEquals(Deno.inspect(value), 'value "n" (bigint64: -5n)');
  assertEquals(`${value}`, "-5");
  assertEquals(Deno.inspect(new Value("d", -0)), "value (float64: -0)");
});

Deno.test("Value.lock is a recursive lock of its own, made once", () => {
  const value = new Value("i", 0, { name: "n" });
  const other = new Value("i");
  assert(value.lock instanceof RecursiveLock);
  assertStrictEquals(value.lock, value.lock);
  assertNotStrictEquals<unknown>(value.lock, other.lock);
  value.lock.runSync(() => value.lock.runSync(() => value.value += 1));
  assertEquals(value.value, 1);
  assertEquals(Deno.inspect(value.lock), 'recursive lock "n" (free)');
});

Deno.test("the lock leaves the number alone, and the number the lock", () => {
  for (const kind of KINDS) {
    const value = new Value(kind.name, kind.max as never);
    using guard = value.lock.acquireSync();
    assertEquals(value.value, kind.max);
    value.value = kind.min as never;
    assert(value.lock.isHeldHere);
    guard.release();
    assert(!value.lock.isLocked);
    assertEquals(value.value, kind.min);
  }
});

Deno.test("operations neither take the lock nor wait for it", async () => {
  const lock = new Lock();
  const value = new Value("d", 1, { lock });
  using _ = await lock.acquire();
  value.add(1);
  value.compareExchange(2, 5);
  assertEquals(value.value, 5);
  assertThrows(() => new Value("d", 1).lock.release(), LockOwnerError);
});

Deno.test("Value.lock is the lock of the options, which several may have", () => {
  for (const lock of [new Lock(), new RecursiveLock()]) {
    const values = [new Value("b", 0, { lock }), new Value("d", 0, { lock })];
    for (const value of values) assertStrictEquals(value.lock, lock);
  }
});

Deno.test("Value.lock is an error where there is none", () => {
  const value = new Value("i", 0, { name: "n", lock: false });
  assertThrows(
    () => value.lock,
    TypeError,
    'Cannot give the lock of value "n": it was made with lock: false',
  );
  value.add(5);
  assertEquals(value.value, 5);
});

Deno.test("Value() refuses options of the wrong type", () => {
  for (const lock of [null, "yes", 1, {}, new Value("i")]) {
    assertThrows(
      () => new Value("i", 0, { lock: lock as never }),
      TypeError,
      "Cannot create a value: lock must be true, false, a Lock or a " +
        `RecursiveLock, got ${Deno.inspect(lock)}`,
    );
  }
  assertThrows(
    () => new Value("i", 0, { name: 5 as never }),
    TypeError,
    "Cannot create a value: name must be a string, got number",
  );
});
