/**
 * The element types as the tests know them: from the language's typed arrays,
 * not from the code that is tested.
 *
 * @module
 */
import {
  type ElementName,
  SharedArray,
  SharedStruct,
  Value,
} from "../../../mod.ts";

/** A number of any element type. */
export type Num = number | bigint;

/** What is to be known of a type. */
export interface Kind {
  readonly name: ElementName;
  readonly code: string | undefined;
  /** Numbers that it holds exactly; the first is 0. */
  readonly holds: readonly Num[];
  readonly min: Num;
  readonly max: Num;
  /** Numbers, or bigints, that it cannot hold. */
  readonly tooMuch: readonly Num[];
  readonly hasFraction: boolean;
}

function whole(
  name: ElementName,
  code: string,
  min: number,
  max: number,
): Kind {
  return {
    name,
    code,
    holds: [0, 1, 100, max - 1, max, min, min < 0 ? -1 : 2],
    min,
    max,
    tooMuch: [min - 1, max + 1, -1e300, 1e300, Infinity, NaN, 0.5, 1e-300],
    hasFraction: false,
  };
}

function big(name: ElementName, code: string, min: bigint, max: bigint): Kind {
  return {
    name,
    code,
    holds: [0n, 1n, 100n, max - 1n, max, min, min < 0n ? -1n : 2n],
    min,
    max,
    tooMuch: [min - 1n, max + 1n, 2n ** 100n, -(2n ** 100n)],
    hasFraction: false,
  };
}

function float(name: ElementName, code: string | undefined, max: number): Kind {
  return {
    name,
    code,
    holds: [0, -0, 0.5, -100.25, max, -max, NaN, Infinity, -Infinity],
    min: -max,
    max,
    tooMuch: max === Number.MAX_VALUE ? [] : [max * 1.01, -max * 1.01],
    hasFraction: true,
  };
}

/** All element types. */
export const KINDS: readonly Kind[] = [
  whole("int8", "b", -128, 127),
  whole("uint8", "B", 0, 255),
  whole("int16", "h", -32768, 32767),
  whole("uint16", "H", 0, 65535),
  whole("int32", "i", -2147483648, 2147483647),
  whole("uint32", "I", 0, 4294967295),
  big("bigint64", "q", -(2n ** 63n), 2n ** 63n - 1n),
  big("biguint64", "Q", 0n, 2n ** 64n - 1n),
  float("float16", undefined, 65504),
  float("float32", "f", 3.4028234663852886e38),
  float("float64", "d", Number.MAX_VALUE),
];

const CLASSES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bigint64: BigInt64Array,
  biguint64: BigUint64Array,
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** A typed array of numbers or bigints, over memory that is not shared. */
export interface Plain {
  readonly length: number;
  [index: number]: Num;
  [Symbol.iterator](): Iterator<Num>;
  fill(value: Num, start?: number, end?: number): this;
  set(items: ArrayLike<Num>, offset?: number): void;
  subarray(start?: number, end?: number): Plain;
}

/** A typed array of the element type. */
export function plainArray(name: ElementName, length: number): Plain {
  return new CLASSES[name](length) as unknown as Plain;
}

/** The number, as one of the element type. */
export function as(kind: Kind, value: number): Num {
  return typeof kind.min === "bigint" ? BigInt(value) : value;
}

/** One number somewhere in shared memory, whatever its type. */
export interface Cell {
  value: Num;
  add(operand: Num): Num;
  sub(operand: Num): Num;
  and(mask: Num): Num;
  or(mask: Num): Num;
  xor(mask: Num): Num;
  exchange(value: Num): Num;
  compareExchange(expected: Num, replacement: Num): Num;
}

/** What a cell may lie in: how errors call it, and the cell itself. */
export const HOMES: Readonly<
  Record<string, (type: ElementName) => [label: string, cell: Cell]>
> = {
  Value(type) {
    const value = new Value(type, undefined, { name: "v" });
    return ['value "v"', value as unknown as Cell];
  },
  SharedArray(type) {
    const array = new SharedArray(type, 5, { lock: false });
    return ["[3] of shared array", cellIn(array, 3)];
  },
  SharedStruct(type) {
    const struct = new SharedStruct({ a: "int8", n: type, z: type });
    return ['field "n" of shared struct', cellIn(struct, "n")];
  },
};

/** Something with numbers in several places. */
interface Cells<P> {
  get(place: P): Num;
  set(place: P, value: never): void;
  add(place: P, operand: never): Num;
  sub(place: P, operand: never): Num;
  and(place: P, mask: never): Num;
  or(place: P, mask: never): Num;
  xor(place: P, mask: never): Num;
  exchange(place: P, value: never): Num;
  compareExchange(place: P, expected: never, replacement: never): Num;
}

function cellIn<P>(cells: Cells<P>, place: P): Cell {
  return {
    get value() {
      return cells.get(place);
    },
    set value(value) {
      cells.set(place, value as never);
    },
    add: (operand) => cells.add(place, operand as never),
    sub: (operand) => cells.sub(place, operand as never),
    and: (mask) => cells.and(place, mask as never),
    or: (mask) => cells.or(place, mask as never),
    xor: (mask) => cells.xor(place, mask as never),
    exchange: (value) => cells.exchange(place, value as never),
    compareExchange: (expected, replacement) =>
      cells.compareExchange(place, expected as never, replacement as never),
  };
}
