/**
 * The message that a supervised actor has in hand, kept so that it survives the
 * actor: the next incarnation handles it again, or it is set aside.
 *
 * ```text
 *   word 0   LENGTH  of the message; −1: it cannot be kept
 *   word 1   NUMBER  of the message, by the actor's own count
 *   word 2   CLIENT  who sent it
 *   byte 16  ASK     the number of the ask, by the client's count; 0: a tell
 *   byte 24…         the message, encoded
 * ```
 *
 * Each incarnation has a keeper of its own, so that one that was fenced and
 * still runs writes where nobody looks. A message that holds handles cannot be
 * kept: they have been taken out of it. But who waits for an answer is known.
 *
 * @module
 */

import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";

const LENGTH = 0;
const NUMBER = 1;
const CLIENT = 2;
const ASK = 16;
const HEADER = 24;
const FIRST = 4096;
const MOST = 2 ** 30;

const encoder = new Encoder();

/** A message that was kept. */
export interface Kept {
  /** The message; nothing if it could not be kept. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Who sent it, by the id of its thread. */
  readonly client: number;
  /** The number of the ask, by the client's count; 0 for a tell. */
  readonly ask: number;
}

/** See the module. */
export class Keeper {
  /** The memory, which is all that another thread needs. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #ask: Float64Array<SharedArrayBuffer>;
  #bytes: Uint8Array<SharedArrayBuffer>;

  /** Makes a keeper, or uses the one in `memory`. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ??
      new SharedArrayBuffer(FIRST, { maxByteLength: MOST });
    this.#words = new Int32Array(this.memory, 0, HEADER / 4);
    this.#ask = new Float64Array(this.memory, ASK, 1);
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
    words[CLIENT] = message.at(-4) as number;
    this.#ask[0] = message.at(-3) as number;
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

  /** The message that was kept under a number, if there is one. */
  read(number: number): Kept | undefined {
    const words = this.#words;
    if (words[NUMBER] !== number) return undefined;
    const [client, ask] = [words[CLIENT]!, this.#ask[0]!];
    const length = words[LENGTH]!;
    if (length < 0) return { bytes: undefined, client, ask };
    const bytes = new Uint8Array(length);
    bytes.set(new Uint8Array(this.memory, HEADER, length));
    return { bytes, client, ask };
  }
}

/** The message that was kept in these bytes. */
export function readKept(bytes: Uint8Array): unknown[] {
  return decode(bytes, 0, bytes.length) as unknown[];
}

/** A great message has its buffers apart from its bytes: it is put together. */
function encodeAgain(message: unknown[]): Uint8Array | undefined {
  try {
    // First this: another array may take the place of the encoder's.
    const length = encoder.encode(message);
    return encoder.bytes.subarray(0, length);
  } catch {
    return undefined;
  }
}
