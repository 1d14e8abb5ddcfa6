/**
 * Chance that can be repeated: for tests that try many orders of events.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import type { Process } from "../../mod.ts";

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
