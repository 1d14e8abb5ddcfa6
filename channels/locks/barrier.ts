/**
 * The barrier: so many go on when all of them are there.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { INSPECT } from "../inspect.ts";
import { nextRing, ownThread } from "../threads.ts";
import { blockAt, waitAt } from "../waiting.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  timeoutError,
  type WaitOptions,
} from "../wait_options.ts";
import { BARRIER_WORDS, BarrierState } from "./_barrier_state.ts";

/** Options of a {@linkcode Barrier}. */
export interface BarrierOptions {
  /** What messages call it. */
  name?: string;
  /**
   * How long each waits at most that does not say so itself, in milliseconds.
   * Default: for as long as it takes.
   */
  timeout?: number;
}

/** What a party may say when it waits. */
export interface BarrierWaitOptions extends WaitOptions {
  /**
   * What this party does if it is the last to come, before all go on. Functions
   * are not shared: each party brings its own, or none.
   */
  action?: () => void | PromiseLike<void>;
}

/** What a party may say when it waits and blocks. */
export interface BarrierBlockOptions extends BlockOptions {
  /** See {@linkcode BarrierWaitOptions.action}; done when it returns. */
  action?: () => void;
}

/** The memory of a barrier that came from another thread. */
const MEMORY: unique symbol = Symbol("memory");

interface Adopted extends BarrierOptions {
  [MEMORY]?: { words: Int32Array<SharedArrayBuffer>; number: number };
}

const barriers = new Identity<Barrier>();

/**
 * A place where a number of parties wait until all of them are there. Then all go
 * on, and the barrier is ready for the next round.
 *
 * If a party cannot come any more, all are told by a `BrokenBarrierError`: when
 * one is tired of waiting (a time-out, a signal), when an action fails, when
 * {@linkcode abort} is called, and when an actor dies, or ends, that has waited or
 * was given the barrier. An actor that has the barrier only to pass it on counts as
 * a party until it ends, unless it is the program itself.
 *
 * In the spirit of Python's `multiprocessing.Barrier`.
 *
 * @example
 * ```ts ignore
 * import { actor, Barrier } from "@troupe/troupe";
 *
 * const runner = actor(import.meta, async function runner(start: Barrier) {
 *   const place = await start.wait();
 *   return place;
 * });
 *
 * if (import.meta.main) {
 *   const start = new Barrier(3);
 *   const runners = [1, 2, 3].map(() => runner.spawn([start]));
 *   const places = await Promise.all(runners.map((one) => one.result()));
 *   console.log(places.sort()); // [0, 1, 2]
 * }
 * ```
 */
export class Barrier {
  /** The kind of handle this is. */
  readonly kind = "barrier";

  readonly #name: string | undefined;
  readonly #number: number;
  readonly #timeout: number;
  readonly #state: BarrierState;

  /**
   * Makes a barrier.
   *
   * @param parties How many must come.
   * @throws {RangeError} If that is no whole number from 1 on, or the time-out is
   *   negative.
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(parties: number, options: BarrierOptions = {}) {
    const label = labelOf("barrier", options.name);
    if (typeof parties !== "number") {
      throw new TypeError(
        `Cannot create a ${label}: parties must be a number, got ` +
          typeof parties,
      );
    }
    if (!(Number.isInteger(parties) && parties >= 1 && parties < 2 ** 31)) {
      throw new RangeError(
        `Cannot create a ${label}: parties must be a whole number of 1 or ` +
          `more, got ${parties}`,
      );
    }
    const { words, number } = (options as Adopted)[MEMORY] ?? {
      words: new Int32Array(new SharedArrayBuffer(BARRIER_WORDS * 4)),
      number: nextRing(),
    };
    this.#name = options.name;
    this.#number = number;
    this.#timeout = checkTimeout(options.timeout);
    this.#state = new BarrierState(words, parties, label);
    barriers.add(number, this);
  }

  /** How many must come. */
  get parties(): number {
    return this.#state.parties;
  }

  /** How many have come, and wait for the others. */
  get waiting(): number {
    return this.#state.waiting;
  }

  /** Whether it is broken: nobody can wait at it before it is reset. */
  get broken(): boolean {
    return this.#state.isBroken;
  }

