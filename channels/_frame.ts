/**
 * The frame of a message on a ring: its bytes and what stands before them.
 *
 * ```text
 *   plain     │ length │ bytes… │
 *
 *   extended  │ ~length │ parcel │ n │ length 1 … n │ bytes… │ bulk 1 │ … │ bulk n │
 *              └ negative: that is the mark
 * ```
 *
 * Each part begins at a multiple of four bytes. Most messages are plain. An
 * extended frame has beside its bytes
 *
 * - *bulk*: large pieces of binary data, copied once from the sender's memory
 *   to the ring and once from the ring to the receiver's, where the bytes of a
 *   plain message pass through the encoder's and the decoder's memory as well.
 *   A length of -1 says that the piece is not here: it was moved, and comes
 *   over the lane, see `_lane.ts`;
 * - a *parcel*: the number under which what no bytes can carry waits to be
 *   fetched, or 0; see `broker.ts`.
 *
 * @module
 */

/** The length of a plain frame's head in bytes. */
export const MESSAGE_HEAD = 4;

/** The length of an extended frame's head without the lengths of its bulk. */
const EXTENDED_HEAD = 12;

/** What a message has beside its bytes. */
export interface Extension {
  /** Large pieces, each up to 1 GiB, as they lie in the sender's memory. */
  readonly bulk: readonly Uint8Array[];
  /** Those of them that are moved, and take no room on the ring. */
  readonly moved?: ReadonlySet<Uint8Array>;
  /**
   * Hands over what goes beside, when the message is certain to be put, and
   * gives its number, or 0; it may throw, and then nothing is put.
   */
  readonly post?: () => number;
}

/** The next multiple of four. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** How much of the ring a plain message of this length takes. */
export function bytesOnRing(length: number): number {
  return MESSAGE_HEAD + padded(length);
}

/** The length of the head of a frame with so many pieces of bulk. */
export function extendedHead(pieces: number): number {
  return EXTENDED_HEAD + 4 * pieces;
}

/**
 * How much of a ring a message takes. A float, so that it is right also where
 * it is more than any ring can hold.
 */
export function frameSize(
  length: number,
  extension: Extension | undefined,
): number {
  const bytes = Math.ceil(length / 4) * 4;
  if (extension === undefined) return MESSAGE_HEAD + bytes;
  const { bulk, moved } = extension;
  let size = extendedHead(bulk.length) + bytes;
  for (const piece of bulk) {
    if (!moved?.has(piece)) size += Math.ceil(piece.length / 4) * 4;
  }
  return size;
}
