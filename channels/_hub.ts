/**
 * The hub: the root thread's half of the broker. See `broker.ts`.
 *
 * @module
 */

import { kindOf, type PackedHandle } from "./handle.ts";
import { isHeld } from "./holders.ts";
import { receiveNow } from "./_receive_now.ts";
import { RECEIVER } from "./_ring_layout.ts";
import { Ring } from "./ring.ts";
import {
  endCount,
  ROOT,
  threadCanAct,
  threadExists,
  wakeThread,
} from "./threads.ts";
import { isMailFrom, isMailThere } from "./mail.ts";

/** A parcel, as whoever opens it needs it. */
export interface Delivered {
  /** Gives the content. */
  readonly port: MessagePort;
  /**
   * The port's other end, where the root itself sent the parcel: closing it
   * while this one is in the same thread would close both.
   */
  readonly sender?: MessagePort;
}

/** What goes beside one message, on its way. The hub does not look into it. */
export interface Parcel extends Delivered {
  /** Its number. */
  readonly parcel: number;
  /** The memory of the ring that the message is put into. */
  readonly ring: SharedArrayBuffer;
  /** Whether that ring is one of a pipe, whose receiver is one thread. */
  readonly isPipe: boolean;
  /** Of the handles in it that belong to one thread at a time, the deposits. */
  readonly owned: readonly PackedHandle[];
}

/** What a thread sends to the hub. */
export type ToHub =
  /** The broker's port of a thread that it is about to start. */
  | { readonly thread: number; readonly port: MessagePort }
  | Parcel
  /** It takes the message of a parcel from a ring. */
  | { readonly wanted: number }
  /** A ring was closed together with what it holds, or nobody has it any more. */
  | { readonly closed: SharedArrayBuffer };

/** What the hub sends to a thread. */
export interface FromHub extends Delivered {
  /** The number of a parcel. */
  readonly parcel: number;
}

interface Mail {
  readonly from: number;
  readonly message: ToHub;
}

/** A parcel that waits at the hub. */
interface Waiting extends Omit<Parcel, "ring"> {
  readonly ring: Ring;
}

/** See the module. */
export class Hub {
  readonly #ports = new Map<number, MessagePort>();
  readonly #parcels = new Map<number, Waiting>();
  /** Who asked for parcels that are not given out yet. */
  readonly #wanted = new Map<number, number>();
  /** Parcels for the root thread itself. */
  readonly #own = new Map<number, Waiting>();
  /** Mail that was read and not dealt with. */
  #mail: Mail[] = [];
  #ends = 0;

  /** How many parcels wait here. */
  get size(): number {
    return this.#parcels.size;
  }

  /** Deals with what came. Cheap if nothing did. */
  serve(): void {
    do {
      this.#readMail();
      this.#dealWithMail();
      const ends = endCount();
      if (ends !== this.#ends) {
        this.#ends = ends;
        this.#onEnds();
      }
      // A sweep reads mail, too.
    } while (this.#mail.length > 0);
  }

  #dealWithMail(): void {
    for (const { message, from } of this.#mail.splice(0)) {
      this.accept(message, from);
    }
  }

  /** Deals with a message of the thread `from`. */
  accept(message: ToHub, from: number): void {
    if ("parcel" in message) {
      const { parcel } = message;
      this.#parcels.set(parcel, { ...message, ring: Ring.at(message.ring) });
      if (this.#wanted.has(parcel)) this.#deliver(parcel);
    } else if ("wanted" in message) {
      this.#wanted.set(message.wanted, from);
      if (this.#parcels.has(message.wanted)) this.#deliver(message.wanted);
    } else if ("closed" in message) this.#sweep(Ring.at(message.closed));
    else this.#ports.set(message.thread, message.port);
  }

  /** A parcel that the root thread itself asked for, once it is here. */
  collect(parcel: number): Delivered | undefined {
    const found = this.#own.get(parcel);
    this.#own.delete(parcel);
    return found;
  }

  /** Whether that has come. */
  has(parcel: number): boolean {
    return this.#own.has(parcel);
  }

  #readMail(): void {
    while (isMailThere()) {
      // A thread that another's mail introduces comes last in the map, and is
      // still met by this loop.
      for (const [thread, port] of this.#ports) {
        if (isMailFrom(thread)) this.#readFrom(thread, port);
      }
    }
  }

  #readFrom(from: number, port: MessagePort): void {
    for (;;) {
      const message = receiveNow(port) as ToHub | undefined;
      if (message === undefined) return;
      if ("thread" in message) this.accept(message, from);
      else this.#mail.push({ message, from });
    }
  }

