/**
 * The receiving side of a ring: what a queue's `get` and a connection's `recv`
 * have in common.
 *
 * @module
 */

import { isParcelHere, openParcel, requestParcel } from "./broker.ts";
import { decode } from "./decode.ts";
import { EMPTY, type Ring } from "./ring.ts";
import { receiveNow } from "./_receive_now.ts";
import type { Beside } from "./_ring_reader.ts";
import type { Ended, Source, Taken } from "./source.ts";
import { isTurnDue, turn } from "./turn.ts";
import {
  type BlockUntilOptions,
  checkUntil,
  isOver,
  type Until,
  type UntilOptions,
} from "./until.ts";
import {
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
  /** The error when it is empty, and all those are gone that were waited for. */
  abandonedError?(): Error;
  /** Told of every item that was received. */
  onReceived?(item: unknown): void;
}

/** Nothing was taken; an item may be `undefined`, so that cannot say it. */
export const NOTHING: unique symbol = Symbol("nothing");

/** Nothing was taken, and nothing will come any more. */
const OVER: unique symbol = Symbol("over");

/** An item that was taken, and whose parcel has not come yet. */
interface Opening extends Beside {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

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
  /**
   * Kept over time-outs and aborts: whoever calls next gets it. So a parcel that
   * is late delays items, and loses none.
   */
  #opening: Opening | undefined;
  /**
   * The length of the item taken last, whose bytes still stand in the reader of
   * the ring; −1 if it was more than bytes.
   */
  length = -1;
  /** Gives what is moved beside the ring of a pipe, once it is open. */
  lane: MessagePort | undefined;

  /** Receives from `ring` for `channel`. */
  constructor(ring: Ring, channel: ReceiverChannel) {
    this.#ring = ring;
    this.#channel = channel;
  }

