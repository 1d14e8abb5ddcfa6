/**
 * The semaphore: so many at a time, or signals that are counted.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { INSPECT } from "../inspect.ts";
import { nextRing } from "../threads.ts";
import type { BlockOptions, WaitOptions } from "../wait_options.ts";
import type { Guard } from "./guard.ts";
import { type LockReport, partyOf } from "./lock_options.ts";
import { SEMAPHORE_WORDS, SemaphoreState } from "./_semaphore_state.ts";

/** The most permits that a semaphore has. */
const MOST_PERMITS = 2 ** 31 - 1;

/** Options of a {@linkcode Semaphore}. */
export interface SemaphoreOptions {
  /** What messages call it. */
  name?: string;
  /**
   * Whether there are never more permits than at first: a release of one that
   * nobody holds is then an error. Default: `false`.
   */
  bounded?: boolean;
}

/** The state of a semaphore that came from another thread. */
const MEMORY: unique symbol = Symbol("memory");

interface Adopted extends SemaphoreOptions {
  [MEMORY]?: { words: Int32Array<SharedArrayBuffer>; number: number };
}

const semaphores = new Identity<Semaphore>();

/**
 * A number of permits, of which each actor takes one, and gives it back.
 *
 * Where there is none left, the next waits until one is given back. Whoever waits
 * in vain for a millisecond comes before all that come later.
 *
 * The permits of an actor that dies, or ends, come back when its thread is gone,
 * and for each of them one guard says `abandoned`. A permit that is not to come
 * back, since it is a signal that is used up, is kept with `Guard.forget`.
 *
 * In the spirit of Python's `multiprocessing.Semaphore` and `BoundedSemaphore`.
 *
 * @example No more than two at a time
 * ```ts
 * import { Semaphore } from "@troupe/troupe";
 *
 * const doors = new Semaphore(2);
 * using one = await doors.acquire();
 * using other = await doors.acquire();
 * console.log(doors.available, doors.tryAcquire()); // 0 undefined
 * ```
 *
 * @example One actor signals, another uses the signals up
 * ```ts ignore
 * import { actor, Semaphore } from "@troupe/troupe";
 *
 * const ring = actor(import.meta, function ring(bell: Semaphore) {
 *   bell.release(3);
 * });
 *
 * if (import.meta.main) {
 *   const bell = new Semaphore(0);
 *   await using ringer = ring.spawn([bell]);
 *   for (let i = 1; i <= 3; i++) {
 *     (await bell.acquire()).forget();
 *     console.log("ring", i);
 *   }
 * }
 * ```
 */
export class Semaphore {
  /** The kind of handle this is. */
  readonly kind = "semaphore";

  readonly #name: string | undefined;
  readonly #state: SemaphoreState;

  /**
   * Makes a semaphore.
   *
   * @param permits How many permits it has at first. Default: 1.
   * @throws {RangeError} If that is no whole number from 0 to 2,147,483,647.
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(permits: number = 1, options: SemaphoreOptions = {}) {
    const { name, bounded = false } = options;
    const label = labelOf("semaphore", name);
    if (typeof bounded !== "boolean") {
      throw new TypeError(
        `Cannot create a ${label}: bounded must be a boolean, got ` +
          Deno.inspect(bounded),
      );
    }
    checkPermits(`create a ${label}: permits`, permits, 0);
    const adopted = (options as Adopted)[MEMORY];
    const { words, number } = adopted ?? {
      words: new Int32Array(new SharedArrayBuffer(SEMAPHORE_WORDS * 4)),
      number: nextRing(),
    };
    this.#name = name;
    const limit = bounded ? permits : MOST_PERMITS;
    this.#state = new SemaphoreState(words, number, label, limit);
    this.#state.owner = this;
    if (adopted === undefined) this.#state.fill(permits);
    semaphores.add(number, this);
  }

  /** How many permits there are to be had now. */
  get available(): number {
    return this.#state.available;
  }

  /**
   * Takes a permit, waiting until there is one.
   *
   * @returns The guard that gives it back.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if there was none for `timeout` ms.
   */
  acquire(options?: WaitOptions): Promise<Guard> {
    return this.#state.acquire(options);
  }

  /** Takes a permit if there is one now. */
  tryAcquire(): Guard | undefined {
    return this.#state.tryAcquire();
  }

  /**
   * Takes a permit, blocking the whole thread until there is one.
   *
   * @returns The guard that gives it back.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if there was none for `timeout` ms.
   */
  acquireSync(options?: BlockOptions): Guard {
    return this.#state.acquireSync(options);
  }

  /**
   * Gives permits back, or adds some.
   *
   * First those that the calling actor holds, the latest first, as their guards
   * would. What is left of the count are new permits: any actor may add some,
   * which is how a semaphore signals.
   *
   * @param count How many. Default: 1.
   * @throws {RangeError} If `count` is no whole number of 1 or more, or there
   *   would be too many permits: more than at first if the semaphore is bounded.
   *   Nothing has been given back then.
   */
  release(count: number = 1): void {
    checkPermits(`release ${this.#state.label}: count`, count, 1);
    this.#state.release(count);
  }

  /** Who holds permits and who waits for one, also while all are blocked. */
  inspect(): LockReport {
    return {
      label: this.#state.label,
      holders: this.#state.takers().map(partyOf),
      waiters: this.#state.gate.threads.map(partyOf),
    };
  }

  /**
   * How it is logged: `semaphore "doors" (2 available)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#state.label} (${this.available} available)`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    const { words, number, limit } = this.#state;
    return {
      kind: this.kind,
      memory: words.buffer,
      number,
      name: this.#name,
      limit,
    };
  }
}

function checkPermits(what: string, value: number, least: number): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot ${what} must be a number, got ${typeof value}`,
    );
  }
  if (Number.isInteger(value) && value >= least && value <= MOST_PERMITS) {
    return;
  }
  throw new RangeError(
    `Cannot ${what} must be a whole number from ${least} to ${MOST_PERMITS}, ` +
      `got ${value}`,
  );
}

registerHandle("semaphore", {
  unpack({ memory, number, name, limit }) {
    const known = semaphores.get(number as number);
    if (known !== undefined) return known;
    const words = new Int32Array(memory as SharedArrayBuffer);
    return new Semaphore(limit as number, {
      name,
      bounded: limit !== MOST_PERMITS,
      [MEMORY]: { words, number },
    } as Adopted);
  },
});
