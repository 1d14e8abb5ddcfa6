/**
 * Where the fields of a struct lie.
 *
 * In the order in which they are named, each at a multiple of its own size, as
 * in C and in Python's `ctypes`. So the same fields always give the same layout,
 * and each field can be read and written in one step. See `SharedStruct` for a
 * picture.
 *
 * @module
 */

import type { Cells } from "./_cells.ts";
import { cellsOf, sizeOf } from "./_cells_of.ts";
import {
  type ElementName,
  elementNameOf,
  type ElementType,
} from "./element_types.ts";
import type { SharedMemory } from "./_shared_memory.ts";

/** A field: its type, and the byte at which it begins. */
interface Place {
  readonly type: ElementName;
  readonly offset: number;
}

/** The places of all fields by their names. */
export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  /** How many bytes they take. */
  readonly bytes: number;
}

/** A field, where it can be read and written. */
export interface Field {
  readonly cells: Cells<number | bigint>;
  /** Which of the cells it is. */
  readonly at: number;
}

/**
 * The layout of fields.
 *
 * @param what What they are fields of, for errors.
 * @throws {TypeError} If there are none, or one is of a type that does not exist.
 */
export function layOut(
  what: string,
  fields: Readonly<Record<string, ElementType>>,
): Layout {
  if (typeof fields !== "object" || fields === null) {
    throw new TypeError(
      `Cannot create a ${what}: its fields must be an object such as ` +
        `{ x: "float64" }, got ${Deno.inspect(fields)}`,
    );
  }
  const places = new Map<string, Place>();
  let end = 0;
  for (const [name, given] of Object.entries(fields)) {
    const type: ElementName = elementNameOf(
      given,
      `field ${JSON.stringify(name)} of a ${what}`,
    );
    const size = sizeOf(type);
    const offset = Math.ceil(end / size) * size;
    places.set(name, { type, offset });
    end = offset + size;
  }
  if (end === 0) {
    throw new TypeError(`Cannot create a ${what}: it has no fields`);
  }
  return { places, bytes: end };
}

/** The name of the type of each field. */
export function typesOf({ places }: Layout): Record<string, ElementName> {
  return Object.fromEntries(
    [...places].map(([name, { type }]) => [name, type]),
  );
}

/** The fields of a layout in a piece of memory. */
export function fieldsIn(
  memory: SharedMemory,
  { places, bytes }: Layout,
): Map<string, Field> {
  const cellsByType = new Map<ElementName, Cells<number | bigint>>();
  const fields = new Map<string, Field>();
  for (const [name, { type, offset }] of places) {
    const size = sizeOf(type);
    let cells = cellsByType.get(type);
    if (cells === undefined) {
      const whereOfType = (at: number) =>
        whereOf(places, type, at * size, memory.label);
      cells = cellsOf(type, memory, 0, Math.floor(bytes / size), whereOfType);
      cellsByType.set(type, cells);
    }
    fields.set(name, { cells, at: offset / size });
  }
  return fields;
}

/** How an error calls the field of a type that begins at a byte. */
function whereOf(
  places: Layout["places"],
  type: ElementName,
  offset: number,
  label: string,
): string {
  for (const [name, place] of places) {
    if (place.type === type && place.offset === offset) {
      return `field ${JSON.stringify(name)} of ${label}`;
    }
  }
  return label;
}
