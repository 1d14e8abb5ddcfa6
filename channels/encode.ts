/**
 * Turns values into the bytes of a message.
 *
 * @module
 */

import { describeThrown } from "./_refusal.ts";
import { writeSpecial } from "./_special_writer.ts";
import { Writer } from "./_writer.ts";

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
 * Handles and shared memory cannot be bytes: they are collected in `beside`, if it
 * is given, and the bytes say where each belongs. A handle is an instance of a
 * class; whether a plain object is one, too, is not asked, which would cost every
 * object that is sent a tenth of its time.
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

  /** Not there while a message is being written. */
  #idle: Writer | undefined;

  /** Makes an encoder. */
  constructor() {
    this.#idle = new Writer(writeSpecial);
    this.bytes = this.#idle.bytes;
  }

  /**
   * Encodes a value.
   *
   * An error, also one that a getter of the value throws, leaves the encoder as
   * good as new, and `beside` as it was.
   *
   * @param value What to encode.
   * @param beside Receives what bytes cannot carry; without it that is refused.
   * @returns How many bytes the value takes.
   * @throws {NotSendableError} If the value holds something that cannot be sent.
   */
  encode(value: unknown, beside?: object[]): number {
    return this.#run(value, beside, false);
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
    return this.#run(value, beside, true);
  }

  #run(value: unknown, beside: object[] | undefined, lossy: boolean): number {
    // A getter of the value may encode something itself: that takes a writer of
    // its own, and leaves ours as it is.
    const writer = this.#idle ?? new Writer(writeSpecial);
    if (typeof value === "number") return this.#number(writer, value);
    this.#idle = undefined;
    const besideBefore = beside?.length;
    try {
      writer.beside = beside;
      writer.lossy = lossy;
      writer.message(value);
      return writer.position;
    } catch (error) {
      if (beside !== undefined) beside.length = besideBefore!;
      if (!lossy) throw error;
      // A proxy's traps, say: what can be described part by part was.
      writer.rewind();
      writer.text(describeThrown(error));
      return writer.position;
    } finally {
      writer.clear();
      this.bytes = writer.bytes;
      this.#idle = writer;
    }
  }

  /** The short way: a number cannot fail, nor lead anywhere. */
  #number(writer: Writer, value: number): number {
    writer.rewind();
    writer.number(value);
    writer.shrink();
    this.bytes = writer.bytes;
    return writer.position;
  }
}
