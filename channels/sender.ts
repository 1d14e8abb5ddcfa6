/**
 * The sending side of a ring: what a queue's `put` and a connection's `send`
 * have in common.
 *
 * @module
 */

import { postParcel } from "./broker.ts";
import { Encoder } from "./encode.ts";
import { type Extension, frameSize } from "./_frame.ts";
import { checkAll } from "./handle.ts";
import { MOVED_BYTES, OutLane } from "./_lane.ts";
import { Put, type Ring } from "./ring.ts";
import { type Moved, movedBy, type SendOptions } from "./send_options.ts";
import { isTurnDue, turn } from "./turn.ts";
import { stopIfFenced } from "./threads.ts";
import { checkTimeout, checkWait, timeoutError } from "./wait_options.ts";
import { blockAt, waitAt } from "./waiting.ts";

/** What a sender must know of the channel it serves. */
export interface SenderChannel {
  /** How errors name the channel: `queue "jobs"`. */
  readonly label: string;
  /** What errors say one does with an item: `put into`. */
  readonly verb: string;
  /** Whether one thread receives, which the ring names. */
  readonly isPipe: boolean;
  /** Throws if this side may not be used at all. */
  check(): void;
  /** Whether nobody will ever receive, though the ring is open. */
  isBroken(): boolean;
  /** The error for an item that comes too late. */
  closedError(item: unknown): Error;
}

const encoder = new Encoder();
const SENT = Promise.resolve();

/** What the encoder sets apart from the bytes; not there while it is at work. */
let idleApart: Apart | undefined = { beside: [], bulk: [] };

interface Apart {
  readonly beside: object[];
  readonly bulk: Uint8Array[];
}

/** An item on its way into a ring. */
export interface Letter {
  readonly item: unknown;
  /** Begins a buffer, and holds the bytes of the item in its first `length`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly length: number;
  /** What it has beside those, if anything. */
  readonly extension: Extension | undefined;
  /** What is to be moved, if anything. */
  readonly moved: Moved | undefined;
}

/** Sends items over a ring. */
export class Sender {
  readonly #ring: Ring;
  readonly #channel: SenderChannel;
  /** For what is moved beside the ring of a pipe. */
  readonly lane: OutLane;

  /** Sends over `ring` for `channel`; `lane` is its lane, if that was opened. */
  constructor(ring: Ring, channel: SenderChannel, lane?: MessagePort) {
    this.#ring = ring;
    this.#channel = channel;
    this.lane = new OutLane(lane);
  }

