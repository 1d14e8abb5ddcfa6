/**
 * The lock: one actor at a time.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import { nextRing } from "../numbers.ts";
import type { BlockOptions, WaitOptions } from "../wait_options.ts";
import type { Guard } from "./guard.ts";
import {
  checkOnDeadlock,
  type LockOptions,
  type LockReport,
} from "./lock_options.ts";
import { LockState } from "./_lock_state.ts";
import { Mutex, MUTEX_WORDS } from "./mutex.ts";

/**
 * Where a lock lies that is not made anew: the memory of another thing, or what
 * came from another thread.
 */
export const MEMORY: unique symbol = Symbol("memory");

/** Whether the holder of a lock may acquire it once more. */
export const RECURSIVE: unique symbol = Symbol("recursive");

/** This thread's side of a lock. */
export const STATE: unique symbol = Symbol("state");

/** The words of shared memory that a lock takes within another thing. */
export const LOCK_WORDS: number = MUTEX_WORDS;

/** A place for a lock, and its number in the program. */
export interface LockMemory {
  /** The memory. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The index of the first of its {@linkcode LOCK_WORDS} words, 0 at first. */
  readonly at: number;
  /** Its number; see `nextRing`. */
  readonly number: number;
}

/** What only Troupe itself says of a lock. */
export interface InnerLockOptions extends LockOptions {
  /** Its place, if it has one already. */
  [MEMORY]?: LockMemory;
  /** See {@linkcode RECURSIVE}. */
  [RECURSIVE]?: boolean;
}

const locks = new Identity<Lock>();

/** A lock that lies in the memory of another thing; one object a thread. */
export function lockAt<L extends Lock>(
  type: new (options?: LockOptions) => L,
  memory: LockMemory,
  options: LockOptions,
): L {
  const known = locks.get(memory.number);
  if (known !== undefined) return known as L;
  return new type({ ...options, [MEMORY]: memory } as InnerLockOptions);
}

/**
 * A lock that one actor holds at a time, and within it one caller.
 *
 * Made by any actor and passed to others as an argument or an item. Whoever
 * waits for it in vain for a millisecond comes before all that come later, so
 * that nobody starves; apart from that it goes to whoever asks first while it is
 * free, which is what makes it fast.
 *
 * A holder that dies, or ends, frees it: the next owner gets the lock, within
 * 100 ms, and `guard.abandoned` tells it so. An actor that was terminated but
 * computes on still has it, since it may still be writing; it has until its thread
 * is gone, which the event loop of its parent sees.
 *
 * In the spirit of Python's `multiprocessing.Lock`, and of the robust mutexes of
 * POSIX. To release what another holds is an error here.
 *
 * @example Only one at a time between the two messages
 * ```ts ignore
 * import { actor, Lock } from "@troupe/troupe";
 *
 * const report = actor(import.meta, async function report(lock: Lock, n: number) {
 *   using _ = await lock.acquire();
 *   console.log(`report ${n} begins`);
 *   console.log(`report ${n} ends`);
 * });
 *
 * if (import.meta.main) {
 *   const lock = new Lock();
 *   const reports = [1, 2, 3].map((n) => report.spawn([lock, n]));
 *   for (const one of reports) await one.join();
 * }
 * ```
 */
export class Lock {
  /** The kind of handle this is. */
  readonly kind: "lock" | "recursive-lock" = "lock";

  readonly #name: string | undefined;
  readonly #state!: LockState;

  /**
   * Makes a lock that nobody holds.
   *
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(options: LockOptions = {}) {
    const { [MEMORY]: memory, [RECURSIVE]: isRecursive = false } =
      options as InnerLockOptions;
    const { name, onDeadlock: answer } = options;
    const remote = memory === undefined
      ? madeAtHome<this>(isRecursive ? "recursive-lock" : "lock", {
        name,
        onDeadlock: answer,
      })
      : undefined;
    if (remote !== undefined) return remote;
    const label = labelOf(
      isRecursive ? "recursive lock" : "lock",
      options.name,
    );
    const onDeadlock = checkOnDeadlock(options.onDeadlock);
    const { words, at, number } = memory ?? {
      words: new Int32Array(new SharedArrayBuffer(LOCK_WORDS * 4)),
      at: 0,
      number: nextRing(),
    };
    this.#name = options.name;
    const mutex = new Mutex(words, at);
    this.#state = new LockState(mutex, number, label, onDeadlock, isRecursive);
    this.#state.owner = this;
    locks.add(number, this);
  }

  /** Whether anybody holds it now. */
  get isLocked(): boolean {
    return this.#state.mutex.holder !== 0;
  }

