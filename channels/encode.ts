/**
 * Turns values into the bytes of a message.
 *
 * @module
 */

import { describeThrown, type Refusal } from "./_refusal.ts";
import { writeSpecial } from "./_special_writer.ts";
import { Writer, type WriteSpecial } from "./_writer.ts";
import { BROKEN, BUSY, IDLE } from "./_state.ts";

/** How an encoder is to work. */
export interface EncoderOptions {
  /**
   * Whether messages must be readable outside of the program, where its table of
   * shapes is not known. They are longer. Default: `false`.
   */
  readonly selfContained?: boolean;
  /**
   * What is said of an object, neither plain nor an array, that could be sent
   * elsewhere, and not where these messages go. By default all may go.
   */
  readonly refuse?: (object: object) => Refusal | undefined;
}

/**
 * Encodes values, one at a time, into memory that is used again.
 *
 * ## What is carried
 *
 * All that structured clone carries as data, and more faithfully in places:
 *
 * | value                        | note                                        |
 * | ---------------------------- | ------------------------------------------- |
 * | primitives                   | every number, bigint and string exactly     |
 * | `EXIT`                       | the one symbol that can be sent             |
 * | plain objects                | own enumerable string keys; getters are read |
 * | arrays                       | holes stay holes; named properties are left |
 * | `Map`, `Set`                 | any keys                                    |
 * | `Date`, `RegExp`             | also invalid dates; `lastIndex` becomes 0   |
 * | boxed primitives             | `Object(1)` and the like                    |
 * | `ArrayBuffer`, its views     | see below                                   |
 * | errors                       | with class, stack, cause and fields         |
 *
 * References that are shared or go round in circles are rebuilt as they were. The
 * depth is limited by memory only.
 *
 * A view that covers its whole buffer still shares it, inside the message, with
 * the buffer itself and with other such views. A view of a part is sent as that
 * part and arrives with a buffer of its own, where structured clone would take the
 * whole buffer along. A view that covers a resizable buffer follows its length.
 *
 * ## What travels with the bytes
 *
 * Handles and shared memory cannot be bytes: they are collected in `beside`, if it
 * is given, and the bytes say where each belongs. So are ports, streams and array
 * buffers that `transfer` names. A handle is an instance of a class; whether a
 * plain object is one, too, is not asked, which would cost every object that is
 * sent a tenth of its time.
 *
 * Great array buffers of fixed length need not be copied into the message: where
 * `bulk` is given, it receives a view of the caller's memory, to be copied or moved
 * by whoever sends the message.
 *
 * ```text
 * const length = encoder.encode({ id: 1 });
 * decode(encoder.bytes, 0, length); // { id: 1 }
 * ```
 */
export class Encoder {
  /**
   * Holds the encoded bytes, from 0 to what the last `encode` returned, until the
   * next one. Another array may take its place at each call.
   */
  bytes: Uint8Array<ArrayBuffer>;

  #writer: Writer;
  readonly #isSelfContained: boolean;
  readonly #writeSpecial: WriteSpecial;

  /** Makes an encoder. */
  constructor({ selfContained = false, refuse }: EncoderOptions = {}) {
    this.#isSelfContained = selfContained;
    this.#writeSpecial = refuse === undefined
      ? writeSpecial
      : (writer, object) => {
        const refusal = refuse(object);
        if (refusal === undefined) writeSpecial(writer, object);
        else writer.refuse(object, refusal);
      };
    this.#writer = this.#newWriter();
    this.bytes = this.#writer.bytes;
  }

  #newWriter(): Writer {
    return new Writer(this.#writeSpecial, this.#isSelfContained);
  }

  /**
   * Encodes a value.
   *
   * An error, also one that a getter of the value throws, leaves the encoder as
   * good as new, and `beside` and `bulk` as they were.
   *
   * @param value What to encode.
   * @param beside Receives what bytes cannot carry; without it that is refused.
   * @param bulk Receives the bytes of great buffers, which travel apart: the
   *   caller's own memory, not copies.
   * @param transfer What of the value is to go beside as it is, though bytes
   *   might carry it: buffers, ports and streams.
   * @returns How many bytes the value takes.
   * @throws {NotSendableError} If the value holds something that cannot be sent.
   */
  encode(
    value: unknown,
    beside?: object[],
    bulk?: Uint8Array[],
    transfer?: ReadonlySet<object>,
  ): number {
    const writer = this.#writer;
    if (writer.state !== IDLE) {
      return this.#encodeAnew(value, beside, bulk, transfer);
    }
    if (typeof value === "number") return this.#number(writer, value);
    writer.beside = beside;
    writer.bulk = bulk;
    writer.transfer = transfer;
    const besideBefore = beside === undefined ? 0 : beside.length;
    const bulkBefore = bulk === undefined ? 0 : bulk.length;
    writer.state = BUSY;
    try {
      writer.message(value);
    } catch (error) {
      // Without calls, which fail where there is no stack left.
      writer.state = BROKEN;
      if (beside !== undefined) beside.length = besideBefore;
      if (bulk !== undefined) bulk.length = bulkBefore;
      writer.abandon();
      throw error;
    }
    writer.clear();
    writer.state = IDLE;
    if (this.bytes !== writer.bytes) this.bytes = writer.bytes;
    return writer.position;
  }

  /** The short way: a number cannot fail, nor lead anywhere. */
  #number(writer: Writer, value: number): number {
    writer.rewind();
    writer.number(value);
    writer.shrink();
    this.bytes = writer.bytes;
    return writer.position;
  }

  #encodeAnew(
    value: unknown,
    beside: object[] | undefined,
    bulk: Uint8Array[] | undefined,
    transfer: ReadonlySet<object> | undefined,
  ): number {
    const outer = this.#writer;
    if (outer.state === BROKEN) {
      outer.abandon();
      return this.encode(value, beside, bulk, transfer);
    }
    // What a getter encodes of the value that is being encoded takes a writer of
    // its own, and leaves ours as it is.
    this.#writer = this.#newWriter();
    try {
      return this.encode(value, beside, bulk, transfer);
    } finally {
      this.#writer = outer;
    }
  }

  /**
   * Encodes a value, whatever it holds: what cannot be sent is replaced by a text
   * that describes it, such as `[function cb]`. Meant for what actors throw, since
   * that must be reported in any case.
   *
   * @param value What to encode.
   * @param beside Receives what bytes cannot carry; without it a text does.
   * @returns How many bytes the value takes.
   */
  encodeLossy(value: unknown, beside?: object[]): number {
    // Rare, and so always in a writer of its own.
    const writer = this.#newWriter();
    const before = beside?.length;
    writer.beside = beside;
    writer.lossy = true;
    try {
      writer.message(value);
    } catch (error) {
      // A proxy's traps, say: what can be described part by part was.
      if (beside !== undefined) beside.length = before!;
      writer.rewind();
      writer.text(describeThrown(error));
    }
    this.bytes = writer.bytes;
    return writer.position;
  }
}
