/**
 * Payloads: values on their way to another process.
 *
 * ```text
 *   byte 0   LENGTH   u32  of the value
 *   byte 4…  VALUE    encoded, with a number for each thing beside it
 *   …        BESIDE   for each: what it is; see `Described`
 * ```
 *
 * Data goes as bytes. A thing that others use, too, stays where it is, and a
 * number goes in its place: the other side makes what stands for it, or finds the
 * thing itself if that is its own.
 *
 * @module
 */

import { cannotCross, worksWithin } from "../crossing.ts";
import { decode } from "../decode.ts";
import { Encoder } from "../encode.ts";
import { isHandle } from "../handle.ts";
import { Exports } from "./_exports.ts";
import { FrameError, HEADER, MOST_PAYLOAD, writeHeader } from "./frame.ts";
import { type ImportOptions, Imports } from "./imports.ts";
import { remoteKind, remoteKindOf, Result, type Way } from "./remote_kind.ts";

/** A thing beside a value, as it is told to the other side. */
type Described =
  /** It is at home with the sender. */
  | [ref: number, kind: string, fields: Readonly<Record<string, unknown>>]
  /** It is the receiver's own. */
  | [ref: number];

/** What a codec is made with. */
export interface PayloadOptions extends ImportOptions {
  /** Whether things of a kind may be handed over to the other side. */
  exports(kind: string): boolean;
}

/** See the module. */
export class PayloadCodec {
  /** What the other side may use of this one. */
  readonly exports: Exports = new Exports();
  /** What this side uses of the other one. */
  readonly imports: Imports;
  readonly #mayExport: (kind: string) => boolean;
  readonly #encoder = new Encoder({
    selfContained: true,
    refuse: (object) => this.#refuse(object),
  });

  /** The options tell of what either side hands over. */
  constructor({ exports, ...imports }: PayloadOptions) {
    this.#mayExport = exports;
    this.imports = new Imports(imports);
  }

  /**
   * A whole frame with a value.
   *
   * @param lossy Whether a text takes the place of what cannot be sent.
   * @throws {NotSendableError} If the value holds something that cannot be sent.
   * @throws {RangeError} If it is too great for a frame.
   */
  write(
    tag: number,
    lane: number,
    number: number,
    value: unknown,
    lossy = false,
  ): Uint8Array<ArrayBuffer> {
    const beside: object[] = [];
    const encoder = this.#encoder;
    const length = lossy
      ? encoder.encodeLossy(value, beside)
      : encoder.encode(value, beside);
    let bytes = encoder.bytes;
    let rest = 0;
    if (beside.length > 0) {
      bytes = bytes.slice(0, length);
      rest = encoder.encode(beside.map((thing) => this.#describe(thing)));
    }
    const size = 4 + length + rest;
    if (size > MOST_PAYLOAD) {
      throw new RangeError(
        `Cannot send a value to another process: it takes ${size} bytes, and ` +
          `the most is ${MOST_PAYLOAD}. Send it in parts`,
      );
    }
    const frame = new Uint8Array(HEADER + size);
    writeHeader(frame, tag, lane, number);
    new DataView(frame.buffer).setUint32(HEADER, length, true);
    frame.set(bytes.subarray(0, length), HEADER + 4);
    if (rest > 0) {
      frame.set(encoder.bytes.subarray(0, rest), HEADER + 4 + length);
    }
    return frame;
  }

  /**
   * The value in a payload.
   *
   * @throws {FrameError} If there is none.
   */
  read(payload: Uint8Array<ArrayBuffer>): unknown {
    try {
      const view = new DataView(payload.buffer, payload.byteOffset);
      const end = 4 + view.getUint32(0, true);
      const beside = end === payload.length ? [] : this.#things(
        decode(payload, end, payload.length),
        payload.length - end,
      );
      return decode(payload, 4, end, beside);
    } catch (error) {
      if (error instanceof FrameError) throw error;
      throw new FrameError("Cannot read a frame: its payload is no value", {
        cause: error,
      });
    }
  }

  #refuse(object: object) {
    const refusal = cannotCross(object);
    if (refusal !== undefined || !isHandle(object)) return refusal;
    if (this.imports.refOf(object) !== undefined) return undefined;
    const kind = object instanceof Result ? object.kind : remoteKindOf(object);
    const mayGo = kind !== undefined && this.#mayExport(kind);
    return mayGo ? undefined : worksWithin(object);
  }

  #describe(thing: object): Described {
    const own = this.imports.refOf(thing);
    if (own !== undefined) return [own];
    const { kind, object } = thing instanceof Result
      ? thing
      : { kind: remoteKindOf(thing)!, object: thing };
    const ref = this.exports.add(kind, object);
    return [ref, kind, remoteKind(kind)!.fields?.(object as never) ?? {}];
  }

  #things(described: unknown, most: number): object[] {
    if (!Array.isArray(described)) {
      throw new FrameError(
        "Cannot read a frame: nothing tells what is beside it",
      );
    }
    // Each takes some bytes; holes would take none, and minutes to walk over.
    if (described.length > most) {
      throw new FrameError(
        `Cannot read a frame: there cannot be ${described.length} things ` +
          `beside it`,
      );
    }
    return described.map((one) => {
      const [ref, kind, fields] = one as Partial<
        [number, string, Way["fields"]]
      >;
      if (kind === undefined) return this.exports.get(ref).object;
      return this.imports.take(ref, kind, fields);
    });
  }
}
