/**
 * The receiving side of a ring: what a queue's `get` and a connection's `recv`
 * have in common.
 *
 * @module
 */

import { decode } from "./decode.ts";
import { EMPTY, ENDED, type Ring } from "./ring.ts";
import type { Ended, Source, Taken } from "./source.ts";
import { isTurnDue, turn } from "./_turn.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  timeoutError,
  type WaitOptions,
} from "./wait_options.ts";
import { blockAt, waitAt } from "./waiting.ts";

/** What an attempt to receive without waiting gives. */
export type Received<T> =
  | {
    /** An item was there. */
    readonly state: "ok";
    /** The item. */
    readonly value: T;
  }
  | {
    /** Nothing was there, but something may still come. */
    readonly state: "empty";
    /** Nothing. */
    readonly value?: undefined;
  }
  | {
    /** Nothing was there and nothing will come. */
    readonly state: "closed";
    /** Nothing. */
    readonly value?: undefined;
  };

/** What a receiver must know of the channel it serves. */
export interface ReceiverChannel {
  /** How errors name the channel: `queue "jobs"`. */
  readonly label: string;
  /** What errors say one does: `get from`. */
  readonly verb: string;
  /** Throws if this side may not be used at all. */
  check(): void;
  /** Whether nobody will ever send again, though the ring is open. */
  isOver(): boolean;
  /** The error for a receive when nothing can come any more. */
  endedError(): Error;
  /** Told of every item that was received. */
  onReceived?(item: unknown): void;
}

/** Nothing was taken; an item may be `undefined`, so that cannot say it. */
export const NOTHING: unique symbol = Symbol("nothing");

/**
 * How long to look before a wait, in ms. Longer than for a blocking wait, since
 * the wake-up of one that awaits takes the turn of an event loop as well.
 */
const LOOK = 0.04;

/** Receives items from a ring. */
export class Receiver<T> {
  readonly #ring: Ring;
  readonly #channel: ReceiverChannel;
  readonly #isReadable = () => this.#ring.isReadable;

  /** Receives from `ring` for `channel`. */
  constructor(ring: Ring, channel: ReceiverChannel) {
    this.#ring = ring;
    this.#channel = channel;
  }

  /** Receives the oldest item, waiting for one. */
  recv(options: WaitOptions | undefined): Promise<T> {
    try {
      checkWait(options);
      const item = this.takeSoon();
      if (item === NOTHING) return this.recvLater(options);
      return isTurnDue() ? turn().then(() => item) : Promise.resolve(item);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Takes an item if there is one, or one is about to come.
   *
   * @throws If nothing can come any more.
   */
  takeSoon(): T | typeof NOTHING {
    this.#channel.check();
    const item = this.#takeInTurn();
    if (item !== NOTHING) return item;
    const { consumers } = this.#ring;
    if (consumers.hasWaiters) return NOTHING;
    const isThere = consumers.patience.look(this.#isReadable, LOOK);
    return isThere ? this.#takeInTurn() : NOTHING;
  }

  /** Receives an item if there is one now. */
  tryRecv(): Received<T> {
    this.#channel.check();
    const { consumers } = this.#ring;
    if (consumers.hasWaiters) consumers.serve();
    if (consumers.hasWaiters) return { state: "empty" };
    const length = this.#take();
    if (length === ENDED) return { state: "closed" };
    if (length === EMPTY) return { state: "empty" };
    return { state: "ok", value: this.#decode(length) };
  }

  /** Receives an item, blocking the thread until there is one. */
  recvSync(options: BlockOptions | undefined): T {
    const timeout = checkTimeout(options?.timeout);
    this.#channel.check();
    let item = this.#takeInTurn();
    if (item !== NOTHING) return item;
    const { consumers } = this.#ring;
    const attempt = () => {
      this.#channel.check();
      item = this.#takeInTurn();
      return item !== NOTHING;
    };
    if (!blockAt([consumers], attempt, timeout)) {
      throw timeoutError(this.#late(timeout));
    }
    return item as T;
  }

  /** Waits until a receive would not wait; `false` if the time is over. */
  async poll(options: WaitOptions | undefined): Promise<boolean> {
    const timeout = checkWait(options);
    this.#channel.check();
    if (this.isReady) return true;
    if (timeout === 0) return false;
    try {
      await waitAt([this.#ring.consumers], {
        attempt: () => {
          this.#channel.check();
          return this.isReady;
        },
        options,
        late: () => "",
      });
      return true;
    } catch (error) {
      const isLate = error instanceof DOMException &&
        error.name === "TimeoutError" && error !== options?.signal?.reason;
      if (isLate) return false;
      throw error;
    }
  }

  /** Whether a receive would not wait. */
  get isReady(): boolean {
    return this.#ring.isReadable || this.#channel.isOver();
  }

  /** How `select` waits for an item. */
  get source(): Source<Taken<T> | Ended> {
    return {
      places: [this.#ring.consumers],
      take: () => {
        this.#channel.check();
        const length = this.#take();
        if (length === EMPTY) return undefined;
        if (length === ENDED) return { done: true, value: undefined };
        return { done: false, value: this.#decode(length) };
      },
    };
  }

  /** Receives the oldest item, without a first look whether there is one. */
  recvLater(options: WaitOptions | undefined): Promise<T> {
    let item: T | typeof NOTHING = NOTHING;
    const { consumers } = this.#ring;
    return waitAt([consumers], {
      attempt: () => {
        this.#channel.check();
        item = this.#takeItem();
        return item !== NOTHING;
      },
      options,
      late: () => this.#late(options?.timeout),
    }).then(() => item as T);
  }

  /** Takes an item unless callers of this thread have waited longer. */
  #takeInTurn(): T | typeof NOTHING {
    const { consumers } = this.#ring;
    if (consumers.hasWaiters) {
      consumers.serve();
      if (consumers.hasWaiters) return NOTHING;
    }
    return this.#takeItem();
  }

  #takeItem(): T | typeof NOTHING {
    const length = this.#take();
    if (length === EMPTY) return NOTHING;
    if (length === ENDED) throw this.#channel.endedError();
    return this.#decode(length);
  }

  #take(): number {
    // Asked before the take: what the last sender put just before it went is
    // then seen by the take, and only after it the end.
    const isOver = this.#channel.isOver();
    const length = this.#ring.take();
    return length === EMPTY && isOver ? ENDED : length;
  }

  #decode(length: number): T {
    const { bytes, offset } = this.#ring.reader;
    const item = decode(bytes, offset, offset + length) as T;
    this.#channel.onReceived?.(item);
    return item;
  }

  #late(timeout: number | undefined): string {
    const { verb, label } = this.#channel;
    return `Cannot ${verb} ${label}: nothing came in ${timeout} ms`;
  }
}
