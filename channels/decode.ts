/**
 * Turns the bytes of a message back into a value.
 *
 * @module
 */

import { isLeaf } from "./_format.ts";
import { Reader } from "./_reader.ts";
import { BROKEN, BUSY, IDLE } from "./_state.ts";
import { readSpecial } from "./_special_reader.ts";

export { CorruptMessageError } from "./_format.ts";

const ours = new Reader(readSpecial);

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
 * @param bulk The bytes that travelled apart, in order. Each is the whole of a
 *   buffer, which becomes one of the value's without a copy.
 * @returns The value.
 * @throws {CorruptMessageError} If the bytes are no message.
 * @throws {RangeError} If `start` and `end` are no range of the bytes.
 */
export function decode(
  bytes: Uint8Array,
  start: number,
  end: number,
  beside?: readonly unknown[],
  bulk?: readonly Uint8Array<ArrayBuffer>[],
): unknown {
  if (!(start >= 0 && start <= end && end <= bytes.length)) {
    throw new RangeError(
      `Cannot decode bytes ${start} to ${end}: there are ${bytes.length}`,
    );
  }
  if (start < end && isLeaf(bytes[start]!)) {
    leaves.open(bytes, start, end);
    const value = leaves.leafMessage();
    leaves.close();
    return value;
  }
  if (ours.state === BROKEN) ours.abandon();
  // Making an object may, by a hook of the program's, lead back here.
  const reader = ours.state === IDLE ? ours : new Reader(readSpecial);
  reader.state = BUSY;
  let value: unknown;
  try {
    reader.open(bytes, start, end);
    value = reader.message(beside, bulk);
  } catch (error) {
    // Without calls, which fail where there is no stack left.
    reader.state = BROKEN;
    reader.abandon();
    throw error;
  }
  reader.clear();
  reader.state = IDLE;
  return value;
}
