/**
 * The wire format: how a value is laid out as bytes.
 *
 * A message is one value and nothing after it. A value is a tag, one byte, and
 * what the tag asks for. Containers hold values, so a message is a tree, written
 * in the order of a walk from the root: parents first, children in their order.
 *
 * ```text
 *   { id: 7, msg: "hi" }  is 14 bytes
 *
 *   ┌────┬────┬────┬────────┬──────────┬────┬────────┐
 *   │ 10 │ 08 │ 02 │ 42 i d │ 43 m s g │ 87 │ 42 h i │
 *   └────┴────┴────┴────────┴──────────┴────┴────────┘
 *   OBJECT │    │   text      text      int 7  text
 *          │    └ 2 keys                └─┬──────────┘
 *          └ the key list: 8 bytes        a value for each key
 *
 *   and 6 once its keys are a shape of the program, here number 3
 *
 *   ┌────┬────┬────┬────────┐
 *   │ 20 │ 03 │ 87 │ 42 h i │
 *   └────┴────┴────┴────────┘
 *   SHAPE  3   int 7  text
 * ```
 *
 * | tag       | name           | what follows                                  |
 * | --------- | -------------- | --------------------------------------------- |
 * | `00`      |                | never valid: memory that nobody wrote         |
 * | `01`      | UNDEFINED      |                                               |
 * | `02`      | NULL           |                                               |
 * | `03`      | FALSE          |                                               |
 * | `04`      | TRUE           |                                               |
 * | `05`      | SENTINEL       | (`EXIT`)                                      |
 * | `06`      | HOLES          | count; only inside an ARRAY                   |
 * | `07`      | INT16          | 2 bytes                                       |
 * | `08`      | INT32          | 4 bytes                                       |
 * | `09`      | FLOAT64        | 8 bytes                                       |
 * | `0a`      | BIGINT64       | 8 bytes                                       |
 * | `0b`      | BIGINT         | sign (1: negative), count, magnitude          |
 * | `0c`      | UTF8           | count in 4 bytes, bytes: well-formed text     |
 * | `0d`      | UTF16          | count, 2 bytes for each unit: any text        |
 * | `0e`      | POOLED         | count of units: text out of the pool          |
 * | `10`      | OBJECT ①       | key list, then a value for each key           |
 * | `11`      | OBJECT_AGAIN ① | number of a key list, a value for each key    |
 * | `12`      | DICTIONARY ①   | count, then count × (text, value)             |
 * | `13`      | ARRAY ①        | length, then the elements                     |
 * | `14`      | MAP ①          | count, then count × (value, value)            |
 * | `15`      | SET ①          | count, then the items                         |
 * | `16`      | DATE ①         | 8 bytes, a float: NaN if invalid              |
 * | `17`      | REGEXP ①       | text of the source, text of the flags         |
 * | `18`      | BOXED ①        | the number, text, boolean or bigint inside    |
 * | `19`      | BUFFER ①       | count, bytes                                  |
 * | `1a`      | RESIZABLE ①    | maximum, count, bytes                         |
 * | `1b`      | VIEW ①         | kind, then BUFFER, RESIZABLE or REFERENCE     |
 * | `1c`      | PART ①         | kind, count, bytes: a view with its own buffer |
 * | `1d`      | ERROR ①        | three texts and more, see `_error_writer.ts`  |
 * | `1e`      | REFERENCE      | number of an object met before                |
 * | `1f`      | BESIDE ①       | index among the things that travel beside     |
 * | `20`…`23` | SHAPE ①        | 1 byte, then a value for each key             |
 * | `24`      | BULK ①         | index among the bytes apart, count            |
 * | `25`      | BULK_PART ①    | kind, index, count: a view with its own buffer |
 * | `26`…`3f` |                | free                                          |
 * | `40`…`7f` | text           | tag − `40` latin1 units, a byte for each      |
 * | `80`…`ff` | int            | the int is tag − `80`                         |
 *
 * ① Takes the next object number, from 0, when its tag is met. Both sides count
 * alike, so that an object met again is just a REFERENCE. The key lists of
 * OBJECT count in the same way, for OBJECT_AGAIN.
 *
 * A count, length, kind, index or number is a varint: 7 bits in a byte, the
 * least first, the high bit set on all bytes but the last. What has a fixed width
 * is little endian. A text is any of the three forms of a string. A key list is a
 * count of bytes, and in these a count of keys and a text for each.
 *
 * The keys stand before the values so that a list seen in an earlier message is
 * recognised by its bytes, without making a single string. The number of a shape
 * has ten bits, the upper two in the tag; see `shapes.ts`.
 *
 * To read or write a text of medium length costs more than its bytes: so such
 * texts are joined to pools, long texts that are read and written at once. They
 * stand behind the value, in the order in which POOLED texts use them up:
 *
 * ```text
 *   │ value, with 0e 05 and 0e 03 in it │ 0c … hellobye │ size: 4 bytes │
 *                                       └── pools ──────┘ of the pools
 * ```
 *
 * A pool is short, since a text cut out of it keeps all of it in memory.
 *
 * @module
 */

