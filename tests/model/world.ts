/**
 * The memory that all virtual threads share, with a hash that is kept up to
 * date and a log that takes changes back.
 *
 * @module
 */

import type { Space } from "./instance.ts";
import type { Words } from "./shared_memory.ts";

/** Mixes two numbers into a hash; with two salts, into two of them. */
export function mix(a: number, b: number, salt: number): number {
  let h = Math.imul(a + salt | 0, 0x9e3779b1) ^ Math.imul(b ^ salt, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d) + a | 0;
  h ^= h >>> 12;
  h = Math.imul(h ^ b, 0x297a2d39);
  return h ^ (h >>> 15);
}

/** Two salts, so that a state has 64 bits of hash. */
export const SALT_1 = 0x51ed270b;
/** The other one. */
export const SALT_2 = 0x2545f491;

/** The memory of the world. */
export class World implements Words, Space {
  words = new Int32Array(1 << 10);
  /** The two halves of the hash of what differs from the beginning. */
  hash1 = 0;
  hash2 = 0;
  /** Called for a notify. */
  onNotify: (at: number, count: number) => void = () => {};

  /** Pairs of a word and what it was. */
  readonly #log: number[] = [];
  #length = 0;

  /** Where each memory begins, in the order they were made. */
  readonly places: number[] = [];

  place(byteLength: number, maxByteLength: number): number {
    const base = this.#length + 1;
    this.#length = base + (maxByteLength >> 2);
    if (this.#length > this.words.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[base - 1] = byteLength;
    this.places.push(base);
    return base;
  }

  get(at: number): number {
    return this.words[at]!;
  }

  set(at: number, value: number): void {
    const old = this.words[at]!;
    if (old === value) return;
    this.#log.push(at, old);
    this.hash1 ^= mix(at, old, SALT_1) ^ mix(at, value, SALT_1);
    this.hash2 ^= mix(at, old, SALT_2) ^ mix(at, value, SALT_2);
    this.words[at] = value;
  }

  notify(at: number, count: number): void {
    this.onNotify(at, count);
  }

  /** What to give {@linkcode back}. */
  get mark(): number {
    return this.#log.length;
  }

  /** Takes back all changes since the mark. */
  back(mark: number): void {
    const log = this.#log;
    while (log.length > mark) {
      const old = log.pop()!;
      const at = log.pop()!;
      const value = this.words[at]!;
      this.hash1 ^= mix(at, old, SALT_1) ^ mix(at, value, SALT_1);
      this.hash2 ^= mix(at, old, SALT_2) ^ mix(at, value, SALT_2);
      this.words[at] = old;
    }
  }

  /** Forgets how it came to be as it is: from here on changes count. */
  begin(): void {
    this.#log.length = 0;
    this.hash1 = 0;
    this.hash2 = 0;
  }

  /** A copy, to try something on. */
  copy(): World {
    const copy = new World();
    copy.words = this.words.slice();
    copy.#length = this.#length;
    return copy;
  }
}
