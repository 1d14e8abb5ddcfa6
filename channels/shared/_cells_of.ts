/**
 * What each element type is made of: the size, the range, the cells, the view.
 *
 * @module
 */

import type {
  ElementName,
  ElementOf,
  ElementType,
  ElementView,
  ElementViews,
  FloatName,
} from "./element_types.ts";
import type { Cells, Where } from "./_cells.ts";
import {
  type FloatBits,
  FloatCells,
  type FloatFormat,
} from "./_float_cells.ts";
import { IntegerCells } from "./_integer_cells.ts";
import type { SharedMemory } from "./_shared_memory.ts";

/** A class of typed arrays, over shared memory. */
interface ViewClass<V> {
  readonly BYTES_PER_ELEMENT: number;
  new (memory: SharedArrayBuffer, offset: number, count: number): V;
}

const VIEWS: { readonly [N in ElementName]: ViewClass<ElementViews[N]> } = {
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

const RANGES = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  bigint64: [-(2n ** 63n), 2n ** 63n - 1n],
  biguint64: [0n, 2n ** 64n - 1n],
} as const;

/** Eight bytes, to see the bits of a number. */
const scratch = new ArrayBuffer(8);

const FORMATS: { readonly [N in FloatName]: FloatFormat } = {
  float16: {
    max: 65504,
    number: new Float16Array(scratch),
    bits: new Int16Array(scratch),
  },
  float32: {
    max: (2 - 2 ** -23) * 2 ** 127,
    number: new Float32Array(scratch),
    bits: new Int32Array(scratch),
  },
  float64: {
    max: Number.MAX_VALUE,
    number: new Float64Array(scratch),
    bits: new BigInt64Array(scratch),
  },
};

/** The views of the bits of numbers that have a fraction. */
const BITS: { readonly [N in FloatName]: ViewClass<FloatBits> } = {
  float16: Int16Array,
  float32: Int32Array,
  float64: BigInt64Array,
};

function isFloat(name: ElementName): name is FloatName {
  return name in FORMATS;
}

/** The number of bytes that an element takes. */
export function sizeOf(name: ElementName): number {
  return VIEWS[name].BYTES_PER_ELEMENT;
}

/** The cells of a type from the byte `offset` of the memory on. */
export function cellsOf<T extends ElementType>(
  name: ElementName,
  owner: SharedMemory,
  offset: number,
  count: number,
  where: Where,
): Cells<ElementOf<T>> {
  const { memory } = owner;
  const cells = isFloat(name)
    ? new FloatCells(
      name,
      new BITS[name](memory, offset, count),
      FORMATS[name],
      owner,
      where,
    )
    : new IntegerCells(
      name,
      new VIEWS[name](memory, offset, count),
      RANGES[name],
      owner,
      where,
    );
  return cells as Cells<number | bigint> as Cells<ElementOf<T>>;
}

/** The view of the elements of a type from the byte `offset` on. */
export function viewOf<T extends ElementType>(
  name: ElementName,
  memory: SharedArrayBuffer,
  offset: number,
  count: number,
): ElementView<T> {
  const view: ElementViews[ElementName] = new VIEWS[name](
    memory,
    offset,
    count,
  );
  return view as ElementView<T>;
}

/** Whether a value is a typed array whose elements are of the type. */
export function isViewOf(name: ElementName, value: unknown): boolean {
  return value instanceof VIEWS[name];
}
