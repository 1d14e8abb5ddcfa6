/**
 * The event flag: all that wait go on once it is set.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { Gate, GATE_WORDS } from "../gate.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { INSPECT } from "../inspect.ts";
import { nextRing } from "../threads.ts";
import { blockAt, waitAt } from "../waiting.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  timeoutError,
  type WaitOptions,
} from "../wait_options.ts";

/** Options of an {@linkcode EventFlag}. */
export interface EventFlagOptions {
  /** What messages call it. */
  name?: string;
}

// Word 0 counts how often it was set and cleared: while it is odd, it is set. So a
// waiter that finds another count than when it came knows that it was set, even if
// it was cleared before the waiter could look.
const COUNT = 0;
const GATE = 1;
const WORDS = GATE + GATE_WORDS;

/** The memory of a flag that came from another thread. */
const MEMORY: unique symbol = Symbol("memory");

interface Adopted extends EventFlagOptions {
  [MEMORY]?: { words: Int32Array<SharedArrayBuffer>; number: number };
}

const flags = new Identity<EventFlag>();

/**
 * A flag that actors wait for: once it is set, all that wait go on, and those that
 * come later do not wait, until it is cleared.
 *
 * Whoever waits when it is set goes on, also if it is cleared at once.
 *
 * In the spirit of Python's `multiprocessing.Event`; but a wait that takes too
 * long is a `TimeoutError`, as everywhere here, and no `False`.
 *
 * @example
 * ```ts ignore
 * import { actor, EventFlag } from "@troupe/troupe";
 *
 * const runner = actor(import.meta, async function runner(go: EventFlag) {
 *   await go.wait();
 *   console.log("runs");
 * });
 *
 * if (import.meta.main) {
 *   const go = new EventFlag();
 *   const runners = [runner.spawn([go]), runner.spawn([go])];
 *   go.set();
 *   for (const one of runners) await one.join();
 * }
 * ```
 */
export class EventFlag {
  /** The kind of handle this is. */
  readonly kind = "event-flag";

  readonly #name: string | undefined;
  readonly #label: string;
  readonly #number: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #gate: Gate;

  /**
   * Makes a flag that is not set.
   *
   * @throws {TypeError} If the name is no string.
   */
  constructor(options: EventFlagOptions = {}) {
    this.#name = options.name;
    this.#label = labelOf("event flag", options.name);
    const { words, number } = (options as Adopted)[MEMORY] ?? {
      words: new Int32Array(new SharedArrayBuffer(WORDS * 4)),
      number: nextRing(),
    };
    this.#words = words;
    this.#number = number;
    this.#gate = new Gate(words, GATE, () => this.isSet);
    flags.add(number, this);
  }

  /** Whether it is set. */
  get isSet(): boolean {
    return (this.#count & 1) === 1;
  }

  get #count(): number {
    return Atomics.load(this.#words, COUNT);
  }

  /** Sets it, and lets all go on that wait. */
  set(): void {
    this.#turn(0);
    this.#gate.wakeAll();
  }

  /** Clears it: who comes from here on waits. */
  clear(): void {
    this.#turn(1);
  }

  /** Counts on, if the last bit is the given one. */
  #turn(from: number): void {
    for (;;) {
      const count = this.#count;
      if ((count & 1) !== from) return;
      const next = count + 1 | 0;
      if (Atomics.compareExchange(this.#words, COUNT, count, next) === count) {
        return;
      }
    }
  }

  /**
   * Waits until it is set.
   *
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it was not set in `timeout` ms.
   */
  async wait(options?: WaitOptions): Promise<void> {
    const timeout = checkWait(options);
    const hasBeenSet = this.#watch();
    if (hasBeenSet()) return;
    // What waits keeps the object, which is so the one that others get.
    await waitAt([this.#gate], {
      attempt: hasBeenSet,
      options,
      late: () => this.#late(timeout),
    });
  }

  /**
   * Waits until it is set, blocking the whole thread.
   *
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it was not set in `timeout` ms.
   */
  waitSync(options?: BlockOptions): void {
    const timeout = checkTimeout(options?.timeout);
    const hasBeenSet = this.#watch();
    if (hasBeenSet() || blockAt([this.#gate], hasBeenSet, timeout)) return;
    throw timeoutError(this.#late(timeout));
  }

  /** Tells whether it is set, or has been since this call. */
  #watch(): () => boolean {
    const before = this.#count;
    return () => this.isSet || this.#count !== before;
  }

  #late(timeout: number): string {
    return `${this.#label} was not set within ${timeout} ms`;
  }

  /**
   * How it is logged: `event flag "go" (set)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#label} (${this.isSet ? "set" : "not set"})`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return {
      kind: this.kind,
      memory: this.#words.buffer,
      number: this.#number,
      name: this.#name,
    };
  }
}

registerHandle("event-flag", {
  unpack({ memory, number, name }) {
    const known = flags.get(number as number);
    if (known !== undefined) return known;
    const words = new Int32Array(memory as SharedArrayBuffer);
    return new EventFlag({ name, [MEMORY]: { words, number } } as Adopted);
  },
});