  /** Sends an item, waiting for room. */
  send(item: unknown, options: SendOptions | undefined): Promise<void> {
    try {
      if (options !== undefined) checkWait(options);
      const moved = movedBy(options);
      const extension = this.#encode(item, moved);
      const length = this.#length;
      if (this.#trySend(length, item, extension, moved)) {
        return isTurnDue() ? turn() : SENT;
      }
      return this.#sendLater(
        this.#keep(length, item, extension, moved),
        options,
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends an item if there is room now. */
  trySend(item: unknown, options: SendOptions | undefined): boolean {
    const moved = movedBy(options);
    const extension = this.#encode(item, moved);
    return this.#trySend(this.#length, item, extension, moved);
  }

  /** Sends an item, blocking the thread until there is room. */
  sendSync(item: unknown, options: SendOptions | undefined): void {
    const timeout = options === undefined
      ? Infinity
      : checkTimeout(options.timeout);
    const moved = movedBy(options);
    const extension = this.#encode(item, moved);
    const length = this.#length;
    if (this.#trySend(length, item, extension, moved)) return;
    // Sleeping, this thread may serve callers that encode: keep a copy.
    const letter = this.#keep(length, item, extension, moved);
    const { producers } = this.#ring;
    const attempt = () => {
      // Behind the callers that waited before.
      producers.serve();
      return !producers.hasWaiters && this.#attempt(letter);
    };
    if (!blockAt([producers], attempt, timeout)) {
      throw timeoutError(this.#late(timeout));
    }
  }

  /**
   * Encodes an item that is to be sent later, by {@linkcode post}. It holds until
   * the next item is encoded, unless it is kept by {@linkcode keep}.
   */
  seal(item: unknown, options: SendOptions | undefined): Letter {
    const moved = movedBy(options);
    const extension = this.#encode(item, moved);
    return {
      item,
      bytes: encoder.bytes,
      length: this.#length,
      extension,
      moved,
    };
  }

  /** Has what was sealed hold for as long as it takes. */
  keep({ length, item, extension, moved }: Letter): Letter {
    return this.#keep(length, item, extension, moved);
  }

  /** Sends what was sealed if there is room now. */
  post(letter: Letter): boolean {
    return this.#attempt(letter);
  }

  #sendLater(letter: Letter, options: SendOptions | undefined): Promise<void> {
    return waitAt([this.#ring.producers], {
      attempt: () => {
        // The end may have been closed or given away meanwhile.
        this.#channel.check();
        return this.#attempt(letter);
      },
      options,
      late: () => this.#late(options?.timeout),
    });
  }

  /** The length of what was encoded last. */
  #length = 0;

  /** Encodes an item; gives what it has beside its bytes, if anything. */
  #encode(item: unknown, moved: Moved | undefined): Extension | undefined {
    this.#channel.check();
    // A getter of the item may send something itself.
    const apart = idleApart ?? { beside: [], bulk: [] };
    idleApart = undefined;
    let length: number;
    try {
      length = encoder.encode(item, apart.beside, apart.bulk, moved?.things);
    } finally {
      idleApart = apart;
    }
    this.#length = length;
    const extension = apart.beside.length + apart.bulk.length === 0
      ? undefined
      : this.#extend(apart, moved);
    if (this.#ring.fits(length, extension)) return extension;
    const { verb, label } = this.#channel;
    throw new RangeError(
      `Cannot ${verb} ${label}: the item takes ` +
        `${frameSize(length, extension)} bytes, and the greatest size is ` +
        `${this.#ring.mostBytes}. Raise maxBytes, or send it in parts`,
    );
  }

  #extend(apart: Apart, moved: Moved | undefined): Extension {
    const bulk = apart.bulk.splice(0);
    const beside = apart.beside.splice(0);
    const { isPipe } = this.#channel;
    if (beside.length > 0) {
      checkAll(beside);
      const content = { beside, transfer: moved?.things ?? [] };
      return { bulk, post: () => postParcel(this.#ring, isPipe, content) };
    }
    if (moved === undefined || !isPipe) return { bulk };
    const pieces = new Set(bulk.filter((piece) => isMovable(piece, moved)));
    if (pieces.size === 0) return { bulk };
    return { bulk, moved: pieces, post: () => this.#move(pieces) };
  }

  /** Moves pieces over the lane; gives the parcel that opens it, or 0. */
  #move(pieces: ReadonlySet<Uint8Array>): number {
    const buffers = [...pieces].map(({ buffer }) => buffer as ArrayBuffer);
    const lane = this.lane.move(buffers);
    if (lane === undefined) return 0;
    return postParcel(this.#ring, true, { beside: [], transfer: [], lane });
  }

  /** A copy of what must not change while the item waits. */
  #keep(
    length: number,
    item: unknown,
    extension: Extension | undefined,
    moved: Moved | undefined,
  ): Letter {
    const bytes = encoder.bytes.slice(0, length);
    const kept = extension === undefined ? undefined : {
      ...extension,
      bulk: extension.bulk.map((piece) =>
        extension.moved?.has(piece) ? piece : piece.slice()
      ),
    };
    return { item, bytes, length, extension: kept, moved };
  }

  #trySend(
    length: number,
    item: unknown,
    extension: Extension | undefined,
    moved: Moved | undefined,
  ): boolean {
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
    return this.#put(encoder.bytes, length, item, extension, moved);
  }

  #attempt({ bytes, length, item, extension, moved }: Letter): boolean {
    return this.#put(bytes, length, item, extension, moved);
  }

  #put(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    item: unknown,
    extension: Extension | undefined,
    moved: Moved | undefined,
  ): boolean {
    if (this.#channel.isBroken()) throw this.#channel.closedError(item);
    const outcome = this.#ring.put(bytes, length, extension);
    if (outcome === Put.closed) throw this.#channel.closedError(item);
    if (outcome !== Put.done) return false;
    moved?.detach();
    return true;
  }

  #late(timeout: number | undefined): string {
    const { verb, label } = this.#channel;
    return `Cannot ${verb} ${label}: it was full for ${timeout} ms`;
  }
}

/** Whether a piece is worth moving, and is all that its buffer holds. */
function isMovable(piece: Uint8Array, { buffers }: Moved): boolean {
  return piece.length >= MOVED_BYTES && buffers.has(piece.buffer) &&
    piece.length === piece.buffer.byteLength;
}
