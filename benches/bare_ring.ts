/**
 * The least that can carry numbers from one thread to another: no lock, no
 * encoding, no waiting. What a queue costs beyond this is its own.
 *
 * @module
 */

const SLOTS = 1 << 16;
const HEAD = 0;
const TAIL = 16;
const DATA = 32;
/** Looks before the thread naps, in case the other one is off its core. */
const LOOKS = 10_000;
/** A word on which nobody is ever woken. */
const BED = 8;
const NAP = 1; // ms

/** A ring of whole numbers for one producer and one consumer. */
export class BareRing {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  #at = 0;
  /** What the other side had reached when this one looked last. */
  #other = 0;

  constructor(memory = new SharedArrayBuffer((DATA + SLOTS) * 4)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  put(value: number): void {
    const at = this.#at;
    while (((at - this.#other) | 0) >= SLOTS) this.#other = this.#look(HEAD);
    this.#words[DATA + (at & (SLOTS - 1))] = value;
    this.#at = (at + 1) | 0;
    Atomics.store(this.#words, TAIL, this.#at);
  }

  get(): number {
    const at = this.#at;
    while (at === this.#other) this.#other = this.#look(TAIL);
    const value = this.#words[DATA + (at & (SLOTS - 1))]!;
    this.#at = (at + 1) | 0;
    Atomics.store(this.#words, HEAD, this.#at);
    return value;
  }

  /** Looks for news in `word`, for a while. */
  #look(word: number): number {
    for (let look = 0; look < LOOKS; look++) {
      const value = Atomics.load(this.#words, word);
      if (value !== this.#other) return value;
    }
    Atomics.wait(this.#words, BED, 0, NAP);
    return this.#other;
  }
}
