/**
 * The condition: waiting, while a lock is lent to others, for what they do.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { kindOf, PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  type WaitOptions,
} from "../wait_options.ts";
import { Lock, STATE } from "./lock.ts";
import { RecursiveLock } from "./recursive_lock.ts";
import {
  packPlace,
  type Place,
  type Placed,
  placeOf,
  unpackPlaced,
} from "./_place.ts";
import { CONDITION_WORDS, ConditionState } from "./_condition_state.ts";

/** Options of a condition. */
export interface ConditionOptions {
  /** The lock it belongs to. Default: a recursive lock of its own. */
  lock?: Lock;
  /** What messages call it. */
  name?: string;
}

const conditions = new Identity<Condition>();

/**
 * A way to wait, while holding a lock, until another actor has changed what the
 * lock protects.
 *
 * A wait gives the lock back, sleeps until it is notified, and has the lock again
 * when it returns, however it returns: the guard that stood for the hold before
 * stands for it afterwards. Since others may have come in between, look again at
 * what was waited for; {@linkcode waitFor} does.
 *
 * A notification goes to actors that wait when it is given. One given to an actor
 * that dies before it goes on is passed to another. When the holder of the lock
 * died meanwhile, the guard says `abandoned`.
 *
 * In the spirit of Python's `multiprocessing.Condition`.
 *
 * @example
 * ```ts ignore
 * import { actor, Condition, SharedArray } from "@troupe/troupe";
 *
 * const cook = actor(
 *   import.meta,
 *   async function cook(ready: Condition, plates: SharedArray<"int32">) {
 *     using _ = await ready.lock.acquire();
 *     plates.set(0, 3);
 *     ready.notifyAll();
 *   },
 * );
 *
 * if (import.meta.main) {
 *   const ready = new Condition();
 *   const plates = new SharedArray("int32", 1);
 *   using _ = await ready.lock.acquire();
 *   await using one = cook.spawn([ready, plates]);
 *   await ready.waitFor(() => plates.get(0) > 0);
 *   console.log(plates.get(0)); // 3
 * }
 * ```
 */
export class Condition {
  /** The kind of handle this is. */
  readonly kind = "condition";
  /** The lock that is held to wait and to notify. */
  readonly lock!: Lock;

  readonly #name: string | undefined;
  readonly #label!: string;
  readonly #place!: Place;
  readonly #state!: ConditionState;

  /**
   * Makes a condition that nobody waits for.
   *
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(options: ConditionOptions = {}) {
    const remote = madeAtHome<this>("condition", options);
    if (remote !== undefined) return remote;
    const { lock = new RecursiveLock(), name } = options;
    this.#label = labelOf("condition", name);
    if (!(lock instanceof Lock)) {
      throw new TypeError(
        `Cannot create a ${this.#label}: lock must be a Lock or a ` +
          "RecursiveLock",
      );
    }
    this.lock = lock;
    this.#name = name;
    this.#place = placeOf(options as Placed, CONDITION_WORDS);
    const { words, number } = this.#place;
    this.#state = new ConditionState(words, lock[STATE], this.#label);
    this.#state.owner = this;
    conditions.add(number, this);
  }

  /**
   * Gives the lock back, waits for a notification, and acquires the lock again.
   *
   * @returns Whether it was notified; `false` when the time was over. Either way
   *   the lock is held again.
   * @throws {LockOwnerError} If the calling actor does not hold the lock.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws The signal's reason, when the lock is held again.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    const timeout = checkWait(options);
    return await this.#state.wait(timeout, options?.signal);
  }

  /**
   * As {@linkcode wait}, blocking the whole thread.
   *
   * @returns Whether it was notified; `false` when the time was over.
   * @throws {LockOwnerError} If the calling actor does not hold the lock.
   * @throws {RangeError} If the time-out is negative or NaN.
   */
  waitSync(options?: BlockOptions): boolean {
    return this.#state.waitSync(checkTimeout(options?.timeout));
  }

  /**
   * Waits until a predicate is true. It is called while the lock is held: first
   * at once, then after each notification.
   *
   * @returns What the predicate returned last: something false when the time was
   *   over.
   * @throws What the predicate and {@linkcode wait} do.
   */
  async waitFor<T>(predicate: () => T, options?: WaitOptions): Promise<T> {
    const end = performance.now() + checkWait(options);
    for (;;) {
      const result = predicate();
      if (result) return result;
      const left = Math.max(0, end - performance.now());
      if (!await this.#state.wait(left, options?.signal)) return predicate();
    }
  }

  /**
   * As {@linkcode waitFor}, blocking the whole thread.
   *
   * @returns What the predicate returned last.
   * @throws What the predicate and {@linkcode waitSync} do.
   */
  waitForSync<T>(predicate: () => T, options?: BlockOptions): T {
    const end = performance.now() + checkTimeout(options?.timeout);
    for (;;) {
      const result = predicate();
      if (result) return result;
      const left = Math.max(0, end - performance.now());
      if (!this.#state.waitSync(left)) return predicate();
    }
  }

  /**
   * Notifies up to `count` of those that wait, or fewer if fewer do. They go on
   * when the lock is given back, actors in turns.
   *
   * @param count How many. Default: 1.
   * @throws {LockOwnerError} If the calling actor does not hold the lock.
   * @throws {RangeError} If `count` is no whole number of 0 or more.
   */
  notify(count: number = 1): void {
    if (count !== Infinity && (!Number.isInteger(count) || count < 0)) {
      throw new RangeError(
        `Cannot notify ${this.#label}: count must be a whole number of 0 or ` +
          `more, got ${count}`,
      );
    }
    this.#state.notify(count);
  }

  /**
   * Notifies all that wait.
   *
   * @throws {LockOwnerError} If the calling actor does not hold the lock.
   */
  notifyAll(): void {
    this.#state.notify(Infinity);
  }

  /** How many callers wait now, in all actors. */
  get waiting(): number {
    return this.#state.waiting;
  }

  /**
   * How it is logged: `condition "ready" (2 waiting)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#label} (${this.waiting} waiting)`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return {
      kind: this.kind,
      ...packPlace(this.#place),
      name: this.#name,
      lock: this.lock[PACK](),
    };
  }
}

registerHandle("condition", {
  unpack: (packed) =>
    unpackPlaced(conditions, packed, (placed) => {
      const { name } = packed as ConditionOptions;
      const inner = packed.lock as PackedHandle;
      const lock = kindOf(inner).unpack(inner) as Lock;
      return new Condition({ name, lock, ...placed });
    }),
});
