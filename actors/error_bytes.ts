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
 * The error about a result that cannot be sent, as its caller knows it: an
 * answer holds the value first, and the path to there is no news.
 */
export function ofResult({ path, found }: NotSendableError): NotSendableError {
  return new NotSendableError(path.replace(/^\$\[0\]/, "$"), found);
}
