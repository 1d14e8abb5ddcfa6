/**
 * One end of a pipe.
 *
 * @module
 */

import { labelOf } from "./bounds.ts";
import { sweepParcels } from "./broker.ts";
import { BrokenPipeError, PipeClosedError } from "./errors.ts";
import { CHECK, PACK, type PackedHandle, registerHandle } from "./handle.ts";
import { INSPECT } from "./inspect.ts";
import { ItemIterator } from "./item_iterator.ts";
import { type Received, Receiver } from "./receiver.ts";
import { Ring } from "./ring.ts";
import { RECEIVER, SENDER } from "./_ring_layout.ts";
import { Sender } from "./sender.ts";
import {
  type Ended,
  type Selectable,
  SOURCE,
  type Source,
  type Taken,
} from "./source.ts";
import { ownThread, threadCanAct, threadSeemsAble } from "./threads.ts";
import type {
  SendOptions,
  SendSyncOptions,
  TransferOptions,
} from "./send_options.ts";
import type { BlockOptions, WaitOptions } from "./wait_options.ts";

/** The rings of an end: the one it sends into, the one it receives from. */
export interface Ends {
  /** Where it sends; absent if it only receives. */
  out?: Ring;
  /** Where it receives; absent if it only sends. */
  in?: Ring;
}

/** The ports beside them, where there are any: see `_lane.ts`. */
interface Lanes {
  readonly out?: MessagePort | undefined;
  readonly in?: MessagePort | undefined;
}

/** What became of an end in this thread. */
type Use = "open" | "closed" | "given away";

/**
 * One end of a pipe, made by {@linkcode pipe}.
 *
 * It belongs to one actor: the one that made the pipe, or the one it was passed
 * to. Items arrive in the order they were sent.
 *
 * @example
 * ```ts
 * import { pipe } from "@troupe/troupe";
 *
 * const [a, b] = pipe<string>();
 * await a.send("ping");
 * console.log(await b.recv()); // ping
 * b.close();
 * console.log(await a.poll()); // true: the end of file is news too
 * ```
 *
 * @typeParam S What it sends.
 * @typeParam R What it receives.
 */
