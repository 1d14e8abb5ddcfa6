/**
 * Turns the bytes of a message back into a value.
 *
 * @module
 */

import { isObject } from "./_format.ts";
import { Reader } from "./_reader.ts";
import { readSpecial } from "./_special_reader.ts";

export { CorruptMessageError } from "./_format.ts";

/** Not there while a message is being read. */
let idle: Reader | undefined = new Reader(readSpecial);

/** For messages without objects: reading one cannot lead back here. */
const leaves = new Reader(readSpecial);

/**
 * Decodes the message from `start` to `end`, written by an `Encoder`.
 *
 * What it gives shares no memory with the bytes. See there for what is carried;
 * objects without a prototype arrive with the usual one, as by structured clone.
 *
 * Bytes that are no message are an error, never a hang or a crash, and never take
 * more memory than a small multiple of their own number. A change that leaves
 * them a message, such as another letter in a text, cannot be noticed.
 *
 * @param bytes Memory that no other thread writes to meanwhile.
 * @param start The first byte of the message.
 * @param end The byte after the last one.
 * @param beside What travelled beside the bytes, in order.
 * @returns The value.
 * @throws {CorruptMessageError} If the bytes are no message.
 * @throws {RangeError} If `start` and `end` are no range of the bytes.
 */
export function decode(
  bytes: Uint8Array,
  start: number,
  end: number,
  beside?: readonly unknown[],
): unknown {
  if (!(start >= 0 && start <= end && end <= bytes.length)) {
    throw new RangeError(
      `Cannot decode bytes ${start} to ${end}: there are ${bytes.length}`,
    );
  }
  if (start < end && !isObject(bytes[start]!)) {
    leaves.open(bytes, start, end);
    return leaves.leafMessage();
  }
  // Making an object may, by a hook of the program's, lead back here.
  const reader = idle ?? new Reader(readSpecial);
  idle = undefined;
  try {
    reader.open(bytes, start, end);
    return reader.message(beside);
  } finally {
    reader.clear();
    idle = reader;
  }
}
