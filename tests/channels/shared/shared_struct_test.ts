// Named numbers. What the operations on one field do is in operations_test.ts.
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type ElementName, Lock, SharedStruct } from "../../../mod.ts";
import { PACK } from "../../../channels/handle.ts";
import { Chance } from "../chance.ts";
import { KINDS, type Num } from "./numbers.ts";

function point() {
  return new SharedStruct(
    { x: "float64", y: "d", hits: "i", id: "Q" },
    { x: 1.5, id: 7n },
    { name: "p" },
  );
}

Deno.test("SharedStruct.get() and set() read and write fields", () => {
  const struct = point();
  assertEquals(struct.types, {
    x: "float64",
    y: "float64",
    hits: "int32",
    id: "biguint64",
  });
  assertEquals(struct.toObject(), { x: 1.5, y: 0, hits: 0, id: 7n });
  struct.set("hits", 5);
  struct.set({ y: -1, id: 8n });
  struct.set({});
  assertEquals([struct.get("hits"), struct.get("id")], [5, 8n]);
  assertEquals(struct.add("hits", 2), 5);
  assertEquals(struct.toObject(), { x: 1.5, y: -1, hits: 7, id: 8n });
});

Deno.test("SharedStruct.set() of several fields writes all or none", () => {
  const struct = point();
  const before = struct.toObject();
  assertThrows(
    () => struct.set({ x: 2, hits: 2 ** 31 }),
    RangeError,
    'Cannot set field "hits" of shared struct "p": 2147483648 is out of range',
  );
  assertThrows(
    () => struct.set({ x: 2, id: 1 as never }),
    TypeError,
    'Cannot set field "id" of shared struct "p": biguint64 takes a bigint, ' +
      "got number",
  );
  assertThrows(
    () => struct.set({ x: 2, z: 1 } as never),
    TypeError,
    'Cannot set field "z" of shared struct "p": its fields are "x", "y", ' +
      '"hits", "id"',
  );
  assertThrows(
    () => struct.set(5 as never),
    TypeError,
    'Cannot set shared struct "p": it takes a field and its number, or an ' +
      "object of numbers, got 5",
  );
  assertEquals(struct.toObject(), before);
});

Deno.test("what is no field is refused by all of its calls", () => {
  const struct = point();
  for (const name of ["z", "toString", "__proto__", ""]) {
    const field = name as never;
    const calls: (() => void)[] = [
      () => struct.get(field),
      () => struct.set(field, 1 as never),
      () => struct.add(field, 1 as never),
      () => struct.sub(field, 1 as never),
      () => struct.and(field, 1 as never),
      () => struct.or(field, 1 as never),
      () => struct.xor(field, 1 as never),
      () => struct.exchange(field, 1 as never),
      () => struct.compareExchange(field, 1 as never, 1 as never),
    ];
    for (const call of calls) {
      assertThrows(call, TypeError, `field ${JSON.stringify(name)} of`);
    }
  }
  assertThrows(
    () => struct.get(5 as never),
    TypeError,
    "Cannot get field 5 of",
  );
});

Deno.test("SharedStruct() refuses fields that it cannot have", () => {
  assertThrows(
    () => new SharedStruct({ x: "int" as never }),
    TypeError,
    'Cannot create a field "x" of a shared struct of type "int": the types are',
  );
  assertThrows(
    () => new SharedStruct({}),
    TypeError,
    "Cannot create a shared struct: it has no fields",
  );
  for (const fields of [null, "x", undefined]) {
    assertThrows(
      () => new SharedStruct(fields as never),
      TypeError,
      "Cannot create a shared struct: its fields must be an object such as " +
        `{ x: "float64" }, got ${Deno.inspect(fields)}`,
    );
  }
});

