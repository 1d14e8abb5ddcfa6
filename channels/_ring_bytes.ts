/**
 * The bytes of a ring: where messages lie, how they are copied in and out, and
 * how the ring grows. Nothing here takes a lock; `ring.ts` says who may call.
 *
 * @module
 */

import {
  bytesOnRing,
  extendedHead,
  type Extension,
  MESSAGE_HEAD,
  padded,
} from "./_frame.ts";

/** Up to this many bytes a loop copies faster than the platform's call. */
const SHORT = 96;

/** A window on the bytes of a ring, at one capacity. */
export class RingBytes {
  /** A power of two. */
  readonly capacity: number;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** The source of the last short message, and the same memory as words. */
  #source: Uint8Array<ArrayBuffer> | undefined;
  #sourceWords = new Int32Array(0);

  /**
   * Views of a fixed length: those that follow a growing buffer by themselves
   * are many times slower.
   */
  constructor(memory: SharedArrayBuffer, header: number, capacity: number) {
    this.capacity = capacity;
    this.#bytes = new Uint8Array(memory, header, capacity);
    this.#words = new Int32Array(memory, header, capacity >> 2);
  }

  /** The word at a position. */
  wordAt(position: number): number {
    return this.#words[(position & (this.capacity - 1)) >> 2]!;
  }

  /** Writes a plain message at the position `tail`. There must be room. */
  write(tail: number, source: Uint8Array<ArrayBuffer>, length: number): void {
    const mask = (this.capacity - 1) >> 2;
    const words = this.#words;
    let at = (tail >> 2) & mask;
    words[at] = length;
    if (length > SHORT) {
      this.#copyIn((tail + MESSAGE_HEAD) | 0, source, length);
      return;
    }
    const from = source === this.#source
      ? this.#sourceWords
      : this.#use(source);
    const count = (length + 3) >> 2;
    if (count > from.length) {
      // The last bytes of an array whose length is no multiple of four.
      this.#copyIn((tail + MESSAGE_HEAD) | 0, source, length);
      return;
    }
    for (let i = 0; i < count; i++) {
      at = (at + 1) & mask;
      words[at] = from[i]!;
    }
  }

  #use(source: Uint8Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
    this.#source = source;
    return this.#sourceWords = new Int32Array(
      source.buffer,
      0,
      source.byteLength >> 2,
    );
  }

  /** Writes an extended message at the position `tail`. There must be room. */
  writeExtended(
    tail: number,
    source: Uint8Array<ArrayBuffer>,
    length: number,
    { bulk, moved }: Extension,
    parcel: number,
  ): void {
    let at = tail;
    const word = (value: number) => {
      this.#words[(at & (this.capacity - 1)) >> 2] = value;
      at = (at + 4) | 0;
    };
    word(~length);
    word(parcel);
    word(bulk.length);
    // One that was moved is empty by now: the message itself holds its length.
    for (const piece of bulk) word(moved?.has(piece) ? -1 : piece.length);
    this.#copyIn(at, source, length);
    at = (at + padded(length)) | 0;
    for (const piece of bulk) {
      if (moved?.has(piece)) continue;
      this.#copyIn(at, piece, piece.length);
      at = (at + padded(piece.length)) | 0;
    }
  }

  #copyIn(at: number, source: Uint8Array, length: number): void {
    const bytes = this.#bytes;
    const start = at & (this.capacity - 1);
    const first = Math.min(length, this.capacity - start);
    bytes.set(source.subarray(0, first), start);
    if (first < length) bytes.set(source.subarray(first, length), 0);
  }

  /** How many bytes the frame at the position `head` takes. */
  frameAt(head: number): number {
    const length = this.wordAt(head);
    if (length >= 0) return bytesOnRing(length);
    const pieces = this.wordAt(head + 8);
    const lengths = head + extendedHead(0);
    let size = extendedHead(pieces) + padded(~length);
    for (let i = 0; i < pieces; i++) {
      size += padded(Math.max(0, this.wordAt(lengths + 4 * i)));
    }
    return size;
  }

  /** The parcel of the message at the position `head`; 0 if it has none. */
  parcelAt(head: number): number {
    return this.wordAt(head) >= 0 ? 0 : this.wordAt(head + 4);
  }

  /** Copies `run` bytes from the position `head` on, a multiple of four. */
  read(head: number, run: number, into: Int32Array<ArrayBuffer>): void {
    if (run <= SHORT) {
      const words = this.#words;
      const mask = (this.capacity - 1) >> 2;
      const from = head >> 2;
      for (let i = 0; i < run >> 2; i++) {
        into[i] = words[(from + i) & mask]!;
      }
      return;
    }
    this.copyOut(head, new Uint8Array(into.buffer, 0, run));
  }

  /** Fills `target` with the bytes from a position on. */
  copyOut(at: number, target: Uint8Array): void {
    const { length } = target;
    const start = at & (this.capacity - 1);
    const first = Math.min(length, this.capacity - start);
    target.set(this.#bytes.subarray(start, start + first));
    if (first < length) {
      target.set(this.#bytes.subarray(0, length - first), first);
    }
  }

  /**
   * Copies the messages from `head` to `tail` to where they belong in a window
   * of a greater capacity on the same memory.
   *
   * A place that changes lies in the memory just added (it is the old place
   * plus a multiple of the old capacity), so nothing valid is overwritten.
   */
  moveTo(larger: RingBytes, head: number, tail: number): void {
    for (let at = head; at !== tail;) {
      const from = at & (this.capacity - 1);
      const to = at & (larger.capacity - 1);
      const run = Math.min(
        (tail - at) | 0,
        this.capacity - from,
        larger.capacity - to,
      );
      if (from !== to) larger.#bytes.copyWithin(to, from, from + run);
      at = (at + run) | 0;
    }
  }
}
