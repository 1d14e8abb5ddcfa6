/**
 * What clients and class actors say to each other.
 *
 * ```text
 *   mailbox   [...args, method, client, number, incarnation, deadline]
 *   control   [word, client, number, what]
 *   replies   [what, number, word]
 * ```
 *
 * The arguments come first, so that an error about one of them names it by the
 * path the caller knows: `$[0]` is the first. A client is known by the id of its
 * thread; an ask by the client and a number that the client gives. A tell has
 * the number 0. The incarnation is that which the message was sent to, negative
 * for an ask that may be handled by a later one, too.
 *
 * @module
 */

import { sweepParcels } from "../channels/broker.ts";
import { PACK, type PackedHandle, registerHandle } from "../channels/handle.ts";
import { hold } from "../channels/holders.ts";
import { Receiver } from "../channels/receiver.ts";
import { Ring } from "../channels/ring.ts";
import { Sender } from "../channels/sender.ts";
import type { Ended, Source, Taken } from "../channels/source.ts";

/** The words of the control line, from a client to an actor. */
export const Control = {
  /** `what` is `{ name, replies }`: who the client is, and where it hears. */
  hello: 0,
  /** The client gave the ask up; `what` is the reason. */
  cancel: 1,
  /** The client is ready for `what` more items of a stream. */
  more: 2,
  /** The ask was dropped, since the mailbox was full. */
  dropped: 3,
  /** The ask will not be handled; `what` says why. */
  refuse: 4,
} as const;

/** The words of the replies, from an actor to a client. */
export const Reply = {
  /** `what` is the value. */
  value: 0,
  /** `what` is the error, encoded by itself. */
  threw: 1,
  /** `what` is the next item of a stream. */
  item: 2,
  /** The stream is over; `what` is what it returned. */
  end: 3,
  /** Was dropped: the mailbox was full. */
  dropped: 4,
  /** It will not be handled; `what` says why. */
  refused: 5,
  /**
   * The answer cannot be sent; `what` is the `NotSendableError`, encoded by
   * itself. A method may throw one, too, about what it sent elsewhere.
   */
  unsendable: 6,
} as const;

/** What travels over the control line. */
export type ControlMessage = [
  word: number,
  client: number,
  number: number,
  what: unknown,
];

/** What travels over a line of replies. */
export type ReplyMessage = [what: unknown, number: number, word: number];

/** Who a client is. */
export interface Hello {
  /** The name of its process. */
  readonly name: string;
  /** Where it hears. */
  readonly replies: Line<ReplyMessage>;
}

/**
 * Notes that this thread may take from a ring as long as it has `handle`: what
 * waits beside the messages of a ring is kept as long as anybody may.
 */
export function holdRing(
  handle: object,
  { number, words, memory }: Ring,
): void {
  const onLast = () => sweepParcels({ words, memory });
  hold(handle, { number, words, onLast });
}

/** The greatest size of all that waits in a mailbox or a line, in bytes. */
export const MOST_BYTES: number = 2 ** 30;

/** A new ring for a line. */
export function lineRing(): Ring {
  return Ring.create(0, MOST_BYTES);
}

/** Nobody hears over the line any more. */
class LineClosedError extends Error {}

/**
 * A line that is never full: what a client hears by, or an actor's control.
 *
 * As a queue, which it could be, but that whoever has it sees what it is made
 * of.
 */
export class Line<T> {
  /** What it is made of. */
  readonly ring: Ring;
  readonly #sender: Sender;
  readonly #source: Source<Taken<T> | Ended>;

  /** The line on a ring. */
  constructor(ring: Ring) {
    this.ring = ring;
    const label = "the line of an actor";
    this.#sender = new Sender(ring, {
      label,
      verb: "send over",
      isPipe: false,
      check: () => {},
      isBroken: () => false,
      closedError: () => new LineClosedError(),
    });
    const receiver = new Receiver<T>(ring, {
      label,
      verb: "hear from",
      check: () => {},
      isOver: () => false,
      endedError: () => new LineClosedError(),
    });
    this.#source = receiver.source;
  }

  /** A new line that this thread hears by, as long as it has the line. */
  static own<T>(): Line<T> {
    const line = new Line<T>(lineRing());
    holdRing(line, line.ring);
    return line;
  }

  /** Hears all that has been said so far. Runs no user code. */
  hear(each: (message: T) => void): void {
    for (;;) {
      const taken = this.#source.take();
      if (taken === undefined || taken.done) return;
      each(taken.value);
    }
  }

  /**
   * Says something; at once, but where a gigabyte waits already. To one that
   * hears nothing any more it says nothing.
   *
   * @throws {NotSendableError} If it holds what cannot be sent.
   */
  say(message: T): void {
    try {
      if (this.#sender.trySend(message, undefined)) return;
    } catch (error) {
      if (error instanceof LineClosedError) return;
      throw error;
    }
    this.#sender.send(message, undefined).catch(() => {});
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return { kind: "line", memory: this.ring.memory };
  }
}

registerHandle("line", {
  unpack: ({ memory }) => new Line(Ring.at(memory as SharedArrayBuffer)),
});
