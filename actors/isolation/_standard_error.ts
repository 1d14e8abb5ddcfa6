/**
 * What a child writes to its standard error: passed on, but for what the platform
 * writes when it runs out of memory, which belongs to the exit of that actor.
 *
 * @module
 */

/** How the last words of a process begin that ran out of memory. */
const LAST_WORDS = [
  "<--- Last few GCs --->",
  "Fatal JavaScript out of memory",
  "Fatal process out of memory",
];

/** The most that is kept of them, in bytes. */
const MOST_KEPT = 16 * 1024;

const decoder = new TextDecoder();

/** See the module. */
export class StandardError {
  #kept: Uint8Array[] = [];
  #size = 0;
  #isKept = false;

  /** Takes the next bytes. */
  take(bytes: Uint8Array): void {
    if (!this.#isKept) {
      const text = decoder.decode(bytes);
      const starts = LAST_WORDS.map((words) => text.indexOf(words));
      const found = starts.filter((at) => at >= 0);
      if (found.length === 0) return pass(bytes);
      this.#isKept = true;
    }
    if (this.#size < MOST_KEPT) this.#kept.push(bytes.slice());
    this.#size += bytes.length;
  }

  /** The process has ended: its last words, if it ran out of memory. */
  end(): string | undefined {
    if (!this.#isKept) return undefined;
    return this.#kept.map((bytes) => decoder.decode(bytes)).join("").trim();
  }
}

function pass(bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) {
      at += Deno.stderr.writeSync(bytes.subarray(at));
    }
  } catch {
    // Nobody reads it any more.
  }
}
