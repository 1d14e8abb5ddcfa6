/**
 * Bytes being written: the values that contain no others.
 *
 * @module
 */

import {
  BIGINT,
  BIGINT64,
  FLOAT64,
  INT16,
  INT32,
  LONGEST_SHORT_TEXT,
  MOST_POOLED,
  POOLED,
  SHORT_TEXT,
  SMALL_INT,
  UTF16,
  UTF8,
} from "./_format.ts";

/** What a fresh or shrunken buffer can hold. */
const SMALL_BUFFER = 4 * 1024;

/** A buffer greater than this is given back once a small message follows. */
const GREAT_BUFFER = 1024 * 1024;

/** Up to this length two bytes for each unit beat a call to the text encoder. */
const LONGEST_UNITS = 32;

/**
 * A text longer than this is pooled where it may be: to write or read the pool
 * takes as long as 50 units do one by one, however many texts are in it.
 */
const LONGEST_ALONE = 20;

/** How many texts of medium length are written out before others are pooled. */
const FEW_TEXTS = 1;

/** Up to this many bytes a loop copies faster than the platform's call. */
const SHORT = 48;

const utf8 = new TextEncoder();

/** A growing buffer, and how each primitive value is written to it. */
export class Output {
  /** Written from 0 to `position`; replaced by a larger one as needed. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SMALL_BUFFER);
  /** The same memory, for numbers of several bytes. */
  protected view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  /** Where the next byte goes. */
  position = 0;
  /** How many bytes there are: a field is read faster than an array's length. */
  #limit = SMALL_BUFFER;
  /** Whether texts may be pooled. */
  protected pools = false;
  /** The texts of the pool that is being filled. */
  #pool = "";
  /** The pools that are full. */
  #fullPools: string[] | undefined = undefined;
  #mediumTexts = 0;

  /** Starts over. */
  rewind(): void {
    this.position = 0;
    this.#mediumTexts = 0;
    if (this.#pool !== "") this.#dropPools();
  }

  #dropPools(): void {
    this.#pool = "";
    this.#fullPools = undefined;
  }

