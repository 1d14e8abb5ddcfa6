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
  POOLED,
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

const NO_VIEW = new DataView(NOTHING.buffer);

/** The window on memory of this size is kept from one message to the next. */
const MOST_KEPT = 64 * 1024;

/** A message, and how each primitive value is read from it. */
export class Input {
  /** The memory that the message lies in. */
  bytes: Uint8Array = NOTHING;
  /** The same memory, for numbers of several bytes. */
  #view: DataView = NO_VIEW;
  /** The memory that `bytes` and `#view` show. */
  #memory: Uint8Array = NOTHING;
  #isKept = true;
  /** Where the next byte is. */
  position = 0;
  /** Where the message ends. */
  end = 0;
  #start = 0;
  /** The text pool that is being used up; the rest of the pools lies behind. */
  #pool = "";
  #poolAt = 0;
  #poolsAt = -1;
  #poolsEnd = 0;

  /** Sets out to read the message from `start` to `end`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.#memory) this.#use(bytes);
    this.position = this.#start = start;
    this.end = end;
  }

  #use(memory: Uint8Array): void {
    // A subclass, as Node's Buffer is, may give its own memory for a copy of it.
    const bytes = memory.constructor === Uint8Array
      ? memory
      : new Uint8Array(memory.buffer, memory.byteOffset, memory.length);
    const { buffer, byteOffset, length } = bytes;
    const view = new DataView(buffer, byteOffset, length);
    this.#isKept = buffer.byteLength <= MOST_KEPT &&
      !(buffer instanceof ArrayBuffer ? buffer.resizable : buffer.growable);
    this.bytes = bytes;
    this.#view = view;
    this.#memory = memory;
  }

  /** Lets go of the message. */
  close(): void {
    if (!this.#isKept) {
      this.#memory = this.bytes = NOTHING;
      this.#view = NO_VIEW;
    }
    if (this.#poolsAt >= 0) this.#closePools();
  }

  #closePools(): void {
    this.#pool = "";
    this.#poolAt = 0;
    this.#poolsAt = -1;
  }

  /** Makes sure that the message is over. */
  checkEnd(): void {
    if (this.position !== this.end) this.fail("something follows the value");
    if (this.#poolsAt < 0) return;
    if (
      this.#poolAt !== this.#pool.length || this.#poolsAt !== this.#poolsEnd
    ) {
      this.fail("its pool holds more texts");
    }
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
      case POOLED:
        return this.pooled();
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
    const { position } = this;
    this.position = position + 2;
    return this.#view.getInt16(position, true);
  }

  /** Reads an integer of four bytes. */
  int32(): number {
    this.need(4);
    const { position } = this;
    this.position = position + 4;
    return this.#view.getInt32(position, true);
  }

  /** Reads a number of eight bytes. */
  float64(): number {
    this.need(8);
    const { position } = this;
    this.position = position + 8;
    return this.#view.getFloat64(position, true);
  }

  /** Reads a bigint of eight bytes. */
  bigint64(): bigint {
    this.need(8);
    const { position } = this;
    this.position = position + 8;
    return this.#view.getBigInt64(position, true);
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
    if (tag === POOLED) return this.pooled();
    return this.failBefore("a text is missing");
  }

  /** Takes a text from the pool. */
  pooled(): string {
    const length = this.count();
    if (this.#poolAt === this.#pool.length) this.#nextPool();
    const start = this.#poolAt;
    const end = start + length;
    if (end > this.#pool.length) this.fail("a text is not in the pool");
    this.#poolAt = end;
    return this.#pool.substring(start, end);
  }

  /** Reads the next pool; pools lie behind everything else. */
  #nextPool(): void {
    if (this.#poolsAt < 0) this.#findPools();
    const { position, end } = this;
    this.position = this.#poolsAt;
    this.end = this.#poolsEnd;
    const tag = this.byte();
    if (tag === UTF8) this.#pool = this.utf8();
    else if (tag === UTF16) this.#pool = this.utf16();
    else this.failBefore("a text pool is missing");
    this.#poolAt = 0;
    this.#poolsAt = this.position;
    this.position = position;
    this.end = end;
  }

  #findPools(): void {
    const { position, end } = this;
    this.need(4);
    const start = end - 4 - this.#view.getUint32(end - 4, true);
    if (start < position) this.fail("the text pools are too long");
    this.#poolsAt = start;
    this.#poolsEnd = end - 4;
    this.end = start;
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
