/**
 * What only tests may look at: the memory of a queue and who waits there.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { PACK } from "../../channels/handle.ts";
import { arrive } from "../../channels/holders.ts";
import {
  CONSUMERS,
  GET_LOCK,
  GET_WAITERS,
  PRODUCERS,
  PUT_LOCK,
  PUT_WAITERS,
  WATCHERS,
} from "../../channels/_ring_layout.ts";
import { Ring } from "../../channels/ring.ts";
import { ownThread, threadExists } from "../../channels/threads.ts";
import type { Queue } from "../../mod.ts";

/** The words of a gate before its entries: see `gate.ts`. */
export const GATE_HEAD = 4;

/** How long a test waits for what must happen; longer is a failure. */
const SOON = 20_000;

/** The promise, or a failure where there would be a hang. */
export function soon<T>(promise: Promise<T>, ms: number = SOON): Promise<T> {
  return deadline(promise, ms);
}

/** The promise, whose rejection is looked at only after other waits. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {}); // else it would be unhandled until then
  return promise;
}

/** The ring of a queue. */
export function ringOf(queue: Queue<unknown>): Ring {
  const { memory } = queue[PACK]();
  const ring = Ring.at(memory as SharedArrayBuffer);
  arrive(ring.words); // it has not left
  return ring;
}

/** The living threads on the list of the gate at `at`. */
export function waitersAt(words: Int32Array, at: number): number[] {
  const used = Atomics.load(words, at);
  const found: number[] = [];
  for (let i = 0; i < used; i++) {
    const id = Atomics.load(words, at + GATE_HEAD + i);
    if (id !== 0 && threadExists(id)) found.push(id);
  }
  return found;
}

/** Whether this thread stands on any list of the queue. */
export function isWaitingAt(queue: Queue<unknown>): boolean {
  const { words } = ringOf(queue);
  return [CONSUMERS, PRODUCERS, WATCHERS, PUT_WAITERS, GET_WAITERS]
    .some((at) => waitersAt(words, at).includes(ownThread()));
}

/** How many threads wait at a queue for whatever it may be. */
export function waiterCount(queue: Queue<unknown>): number {
  const { words } = ringOf(queue);
  return [CONSUMERS, PRODUCERS, WATCHERS, PUT_WAITERS, GET_WAITERS]
    .reduce((sum, at) => sum + waitersAt(words, at).length, 0);
}

/** How many threads wait for an item, and how many for room. */
export function sidesWaiting(
  queue: Queue<unknown>,
): { consumers: number; producers: number } {
  const { words } = ringOf(queue);
  return {
    consumers: waitersAt(words, CONSUMERS).length,
    producers: waitersAt(words, PRODUCERS).length,
  };
}

/** Whether a thread holds one of the queue's locks. */
export function isLocked(queue: Queue<unknown>): boolean {
  const { words } = ringOf(queue);
  return Atomics.load(words, PUT_LOCK) !== 0 ||
    Atomics.load(words, GET_LOCK) !== 0;
}