  /** Writes the pools, if there are any, after everything else. */
  finishPools(): void {
    if (this.#pool === "") return;
    const start = this.position;
    for (const pool of this.#fullPools ?? []) this.#longText(pool);
    this.#longText(this.#pool);
    const size = this.position - start;
    this.reserve(4);
    this.view.setUint32(this.position, size, true);
    this.position += 4;
    this.#dropPools();
  }

  /** Gives memory back that was needed for an earlier message, not for this. */
  shrink(): void {
    if (this.#limit > GREAT_BUFFER && this.position < GREAT_BUFFER / 4) {
      const size = Math.max(this.position, SMALL_BUFFER);
      this.#use(this.bytes.slice(0, size));
    }
  }

  /** Makes sure that `count` bytes can be written from `position` on. */
  reserve(count: number): void {
    if (this.position + count > this.#limit) this.#grow(this.position + count);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.position));
    this.#use(larger);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(bytes.buffer);
    this.bytes = bytes;
    this.view = view;
    this.#limit = bytes.length;
  }

  /** Writes a tag, or any other single byte. */
  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.position++] = byte;
  }

  /** Writes a varint. */
  count(count: number): void {
    this.reserve(8);
    const { bytes } = this;
    let rest = count;
    while (rest > 0x7f) {
      bytes[this.position++] = rest & 0x7f | 0x80;
      // Not a shift: a length may need more than 32 bits.
      rest = Math.floor(rest / 0x80);
    }
    bytes[this.position++] = rest;
  }

  /** Writes a number, in as few bytes as it needs. */
  number(value: number): void {
    this.reserve(9);
    const { bytes, position } = this;
    const int = value | 0;
    // −0 equals the int 0, but is another number.
    if (int !== value || (int === 0 && 1 / value < 0)) {
      bytes[position] = FLOAT64;
      this.view.setFloat64(position + 1, value, true);
      this.position = position + 9;
    } else if (int >= 0 && int < 0x80) {
      bytes[position] = SMALL_INT + int;
      this.position = position + 1;
    } else if (int === int << 16 >> 16) {
      bytes[position] = INT16;
      this.view.setInt16(position + 1, int, true);
      this.position = position + 3;
    } else {
      bytes[position] = INT32;
      this.view.setInt32(position + 1, int, true);
      this.position = position + 5;
    }
  }

  /** Writes eight bytes of a number, without a tag. */
  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** Writes a bigint. */
  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.reserve(9);
      this.bytes[this.position] = BIGINT64;
      this.view.setBigInt64(this.position + 1, value, true);
      this.position += 9;
      return;
    }
    const negative = value < 0n;
    // Hexadecimal is the one conversion whose time grows with the length only.
    let digits = (negative ? -value : value).toString(16);
    if (digits.length % 2 === 1) digits = "0" + digits;
    const size = digits.length / 2;
    this.reserve(size + 10);
    this.byte(BIGINT);
    this.byte(negative ? 1 : 0);
    this.count(size);
    const { bytes } = this;
    for (let end = digits.length; end > 0; end -= 2) {
      bytes[this.position++] = parseInt(digits.slice(end - 2, end), 16);
    }
  }

  /** Writes a string; every string arrives as it is, lone surrogates included. */
  text(value: string): void {
    const { length } = value;
    if (length > LONGEST_ALONE && !this.#isAlone(length)) {
      return this.#pooledText(value);
    }
    this.reserve(length + 1);
    const { bytes } = this;
    let at = this.position;
    bytes[at++] = SHORT_TEXT + length;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      // Nothing is written yet as long as `position` stays.
      if (unit > 0xff) return this.#wideText(value);
      bytes[at++] = unit;
    }
    this.position = at;
  }

  /** Whether a text of medium length is to be written unit by unit. */
  #isAlone(length: number): boolean {
    return length <= LONGEST_SHORT_TEXT &&
      (!this.pools || this.#mediumTexts++ < FEW_TEXTS);
  }

  #pooledText(value: string): void {
    const { length } = value;
    if (!this.pools || length > MOST_POOLED) return this.#longText(value);
    this.byte(POOLED);
    this.count(length);
    if (this.#pool.length + length <= MOST_POOLED) this.#pool += value;
    else {
      this.#fullPools ??= [];
      this.#fullPools.push(this.#pool);
      this.#pool = value;
    }
  }

  #wideText(value: string): void {
    if (value.length > LONGEST_UNITS) this.#longText(value);
    else this.#units(value);
  }

  #longText(value: string): void {
    if (value.isWellFormed()) this.#utf8(value);
    else this.#units(value);
  }

  /** The platform's encoder is fast, but turns lone surrogates into U+FFFD. */
  #utf8(value: string): void {
    const start = this.position;
    // Enough for ASCII; the rest of another text is told by `read`.
    this.reserve(5 + value.length);
    this.position += 5;
    let rest = value;
    for (;;) {
      const target = this.bytes.subarray(this.position);
      const { read, written } = utf8.encodeInto(rest, target);
      // Deno gives a float, which would make `position` one, and all slower.
      this.position += written | 0;
      if (read === rest.length) break;
      rest = rest.slice(read);
      this.reserve(rest.length * 3);
    }
    const size = this.position - start - 5;
    const { bytes } = this;
    bytes[start] = UTF8;
    bytes[start + 1] = size;
    bytes[start + 2] = size >>> 8;
    bytes[start + 3] = size >>> 16;
    bytes[start + 4] = size >>> 24;
  }

  #units(value: string): void {
    const { length } = value;
    this.reserve(10 + length * 2);
    this.byte(UTF16);
    this.count(length);
    const { bytes } = this;
    let at = this.position;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      bytes[at++] = unit;
      bytes[at++] = unit >> 8;
    }
    this.position = at;
  }

  /** Writes bytes as they are. */
  raw(source: Uint8Array): void {
    const { length } = source;
    this.reserve(length);
    const { bytes, position } = this;
    if (length > SHORT) bytes.set(source, position);
    else for (let i = 0; i < length; i++) bytes[position + i] = source[i]!;
    this.position = position + length;
  }
}
