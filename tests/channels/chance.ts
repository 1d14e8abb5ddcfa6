/**
 * Chance that can be repeated, for tests that try many orders of events. Actors
 * load it too, so it imports nothing.
 *
 * @module
 */

/** Numbers from 0 to 1 that follow from `seed` (Mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let n = Math.imul(state ^ (state >>> 15), state | 1);
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61);
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Choices that follow from a seed. */
export class Chance {
  /** A number from 0 to 1. */
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  /** One of these. */
  of<T>(...choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** A seed for another. */
  seed(): number {
    return this.below(2 ** 31);
  }
}
