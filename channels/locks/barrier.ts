/**
 * The barrier: actors wait until all of them have come.
 *
 * @module
 */

import { checkWhole, labelOf } from "../bounds.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import { ownThread, ROOT, threadExists } from "../threads.ts";
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
import { type Arrival, BARRIER_WORDS, BarrierState } from "./_barrier_state.ts";

const MOST_PARTIES = 2 ** 31 - 1;

/** Options of a barrier. */
export interface BarrierOptions {
  /** What messages call it. */
  name?: string;
  /** The time-out of a wait that says none of its own, in ms. Default: none. */
  timeout?: number;
}

/** How long to wait at a barrier, and what to do when all have come. */
export interface BarrierWaitOptions extends WaitOptions {
  /**
   * Called if the caller is the last to come, before any other goes on. Each
   * brings its own, since actors cannot share a function.
   */
  action?: () => void | PromiseLike<void>;
}

/** As {@linkcode BarrierWaitOptions}, where the thread is blocked. */
export interface BarrierBlockOptions extends BlockOptions {
  /** Called if the caller is the last to come, before any other goes on. */
  action?: () => void;
}

const barriers = new Identity<Barrier>();

/**
 * Where a number of parties wait for each other, round after round: each is let
 * go on when the last has come.
 *
 * Made by any actor and passed to others as an argument or an item. A party is a
 * caller; several may be of one actor.
 *
 * Where one gives up, since its time is over or its signal aborted, none of the
 * others can pass any more: the barrier is broken, and all get a
 * `BrokenBarrierError` until it is {@linkcode reset}. The end of an actor breaks
 * it as well, within 100 ms, whether it dies or returns, where others would wait
 * for it: if it waits here; if it was given the barrier and has not passed it yet;
 * and if it passed the last round and another is left that has passed as well.
 * When all of a team have ended, another may use the barrier.
 *
 * In the spirit of Python's `multiprocessing.Barrier`.
 *
 * @example
 * ```ts ignore
 * import { actor, Barrier } from "@troupe/troupe";
 *
 * const walker = actor(import.meta, async function walker(corner: Barrier) {
 *   for (let round = 1; round <= 2; round++) {
 *     await corner.wait({ action: () => console.log(`all are at ${round}`) });
 *   }
 * });
 *
 * if (import.meta.main) {
 *   const corner = new Barrier(3);
 *   const walkers = [1, 2, 3].map(() => walker.spawn([corner]));
 *   for (const one of walkers) await one.join();
 * }
 * ```
 */
export class Barrier {
  /** The kind of handle this is. */
  readonly kind = "barrier";

  readonly #name: string | undefined;
  readonly #timeout: number | undefined;
  readonly #place!: Place;
  readonly #state!: BarrierState;

  /**
   * Makes a barrier that nobody has come to.
   *
   * @param parties How many callers wait for each other.
   * @throws {TypeError} If `parties` or an option is of the wrong type.
   * @throws {RangeError} If `parties` is no whole number of 1 or more, or the
   *   time-out is negative or NaN.
   */
  constructor(parties: number, options: BarrierOptions = {}) {
    const remote = madeAtHome<this>("barrier", parties, options);
    if (remote !== undefined) return remote;
    const { name, timeout } = options;
    const label = labelOf("barrier", name);
    checkWhole(`Cannot create a ${label}: parties`, parties, 1, MOST_PARTIES);
    checkTimeout(timeout);
    this.#place = placeOf(options as Placed, BARRIER_WORDS);
    const { words, number } = this.#place;
    this.#name = name;
    this.#timeout = timeout;
    this.#state = new BarrierState(words, label, parties);
    barriers.add(number, this);
  }

  /** How many callers wait for each other. */
  get parties(): number {
    return this.#state.parties;
  }

  /** How many have come in this round. */
  get waiting(): number {
    return this.#state.waiting;
  }

  /**
   * Whether it was seen to be broken. The end of an actor may only be seen when
   * somebody waits.
   */
  get broken(): boolean {
    return this.#state.isBroken;
  }

  /**
   * Waits until all have come. The event loop goes on.
   *
   * A time-out, or a signal that aborts the wait, breaks the barrier; neither
   * ends an action that is running. A call that is refused at once, for its
   * options or a signal that is aborted already, takes no part.
   *
   * @returns The number of the caller in this round: 0 for the first that came,
   *   and so on, so that exactly one gets each number below `parties`.
   * @throws {BrokenBarrierError} If the barrier is broken, or is broken or reset
   *   before all have come.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws What its own action throws; the others get a `BrokenBarrierError`.
   */
  async wait(options: BarrierWaitOptions = {}): Promise<number> {
    const { action, signal } = options;
    const timeout = options.timeout ?? this.#timeout;
    const ms = checkWait({ timeout, signal });
    this.#checkAction(action);
    const state = this.#state;
    const end = performance.now() + ms;
    const left = () => ({
      timeout: Math.max(0, end - performance.now()),
      signal,
    });
    let arrival = state.arrive(action !== undefined);
    if (arrival === undefined) {
      await waitAt([state.entry], {
        attempt: () => {
          arrival = state.arrive(action !== undefined);
          return arrival !== undefined;
        },
        options: left(),
        late: () => this.#late(ms),
      });
    }
    if (this.#isToAct(arrival!)) {
      try {
        await action?.();
      } catch (error) {
        state.giveUp(arrival!, "action failed");
        throw error;
      }
      state.pass(arrival!);
    } else if (!state.isOver(arrival!)) {
      await this.#othersCome(arrival!, ms, left());
    }
    state.check(arrival!);
    return arrival!.index;
  }