  /** Receives the oldest item, waiting for one. */
  recv(options: UntilOptions | undefined): Promise<T> {
    try {
      let until: Until | undefined;
      if (options !== undefined) {
        checkWait(options);
        until = checkUntil(options.until);
      }
      const item = this.takeSoon(until);
      if (item === NOTHING) return this.recvLater(options, until);
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
  takeSoon(until?: Until): T | typeof NOTHING {
    this.#channel.check();
    this.#ring.turns.giveWay(this.#ring.consumers);
    const item = this.#takeInTurn(until);
    if (item !== NOTHING) return item;
    const { consumers } = this.#ring;
    if (consumers.hasWaiters || this.#opening !== undefined) return NOTHING;
    const isThere = consumers.patience.look(this.#isReadable, LOOK);
    return isThere ? this.#takeInTurn(until) : NOTHING;
  }

  /** Receives an item if there is one now. */
  tryRecv(): Received<T> {
    this.#channel.check();
    const { consumers } = this.#ring;
    if (consumers.hasWaiters) consumers.serve();
    if (consumers.hasWaiters) return { state: "empty" };
    const item = this.#take(undefined);
    if (item === OVER) return { state: "closed" };
    if (item === NOTHING) return { state: "empty" };
    return { state: "ok", value: item };
  }

  /** Receives an item, blocking the thread until there is one. */
  recvSync(options: BlockUntilOptions | undefined): T {
    let timeout = Infinity;
    let until: Until | undefined;
    if (options !== undefined) {
      timeout = checkTimeout(options.timeout);
      until = checkUntil(options.until);
    }
    this.#channel.check();
    this.#ring.turns.giveWay(this.#ring.consumers);
    let item = this.#takeInTurn(until);
    if (item !== NOTHING) return item;
    const { consumers } = this.#ring;
    const attempt = () => {
      this.#channel.check();
      item = this.#takeInTurn(until);
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

  /** Whether an item was taken whose parcel has not come yet. */
  get isOpening(): boolean {
    return this.#opening !== undefined;
  }

  /** Whether a receive would not wait. */
  get isReady(): boolean {
    if (this.#opening !== undefined) return isParcelHere(this.#opening.parcel);
    return this.#ring.isReadable || this.#channel.isOver();
  }

  /** How `select` waits for an item. */
  get source(): Source<Taken<T> | Ended> {
    return {
      places: [this.#ring.consumers],
      take: () => {
        this.#channel.check();
        const item = this.#take(undefined);
        if (item === NOTHING) return undefined;
        if (item === OVER) return { done: true, value: undefined };
        return { done: false, value: item };
      },
    };
  }

  /** Receives the oldest item, without a first look whether there is one. */
  recvLater(options: WaitOptions | undefined, until?: Until): Promise<T> {
    let item: T | typeof NOTHING = NOTHING;
    const { consumers } = this.#ring;
    return waitAt([consumers], {
      attempt: () => {
        this.#channel.check();
        item = this.#takeItem(until);
        return item !== NOTHING;
      },
      options,
      late: () => this.#late(options?.timeout),
    }).then(() => item as T);
  }

  /** Takes an item unless callers of this thread have waited longer. */
  #takeInTurn(until: Until | undefined): T | typeof NOTHING {
    const { consumers } = this.#ring;
    if (consumers.hasWaiters) {
      consumers.serve();
      if (consumers.hasWaiters) return NOTHING;
    }
    return this.#takeItem(until);
  }

  #takeItem(until: Until | undefined): T | typeof NOTHING {
    const item = this.#take(until);
    if (item !== OVER) return item;
    const { abandonedError, endedError } = this.#channel;
    const isAbandoned = until !== undefined && abandonedError !== undefined &&
      !this.#ring.closed;
    throw isAbandoned ? abandonedError() : endedError();
  }

  #take(until: Until | undefined): T | typeof NOTHING | typeof OVER {
    if (this.#opening !== undefined) return this.#open(this.#opening);
    let length = this.#ring.take(requestParcel);
    if (length === EMPTY) {
      if (!this.#channel.isOver() && !(until !== undefined && isOver(until))) {
        return NOTHING;
      }
      // What the last sender put just before it went is there now.
      length = this.#ring.take(requestParcel);
    }
    if (length < 0) return OVER;
    this.length = -1;
    const { reader } = this.#ring;
    const { bytes, offset, beside } = reader;
    if (beside !== undefined) return this.#unfold(length, beside);
    const item = decode(bytes, offset, offset + length) as T;
    this.length = length;
    this.#channel.onReceived?.(item);
    return item;
  }

  /** Reads an item that is more than bytes. */
  #unfold(length: number, beside: Beside): T | typeof NOTHING {
    const { reader } = this.#ring;
    reader.beside = undefined;
    const { bytes, offset } = reader;
    const { bulk, parcel } = beside;
    if (parcel === 0) {
      const pieces = this.#withMoved(bulk);
      return decode(bytes, offset, offset + length, undefined, pieces) as T;
    }
    const own = bytes.slice(offset, offset + length);
    return this.#open({ bytes: own, bulk, parcel });
  }

  #open(opening: Opening): T | typeof NOTHING {
    const { bytes, bulk, parcel } = opening;
    this.#opening = opening;
    if (!isParcelHere(parcel)) return NOTHING;
    this.#opening = undefined;
    const { beside, lane } = openParcel(parcel);
    // A lane that replaces another: all that went over that was taken.
    if (lane !== undefined) this.lane = lane;
    const pieces = this.#withMoved(bulk);
    return decode(bytes, 0, bytes.length, beside, pieces) as T;
  }

  /** The pieces of an item, with those that come over the lane. */
  #withMoved(bulk: Beside["bulk"]): readonly Uint8Array<ArrayBuffer>[] {
    if (!bulk.includes(undefined)) return bulk as Uint8Array<ArrayBuffer>[];
    const moved = receiveNow(this.lane!) as ArrayBuffer[];
    let next = 0;
    return bulk.map((piece) => piece ?? new Uint8Array(moved[next++]!));
  }

  #late(timeout: number | undefined): string {
    const { verb, label } = this.#channel;
    return `Cannot ${verb} ${label}: nothing came in ${timeout} ms`;
  }
}
