/**
 * How one thread reads the messages of a ring: where possible a run of them at
 * once.
 *
 * @module
 */

import { bytesOnRing, MESSAGE_HEAD, type RingBytes } from "./_ring_bytes.ts";

/** How many bytes are copied ahead at the most. */
const MOST_AHEAD = 16 * 1024;

/** The most memory that is kept between messages. */
const MOST_KEPT = 2 ** 20;

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

  #words = new Int32Array(this.bytes.buffer);
  /** The position of the first byte of the copy. */
  #from = 0;
  #length = 0;
  /** The get and the position that come next if nobody else takes. */
  #nextGet = 0;
  #nextHead = 0;
  #wanted = 0;

  /**
   * Copies out the message at the position `head`, which is the message number
   * `get` of the ring. Under the get lock.
   *
   * @param tail Reads where the last message ends.
   * @returns The length of the message.
   */
  read(
    ring: RingBytes,
    head: number,
    get: number,
    tail: () => number,
  ): number {
    if (get === this.#nextGet && head === this.#nextHead) {
      const at = (head - this.#from) | 0;
      if (at + MESSAGE_HEAD <= this.#length) {
        const length = this.#words[at >> 2]!;
        const need = bytesOnRing(length);
        if (at + need <= this.#length) {
          this.#nextGet = (get + 1) | 0;
          this.#nextHead = (head + need) | 0;
          this.offset = at + MESSAGE_HEAD;
          return length;
        }
      }
      this.#wanted = Math.min(this.#wanted * 2 + 256, MOST_AHEAD);
    } else {
      // Another consumer took from this ring: what was copied was in vain.
      this.#wanted = 0;
    }
    const length = ring.lengthAt(head);
    const need = bytesOnRing(length);
    const run = need < this.#wanted
      ? Math.min(this.#wanted, (tail() - head) | 0)
      : need;
    this.#copy(ring, head, run);
    this.#nextGet = (get + 1) | 0;
    this.#nextHead = (head + need) | 0;
    this.offset = MESSAGE_HEAD;
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