  /**
   * Waits until all parties are there.
   *
   * @returns The caller's place in this round, from 0 to one less than there are
   *   parties, in the order in which they came: each place is given once.
   * @throws {BrokenBarrierError} If it is broken, or breaks meanwhile.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   *   The barrier is broken then.
   * @throws The signal's reason, and what the action throws. The barrier is broken
   *   then.
   */
  async wait(options: BarrierWaitOptions = {}): Promise<number> {
    const { timeout = this.#timeout, signal, action } = options;
    const end = performance.now() + checkWait({ timeout, signal });
    const state = this.#state;
    for (;;) {
      const { round, place, isLast } = state.arrive(action !== undefined);
      if (isLast && action !== undefined) {
        await this.#act(round, action);
        return place;
      }
      if (isLast) return place;
      try {
        await waitAt([state.gate], {
          attempt: () => state.isOver(round),
          options: { timeout: Math.max(0, end - performance.now()), signal },
          late: () => this.#late(timeout),
        });
      } catch (error) {
        // Breaks it if it was the clock, or the signal; else it is broken.
        state.break("timed out", round);
        throw error;
      }
      if (place >= 0) return place;
    }
  }

  /**
   * As {@linkcode wait}, blocking the whole thread.
   *
   * @returns The caller's place in this round.
   * @throws {BrokenBarrierError} If it is broken, or breaks meanwhile.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   *   The barrier is broken then.
   * @throws What the action throws. The barrier is broken then.
   */
  waitSync(options: BarrierBlockOptions = {}): number {
    const { timeout = this.#timeout, action } = options;
    const end = performance.now() + checkTimeout(timeout);
    const state = this.#state;
    for (;;) {
      const { round, place, isLast } = state.arrive(action !== undefined);
      if (isLast && action !== undefined) {
        try {
          action();
        } catch (error) {
          state.break("action failed", round);
          throw error;
        }
        state.complete(round);
      }
      if (isLast) return place;
      const left = Math.max(0, end - performance.now());
      if (!blockAt([state.gate], () => state.isOver(round), left)) {
        // It may have come to its end at the same instant.
        if (state.break("timed out", round) || !state.isOver(round)) {
          throw timeoutError(this.#late(timeout));
        }
      }
      if (place >= 0) return place;
    }
  }

  async #act(
    round: number,
    action: () => void | PromiseLike<void>,
  ): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#state.break("action failed", round);
      throw error;
    }
    this.#state.complete(round);
  }

  #late(timeout: number): string {
    const { label, parties, waiting } = this.#state;
    return `Cannot wait at ${label} any longer: ${waiting} of ${parties} were ` +
      `there within ${timeout} ms`;
  }

  /** Breaks it for all that wait, and for all that come before it is reset. */
  abort(): void {
    this.#state.break("aborted");
  }

  /**
   * Makes it as new. Those that wait get a `BrokenBarrierError`, and the dead are
   * forgotten.
   */
  reset(): void {
    this.#state.reset();
  }

  /**
   * How it is logged: `barrier "start" (1 of 3 waiting)`.
   *
   * @internal
   */
  [INSPECT](): string {
    const { label, waiting, parties, isBroken } = this.#state;
    return `${label} (${
      isBroken ? "broken" : `${waiting} of ${parties} waiting`
    })`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](receiver: number): PackedHandle {
    this.#state.enroll(receiver);
    return {
      kind: this.kind,
      memory: this.#state.words.buffer,
      number: this.#number,
      parties: this.parties,
      timeout: this.#timeout,
      name: this.#name,
    };
  }

  /**
   * Makes a barrier of what came from another thread, which is a party now.
   *
   * @internal
   */
  static adopt(
    { memory, number, parties, timeout, name }: PackedHandle,
  ): Barrier {
    const words = new Int32Array(memory as SharedArrayBuffer);
    const barrier = barriers.get(number as number) ??
      new Barrier(parties as number, {
        name,
        timeout,
        [MEMORY]: { words, number },
      } as Adopted);
    barrier.#state.enroll(ownThread());
    return barrier;
  }
}

registerHandle("barrier", { unpack: (packed) => Barrier.adopt(packed) });
