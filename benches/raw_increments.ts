/**
 * Counting in plain shared memory.
 *
 * @module
 */

import { type Incrementer, incrementerBy } from "./increment_work.ts";

/** How a plain worker counts. */
export type RawForm = "bare exchange" | "bare add" | "Web Locks";

/** The words of the memory: the number, and its lock. */
const NUMBER = 0;
const LOCK = 1;

/** The part of the web's locks that is used; Deno has them from 2.9 on. */
interface WebLocks {
  request(name: string, work: () => void): Promise<void>;
}

/** The web's locks, if there are any. */
export const webLocks: WebLocks | undefined =
  (globalThis.navigator as unknown as { locks?: WebLocks }).locks;

/** The number that plain workers share. */
export class BareNumber {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  set(number: number): void {
    Atomics.store(this.#words, NUMBER, number);
  }

  get(): number {
    return Atomics.load(this.#words, NUMBER);
  }

  /** Counts under the least of all locks, of one that never sleeps. */
  countLocked(count: number): void {
    const words = this.#words;
    for (let i = 0; i < count; i++) {
      while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0);
      words[NUMBER]! += 1;
      Atomics.store(words, LOCK, 0);
    }
  }

  /** Counts by one operation. */
  add(count: number): void {
    const words = this.#words;
    for (let i = 0; i < count; i++) Atomics.add(words, NUMBER, 1);
  }

  /** Counts under a lock of the web's. */
  async countAwaiting(name: string, count: number): Promise<void> {
    const words = this.#words;
    for (let i = 0; i < count; i++) {
      await webLocks!.request(name, () => {
        words[NUMBER]! += 1;
      });
    }
  }
}

/** One that counts in the memory. */
export function rawIncrementer(
  memory: SharedArrayBuffer,
  form: RawForm,
  lockName: string,
): Incrementer {
  const number = new BareNumber(memory);
  return incrementerBy((count) => {
    switch (form) {
      case "bare exchange":
        return number.countLocked(count);
      case "bare add":
        return number.add(count);
      case "Web Locks":
        return number.countAwaiting(lockName, count);
    }
  });
}