  /** Whether the calling actor holds it. */
  get isHeldHere(): boolean {
    return this.#state.isHeldHere;
  }

  /**
   * Acquires the lock, waiting until it is free. The event loop goes on.
   *
   * @returns The guard that releases it.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it was held for `timeout` ms.
   * @throws {DeadlockError} If the wait can never end and `onDeadlock` is
   *   `"fail"`.
   */
  acquire(options?: WaitOptions): Promise<Guard> {
    return this.#state.acquire(options);
  }

  /** Acquires the lock if it is free now. */
  tryAcquire(): Guard | undefined {
    return this.#state.tryAcquire();
  }

  /**
   * Acquires the lock, blocking the whole thread until it is free.
   *
   * Ends when the actor is terminated. For short holds, where it is much faster
   * than {@linkcode acquire}.
   *
   * @returns The guard that releases it.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it was held for `timeout` ms.
   * @throws {DeadlockError} If the wait can never end: at once if the calling
   *   actor itself holds the lock, else if `onDeadlock` is `"fail"`.
   */
  acquireSync(options?: BlockOptions): Guard {
    return this.#state.acquireSync(options);
  }

  /**
   * Calls a function while holding the lock, and releases it when the function
   * has returned or thrown, or its promise is settled.
   *
   * @param work Is told whether the holder before died; see `Guard.abandoned`.
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
   * As {@linkcode run}, blocking: for work that ends when it returns. The fastest
   * way to use a lock.
   *
   * @param work Is told whether the holder before died; see `Guard.abandoned`.
   * @returns What the function returns.
   * @throws What the function throws, and what {@linkcode acquireSync} does.
   */
  runSync<T>(work: (abandoned: boolean) => T, options?: BlockOptions): T {
    return this.#state.runSync(work, options);
  }

  /**
   * Releases the lock, as the guard of the actor's latest `acquire` would.
   *
   * @throws {LockOwnerError} If the calling actor does not hold it.
   */
  release(): void {
    this.#state.release();
  }

  /** Who holds it and who waits for it, also while all of them are blocked. */
  inspect(): LockReport {
    return this.#state.inspect();
  }

  /**
   * How it is logged: `lock "files" (held by "Process-1")`.
   *
   * @internal
   */
  [INSPECT](): string {
    const { label, holders } = this.inspect();
    const holder = holders[0];
    return `${label} (${
      holder === undefined ? "free" : `held by "${holder.name}"`
    })`;
  }

  /**
   * This thread's side of it, for what is built on it.
   *
   * @internal
   */
  get [STATE](): LockState {
    return this.#state;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    const { mutex, number, onDeadlock } = this.#state;
    return {
      kind: this.kind,
      memory: mutex.words.buffer,
      at: mutex.at,
      number,
      name: this.#name,
      onDeadlock,
    };
  }
}

/** Lets locks of a class arrive from other threads. */
export function registerLock(
  kind: Lock["kind"],
  type: new (options?: LockOptions) => Lock,
): void {
  registerHandle(kind, {
    unpack({ memory, at, number, name, onDeadlock }) {
      const place = {
        // Of fixed length: the memory may grow, and views that follow are slow.
        words: new Int32Array(
          memory as SharedArrayBuffer,
          0,
          at as number + LOCK_WORDS,
        ),
        at: at as number,
        number: number as number,
      };
      const options = { name, onDeadlock } as LockOptions;
      return lockAt(type, place, options);
    },
  });
}

registerLock("lock", Lock);
