/**
 * The event flag: waiting until something has happened.
 *
 * ```text
 *   word 0   STATE   counts how often the flag was set and cleared; odd: it is set
 *   word 1…  gate    where threads wait
 * ```
 *
 * Since STATE counts, a waiter that was there when the flag was set goes on, also
 * if it was cleared before the waiter came to look.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { Gate, GATE_WORDS } from "../gate.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import { stopIfFenced } from "../threads.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  timeoutError,
  type WaitOptions,
} from "../wait_options.ts";
import { blockAt, waitAt } from "../waiting.ts";
import {
  packPlace,
  type Place,
  type Placed,
  placeOf,
  unpackPlaced,
} from "./_place.ts";

const STATE = 0;
const GATE = 1;
const WORDS = GATE + GATE_WORDS;

/** Options of an event flag. */
export interface EventFlagOptions {
  /** What messages call it. */
  name?: string;
}

const flags = new Identity<EventFlag>();

/**
 * A flag that actors wait for until one of them sets it.
 *
 * Made by any actor and passed to others as an argument or an item. All that wait
 * when it is set go on, also if it is cleared again at once. Nobody owns a flag:
 * where the one that is to set it may die, wait with a time-out or a signal.
 *
 * In the spirit of Python's `multiprocessing.Event`. There, a wait that takes too
 * long returns `False`; here it fails with a `TimeoutError`.
 *
 * @example
 * ```ts ignore
 * import { actor, EventFlag } from "@troupe/troupe";
 *
 * const runner = actor(import.meta, async function runner(start: EventFlag) {
 *   await start.wait();
 *   console.log("off");
 * });
 *
 * if (import.meta.main) {
 *   const start = new EventFlag();
 *   await using one = runner.spawn([start]);
 *   console.log("ready");
 *   start.set();
 *   await one.join();
 * }
 * ```
 */
export class EventFlag {
  /** The kind of handle this is. */
  readonly kind = "event-flag";

  readonly #name: string | undefined;
  readonly #label!: string;
  readonly #place!: Place;
  readonly #gate!: Gate;

  /**
   * Makes a flag that is not set.
   *
   * @throws {TypeError} If the name is no string.
   */
  constructor(options: EventFlagOptions = {}) {
    const remote = madeAtHome<this>("event-flag", options);
    if (remote !== undefined) return remote;
    this.#name = options.name;
    this.#label = labelOf("event flag", options.name);
    this.#place = placeOf(options as Placed, WORDS);
    this.#gate = new Gate(this.#place.words, GATE, () => this.isSet);
    flags.add(this.#place.number, this);
  }

  /** Whether it is set now. */
  get isSet(): boolean {
    return isOdd(this.#state);
  }

  /** Sets it: all that wait go on, and nobody waits until it is cleared. */
  set(): void {
    if (this.#turn(true)) this.#gate.wakeAll();
  }

  /** Clears it: whoever comes from now on waits. */
  clear(): void {
    this.#turn(false);
  }

  /**
   * Waits until it is set. The event loop goes on.
   *
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it was not set for `timeout` ms.
   */
  async wait(options?: WaitOptions): Promise<void> {
    const timeout = checkWait(options);
    stopIfFenced();
    const since = this.#state;
    if (isOdd(since)) return;
    await waitAt([this.#gate], {
      attempt: () => this.#state !== since,
      options,
      late: () => this.#late(timeout),
    });
  }

  /**
   * Waits until it is set, blocking the whole thread.
   *
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it was not set for `timeout` ms.
   */
  waitSync(options?: BlockOptions): void {
    const timeout = checkTimeout(options?.timeout);
    stopIfFenced();
    const since = this.#state;
    if (isOdd(since)) return;
    if (blockAt([this.#gate], () => this.#state !== since, timeout)) return;
    throw timeoutError(this.#late(timeout));
  }

  get #state(): number {
    return Atomics.load(this.#place.words, STATE);
  }

  /** @returns Whether it was not so before. */
  #turn(isSet: boolean): boolean {
    stopIfFenced();
    for (;;) {
      const state = this.#state;
      if (isOdd(state) === isSet) return false;
      const next = state + 1 | 0;
      const found = Atomics.compareExchange(
        this.#place.words,
        STATE,
        state,
        next,
      );
      if (found === state) return true;
    }
  }

  #late(timeout: number): string {
    return `Cannot wait for ${this.#label}: it was not set in ${timeout} ms`;
  }

  /**
   * How it is logged: `event flag "start" (set)`.
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
      ...packPlace(this.#place),
      name: this.#name,
    };
  }
}

function isOdd(state: number): boolean {
  return (state & 1) === 1;
}

registerHandle("event-flag", {
  unpack: (packed) =>
    unpackPlaced(flags, packed, (placed) => {
      const { name } = packed as EventFlagOptions;
      return new EventFlag({ name, ...placed });
    }),
});
