/**
 * The sending side of a ring: what a queue's `put` and a connection's `send`
 * have in common.
 *
 * @module
 */

import { Encoder } from "./encode.ts";
import { Put, type Ring } from "./ring.ts";
import { isTurnDue, turn } from "./_turn.ts";
import { stopIfFenced } from "./threads.ts";
import {
  type BlockOptions,
  checkTimeout,
  checkWait,
  timeoutError,
  type WaitOptions,
} from "./wait_options.ts";
import { blockAt, waitAt } from "./waiting.ts";

/** What a sender must know of the channel it serves. */
export interface SenderChannel {
  /** How errors name the channel: `queue "jobs"`. */
  readonly label: string;
  /** What errors say one does with an item: `put into`. */
  readonly verb: string;
  /** Throws if this side may not be used at all. */
  check(): void;
  /** Whether nobody will ever receive, though the ring is open. */
  isBroken(): boolean;
  /** The error for an item that comes too late. */
  closedError(item: unknown): Error;
}

const encoder = new Encoder();
const SENT = Promise.resolve();

/** Sends items over a ring. */
export class Sender {
  readonly #ring: Ring;
  readonly #channel: SenderChannel;

  /** Sends over `ring` for `channel`. */
  constructor(ring: Ring, channel: SenderChannel) {
    this.#ring = ring;
    this.#channel = channel;
  }

  /** Sends an item, waiting for room. */
  send(item: unknown, options: WaitOptions | undefined): Promise<void> {
    try {
      checkWait(options);
      const length = this.#encode(item);
      if (this.#trySend(length, item)) return isTurnDue() ? turn() : SENT;
      return this.#sendLater(length, item, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends an item if there is room now. */
  trySend(item: unknown): boolean {
    return this.#trySend(this.#encode(item), item);
  }

  /** Sends an item, blocking the thread until there is room. */
  sendSync(item: unknown, options: BlockOptions | undefined): void {
    const timeout = checkTimeout(options?.timeout);
    const length = this.#encode(item);
    if (this.#trySend(length, item)) return;
    // Sleeping, this thread may serve callers that encode: keep a copy.
    const bytes = encoder.bytes.slice(0, length);
    const { producers } = this.#ring;
    const attempt = () => {
      // Behind the callers that waited before.
      producers.serve();
      return !producers.hasWaiters && this.#attempt(bytes, length, item);
    };
    if (!blockAt([producers], attempt, timeout)) {
      throw timeoutError(this.#late(timeout));
    }
  }

  #sendLater(
    length: number,
    item: unknown,
    options: WaitOptions | undefined,
  ): Promise<void> {
    const bytes = encoder.bytes.slice(0, length);
    return waitAt([this.#ring.producers], {
      attempt: () => {
        // The end may have been closed or given away meanwhile.
        this.#channel.check();
        return this.#attempt(bytes, length, item);
      },
      options,
      late: () => this.#late(options?.timeout),
    });
  }

  #encode(item: unknown): number {
    this.#channel.check();
    const length = encoder.encode(item);
    if (this.#ring.fits(length)) return length;
    const { verb, label } = this.#channel;
    throw new RangeError(
      `Cannot ${verb} ${label}: the item takes ${length} bytes, and the ` +
        `greatest size is ${this.#ring.mostBytes}. Raise maxBytes, or send ` +
        `it in parts`,
    );
  }

  #trySend(length: number, item: unknown): boolean {
    const { producers } = this.#ring;
    // What this thread sent before and still waits keeps its place.
    if (producers.hasWaiters) {
      // Serving them uses their own copies, not the encoder's bytes.
      producers.serve();
      if (producers.hasWaiters) {
        stopIfFenced();
        if (this.#channel.isBroken()) throw this.#channel.closedError(item);
        return false;
      }
    }
    return this.#attempt(encoder.bytes, length, item);
  }

  #attempt(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    item: unknown,
  ): boolean {
    if (this.#channel.isBroken()) throw this.#channel.closedError(item);
    const outcome = this.#ring.put(bytes, length);
    if (outcome === Put.closed) throw this.#channel.closedError(item);
    return outcome === Put.done;
  }

  #late(timeout: number | undefined): string {
    const { verb, label } = this.#channel;
    return `Cannot ${verb} ${label}: it was full for ${timeout} ms`;
  }
}