  /** Gives a parcel to the thread that asked for it. */
  #deliver(number: number): void {
    const thread = this.#wanted.get(number)!;
    const parcel = this.#parcels.get(number)!;
    // It is asked for just before the message is taken. If that still stands in
    // the ring, who asked did not live to take it, and another will ask. (The
    // root thread itself is in the middle of it now, and cannot end.)
    if (thread !== ROOT && parcel.ring.nextParcel() === number) return;
    this.#wanted.delete(number);
    this.#parcels.delete(number);
    if (thread === ROOT) {
      this.#own.set(number, parcel);
      return;
    }
    const port = this.#ports.get(thread);
    if (port === undefined || !threadCanAct(thread)) return drop(parcel);
    // From here on they end with that thread, should it not live to use them.
    for (const one of parcel.owned) kindOf(one).custody!.give(one, thread);
    const message: FromHub = { parcel: number, port: parcel.port };
    port.postMessage(message, [parcel.port]);
    parcel.sender?.close();
    wakeThread(thread);
  }

  /** Some threads are gone: lets go of them, and of what they leave. */
  #onEnds(): void {
    for (const [thread, port] of this.#ports) {
      if (threadExists(thread)) continue;
      // What it sent last still counts.
      this.#readFrom(thread, port);
      port.close();
      this.#ports.delete(thread);
    }
    this.#dealWithMail();
    for (const [parcel, thread] of this.#wanted) {
      if (!threadExists(thread)) this.#wanted.delete(parcel);
    }
    const rings = new Set([...this.#parcels.values()].map(({ ring }) => ring));
    for (const ring of rings) this.#sweep(ring);
  }

  /**
   * Drops the parcels of a ring that nobody will ever ask for: their message is
   * neither in the ring nor taken. The sender ended before it had put it; or the
   * ring was closed with all it held; or nobody can take from it: nobody has the
   * queue any more, or the owner of that end of the pipe is gone.
   */
  #sweep(ring: Ring): void {
    const lost: Waiting[] = [];
    ring.withParcels((held) => {
      // Nobody puts or takes meanwhile. Who has put a message sent its parcel
      // before, and who has taken one asked for its parcel before: so once the
      // mail is read, nothing is under way. It is dealt with only afterwards,
      // since that takes the ring's locks.
      this.#readMail();
      const asked = new Set(this.#wanted.keys());
      for (const { message } of this.#mail) {
        if ("wanted" in message) asked.add(message.wanted);
      }
      const isOver = (isPipe: boolean) =>
        isPipe
          ? !threadCanAct(Atomics.load(ring.words, RECEIVER))
          : !isHeld(ring.words);
      for (const parcel of this.#parcels.values()) {
        const { parcel: number, ring: its, isPipe } = parcel;
        if (its !== ring || asked.has(number)) continue;
        if (isOver(isPipe) || !held.has(number)) lost.push(parcel);
      }
    });
    for (const parcel of lost) {
      this.#parcels.delete(parcel.parcel);
      drop(parcel);
    }
  }
}

/** Lets go of a parcel, and ends what nobody else can use. */
function drop({ port, sender, owned }: Waiting): void {
  sender?.close();
  port.close();
  for (const one of owned) kindOf(one).custody!.drop(one);
}
