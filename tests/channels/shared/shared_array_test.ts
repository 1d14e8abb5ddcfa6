// Numbers in an array. What the operations on one element do is in
// operations_test.ts.
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type ElementName,
  type ElementType,
  Lock,
  SharedArray,
} from "../../../mod.ts";
import { Chance } from "../chance.ts";
import { as, KINDS, type Num, plainArray } from "./numbers.ts";

Deno.test("SharedArray() is made of a length or of elements", () => {
  for (const kind of KINDS) {
    const zeros = new SharedArray(kind.name, 3);
    assertEquals(zeros.toArray() as Num[], Array(3).fill(as(kind, 0)));
    const plain = plainArray(kind.name, 9);
    const items = kind.holds as readonly never[];
    plain.set(items);
    for (const from of [items, items.values(), plain as Iterable<never>]) {
      const array = new SharedArray(kind.name, from);
      const expected = from === plain ? [...plain] : items;
      assertEquals(array.toArray() as Num[], [...expected], kind.name);
      assertEquals([array.type, array.length], [kind.name, expected.length]);
    }
  }
  assertEquals(new SharedArray("h", []).length, 0);
});

Deno.test("SharedArray() refuses what is neither", () => {
  for (const length of [-1, 0.5, NaN, Infinity]) {
    assertThrows(
      () => new SharedArray("i", length),
      RangeError,
      "Cannot create a shared array: the length must be a whole number from " +
        `0 on, got ${length}`,
    );
  }
  for (const from of [null, undefined, {}, 5n]) {
    assertThrows(
      () => new SharedArray("i", from as never),
      TypeError,
      `Cannot take the elements of a shared array from ${
        Deno.inspect(from)
      }: ` +
        "it is not iterable",
    );
  }
});

Deno.test("SharedArray() refuses elements of the wrong type, and those out of range", () => {
  assertThrows(
    () => new SharedArray("i", [1, "2" as never], { name: "xs" }),
    TypeError,
    'Cannot set [1] of shared array "xs": int32 takes a number, got string',
  );
  assertThrows(
    () => new SharedArray("b", [1, 2, 128]),
    RangeError,
    "Cannot set [2] of shared array: 128 is out of range of int8 (-128 to 127)",
  );
});

Deno.test("SharedArray.get() and set() refuse what is no index", () => {
  const array = new SharedArray("i", [1, 2, 3], { name: "xs" });
  for (const index of [-1, 3, 0.5, NaN, Infinity]) {
    assertThrows(
      () => array.get(index),
      RangeError,
      `Cannot get [${index}] of shared array "xs": its indices are whole ` +
        "numbers from 0 to 2",
    );
    const calls: (() => void)[] = [
      () => array.set(index, 1),
      () => array.add(index, 1),
      () => array.sub(index, 1),
      () => array.and(index, 1),
      () => array.or(index, 1),
      () => array.xor(index, 1),
      () => array.exchange(index, 1),
      () => array.compareExchange(index, 1, 1),
    ];
    for (const call of calls) assertThrows(call, RangeError, `[${index}] of`);
  }
  assertThrows(
    () => new SharedArray("i", 0).get(0),
    RangeError,
    "Cannot get [0] of shared array: it has no elements",
  );
  for (const index of ["1", undefined, null, 1n]) {
    assertThrows(
      () => array.get(index as never),
      TypeError,
      "an index is a number, got",
    );
  }
  assertEquals(array.toArray(), [1, 2, 3]);
});

Deno.test("SharedArray.at() counts from the end, and has nothing beyond", () => {
  const array = new SharedArray("d", [1, 2, 3]);
  for (const index of [0, 2, 3, -1, -3, -4, 1.9, -1.9, -0.5, NaN, Infinity]) {
    assertEquals(array.at(index), [1, 2, 3].at(index), `${index}`);
  }
});

Deno.test("SharedArray.set() of several elements writes all or none", () => {
  const array = new SharedArray("B", 5, { name: "xs" });
  array.set([1, 2]);
  array.set(new Set([7, 8]), 3);
  assertEquals(array.toArray(), [1, 2, 0, 7, 8]);
  array.set(new Uint8Array([5, 6]), 1);
  array.set(new Float32Array([9]), 0);
  array.set([], 5);
  const before = [9, 5, 6, 7, 8];
  assertEquals(array.toArray(), before);
  const full = 'Cannot set shared array "xs": it has 5 elements, and there ' +
    "are more items than the 2 from [3] on take";
  const refused: [items: Iterable<number>, offset: number, text: string][] = [
    [[1, 2, 256], 0, '[2] of shared array "xs": 256 is out of range of uint8'],
    [[1, 2, 3], 3, full],
    [new Uint8Array(3), 3, full],
    [endless(), 3, full],
    [[], 6, "the offset must be a whole number from 0 to 5, got 6"],
    [[], -1, "the offset must be a whole number from 0 to 5, got -1"],
  ];
  for (const [items, offset, text] of refused) {
    assertThrows(() => array.set(items, offset), RangeError, text);
  }
  assertThrows(() => array.set([1, null as never]), TypeError, "got null");
  assertThrows(() => array.set("12" as never), TypeError, "got string");
  assertThrows(() => array.set([], "0" as never), TypeError, "got string");
  assertEquals(array.toArray(), before);
});

