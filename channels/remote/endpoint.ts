/**
 * An endpoint: one side of two that use each other's things by calls.
 *
 * ```text
 *   caller                                  home of the thing
 *     │── call n [ref, member, args] ────────▶│ members[member](thing, args)
 *     │── abort n [reason] ──────────────────▶│   its signal is aborted
 *     │◀───────────────── value n │ error n ──│
 *     │── drop [ref, count] ─────────────────▶│
 * ```
 *
 * Calls begin in the order they were made, and each has one answer. A call that
 * is given up waits for its answer all the same: that alone says whether it had
 * its effect, so no item is lost between a get that was aborted and its queue.
 *
 * @module
 */

import { type Frame, FrameError, payloadOf, Tag } from "./frame.ts";
import { PayloadCodec } from "./payload.ts";
import { SendWindow } from "./_send_window.ts";
import type { HoldBound, Way } from "./remote_kind.ts";
import { startTimer } from "../wait_options.ts";

/** The number of the first thing, which each side has from the beginning. */
export const FIRST_REF = 1;

/** The most calls of the other side that may wait for their answers here. */
const MOST_CALLS = 1_000_000;

/** The most parts that a call has: its arguments, the thing, the member. */
const MOST_PARTS = 16;

/** What an endpoint is made with. */
export interface EndpointOptions {
  /** The thread that it calls for, by its id; 0 for the main one. */
  readonly lane: number;
  /** Sends a frame to the other side. */
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** Whether the other side may hand over things of a kind. */
  accepts(kind: string): boolean;
  /** Whether this side may. */
  exports(kind: string): boolean;
  /** Blocks the thread until that is so, or throws; where that can be done. */
  blockUntil?(isSo: () => boolean): void;
}

/** A thing that is called, and whether the call sends something. */
interface Recipient {
  readonly ref: number;
  readonly isSent: boolean;
  /** What stands for it here is kept by this. */
  readonly kept: { object?: object };
}

/** A call without an answer. */
interface Pending {
  /** What it keeps as long: were that let go, a call held back came too late. */
  readonly to: Recipient;
  settle(isError: boolean, value: unknown): void;
}

/** See the module. */
export class Endpoint {
  /** Turns values into payloads; knows what either side may use. */
  readonly codec: PayloadCodec;
  readonly #options: EndpointOptions;
  /** The calls of this side without an answer. */
  readonly #pending = new Map<number, Pending>();
  /** The calls of the other side in hand, by lane and number. */
  readonly #inHand = new Map<string, AbortController>();
  /** By things, where something is sent to one. */
  readonly #windows = new Map<number, SendWindow>();
  #count = 0;
  #end: Error | undefined;

  /** See {@linkcode EndpointOptions}. */
  constructor(options: EndpointOptions) {
    this.#options = options;
    this.codec = new PayloadCodec({
      accepts: options.accepts,
      exports: options.exports,
      wayTo: (ref, fields) => this.wayTo(ref, fields),
      onDropped: (ref, count) => this.drop(ref, count),
    });
  }

  /** How a thing of the other side is used. */
  wayTo(ref: number, fields: Way["fields"]): Way {
    const windows = this.#windows;
    const kept: Recipient["kept"] = {};
    const called: Recipient = { ref, isSent: false, kept };
    const sent: Recipient = { ref, isSent: true, kept };
    return {
      ref,
      fields,
      get isCrowded() {
        return windows.get(ref)?.isCrowded ?? false;
      },
      call: (...call) => this.#await(called, ...call),
      callSync: (...call) => this.#block(called, ...call),
      send: (...call) => this.#await(sent, ...call),
      sendSync: (...call) => this.#block(sent, ...call),
      keep(object) {
        kept.object = object;
      },
    };
  }

