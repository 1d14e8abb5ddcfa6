/**
 * Errors about what cannot be sent, by a path that their reader knows.
 *
 * @module
 */

import { NotSendableError } from "./errors.ts";

/**
 * The error about what cannot be sent, by the path that its reader knows: what
 * `from` matches at the beginning, the way through the message, becomes `to`.
 * Another error stays as it is.
 */
export function relocated(error: unknown, from: RegExp, to = "$"): unknown {
  if (!(error instanceof NotSendableError)) return error;
  const { path, found, advice } = error;
  return from.test(path)
    ? new NotSendableError(path.replace(from, () => to), found, advice)
    : error;
}
