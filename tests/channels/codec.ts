/**
 * What the tests of the codec have in common.
 *
 * @module
 */
import { assertThrows } from "@std/assert";
import { decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { PACK } from "../../channels/handle.ts";

export const encoder = new Encoder();

/** The message of a value, in memory of its own. */
export function encoded(
  value: unknown,
  beside?: object[],
): Uint8Array<ArrayBuffer> {
  const length = encoder.encode(value, beside);
  return encoder.bytes.slice(0, length);
}

/** What a message holds. */
export function decoded(bytes: Uint8Array, beside?: unknown[]): unknown {
  return decode(bytes, 0, bytes.length, beside);
}

/** What arrives of a value; typed as the value, which it should equal. */
export function sent<T>(value: T, beside?: object[]): T {
  return decoded(encoded(value, beside), beside) as T;
}

/** What arrives of a value that may hold what cannot be sent. */
export function sentLossy(value: unknown): unknown {
  const length = encoder.encodeLossy(value);
  return decode(encoder.bytes, 0, length);
}

/** The error by which a value is refused. */
export function refusal(value: unknown, beside?: object[]): NotSendableError {
  return assertThrows(() => encoder.encode(value, beside), NotSendableError);
}

/** A value inside of as many containers as `depth` says. */
export function nested(
  depth: number,
  wrap: (inner: unknown) => unknown,
): unknown {
  let value: unknown = "core";
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

/** A class as programs have them: its instances cannot be sent. */
export class Account {
  #secret = 1;
  name = "x";
  get secret() {
    return this.#secret;
  }
}

/** A handle that goes nowhere. */
export class Gadget {
  [PACK]() {
    return { kind: "gadget" };
  }
}
