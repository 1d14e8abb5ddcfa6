/**
 * The message that a supervised actor has in hand, kept so that it survives the
 * actor: the next incarnation handles it again, or it is set aside.
 *
 * ```text
 *   word 0   LENGTH  of the message; −1: it cannot be kept
 *   word 1   NUMBER  of the message, by the actor's own count
 *   byte 8…          the message, encoded
 * ```
 *
 * Each incarnation has a keeper of its own, so that one that was fenced and
 * still runs writes where nobody looks. A message that holds handles cannot be
 * kept: they have been taken out of it.
 *
 * @module
 */

import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";

const LENGTH = 0;
const NUMBER = 1;
const HEADER = 8;
const FIRST = 4096;
const MOST = 2 ** 30;

const encoder = new Encoder();

/** See the module. */
export class Keeper {
  /** The memory, which is all that another thread needs. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  #bytes: Uint8Array<SharedArrayBuffer>;

  /** Makes a keeper, or uses the one in `memory`. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ??
      new SharedArrayBuffer(FIRST, { maxByteLength: MOST });
    this.#words = new Int32Array(this.memory, 0, HEADER / 4);
    this.#bytes = new Uint8Array(this.memory, 0, this.memory.byteLength);
  }

  /**
   * Keeps a message while it is handled. For the actor itself.
   *
   * @param bytes The message as it came, if it was nothing but bytes.
   */
  keep(number: number, message: unknown[], bytes?: Uint8Array): void {
    const words = this.#words;
    const kept = bytes ?? encodeAgain(message);
    words[NUMBER] = number;
    if (kept === undefined || HEADER + kept.length > MOST) {
      words[LENGTH] = -1;
      return;
    }
    if (HEADER + kept.length > this.#bytes.length) {
      this.memory.grow(Math.min(MOST, 2 * (HEADER + kept.length)));
      this.#bytes = new Uint8Array(this.memory, 0, this.memory.byteLength);
    }
    this.#bytes.set(kept, HEADER);
    words[LENGTH] = kept.length;
  }

  /**
   * The message that was kept under a number. Its bytes are `undefined` if it
   * could not be kept; there is none if nothing was kept under the number.
   */
  read(
    number: number,
  ): { bytes: Uint8Array<ArrayBuffer> | undefined } | undefined {
    if (this.#words[NUMBER] !== number) return undefined;
    const length = this.#words[LENGTH]!;
    if (length < 0) return { bytes: undefined };
    const bytes = new Uint8Array(length);
    bytes.set(new Uint8Array(this.memory, HEADER, length));
    return { bytes };
  }
}

/** The message that was kept in these bytes. */
export function readKept(bytes: Uint8Array): unknown[] {
  return decode(bytes, 0, bytes.length) as unknown[];
}

/** A great message has its buffers apart from its bytes: it is put together. */
function encodeAgain(message: unknown[]): Uint8Array | undefined {
  try {
    return encoder.bytes.subarray(0, encoder.encode(message));
  } catch {
    return undefined;
  }
}