export class Connection<S, R>
  implements AsyncIterable<R>, Selectable<Taken<R> | Ended> {
  /** The kind of handle this is. */
  readonly kind = "connection";

  readonly #ends: Ends;
  readonly #name: string | undefined;
  readonly #label: string;
  readonly #sender: Sender | undefined;
  readonly #receiver: Receiver<R> | undefined;
  #use: Use = "open";

  /** For {@linkcode pipe} alone. */
  constructor(ends: Ends, name: string | undefined, lanes: Lanes = {}) {
    this.#ends = ends;
    this.#name = name;
    const label = labelOf("connection", name);
    this.#label = label;
    const check = () => this.#check();
    if (ends.out !== undefined) {
      const { words } = ends.out;
      this.#sender = new Sender(ends.out, {
        label,
        verb: "send to",
        check,
        isPipe: true,
        isBroken: () => !threadSeemsAble(words[RECEIVER]!),
        closedError: (item) => this.#brokenError(item),
      }, lanes.out);
    }
    if (ends.in !== undefined) {
      const { words } = ends.in;
      this.#receiver = new Receiver(ends.in, {
        label,
        verb: "receive from",
        check,
        isOver: () => !threadCanAct(Atomics.load(words, SENDER)),
        endedError: () =>
          new PipeClosedError(
            `Cannot receive from ${label}: its other end was closed and ` +
              "all it had sent was received",
            "peer",
          ),
      });
      this.#receiver.lane = lanes.in;
    }
    giveTo(ownThread(), ends);
  }

  /** Whether it can send: `false` for the receiver of a one-way pipe. */
  get writable(): boolean {
    return this.#sender !== undefined;
  }

  /** Whether it can receive: `false` for the sender of a one-way pipe. */
  get readable(): boolean {
    return this.#receiver !== undefined;
  }

  /** Whether this end was closed, or given to another actor. */
  get closed(): boolean {
    return this.#use !== "open";
  }

  /**
   * Sends an item, waiting while the pipe is full.
   *
   * The item is copied at the call. Calls made one after another keep their
   * order, awaited or not. That it was sent does not mean it was received. What
   * `transfer` names is moved instead: bytes from 64 KiB up without any copy.
   *
   * @throws {NotSendableError} If the item holds what cannot be sent.
   * @throws {BrokenPipeError} If the other end is closed or its owner ended.
   * @throws {PipeClosedError} If this end is closed, or was given away.
   * @throws {RangeError} If the item alone is larger than `maxBytes`, or the
   *   time-out is negative or NaN.
   * @throws {TypeError} If this end only receives.
   * @throws {DOMException} A `TimeoutError`, if it stayed full for `timeout` ms.
   */
  send(item: S, options?: SendOptions): Promise<void> {
    if (this.#sender === undefined) return Promise.reject(this.#oneWay("send"));
    return this.#sender.send(item, options);
  }

  /**
   * Sends an item if there is room now.
   *
   * @returns Whether it was sent. Throws as {@linkcode send} rejects.
   */
  trySend(item: S, options?: TransferOptions): boolean {
    if (this.#sender === undefined) throw this.#oneWay("send");
    return this.#sender.trySend(item, options);
  }

  /**
   * Sends an item, blocking the whole thread while the pipe is full.
   *
   * Ends when the actor is terminated. Throws as {@linkcode send} rejects.
   */
  sendSync(item: S, options?: SendSyncOptions): void {
    if (this.#sender === undefined) throw this.#oneWay("send");
    this.#sender.sendSync(item, options);
  }

  /**
   * Receives the next item, waiting for one.
   *
   * @throws {PipeClosedError} At the end of file: the other end is closed or
   *   its owner ended, and all it sent was received; or this end is closed.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {TypeError} If this end only sends.
   * @throws {DOMException} A `TimeoutError`, if nothing came in `timeout` ms.
   */
  recv(options?: WaitOptions): Promise<R> {
    if (this.#receiver === undefined) {
      return Promise.reject(this.#oneWay("receive"));
    }
    return this.#receiver.recv(options);
  }

  /** Receives an item if there is one now. */
  tryRecv(): Received<R> {
    if (this.#receiver === undefined) throw this.#oneWay("receive");
    return this.#receiver.tryRecv();
  }

  /**
   * Receives an item, blocking the whole thread until there is one.
   *
   * Ends when the actor is terminated. Throws as {@linkcode recv} rejects.
   */
  recvSync(options?: BlockOptions): R {
    if (this.#receiver === undefined) throw this.#oneWay("receive");
    return this.#receiver.recvSync(options);
  }

  /**
   * Waits until a receive would not wait: an item is there, or the end of file.
   *
   * @returns `false` if the time was over first. With a `timeout` of 0 it only
   *   looks.
   * @throws {PipeClosedError} If this end is closed.
   */
  poll(options?: WaitOptions): Promise<boolean> {
    if (this.#receiver === undefined) {
      return Promise.reject(this.#oneWay("receive"));
    }
    return this.#receiver.poll(options);
  }

  /**
   * Closes this end. What it sent can still be received; what the other end
   * sent and this one did not receive is thrown away. Closing twice does
   * nothing.
   */
  close(): void {
    if (this.#use !== "open") return;
    this.#use = "closed";
    closeBoth(this.#ends);
    this.#closeLanes();
    // Calls of this end that wait find it closed.
    this.#ends.out?.producers.serve();
    this.#ends.in?.consumers.serve();
  }

  /** Iterates over what comes, until the end of file. */
  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    if (this.#receiver === undefined) throw this.#oneWay("receive");
    // Closing one's own end is a way to leave the loop; using an end that is
    // another actor's is a mistake.
    return new ItemIterator<R>(
      this.#receiver,
      (error) => error instanceof PipeClosedError && this.#use !== "given away",
    );
  }

  /** Closes this end; see {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * How it is logged: `connection (open)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#label} (${this.#use})`;
  }

  /**
   * How `select` waits for it.
   *
   * @internal
   */
  [SOURCE](): Source<Taken<R> | Ended> {
    if (this.#receiver === undefined) throw this.#oneWay("receive");
    return this.#receiver.source;
  }

  /**
   * Whether it can travel: not once closed or given away.
   *
   * @internal
   */
  [CHECK](): void {
    this.#check();
  }

  /**
   * How it travels to another actor, whose it is from then on.
   *
   * @internal
   */
  [PACK](receiver: number, moved: Transferable[]): PackedHandle {
    giveTo(receiver, this.#ends);
    const lanes: Lanes = {
      out: this.#sender?.lane.handOver(),
      in: this.#receiver?.lane,
    };
    for (const lane of [lanes.out, lanes.in]) if (lane) moved.push(lane);
    this.#use = "given away";
    // Calls of this end that wait find that. Not now: a lock may be held.
    queueMicrotask(() => {
      this.#ends.out?.producers.serve();
      this.#ends.in?.consumers.serve();
    });
    return {
      kind: "connection",
      out: this.#ends.out?.memory,
      in: this.#ends.in?.memory,
      name: this.#name,
      lanes,
    };
  }

  #closeLanes(): void {
    this.#receiver?.lane?.close();
    // What was moved stays in the far port, unless that is in the same thread,
    // where both are closed at once.
    const { out } = this.#ends;
    if (out === undefined || out.words[RECEIVER] === ownThread()) return;
    this.#sender?.lane.handOver()?.close();
  }

  #check(): void {
    if (this.#use === "open") return;
    throw new PipeClosedError(
      `Cannot use ${this.#label}: this end was ${this.#use}` +
        (this.#use === "closed"
          ? ""
          : ". An end has one owner: make a pipe for each actor"),
      "self",
    );
  }

  #brokenError(item: unknown): Error {
    return new BrokenPipeError(
      `Cannot send to ${this.#label}: its other end was closed. The item is ` +
        "in the error's `item`",
      item,
    );
  }

  #oneWay(verb: string): TypeError {
    return new TypeError(
      `Cannot ${verb} over ${this.#label}: this end of a one-way pipe only ` +
        (verb === "send" ? "receives" : "sends"),
    );
  }
}

function endsOf({ out, in: into }: PackedHandle): Ends {
  const ends: Ends = {};
  if (out !== undefined) ends.out = Ring.at(out as SharedArrayBuffer);
  if (into !== undefined) ends.in = Ring.at(into as SharedArrayBuffer);
  return ends;
}

function giveTo(thread: number, { out, in: into }: Ends): void {
  if (out !== undefined) Atomics.store(out.words, SENDER, thread);
  if (into !== undefined) Atomics.store(into.words, RECEIVER, thread);
}

function closeBoth({ out, in: into }: Ends): void {
  out?.close(false);
  into?.close(true);
  if (into !== undefined) sweepParcels(into);
}

registerHandle("connection", {
  unpack: (packed) =>
    new Connection(
      endsOf(packed),
      packed.name as string | undefined,
      packed.lanes as Lanes,
    ),
  custody: {
    deposit: ({ kind, out, in: into }) => ({ kind, out, in: into }),
    give: (deposit, receiver) => giveTo(receiver, endsOf(deposit)),
    drop: (deposit) => closeBoth(endsOf(deposit)),
  },
});
