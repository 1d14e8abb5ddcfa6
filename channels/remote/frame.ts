/**
 * Frames: what crosses from one process to another.
 *
 * ```text
 *   byte 0   LENGTH   u32  how many bytes the payload has
 *   byte 4   TAG      u8   one of `Tag`
 *   byte 5            u24  0
 *   byte 8   LANE     i32  the thread that calls; 0: the main one
 *   byte 12  NUMBER   u32  of the call; of its answer the same
 *   byte 16… PAYLOAD
 * ```
 *
 * All numbers are little-endian. A stream of frames has nothing else in it, so
 * one byte too many or too few would shift all that follows: a frame that cannot
 * be is the end of the stream, and never skipped.
 *
 * @module
 */

/** What a frame is. */
export const Tag = {
  /** Calls a member of an object. */
  call: 1,
  /** The call of this number has this value. */
  value: 2,
  /** The call of this number threw this. */
  error: 3,
  /** Nobody waits for the call of this number any more; the reason. */
  abort: 4,
  /** Objects that were handed over are in use no more. */
  drop: 5,
} as const;

/** The length of all that is before the payload, in bytes. */
export const HEADER = 16;

/** The greatest length of a payload, in bytes. */
export const MOST_PAYLOAD: number = 2 ** 30;

const LANE = 8;
const NUMBER = 12;

/** A frame that was read. */
export interface Frame {
  /** One of {@linkcode Tag}. */
  readonly tag: number;
  /** The thread that calls, by its id; 0 for the main one. */
  readonly lane: number;
  /** The number of the call, by the caller's count. */
  readonly number: number;
  /** All of it, to be passed on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Thrown for bytes that are no frame, and for a frame that makes no sense. */
export class FrameError extends Error {
  /** The class name, `"FrameError"`. */
  override readonly name = "FrameError";
}

/** The payload of a frame. */
export function payloadOf({ bytes }: Frame): Uint8Array<ArrayBuffer> {
  return bytes.subarray(HEADER);
}

/** Writes the header of a frame into its first {@linkcode HEADER} bytes. */
export function writeHeader(
  bytes: Uint8Array<ArrayBuffer>,
  tag: number,
  lane: number,
  number: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  view.setUint32(0, bytes.length - HEADER, true);
  view.setUint32(4, tag, true);
  view.setInt32(LANE, lane, true);
  view.setUint32(NUMBER, number, true);
}

/**
 * Reads what {@linkcode writeHeader} wrote, of a whole frame.
 *
 * @throws {FrameError} If it is none.
 */
export function readFrame(bytes: Uint8Array<ArrayBuffer>): Frame {
  if (bytes.length < HEADER) {
    throw new FrameError(
      `Cannot read a frame: it has ${bytes.length} bytes in all`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint32(0, true);
  const tag = view.getUint32(4, true);
  if (length !== bytes.length - HEADER) {
    throw new FrameError(
      `Cannot read a frame: it says that it has ${length} bytes, and has ` +
        `${bytes.length - HEADER}`,
    );
  }
  return {
    tag,
    lane: view.getInt32(LANE, true),
    number: view.getUint32(NUMBER, true),
    bytes,
  };
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  /** What came of a frame that is not complete, in pieces, and their length. */
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  /** The length of the whole frame; 0 while that is not known. */
  #wanted = 0;

  /** Gives each frame to `onFrame`, once it is complete. */
  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Whether bytes of a frame are there that is not complete. */
  get isWithin(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param chunk Is kept, or parts of it, and must not change.
   * @throws {FrameError} If no frame begins so. The stream is then of no use.
   */
  push(chunk: Uint8Array<ArrayBuffer>): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#wanted === 0) {
        rest = this.#pushHeader(rest);
        if (this.#wanted === 0) return;
      }
      const missing = this.#wanted - this.#length;
      this.#add(rest.subarray(0, missing));
      if (rest.length < missing) return;
      rest = rest.subarray(missing);
      const bytes = this.#join();
      this.#pieces = [];
      this.#length = this.#wanted = 0;
      this.#onFrame(readFrame(bytes));
    }
  }

  /** Takes what is missing of the header; gives what is behind that. */
  #pushHeader(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const missing = HEADER - this.#length;
    this.#add(bytes.subarray(0, missing));
    if (this.#length < HEADER) return bytes.subarray(missing);
    const header = this.#join();
    const view = new DataView(header.buffer, header.byteOffset);
    const length = view.getUint32(0, true);
    const tag = view.getUint32(4, true);
    if (length > MOST_PAYLOAD) {
      throw new FrameError(
        `Cannot read a frame: it says that it has ${length} bytes, and the ` +
          `most is ${MOST_PAYLOAD}`,
      );
    }
    if (tag < Tag.call || tag > Tag.drop) {
      throw new FrameError(
        `Cannot read a frame: it has the unknown tag ${tag}`,
      );
    }
    this.#pieces = [header];
    this.#wanted = HEADER + length;
    return bytes.subarray(missing);
  }

  #add(piece: Uint8Array<ArrayBuffer>): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  #join(): Uint8Array<ArrayBuffer> {
    if (this.#pieces.length === 1) return this.#pieces[0]!;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
