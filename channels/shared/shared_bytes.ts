/**
 * Shared bytes: text or other bytes that actors share.
 *
 * @module
 */

import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { INSPECT } from "../inspect.ts";
import type { Lock } from "../locks/lock.ts";
import { checkLength } from "./_array_bounds.ts";
import {
  ADOPTED,
  adopting,
  type InnerOptions,
  SharedMemory,
} from "./_shared_memory.ts";
import type { SharedOptions } from "./shared_options.ts";

const WHAT = "shared bytes";

const encoder = new TextEncoder();
/** Gives back what was written, also a byte order mark. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** How many bytes the one that came from another thread has. */
interface Adopted {
  readonly memory: SharedMemory;
  readonly length: number;
}

const known = new Identity<SharedBytes>();

/**
 * Bytes in memory that actors share, of a fixed count: for text, or for what the
 * program lays out itself.
 *
 * Made by any actor and passed to others as an argument or an item; all of them
 * see and change the same bytes. To read or write more than one byte is many
 * steps: where others may write meanwhile, hold the {@linkcode lock}. Nothing
 * takes it by itself.
 *
 * In the spirit of Python's `multiprocessing.Array("c", …)`, whose `value` is
 * {@linkcode text} and whose `raw` is {@linkcode bytes}.
 *
 * @example
 * ```ts
 * import { SharedBytes } from "@troupe/troupe";
 *
 * const status = new SharedBytes(16);
 * status.text = "waiting";
 * console.log(status.text, status.length); // waiting 16
 * status.text = "done";
 * console.log([...status.bytes.subarray(0, 5)]); // [ 100, 111, 110, 101, 0 ]
 * ```
 */
export class SharedBytes {
  /** The kind of handle this is. */
  readonly kind = "shared-bytes";
  /** The number of bytes. */
  readonly length: number;
  /** The bytes themselves: what is written to them, all actors see. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;

  readonly #memory: SharedMemory;

  /**
   * Makes shared bytes.
   *
   * @param from The number of bytes, which are 0 then; or bytes to be copied; or
   *   a text, of whose UTF-8 there is then room for exactly so many bytes.
   * @throws {TypeError} If it is none of these, or an option is of the wrong
   *   type.
   * @throws {RangeError} If the length is no whole number from 0 on.
   */
  constructor(
    from: number | Uint8Array | string,
    options: SharedOptions = {},
  ) {
    const adopted = (options as InnerOptions<Adopted>)[ADOPTED];
    const bytes = typeof from === "string" ? encoder.encode(from) : from;
    if (typeof bytes !== "number" && !(bytes instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot create ${WHAT}: they are made of a length, a Uint8Array or a ` +
          `string, got ${Deno.inspect(from)}`,
      );
    }
    const { memory, length } = adopted ?? create(bytes, options);
    this.#memory = memory;
    this.length = length;
    this.bytes = new Uint8Array(memory.memory, 0, length);
    if (typeof bytes !== "number") this.bytes.set(bytes);
    known.add(memory.number, this);
  }

  /**
   * The bytes before the first NUL as text, read as UTF-8; all bytes if there is
   * no NUL. What is no UTF-8 reads as U+FFFD.
   */
  get text(): string {
    // One copy, which nobody changes between the search and the reading.
    const copy = this.toBytes();
    const end = copy.indexOf(0);
    return decoder.decode(end < 0 ? copy : copy.subarray(0, end));
  }

  /**
   * Writes a text as UTF-8, and NULs after it up to the end. A text may hold a
   * NUL, where it then seems to end.
   *
   * @throws {TypeError} If it is no string.
   * @throws {RangeError} If it takes more bytes than there are. Nothing is
   *   written then.
   */
  set text(text: string) {
    const { label } = this.#memory;
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot set the text of ${label}: it must be a string, got ${
          text === null ? "null" : typeof text
        }`,
      );
    }
    const bytes = encoder.encode(text);
    if (bytes.length > this.length) {
      throw new RangeError(
        `Cannot set the text of ${label}: it takes ${bytes.length} bytes, ` +
          `there are ${this.length}`,
      );
    }
    this.bytes.set(bytes);
    this.bytes.fill(0, bytes.length);
  }

  /** A copy of all bytes, which is this actor's own. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes);
  }

  /**
   * The lock that goes with them: that of the options, or their own.
   *
   * @throws {TypeError} If they were made with `lock: false`.
   */
  get lock(): Lock {
    return this.#memory.lock;
  }

  /**
   * How they are logged: `shared bytes "status" (16 bytes)`. Not what they are,
   * which may be a secret.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#memory.label} (${this.length} bytes)`;
  }

  /**
   * How they travel to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    const { kind, length } = this;
    return { kind, length, ...this.#memory.pack() };
  }
}

function create(bytes: number | Uint8Array, options: SharedOptions): Adopted {
  const length = typeof bytes === "number" ? bytes : bytes.length;
  checkLength(WHAT, length);
  return { memory: SharedMemory.create(WHAT, length, options), length };
}

registerHandle("shared-bytes", {
  unpack(packed) {
    const bytes = known.get(packed.number as number);
    if (bytes !== undefined) return bytes;
    const memory = SharedMemory.unpack(WHAT, packed);
    const adopted: Adopted = { memory, length: packed.length as number };
    return new SharedBytes(0, adopting(adopted));
  },
});
