/**
 * The bytes of a ring: where messages lie, how they are copied in and out, and
 * how the ring grows. Nothing here takes a lock; `ring.ts` says who may call.
 *
 * @module
 */

/** The length of a message's head, which holds the length of its bytes. */
export const MESSAGE_HEAD = 4;

/** Up to this many bytes a loop copies faster than the platform's call. */
const SHORT = 64;

/** How much of the ring a message of this length takes. */
export function bytesOnRing(length: number): number {
  return MESSAGE_HEAD + ((length + 3) & ~3);
}

/** A window on the bytes of a ring, at one capacity. */
export class RingBytes {
  /** A power of two. */
  readonly capacity: number;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;

  /**
   * Views of a fixed length: those that follow a growing buffer by themselves
   * are many times slower.
   */
  constructor(memory: SharedArrayBuffer, header: number, capacity: number) {
    this.capacity = capacity;
    this.#bytes = new Uint8Array(memory, header, capacity);
    this.#words = new Int32Array(memory, header, capacity >> 2);
  }

  /** Writes a message at the position `tail`. There must be room. */
  write(tail: number, source: Uint8Array<ArrayBuffer>, length: number): void {
    const mask = this.capacity - 1;
    this.#words[(tail & mask) >> 2] = length;
    const start = (tail + MESSAGE_HEAD) & mask;
    const bytes = this.#bytes;
    if (length <= SHORT) {
      for (let i = 0; i < length; i++) bytes[(start + i) & mask] = source[i]!;
      return;
    }
    const first = Math.min(length, this.capacity - start);
    bytes.set(source.subarray(0, first), start);
    if (first < length) bytes.set(source.subarray(first, length), 0);
  }

  /** The length of the message at the position `head`. */
  lengthAt(head: number): number {
    return this.#words[(head & (this.capacity - 1)) >> 2]!;
  }

  /** Copies `run` bytes from the position `head` on, a multiple of four. */
  read(head: number, run: number, into: Int32Array<ArrayBuffer>): void {
    const mask = this.capacity - 1;
    const start = head & mask;
    if (run <= SHORT) {
      const words = this.#words;
      const wordMask = mask >> 2;
      const from = start >> 2;
      for (let i = 0; i < run >> 2; i++) {
        into[i] = words[(from + i) & wordMask]!;
      }
      return;
    }
    const target = new Uint8Array(into.buffer);
    const first = Math.min(run, this.capacity - start);
    target.set(this.#bytes.subarray(start, start + first));
    if (first < run) target.set(this.#bytes.subarray(0, run - first), first);
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