function* endless() {
  for (;;) yield 1;
}

Deno.test("SharedArray.set() takes elements of its own memory", () => {
  const array = new SharedArray("i", [1, 2, 3, 4, 5]);
  array.set(array.subarray(0, 3), 2);
  assertEquals(array.toArray(), [1, 2, 1, 2, 3]);
  const floats = new SharedArray("f", array);
  assertEquals(floats.toArray(), [1, 2, 1, 2, 3]);
});

Deno.test("SharedArray.fill() checks its number, also for no element", () => {
  const array = new SharedArray("b", 3);
  assertStrictEquals(array.fill(5), array);
  for (const start of [0, 3]) {
    assertThrows(() => array.fill(128, start), RangeError, "128 is out of");
    assertThrows(() => array.fill("1" as never, start), TypeError);
  }
  assertEquals(array.toArray(), [5, 5, 5]);
});

Deno.test("SharedArray.view is the memory itself, as a typed array", () => {
  const array = new SharedArray("int8", [1, 2, 3]);
  array.view[1] = 200; // unchecked
  assertEquals(array.toArray(), [1, -56, 3]);
  array.set(0, 100);
  assertEquals([...array.view], [100, -56, 3]);
  assertStrictEquals(array.view, array.view);
});

Deno.test("SharedArray.subarray() has the memory and the lock of the whole", () => {
  const array = new SharedArray("q", [0n, 1n, 2n, 3n, 4n], { name: "xs" });
  const part = array.subarray(1, -1);
  const inner = part.subarray(1);
  assertEquals([part.toArray(), inner.toArray()], [[1n, 2n, 3n], [2n, 3n]]);
  inner.set(0, 20n);
  array.set(3, 30n);
  assertEquals([part.toArray(), inner.toArray()], [[1n, 20n, 30n], [20n, 30n]]);
  assertStrictEquals(inner.lock, array.lock);
  assertThrows(() => part.get(3), RangeError, "from 0 to 2");
  assertEquals(array.subarray(3, 1).length, 0);

  const lock = new Lock();
  const given = new SharedArray("i", 5, { lock });
  assertStrictEquals(given.subarray(1).lock, lock);
  const free = new SharedArray("i", 5, { lock: false });
  assertThrows(() => free.subarray(1).lock, TypeError, "lock: false");
});

Deno.test("a shared array is logged with its first elements", () => {
  const array = new SharedArray("i", [1, 2, 3], { name: "xs" });
  assertEquals(Deno.inspect(array), 'shared array "xs" (3 int32: 1, 2, 3)');
  assertEquals(
    Deno.inspect(new SharedArray("Q", 11)),
    `shared array (11 biguint64: ${"0n, ".repeat(10)}…)`,
  );
  assertEquals(
    Deno.inspect(new SharedArray("d", 0)),
    "shared array (0 float64)",
  );
});

for (const { name, holds } of KINDS) {
  Deno.test(`SharedArray("${name}") does what a typed array does`, () => {
    for (let round = 0; round < 4; round++) {
      const seed = Math.floor(Math.random() * 2 ** 31);
      try {
        compareWithPlain(new Chance(seed), name, holds);
      } catch (cause) {
        throw new Error(`${cause} (the seed is ${seed})`, { cause });
      }
    }
  });
}

/** Does the same by chance to both, and sees that both are the same. */
function compareWithPlain(
  chance: Chance,
  name: ElementName,
  holds: readonly Num[],
): void {
  const length = chance.below(20);
  let plain = plainArray(name, length);
  let array = new SharedArray(name as ElementType, length);
  const some = (most: number) =>
    Array.from({ length: chance.below(most + 1) }, () => chance.of(...holds));
  const bound = () => chance.of(undefined, chance.below(50) - 25);
  for (let step = 0; step < 200; step++) {
    const at = chance.below(plain.length);
    const value = chance.of(...holds) as never;
    const [start, end] = [bound(), bound()];
    switch (chance.below(6)) {
      case 0:
        if (plain.length === 0) break;
        array.set(at, value);
        plain[at] = value;
        break;
      case 1:
        if (plain.length === 0) break;
        assertEquals<Num>(array.exchange(at, value), plain[at]!);
        plain[at] = value;
        break;
      case 2:
        array.fill(value, start, end);
        plain.fill(value, start, end);
        break;
      case 3: {
        const offset = chance.below(plain.length + 1);
        const items = some(plain.length - offset);
        array.set(items as never[], offset);
        plain.set(items, offset);
        break;
      }
      case 4:
        assertEquals(array.subarray(start, end).toArray() as Num[], [
          ...plain.subarray(start, end),
        ]);
        break;
      default:
        if (chance.random() > 0.03) break;
        array = array.subarray(start, end);
        plain = plain.subarray(start, end);
    }
    assertEquals(array.toArray() as Num[], [...plain], `step ${step}`);
  }
}
