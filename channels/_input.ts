/**
 * Bytes being read: the values that contain no others.
 *
 * Nothing is believed of what the bytes say. Each length is compared with what is
 * left of the message before memory is taken for it.
 *
 * @module
 */

import {
  BIGINT,
  BIGINT64,
  CorruptMessageError,
  FALSE,
  FLOAT64,
  INT16,
  INT32,
  NULL,
  SENTINEL,
  SHORT_TEXT,
  SMALL_INT,
  TRUE,
  UNDEFINED,
  UTF16,
  UTF8,
} from "./_format.ts";
import { shortText } from "./_short_text.ts";
import { EXIT } from "./sentinel.ts";

/** The most arguments that a call should be made with. */
const MANY_UNITS = 4096;

const NOTHING = new Uint8Array(0);

// A byte order mark is a character of the text like any other.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

// One double and its bytes, seen through both windows.
const float = new Float64Array(1);
const int64 = new BigInt64Array(float.buffer);
const eight = new Uint8Array(float.buffer);

/** A message, and how each primitive value is read from it. */
export class Input {
  /** The memory that the message lies in. */
  bytes: Uint8Array = NOTHING;
  /** Where the next byte is. */
  position = 0;
  /** Where the message ends. */
  end = 0;
  #start = 0;

  /** Sets out to read the message from `start` to `end`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    // A subclass, as Node's Buffer is, may give its own memory for a copy of it.
    this.bytes = bytes.constructor === Uint8Array
      ? bytes
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = this.#start = start;
    this.end = end;
  }

  /** Lets go of the message. */
  close(): void {
    this.bytes = NOTHING;
  }

  /** Throws for what the bytes cannot mean. */
  fail(what: string, cause?: unknown): never {
    const offset = this.position - this.#start;
    throw new CorruptMessageError(
      what,
      offset,
      cause === undefined ? undefined : { cause },
    );
  }

  /** Like `fail`, for the byte just read. */
  failBefore(what: string): never {
    this.position--;
    return this.fail(what);
  }

  /** Makes sure that so many bytes are left. */
  need(count: number): void {
    if (count > this.end - this.position) this.fail("it is cut short");
  }

  /** Reads a single byte. */
  byte(): number {
    this.need(1);
    return this.bytes[this.position++]!;
  }

  /** The byte that comes next, or 0, no tag, at the end. */
  peek(): number {
    return this.position < this.end ? this.bytes[this.position]! : 0;
  }

  /** Reads a varint. */
  count(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#longCount(first);
  }

  #longCount(first: number): number {
    let count = first & 0x7f;
    for (let scale = 0x80; scale < 2 ** 50; scale *= 0x80) {
      const byte = this.byte();
      count += (byte & 0x7f) * scale;
      if (byte < 0x80) return count;
    }
    return this.fail("a count is too long");
  }

  /** Reads how many bytes or values follow, each of at least one byte. */
  countWithin(): number {
    const count = this.count();
    this.need(count);
    return count;
  }

  /** Reads what is not an object. */
  leaf(tag: number): unknown {
    if (tag >= SMALL_INT) return tag - SMALL_INT;
    if (tag >= SHORT_TEXT) return this.shortText(tag);
    switch (tag) {
      case INT16:
        return this.int16();
      case INT32:
        return this.int32();
      case FLOAT64:
        return this.float64();
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case UTF8:
        return this.utf8();
      case UTF16:
        return this.utf16();
      case UNDEFINED:
        return undefined;
      case SENTINEL:
        return EXIT;
      case BIGINT64:
        return this.bigint64();
      case BIGINT:
        return this.bigint();
      default:
        return this.failBefore(`no value starts with ${tag}`);
    }
  }

  /** Reads an integer of two bytes. */
  int16(): number {
    this.need(2);
    const { bytes, position } = this;
    this.position = position + 2;
    return (bytes[position]! | bytes[position + 1]! << 8) << 16 >> 16;
  }

  /** Reads an integer of four bytes. */
  int32(): number {
    this.need(4);
    const { bytes, position } = this;
    this.position = position + 4;
    return bytes[position]! | bytes[position + 1]! << 8 |
      bytes[position + 2]! << 16 | bytes[position + 3]! << 24;
  }

  /** Reads a number of eight bytes. */
  float64(): number {
    this.#eightBytes();
    return float[0]!;
  }

  /** Reads a bigint of eight bytes. */
  bigint64(): bigint {
    this.#eightBytes();
    return int64[0]!;
  }

  #eightBytes(): void {
    this.need(8);
    const { bytes, position } = this;
    for (let i = 0; i < 8; i++) eight[i] = bytes[position + i]!;
    this.position = position + 8;
  }

  /** Reads a bigint of any size. */
  bigint(): bigint {
    const negative = this.byte() === 1;
    const size = this.countWithin();
    const first = this.position;
    let digits = "0x0";
    for (let i = first + size - 1; i >= first; i--) {
      digits += this.bytes[i]!.toString(16).padStart(2, "0");
    }
    this.position = first + size;
    try {
      const magnitude = BigInt(digits);
      return negative ? -magnitude : magnitude;
    } catch (error) {
      return this.fail("a bigint is too large", error);
    }
  }

  /** Reads a text of any form. */
  text(): string {
    const tag = this.byte();
    if (tag >= SHORT_TEXT && tag < SMALL_INT) return this.shortText(tag);
    if (tag === UTF8) return this.utf8();
    if (tag === UTF16) return this.utf16();
    return this.failBefore("a text is missing");
  }

  /** Reads a text whose length is in its tag. */
  shortText(tag: number): string {
    const length = tag - SHORT_TEXT;
    this.need(length);
    const { position } = this;
    this.position = position + length;
    return shortText(this.bytes, position, length);
  }

  /** Reads a text after the tag UTF8. */
  utf8(): string {
    const size = this.int32() >>> 0;
    this.need(size);
    const start = this.position;
    const source = this.bytes.subarray(start, start + size);
    // The strict decoder takes many times as long. The lax one puts U+FFFD for
    // what is wrong, so only a text with that character needs a second look.
    const text = utf8.decode(source);
    if (text.includes("\ufffd")) this.#checkUtf8(source);
    this.position = start + size;
    return text;
  }

  #checkUtf8(source: Uint8Array): void {
    try {
      strictUtf8.decode(source);
    } catch (error) {
      this.fail("a text is not UTF-8", error);
    }
  }

  /** Reads a text after the tag UTF16. */
  utf16(): string {
    const length = this.count();
    this.need(length * 2);
    const { bytes } = this;
    let at = this.position;
    let text = "";
    for (let rest = length; rest > 0;) {
      const units = new Uint16Array(Math.min(rest, MANY_UNITS));
      for (let i = 0; i < units.length; i++, at += 2) {
        units[i] = bytes[at]! | bytes[at + 1]! << 8;
      }
      text += String.fromCharCode(...units);
      rest -= units.length;
    }
    this.position = at;
    return text;
  }

  /** Reads bytes into memory of their own. */
  raw(size: number): Uint8Array<ArrayBuffer> {
    this.need(size);
    const { bytes, position } = this;
    this.position = position + size;
    return bytes.slice(position, position + size) as Uint8Array<ArrayBuffer>;
  }
}
