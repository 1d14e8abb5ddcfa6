/**
 * The read-write lock: many actors that read, or one that writes.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import type { BlockOptions, WaitOptions } from "../wait_options.ts";
import type { Guard } from "./guard.ts";
import {
  checkOnDeadlock,
  type LockOptions,
  type LockReport,
  partyOf,
} from "./lock_options.ts";
import { packPlace, type Placed, placeOf, unpackPlaced } from "./_place.ts";
import { RW_WORDS, RwState } from "./_rw_state.ts";

const locks = new Identity<RwLock>();

/**
 * A lock that any number of actors hold to read, or one alone to write.
 *
 * Neither side starves the other: a reader that comes while a writer waits goes
 * after it, and the readers that waited for a writer go before the next one.
 * An actor that reads already may do so once more at once, also then.
 *
 * A holder that dies, or ends, frees it, as with a `Lock`. After a writer that
 * died, the guards of the readers say `abandoned`, and that of the next writer does,
 * whose part it is to repair what was half written.
 *
 * @example
 * ```ts
 * import { RwLock } from "@troupe/troupe";
 *
 * const lock = new RwLock({ name: "prices" });
 * {
 *   using one = await lock.acquireRead();
 *   using other = await lock.acquireRead(); // beside the first
 * }
 * using guard = await lock.acquireWrite(); // alone
 * console.log(lock.tryAcquireRead()); // undefined
 * ```
 */
export class RwLock {
  /** The kind of handle this is. */
  readonly kind = "rw-lock";

  readonly #name: string | undefined;
  readonly #state!: RwState;

  /**
   * Makes a lock that nobody holds.
   *
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(options: LockOptions = {}) {
    const remote = madeAtHome<this>("rw-lock", options);
    if (remote !== undefined) return remote;
    const label = labelOf("read-write lock", options.name);
    const onDeadlock = checkOnDeadlock(options.onDeadlock);
    const { words, number } = placeOf(options as Placed, RW_WORDS);
    this.#name = options.name;
    this.#state = new RwState(words, number, label, onDeadlock);
    this.#state.reading.owner = this;
    this.#state.writing.owner = this;
    locks.add(number, this);
  }

  /**
   * Acquires the lock to read, waiting while another writes.
   *
   * @returns The guard that releases it.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws {DeadlockError} If the wait can never end and `onDeadlock` is
   *   `"fail"`.
   */
  acquireRead(options?: WaitOptions): Promise<Guard> {
    return this.#state.reading.acquire(options);
  }

  /** Acquires the lock to read if that takes no wait. */
  tryAcquireRead(): Guard | undefined {
    return this.#state.reading.tryAcquire();
  }

  /**
   * Acquires the lock to read, blocking the whole thread while another writes.
   *
   * @returns The guard that releases it.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws {DeadlockError} If the wait can never end: at once if the calling
   *   actor itself writes, else if `onDeadlock` is `"fail"`.
   */
  acquireReadSync(options?: BlockOptions): Guard {
    return this.#state.reading.acquireSync(options);
  }

  /**
   * Acquires the lock to write, waiting until nobody else has it.
   *
   * @returns The guard that releases it.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws {DeadlockError} If the wait can never end and `onDeadlock` is
   *   `"fail"`.
   */
  acquireWrite(options?: WaitOptions): Promise<Guard> {
    return this.#state.writing.acquire(options);
  }

  /** Acquires the lock to write if that takes no wait. */
  tryAcquireWrite(): Guard | undefined {
    return this.#state.writing.tryAcquire();
  }

  /**
   * Acquires the lock to write, blocking the whole thread until nobody else has
   * it.
   *
   * @returns The guard that releases it.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws {DeadlockError} If the wait can never end: at once if the calling
   *   actor itself reads or writes, else if `onDeadlock` is `"fail"`.
   */
  acquireWriteSync(options?: BlockOptions): Guard {
    return this.#state.writing.acquireSync(options);
  }

  /** Who holds it and who waits for it, also while all of them are blocked. */
  inspect(): LockReport {
    const { label, reading, writing } = this.#state;
    const waiters = new Set([...writing.gate.threads, ...reading.gate.threads]);
    return {
      label,
      holders: this.#state.holders().map(partyOf),
      waiters: [...waiters].map(partyOf),
    };
  }

  /**
   * How it is logged: `read-write lock "prices" (2 read)`.
   *
   * @internal
   */
  [INSPECT](): string {
    const count = this.#state.readers().length;
    const use = this.#state.writer() !== 0
      ? "1 writes"
      : count === 0
      ? "free"
      : `${count} read`;
    return `${this.#state.label} (${use})`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    const { onDeadlock } = this.#state;
    return {
      kind: this.kind,
      ...packPlace(this.#state),
      name: this.#name,
      onDeadlock,
    };
  }
}

registerHandle("rw-lock", {
  unpack: (packed) =>
    unpackPlaced(locks, packed, (placed) => {
      const { name, onDeadlock } = packed as LockOptions;
      return new RwLock({ name, onDeadlock, ...placed });
    }),
});
