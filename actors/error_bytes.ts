/**
 * Errors on their way to a caller.
 *
 * @module
 */

import { Encoder } from "../channels/encode.ts";
import { relocated } from "../channels/relocated.ts";

const encoder = new Encoder();

/** An error, encoded by itself; what of it cannot be sent is left out. */
export function errorBytes(error: unknown): Uint8Array<ArrayBuffer> {
  const length = encoder.encodeLossy(error);
  return encoder.bytes.slice(0, length);
}

/** As `relocated`, of a result: an answer holds the value first. */
export function ofResult(error: unknown): unknown {
  return relocated(error, /^\$\[0\]/);
}
