/**
 * Errors on their way to a caller.
 *
 * @module
 */

import { Encoder } from "../channels/encode.ts";
import { NotSendableError } from "../channels/errors.ts";

const encoder = new Encoder();

/** An error, encoded by itself; what of it cannot be sent is left out. */
export function errorBytes(error: unknown): Uint8Array<ArrayBuffer> {
  const length = encoder.encodeLossy(error);
  return encoder.bytes.slice(0, length);
}

/**
 * The error about what cannot be sent, by the path that its reader knows: what
 * `from` matches at the beginning, the way through the message, becomes `to`.
 * Another error stays as it is.
 */
export function relocated(error: unknown, from: RegExp, to = "$"): unknown {
  if (!(error instanceof NotSendableError)) return error;
  return new NotSendableError(error.path.replace(from, () => to), error.found);
}

/** As `relocated`, of a result: an answer holds the value first. */
export function ofResult(error: unknown): unknown {
  return relocated(error, /^\$\[0\]/);
}
