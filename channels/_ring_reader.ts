/**
 * How one thread reads the messages of a ring: where possible a run of them at
 * once.
 *
 * @module
 */

import { bytesOnRing, extendedHead, MESSAGE_HEAD, padded } from "./_frame.ts";
import type { RingBytes } from "./_ring_bytes.ts";

/** How many bytes are copied ahead at the most. */
const MOST_AHEAD = 16 * 1024;

/** The most memory that is kept between messages. */
const MOST_KEPT = 2 ** 20;

/** What a message has beside its bytes, as it was read. */
export interface Beside {
  /** Large pieces, each in memory of its own; not there if it was moved. */
  readonly bulk: readonly (Uint8Array<ArrayBuffer> | undefined)[];
  /** The number of its parcel, or 0. */
  readonly parcel: number;
}

/**
 * A thread's copy of the next messages of a ring.
 *
 * While the thread is the only consumer, a run of messages is copied at once,
 * and each is still taken by itself: the copy spares slow reads of shared
 * memory, and yet a sibling may take, and a death loses, no more than one.
 */
export class RingReader {
  /** The copy, which the message last read is a part of. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  /** Where in `bytes` that message begins. */
  offset = 0;
  /** The position after that message. */
  nextHead = 0;
  /** What it has beside its bytes, where it is more than those. */
  beside: Beside | undefined = undefined;

  #words = new Int32Array(this.bytes.buffer);
  /** The position of the first byte of the copy. */
  #from = 0;
  #length = 0;
  /** The get that comes next if nobody else takes. */
  #nextGet = 0;
  #wanted = 0;

  /**
   * Copies out the message at the position `head`, which is the message number
   * `get` of the ring. Under the get lock.
   *
   * @param tail Reads where the last message ends.
   * @returns The length of the message.
   * @throws {RangeError} If there is no memory for the copy.
   */
  read(
    ring: RingBytes,
    head: number,
    get: number,
    tail: () => number,
  ): number {
    if (get === this.#nextGet && head === this.nextHead) {
      const at = (head - this.#from) | 0;
      if (at + MESSAGE_HEAD <= this.#length) {
        const length = this.#words[at >> 2]!;
        const need = bytesOnRing(length);
        if (length >= 0 && at + need <= this.#length) {
          this.#nextGet = (get + 1) | 0;
          this.nextHead = (head + need) | 0;
          this.offset = at + MESSAGE_HEAD;
          this.beside = undefined;
          return length;
        }
      }
      this.#wanted = Math.min(this.#wanted * 2 + 256, MOST_AHEAD);
    } else {
      // Another consumer took from this ring: what was copied was in vain.
      this.#wanted = 0;
    }
    const length = ring.wordAt(head);
    if (length < 0) return this.#readExtended(ring, head, get, ~length);
    const need = bytesOnRing(length);
    const run = need < this.#wanted
      ? Math.min(this.#wanted, (tail() - head) | 0)
      : need;
    this.#copy(ring, head, run);
    this.#nextGet = (get + 1) | 0;
    this.nextHead = (head + need) | 0;
    this.offset = MESSAGE_HEAD;
    this.beside = undefined;
    return length;
  }

  #readExtended(
    ring: RingBytes,
    head: number,
    get: number,
    length: number,
  ): number {
    const parcel = ring.wordAt(head + 4);
    const pieces = ring.wordAt(head + 8);
    const lengths = head + extendedHead(0);
    let at = (head + extendedHead(pieces)) | 0;
    this.#copy(ring, at, padded(length));
    // No message begins where this copy does.
    this.#length = 0;
    at = (at + padded(length)) | 0;
    const bulk: (Uint8Array<ArrayBuffer> | undefined)[] = [];
    for (let i = 0; i < pieces; i++) {
      const size = ring.wordAt(lengths + 4 * i);
      if (size < 0) {
        bulk.push(undefined);
        continue;
      }
      const piece = new Uint8Array(size);
      ring.copyOut(at, piece);
      bulk.push(piece);
      at = (at + padded(piece.length)) | 0;
    }
    this.#nextGet = (get + 1) | 0;
    this.nextHead = at;
    this.offset = 0;
    this.beside = { bulk, parcel };
    return length;
  }

  #copy(ring: RingBytes, head: number, run: number): void {
    const held = this.bytes.length;
    if (run > held || (held > MOST_KEPT && run <= MOST_AHEAD)) {
      this.bytes = new Uint8Array(Math.max(MOST_AHEAD, run));
      this.#words = new Int32Array(this.bytes.buffer);
    }
    ring.read(head, run, this.#words);
    this.#from = head;
    this.#length = run;
  }
}
