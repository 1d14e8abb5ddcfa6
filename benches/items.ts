/**
 * The items that travel: made the same way for every contender, and read by
 * every consumer. `python/items.py` is the same for Python.
 *
 * @module
 */

import nested from "./nested_item.json" with { type: "json" };

/** What a queue carries in a case. */
export type ItemKind = "int" | "small" | "nested" | "64 KiB" | "1 MiB";

/** Whether items of a kind are bytes, which can be moved. */
export function isOfBytes(kind: ItemKind): boolean {
  return kind === "64 KiB" || kind === "1 MiB";
}

/** Makes an item that carries an id, afresh at each call. */
export type Make = (id: number) => unknown;

/** Reads the id of an item, and NaN of one that is not whole. */
export type Touch = (item: unknown) => number;

interface Small {
  id: number;
  msg: string;
}

/** How items of a kind are made and read. */
export interface ItemWays {
  readonly make: Make;
  readonly touch: Touch;
}

/** The last text of a nested item, to see that the item came whole. */
const LAST_NOTE = nested.lines.at(-1)?.note;
/** Stands at the end of the bytes, to see that all of them came. */
const LAST_BYTE = 77;

/** The ways of each kind. */
export const items: Readonly<Record<ItemKind, ItemWays>> = {
  "int": {
    make: (id) => id,
    touch: (item) => typeof item === "number" ? item : NaN,
  },
  "small": {
    make: (id) => ({ id, msg: "hello" }),
    touch: (item) => {
      const { id, msg } = item as Small;
      return msg === "hello" ? id : NaN;
    },
  },
  "nested": {
    make: (id) => ({ ...nested, id }),
    touch: (item) => {
      const { id, lines } = item as typeof nested;
      return lines.at(-1)?.note === LAST_NOTE ? id : NaN;
    },
  },
  "64 KiB": bytes(1 << 16),
  "1 MiB": bytes(1 << 20),
};

/** Bytes that begin with their id, three bytes of it, and end with a mark. */
function bytes(length: number): ItemWays {
  const template = new Uint8Array(length);
  template[length - 1] = LAST_BYTE;
  return {
    make: (id) => {
      const item = template.slice();
      item[0] = id;
      item[1] = id >> 8;
      item[2] = id >> 16;
      return item;
    },
    touch: (item) => {
      const bytes = item as Uint8Array;
      return bytes.length === length && bytes[length - 1] === LAST_BYTE
        ? bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16
        : NaN;
    },
  };
}