  async #othersCome(
    arrival: Arrival,
    timeout: number,
    options: WaitOptions,
  ): Promise<void> {
    const state = this.#state;
    let isLate = false;
    let hasGivenUp = false;
    // At once, before another caller of this thread can run.
    const onEnd = () => {
      const reason = isLate ? "timeout" : "aborted";
      hasGivenUp ||= state.giveUp(arrival, reason);
    };
    try {
      await waitAt([state.callers], {
        attempt: () => state.isOver(arrival),
        options,
        late: () => {
          isLate = true;
          return this.#late(timeout);
        },
        onEnd,
      });
    } catch (error) {
      onEnd(); // It was aborted before it began.
      // The end of the round may have come before that of the wait.
      if (hasGivenUp) throw error;
    }
  }

  /**
   * Waits until all have come, blocking the whole thread. Other callers of the
   * same actor cannot come meanwhile.
   *
   * @returns The number of the caller in this round; see {@linkcode wait}.
   * @throws {BrokenBarrierError} If the barrier is broken, or is broken or reset
   *   before all have come.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws What its own action throws; the others get a `BrokenBarrierError`.
   */
  waitSync(options: BarrierBlockOptions = {}): number {
    const { action } = options;
    const timeout = checkTimeout(options.timeout ?? this.#timeout);
    this.#checkAction(action);
    const state = this.#state;
    const end = performance.now() + timeout;
    let arrival: Arrival | undefined;
    const enter = () => {
      arrival = state.arrive(action !== undefined);
      return arrival !== undefined;
    };
    if (!enter() && !blockAt([state.entry], enter, timeout)) {
      throw timeoutError(this.#late(timeout));
    }
    if (this.#isToAct(arrival!)) {
      try {
        action?.();
      } catch (error) {
        state.giveUp(arrival!, "action failed");
        throw error;
      }
      state.pass(arrival!);
    } else {
      const left = Math.max(0, end - performance.now());
      const isOver = () => state.isOver(arrival!);
      if (
        !blockAt([state.callers], isOver, left) &&
        state.giveUp(arrival!, "timeout")
      ) throw timeoutError(this.#late(timeout));
    }
    state.check(arrival!);
    return arrival!.index;
  }

  /**
   * Breaks the barrier: all that wait get a `BrokenBarrierError`, as do all that
   * come, until it is {@linkcode reset}. Nothing happens if it is broken already.
   */
  abort(): void {
    this.#state.abort();
  }

  /**
   * Makes a broken barrier usable again. Those that wait get a
   * `BrokenBarrierError`, and may wait again.
   *
   * Actors that have ended are forgotten; all others are expected as before. So
   * where a new team is to use it, join the old one first.
   */
  reset(): void {
    this.#state.reset();
  }

  /** Whether the caller is the last, and the others wait for its action. */
  #isToAct(arrival: Arrival): boolean {
    return arrival.how === 0 && arrival.index + 1 === this.parties;
  }

  #checkAction(action: unknown): void {
    if (action === undefined || typeof action === "function") return;
    throw new TypeError(
      `Cannot wait at ${this.#state.label}: action must be a function, got ` +
        typeof action,
    );
  }

  #late(timeout: number): string {
    const { label, parties } = this.#state;
    return `Cannot pass ${label}: not all ${parties} came in ${timeout} ms`;
  }

  /**
   * How it is logged: `barrier "start" (2 of 3 waiting)`.
   *
   * @internal
   */
  [INSPECT](): string {
    const { label, parties } = this.#state;
    return `${label} (${
      this.broken ? "broken" : `${this.waiting} of ${parties} waiting`
    })`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](receiver: number): PackedHandle {
    // What goes by way of the root is for an actor that is not known yet.
    if (receiver !== ROOT && threadExists(receiver)) {
      this.#state.expect(receiver);
    }
    return {
      kind: this.kind,
      ...packPlace(this.#place),
      parties: this.parties,
      name: this.#name,
      timeout: this.#timeout,
    };
  }

  /** Takes over one that came from another thread. */
  static #unpack(packed: PackedHandle): Barrier {
    const barrier = unpackPlaced(barriers, packed, (placed) => {
      const { name, timeout } = packed as BarrierOptions;
      return new Barrier(packed.parties as number, {
        name,
        timeout,
        ...placed,
      });
    });
    if (ownThread() !== ROOT) barrier.#state.expect(ownThread());
    return barrier;
  }

  static {
    registerHandle("barrier", { unpack: Barrier.#unpack });
  }
}