  #await(
    to: Recipient,
    member: string,
    args: readonly unknown[],
    signal?: AbortSignal,
    bound?: HoldBound,
  ): Promise<unknown> {
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      const message = "Cannot wait: signal must be an AbortSignal";
      return Promise.reject(new TypeError(message));
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    let number: number;
    let stopTimer = () => {};
    const onAbort = () => this.#giveUp(to.ref, number, signal!.reason);
    try {
      number = this.#start(to, member, args, (isError, value) => {
        stopTimer();
        signal?.removeEventListener("abort", onAbort);
        // Its own reason, not what became of that on the way.
        if (isError) reject(signal?.aborted ? signal.reason : value);
        else resolve(value);
      });
    } catch (error) {
      return Promise.reject(error);
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    if (bound !== undefined && this.#windows.get(to.ref)?.holds(number)) {
      const giveUp = () => this.#giveUp(to.ref, number, bound.late());
      if (bound.timeout === 0) giveUp();
      else stopTimer = startTimer(bound.timeout, giveUp);
    }
    return promise;
  }

  #giveUp(ref: number, number: number, reason: unknown): void {
    const isHeld = this.#windows.get(ref)?.takeBack(number) ?? false;
    if (isHeld) this.#settle(number, true, reason);
    else this.#send(Tag.abort, number, [reason], true);
  }

  /** Says that a thing is used in so many places less; more, if negative. */
  drop(ref: number, count: number): void {
    if (this.#end === undefined) this.#send(Tag.drop, 0, [ref, count]);
  }

  /**
   * Deals with a frame of the other side.
   *
   * @throws {FrameError} If it makes no sense.
   */
  accept(frame: Frame): void {
    const { tag, lane, number } = frame;
    const value = this.codec.read(payloadOf(frame));
    if (tag === Tag.value || tag === Tag.error) {
      if (!this.#pending.has(number)) {
        throw new FrameError(
          `Cannot read a frame: no call has number ${number}`,
        );
      }
      return this.#settle(number, tag === Tag.error, value);
    }
    if (!Array.isArray(value)) {
      throw new FrameError("Cannot read a frame: it is no list");
    }
    if (tag === Tag.drop) this.codec.exports.drop(value[0], value[1]);
    else if (tag === Tag.abort) {
      this.#inHand.get(`${lane}:${number}`)?.abort(value[0]);
    } else if (tag === Tag.call) this.#onCall(lane, number, value);
    else throw new FrameError(`Cannot read a frame: it has the tag ${tag}`);
  }

  /** The other side is gone: no answer will come any more. */
  end(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#windows.clear();
    for (const { settle } of pending) settle(true, error);
    for (const call of this.#inHand.values()) call.abort(error);
  }

  /**
   * The other side is gone, and so this one will be: calls of the other are given
   * up, and those of this one have no answer ever.
   */
  abandon(error: Error): void {
    this.#end ??= error;
    for (const call of this.#inHand.values()) call.abort(error);
  }

  /** How many calls of this side have no answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Settles a call of this side. */
  #settle(number: number, isError: boolean, value: unknown): void {
    const { settle } = this.#pending.get(number)!;
    this.#pending.delete(number);
    settle(isError, value);
  }

  #start(
    to: Recipient,
    member: string,
    args: readonly unknown[],
    settle: Pending["settle"],
  ): number {
    if (this.#end !== undefined) throw this.#end;
    const { ref, isSent } = to;
    const number = this.#nextNumber();
    const { lane, send } = this.#options;
    const parts = [...args, ref, member];
    const frame = this.codec.write(Tag.call, lane, number, parts);
    if (isSent) {
      const window = this.#windowOf(ref);
      this.#pending.set(number, {
        to,
        settle: (isError, value) => {
          // After the end nothing is sent any more.
          if (this.#end === undefined) window.done(number);
          if (window.isIdle) this.#windows.delete(ref);
          settle(isError, value);
        },
      });
      window.push(number, frame);
    } else {
      this.#pending.set(number, { to, settle });
      send(frame);
    }
    return number;
  }

  /** The count runs over in days, and a call may take longer. */
  #nextNumber(): number {
    do this.#count = (this.#count + 1) >>> 0; while (
      this.#pending.has(this.#count)
    );
    return this.#count;
  }

  #windowOf(ref: number): SendWindow {
    let window = this.#windows.get(ref);
    if (window === undefined) {
      window = new SendWindow(this.#options.send);
      this.#windows.set(ref, window);
    }
    return window;
  }

  #block(to: Recipient, member: string, args: readonly unknown[]): unknown {
    const { blockUntil } = this.#options;
    if (blockUntil === undefined) {
      throw new TypeError(`Cannot call ${member}: this thread may not block`);
    }
    let answer:
      | { readonly isError: boolean; readonly value: unknown }
      | undefined;
    this.#start(to, member, args, (isError, value) => {
      answer = { isError, value };
    });
    blockUntil(() => answer !== undefined);
    if (answer!.isError) throw answer!.value;
    return answer!.value;
  }

  #onCall(lane: number, number: number, parts: unknown[]): void {
    // A list of nothing but holes has any length, in a few bytes.
    if (parts.length > MOST_PARTS) {
      throw new FrameError(
        `Cannot read a frame: a call of ${parts.length} parts`,
      );
    }
    const member = parts.pop();
    const { object, ways } = this.codec.exports.get(parts.pop());
    // What is no text may have no text either: an object with a `toString` of 1.
    if (typeof member !== "string" || !Object.hasOwn(ways.members, member)) {
      throw new FrameError(
        `Cannot read a frame: there is no member ${
          typeof member === "string" ? JSON.stringify(member) : "of no name"
        }`,
      );
    }
    const key = `${lane}:${number}`;
    if (this.#inHand.has(key) || this.#inHand.size >= MOST_CALLS) {
      throw new FrameError("Cannot read a frame: it is one call too many");
    }
    const controller = new AbortController();
    this.#inHand.set(key, controller);
    let result: unknown;
    try {
      const call = ways.members[member]!;
      result = call(object as never, parts, controller.signal);
    } catch (error) {
      return this.#answer(lane, number, true, error);
    }
    if (!(result instanceof Promise)) {
      return this.#answer(lane, number, false, result);
    }
    result.then(
      (value) => this.#answer(lane, number, false, value),
      (error) => this.#answer(lane, number, true, error),
    );
  }

  #answer(lane: number, number: number, isError: boolean, value: unknown) {
    this.#inHand.delete(`${lane}:${number}`);
    if (this.#end !== undefined) return;
    const { codec } = this;
    let frame: Uint8Array<ArrayBuffer>;
    try {
      frame = codec.write(
        isError ? Tag.error : Tag.value,
        lane,
        number,
        value,
        isError,
      );
    } catch (error) {
      frame = codec.write(Tag.error, lane, number, error, true);
    }
    this.#options.send(frame);
  }

  #send(tag: number, number: number, value: unknown, lossy = false): void {
    const { lane, send } = this.#options;
    send(this.codec.write(tag, lane, number, value, lossy));
  }
}