/** Tag of `undefined`. */
export const UNDEFINED = 0x01;
/** Tag of `null`. */
export const NULL = 0x02;
/** Tag of `false`. */
export const FALSE = 0x03;
/** Tag of `true`. */
export const TRUE = 0x04;
/** Tag of the exit sentinel. */
export const SENTINEL = 0x05;
/** Tag of a run of holes in an array. */
export const HOLES = 0x06;
/** Tag of an integer in two bytes. */
export const INT16 = 0x07;
/** Tag of an integer in four bytes. */
export const INT32 = 0x08;
/** Tag of any other number. */
export const FLOAT64 = 0x09;
/** Tag of a bigint in eight bytes. */
export const BIGINT64 = 0x0a;
/** Tag of a bigint of any size. */
export const BIGINT = 0x0b;
/** Tag of a longer well-formed text. */
export const UTF8 = 0x0c;
/** Tag of a text with units beyond latin1 that is short or not well-formed. */
export const UTF16 = 0x0d;
/** Tag of a text that stands in a pool at the end of the message. */
export const POOLED = 0x0e;
/** Tag of a plain object that spells out its keys. */
export const OBJECT = 0x10;
/** Tag of a plain object with the keys of an earlier one in the message. */
export const OBJECT_AGAIN = 0x11;
/** Tag of a plain object whose keys are not worth remembering. */
export const DICTIONARY = 0x12;
/** Tag of an array. */
export const ARRAY = 0x13;
/** Tag of a `Map`. */
export const MAP = 0x14;
/** Tag of a `Set`. */
export const SET = 0x15;
/** Tag of a `Date`. */
export const DATE = 0x16;
/** Tag of a `RegExp`. */
export const REGEXP = 0x17;
/** Tag of a `Number`, `String`, `Boolean` or `BigInt` object. */
export const BOXED = 0x18;
/** Tag of an `ArrayBuffer` of fixed length. */
export const BUFFER = 0x19;
/** Tag of a resizable `ArrayBuffer`. */
export const RESIZABLE = 0x1a;
/** Tag of a view of a whole buffer. */
export const VIEW = 0x1b;
/** Tag of a view of a part of a buffer. */
export const PART = 0x1c;
/** Tag of an error. */
export const ERROR = 0x1d;
/** Tag of an object that was met before. */
export const REFERENCE = 0x1e;
/** Tag of a thing that travels beside the bytes. */
export const BESIDE = 0x1f;
/** First tag of a plain object with the keys of a shape; three more follow. */
export const SHAPE = 0x20;
/** Tag of an `ArrayBuffer` whose bytes travel apart. */
export const BULK = 0x24;
/** Tag of a view of a part of a buffer, where the part travels apart. */
export const BULK_PART = 0x25;
/** Tag of the empty short text; longer ones follow, up to {@linkcode SMALL_INT}. */
export const SHORT_TEXT = 0x40;
/** Tag of the int 0; 1 to 127 follow. */
export const SMALL_INT = 0x80;

/** Whether a tag is one of an object, or of a reference to one. */
export function isObject(tag: number): boolean {
  return tag >= OBJECT && tag < SHORT_TEXT;
}

/** Whether a tag is one of a value that stands by itself. */
export function isLeaf(tag: number): boolean {
  return tag < OBJECT && tag !== POOLED || tag >= SHORT_TEXT;
}

/** The greatest length of a text whose tag says how long it is. */
export const LONGEST_SHORT_TEXT: number = SMALL_INT - SHORT_TEXT - 1;

/** The most units of text that a pool holds. */
export const MOST_POOLED = 512;

/**
 * From so many bytes on a buffer can travel apart from the message. Less is copied
 * twice in the time that it takes to hand over a buffer.
 */
export const BULK_BYTES: number = 8 * 1024;

/**
 * The most keys that an object may have to be sent as OBJECT. One with more is
 * likely a table of data, and its keys never come again.
 */
export const MOST_KEYS = 32;

/** The views of a buffer, in the order of their numbers in a message. */
export const VIEWS: readonly ViewConstructor[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
  DataView,
];

/** A class of views, as far as both sides need it. */
export interface ViewConstructor {
  /** Makes a view of the whole buffer, that follows the buffer's length. */
  new (buffer: ArrayBuffer): ArrayBufferView;
  /** What its instances inherit from: tells which class a view is of. */
  readonly prototype: ArrayBufferView;
  /** The size of one element; a `DataView` has none. */
  readonly BYTES_PER_ELEMENT?: number;
}

/**
 * Thrown when bytes are no message: cut short, overwritten, or of another format.
 *
 * It says what was wrong and where. What was read up to there is dropped, and
 * the decoder stays usable.
 */
export class CorruptMessageError extends Error {
  /** The class name, `"CorruptMessageError"`. */
  override readonly name = "CorruptMessageError";
  /** Where reading stopped: the distance from the start of the message. */
  readonly offset: number;

  /** Builds the error from what was wrong and the byte it was noticed at. */
  constructor(what: string, offset: number, options?: ErrorOptions) {
    super(`Cannot read a message: ${what} at byte ${offset}`, options);
    this.offset = offset;
  }
}
