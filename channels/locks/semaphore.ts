/**
 * The semaphore: so many at a time, or so many signals.
 *
 * @module
 */

import { checkWhole, labelOf } from "../bounds.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import type { BlockOptions, WaitOptions } from "../wait_options.ts";
import type { Guard } from "./guard.ts";
import {
  packPlace,
  PLACE,
  type Placed,
  placeOf,
  unpackPlaced,
} from "./_place.ts";
import type { LockReport } from "./lock_options.ts";
import { partyOf } from "./lock_options.ts";
import {
  fillSemaphore,
  MOST_PERMITS,
  SEMAPHORE_WORDS,
  SemaphoreState,
} from "./_semaphore_state.ts";

/** Options of a semaphore. */
export interface SemaphoreOptions {
  /** What messages call it. */
  name?: string;
  /**
   * Whether there may never be more permits than at first, so that a release too
   * many is an error. Default: `false`.
   */
  bounded?: boolean;
}

const semaphores = new Identity<Semaphore>();

/**
 * A number of permits, each of which one holder has at a time.
 *
 * Made by any actor and passed to others as an argument or an item. Whoever waits
 * in vain for a millisecond comes before all that come later, so that nobody
 * starves; callers of one actor get their permits in the order they asked.
 *
 * When an actor ends, however it ends, the permits that it has come back, within
 * 100 ms, and for each of them one guard says `abandoned`.
 *
 * A semaphore can also count signals: one actor sends them with
 * {@linkcode release}, and another waits for one and keeps it for good, with
 * `(await items.acquire()).forget()`. Without `forget` it would still have the
 * permit, and the signal would come back when it ends.
 *
 * In the spirit of Python's `multiprocessing.Semaphore` and `BoundedSemaphore`.
 *
 * @example At most two at a time
 * ```ts ignore
 * import { actor, Semaphore } from "@troupe/troupe";
 *
 * const load = actor(import.meta, async function load(slots: Semaphore, n: number) {
 *   using _ = await slots.acquire();
 *   console.log(`loading ${n}`);
 * });
 *
 * if (import.meta.main) {
 *   const slots = new Semaphore(2);
 *   const loads = [1, 2, 3].map((n) => load.spawn([slots, n]));
 *   for (const one of loads) await one.join();
 *   console.log(slots.available); // 2
 * }
 * ```
 *
 * @example Signals
 * ```ts
 * import { Semaphore } from "@troupe/troupe";
 *
 * const items = new Semaphore(0);
 * items.release(2);
 * (await items.acquire()).forget();
 * console.log(items.available); // 1
 * ```
 */
export class Semaphore {
  /** The kind of handle this is. */
  readonly kind = "semaphore";

  readonly #permits!: number;
  readonly #name: string | undefined;
  readonly #isBounded!: boolean;
  readonly #state!: SemaphoreState;

  /**
   * Makes a semaphore whose permits are all free.
   *
   * @param permits How many there are at first. Default: 1.
   * @throws {TypeError} If `permits` or an option is of the wrong type.
   * @throws {RangeError} If `permits` is no whole number from 0 to 2³¹ − 1.
   */
  constructor(permits: number = 1, options: SemaphoreOptions = {}) {
    const remote = madeAtHome<this>("semaphore", permits, options);
    if (remote !== undefined) return remote;
    const { name, bounded = false } = options;
    const label = labelOf("semaphore", name);
    checkWhole(`Cannot create a ${label}: permits`, permits, 0, MOST_PERMITS);
    if (typeof bounded !== "boolean") {
      throw new TypeError(
        `Cannot create a ${label}: bounded must be a boolean, got ` +
          typeof bounded,
      );
    }
    const placed = options as Placed;
    const { words, number } = placeOf(placed, SEMAPHORE_WORDS);
    if (placed[PLACE] === undefined) fillSemaphore(words, permits);
    this.#permits = permits;
    this.#name = name;
    this.#isBounded = bounded;
    const limit = bounded ? permits : MOST_PERMITS;
    this.#state = new SemaphoreState(words, number, label, limit);
    this.#state.owner = this;
    semaphores.add(number, this);
  }

  /** How many permits are free now. */
  get available(): number {
    return this.#state.available;
  }

  /**
   * Acquires a permit, waiting until one is free. The event loop goes on.
   *
   * @returns The guard that gives it back.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if none was free for `timeout` ms.
   *   Python returns `False`.
   */
  acquire(options?: WaitOptions): Promise<Guard> {
    return this.#state.acquire(options);
  }

  /** Acquires a permit if one is free now, and kept for nobody that waited long. */
  tryAcquire(): Guard | undefined {
    return this.#state.tryAcquire();
  }

  /**
   * Acquires a permit, blocking the whole thread until one is free.
   *
   * Ends when the actor is terminated.
   *
   * @returns The guard that gives it back.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if none was free for `timeout` ms.
   */
  acquireSync(options?: BlockOptions): Guard {
    return this.#state.acquireSync(options);
  }

  /**
   * Calls a function while having a permit, and gives it back when the function
   * has returned or thrown, or its promise is settled.
   *
   * @param work Is told whether a holder died; see `Guard.abandoned`.
   * @returns What the function returns.
   * @throws What the function throws, and what {@linkcode acquire} does.
   */
  run<T>(
    work: (abandoned: boolean) => T | PromiseLike<T>,
    options?: WaitOptions,
  ): Promise<T> {
    return this.#state.run(work, options);
  }

  /**
   * As {@linkcode run}, blocking: for work that ends when it returns.
   *
   * @param work Is told whether a holder died; see `Guard.abandoned`.
   * @returns What the function returns.
   * @throws What the function throws, and what {@linkcode acquireSync} does.
   */
  runSync<T>(work: (abandoned: boolean) => T, options?: BlockOptions): T {
    return this.#state.runSync(work, options);
  }

  /**
   * Gives permits back, or adds new ones.
   *
   * First it gives back those that the calling actor has, as the guards of its
   * latest `acquire` would. For what is left it adds new permits, as in Python,
   * where any actor may: they are signals to those that wait.
   *
   * @param count How many. Default: 1.
   * @throws {TypeError} If `count` is no number.
   * @throws {RangeError} If `count` is no whole number of 1 or more; if there
   *   would be more permits than at first, and the semaphore is bounded; or more
   *   than 2³¹ − 1. Nothing is changed then. What counts are all permits, also
   *   those that actors have: in Python only the free ones do.
   */
  release(count: number = 1): void {
    const { label } = this.#state;
    checkWhole(`Cannot release ${label}: count`, count, 1, MOST_PERMITS);
    this.#state.release(count);
  }

  /** Who has permits and who waits for one, also while all of them are blocked. */
  inspect(): LockReport {
    const { label, gate } = this.#state;
    return {
      label,
      holders: this.#state.havers().map(partyOf),
      waiters: gate.threads.map(partyOf),
    };
  }

  /**
   * How it is logged: `semaphore "slots" (2 available)`.
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
    return {
      kind: this.kind,
      ...packPlace(this.#state),
      permits: this.#permits,
      name: this.#name,
      bounded: this.#isBounded,
    };
  }
}

registerHandle("semaphore", {
  unpack: (packed) =>
    unpackPlaced(semaphores, packed, (placed) => {
      const { name, bounded } = packed as SemaphoreOptions;
      const options = { name, bounded, ...placed };
      return new Semaphore(packed.permits as number, options);
    }),
});
