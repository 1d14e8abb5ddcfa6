/**
 * Numbers that are given out once in a program, whichever thread asks; they are
 * counted in the thread table.
 *
 * @module
 */

import { tableWords } from "./threads.ts";

const RINGS = 0;
const PROCESSES = 2;
const PARCELS = 5;

function next(word: number): number {
  return Atomics.add(tableWords(), word, 1) + 1;
}

/** The number of a new ring or lock. */
export function nextRing(): number {
  return next(RINGS);
}

/** The number of a new process; the main one is 1. */
export function nextProcess(): number {
  return next(PROCESSES) + 1;
}

/** Numbers for so many processes, which another program of ours will give out. */
export function reserveProcesses(count: number): number {
  return Atomics.add(tableWords(), PROCESSES, count) + 2;
}

/** Has this program number its processes from there on. */
export function countProcessesFrom(first: number): void {
  Atomics.store(tableWords(), PROCESSES, first - 2);
}

/** The number of a new parcel, never 0. */
export function nextParcel(): number {
  return next(PARCELS) || nextParcel();
}
