/**
 * The bytes of a message that travel apart from it.
 *
 * @module
 */

import { refuseDetached } from "./_refusal.ts";
import { NotSendableError } from "./errors.ts";

interface Entry {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly path: string;
}

/** What a message has set apart: the caller's own memory. */
export class Apart {
  readonly #entries: Entry[] = [];

  /** Adds bytes, and where in the value they were found. */
  add(bytes: Uint8Array<ArrayBuffer>, path: string): void {
    this.#entries.push({ bytes, path });
  }

  /**
   * Makes sure that the memory is still the caller's: code that ran since, a
   * getter's, may have given it away.
   *
   * @throws {NotSendableError} If it has.
   */
  check(): void {
    for (const { bytes, path } of this.#entries) {
      // There are no empty ones. Of fixed length, they are whole or detached.
      if (bytes.length > 0) continue;
      const { found, advice } = refuseDetached(bytes.buffer);
      throw new NotSendableError(path, found, advice);
    }
  }
}