Deno.test("SharedStruct.fields are its fields as properties", () => {
  const struct = point();
  const { fields } = struct;
  assertStrictEquals(struct.fields, fields);
  fields.x += 1;
  fields.id *= 2n;
  struct.set("hits", 3);
  assertEquals({ ...fields }, { x: 2.5, y: 0, hits: 3, id: 14n });
  assertEquals(struct.toObject(), { ...fields });
  assertThrows(
    () => fields.hits = 0.5,
    RangeError,
    'Cannot set field "hits" of shared struct "p": int32 takes whole numbers',
  );
  assertThrows(() => (fields as { z?: number }).z = 1, TypeError);
  assertEquals(Object.keys(fields), ["x", "y", "hits", "id"]);
});

Deno.test("any text is the name of a field", () => {
  const names = ["__proto__", "constructor", "", "a b", "1"];
  const struct = new SharedStruct(
    Object.fromEntries(names.map((name) => [name, "int8" as const])),
  );
  for (const [n, name] of names.entries()) struct.set(name, n + 1);
  for (const [n, name] of names.entries()) {
    assertEquals(struct.get(name), n + 1);
    assertEquals(struct.fields[name], n + 1);
  }
  const object = struct.toObject();
  assertEquals(Object.keys(object).sort(), names.toSorted());
  assertEquals(Object.hasOwn(object, "__proto__"), true);
});

Deno.test("each field lies at a multiple of its size, in the order of their names", () => {
  const struct = new SharedStruct(
    { on: "uint8", hits: "int32", x: "float64", y: "float32" },
    { on: 255, hits: -1, x: 1, y: 1 },
    { lock: false },
  );
  const bytes = new Uint8Array(struct[PACK]().memory as SharedArrayBuffer);
  const view = new DataView(bytes.buffer);
  assertEquals(bytes.length, 20);
  assertEquals([bytes[0], view.getInt32(4, true)], [255, -1]);
  assertEquals([view.getFloat64(8, true), view.getFloat32(16, true)], [1, 1]);
  assertEquals([...bytes.subarray(1, 4)], [0, 0, 0]);
});

Deno.test("no field touches another, whatever their types and order", () => {
  const chance = new Chance(Math.floor(Math.random() * 2 ** 31));
  for (let round = 0; round < 50; round++) {
    const types: Record<string, ElementName> = {};
    const expected: Record<string, Num> = {};
    for (let n = 0; n < 1 + chance.below(12); n++) {
      types[`f${n}`] = chance.of(...KINDS).name;
    }
    const struct = new SharedStruct(types);
    for (let step = 0; step < 30; step++) {
      const name = chance.of(...Object.keys(types));
      const kind = KINDS.find(({ name: type }) => type === types[name])!;
      const value = chance.of(...kind.holds);
      struct.set(name, value as never);
      expected[name] = value;
    }
    for (const [name, value] of Object.entries(expected)) {
      assertEquals<Num>(struct.get(name), value, Deno.inspect(types));
    }
    assert(!struct.lock.isLocked);
  }
});

Deno.test("SharedStruct.copy() is independent of the first", () => {
  const struct = point();
  using _ = struct.lock.acquireSync();
  const copy = struct.copy({ name: "q" });
  assertEquals(copy.toObject(), struct.toObject());
  copy.set("x", 99);
  struct.add("hits", 1);
  assertEquals([struct.get("x"), copy.get("hits")], [1.5, 0]);
  assertNotStrictEquals(copy.lock, struct.lock);
  assert(!copy.lock.isLocked);
  const lock = new Lock();
  assertStrictEquals(struct.copy({ lock }).lock, lock);
});

Deno.test("a shared struct is logged with its fields", () => {
  assertEquals(
    Deno.inspect(point()),
    'shared struct "p" (x: 1.5, y: 0, hits: 0, id: 7n)',
  );
});

Deno.test("SharedStruct.lock is as that of a Value", () => {
  const lock = new Lock();
  assertStrictEquals(
    new SharedStruct({ x: "b" }, {}, { lock }).lock,
    lock,
  );
  assertThrows(
    () => new SharedStruct({ x: "b" }, {}, { lock: false }).lock,
    TypeError,
    "Cannot give the lock of shared struct: it was made with lock: false",
  );
  assertThrows(
    () => new SharedStruct({ x: "b" }, {}, { lock: 5 as never }),
    TypeError,
    "Cannot create a shared struct: lock must be",
  );
});
