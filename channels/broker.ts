/**
 * The broker: how what no bytes can carry gets beside a message from one thread
 * to another.
 *
 * Shared memory, ports and streams cross a thread border only in a message of
 * the platform, and who will take an item from a queue is not known when it is
 * put. So they wait at the *hub*, in the root thread, until somebody has taken
 * the item:
 *
 * ```text
 *   sender                         hub (root)                     receiver
 *     │ content ─▶ a new channel       │                              │
 *     │── parcel 7: its other port ───▶│                              │
 *     │ message, "parcel 7" ─▶ ring ───┼──────────────────────────▶ ring
 *     │                                │◀──────── wanted: 7 ──────────│ takes
 *     │                                │── parcel 7: the port ───────▶│
 *     │                                │           content ◀─ port ───│
 * ```
 *
 * The content itself is in the queue of a port, which the hub passes on as it
 * is: it is copied or moved once, a stream is not pumped through the root, and
 * it arrives although its sender has ended.
 *
 * Nothing here waits for an event loop that might be blocked, but for the
 * root's. A thread that has something for another sends it and then wakes the
 * other on its sleeping word; woken, the other looks into its port. So a thread
 * that blocks in a channel gets its parcels, and a root that blocks in one
 * passes parcels on. Only a root that computes holds them up, and only them:
 * items that are all bytes go on.
 *
 * **Death.** A sender's parcel comes before its put is made real, and the word
 * that a receiver wants one before its take is. So, with the ring's locks held,
 * each parcel is in the ring, or wanted, or lost; the hub looks whenever a
 * thread has ended, and drops the lost. A connection on its way belongs to the
 * root, then to whoever the parcel is given to: its other end waits on nobody
 * that is dead.
 *
 * @module
 */

import { Callers } from "./callers.ts";
import {
  checkAll,
  isHandle,
  kindOf,
  PACK,
  type PackedHandle,
  packValues,
  unpackAll,
} from "./handle.ts";
import { type Delivered, type FromHub, Hub, type ToHub } from "./_hub.ts";
import { receiveNow } from "./_receive_now.ts";
import type { Ring } from "./ring.ts";
import { PARCELS } from "./_ring_layout.ts";
import { announceMail } from "./mail.ts";
import { nextParcel } from "./numbers.ts";
import { ownThread, ROOT } from "./threads.ts";
import { waitAt } from "./waiting.ts";

/** In the root thread; made when it is needed. */
let hub: Hub | undefined;
/** In every other thread: its way to the hub. */
let port: MessagePort | undefined;
/** What came over it and was not collected. */
const arrived = new Map<number, Delivered>();

function ownHub(): Hub {
  return hub ??= new Hub();
}

let isAttending = false;

/** Has the root thread look for mail whenever it is woken. */
function attend(): void {
  if (isAttending) return;
  isAttending = true;
  waitAt([new Callers()], {
    attempt() {
      ownHub().serve();
      return false;
    },
    options: undefined,
    late: () => "",
    keepsAlive: false,
  });
}

function tellHub(message: ToHub, transfer: Transferable[] = []): void {
  if (ownThread() === ROOT) return ownHub().accept(message, ROOT);
  port!.postMessage(message, transfer);
  announceMail();
}

/**
 * Makes the way to the hub for a thread about to be started by this one.
 *
 * @returns The port for that thread's {@linkcode joinBroker}.
 */
export function introduceToBroker(thread: number): MessagePort {
  const { port1, port2 } = new MessageChannel();
  if (ownThread() === ROOT) attend();
  tellHub({ thread, port: port1 }, [port1]);
  return port2;
}

/** Gives this thread, which is not the root, its way to the hub. */
export function joinBroker(toHub: MessagePort): void {
  port = toHub;
}

/** What goes beside a message. */
export interface Content {
  /** The things, in the order of their numbers in the message. */
  readonly beside: readonly object[];
  /** Those of them that are moved. */
  readonly transfer: Iterable<Transferable>;
  /** The far port of a lane that begins with this message. */
  readonly lane?: MessagePort;
}

/**
 * Sends what goes beside a message that is about to be put into `ring`.
 *
 * @returns The number of the parcel.
 * @throws {DOMException} A `DataCloneError` if a thing cannot be sent; nothing
 *   has changed then.
 * @throws What a handle says that cannot be sent any more; likewise.
 */
export function postParcel(
  ring: Ring,
  isPipe: boolean,
  { beside, transfer, lane }: Content,
): number {
  // Checked when the put was called; it may have waited since.
  checkAll(beside);
  const parcel = nextParcel();
  const { port1, port2 } = new MessageChannel();
  try {
    // First what may be refused; only then handles, which change as they go.
    port1.postMessage(packValues(beside), [...transfer]);
  } catch (error) {
    port1.close();
    port2.close();
    throw error;
  }
  const moved: Transferable[] = lane === undefined ? [] : [lane];
  const handles = beside.map((thing) =>
    isHandle(thing) ? thing[PACK](ROOT, moved) : undefined
  );
  port1.postMessage({ handles, lane } satisfies Rest, moved);
  const owned = handles.flatMap((packed) => {
    const custody = packed && kindOf(packed).custody;
    return custody === undefined ? [] : [custody.deposit(packed!)];
  });
  const message = { parcel, ring: ring.memory, isPipe, port: port2, owned };
  if (ownThread() === ROOT) tellHub({ ...message, sender: port1 });
  else {
    tellHub(message, [port2]);
    // What was posted stays in the port that has gone.
    port1.close();
  }
  return parcel;
}

/** The second message of a parcel; the first has the values. */
interface Rest {
  readonly handles: readonly (PackedHandle | undefined)[];
  readonly lane?: MessagePort | undefined;
}

/** Asks for a parcel, just before its message is taken from the ring. */
export function requestParcel(parcel: number): void {
  tellHub({ wanted: parcel });
}

/** Whether a parcel that was asked for has come. */
export function isParcelHere(parcel: number): boolean {
  if (ownThread() === ROOT) {
    ownHub().serve();
    return ownHub().has(parcel);
  }
  readPort();
  return arrived.has(parcel);
}

function readPort(): void {
  for (;;) {
    const message = receiveNow(port!) as FromHub | undefined;
    if (message === undefined) return;
    arrived.set(message.parcel, message);
  }
}

/** The content of a parcel that is here. */
export function openParcel(
  parcel: number,
): { beside: unknown[]; lane: MessagePort | undefined } {
  const { port, sender } = ownThread() === ROOT
    ? ownHub().collect(parcel)!
    : arrived.get(parcel)!;
  arrived.delete(parcel);
  const values = receiveNow(port) as object[];
  const { handles, lane } = receiveNow(port) as Rest;
  sender?.close();
  port.close();
  const beside = unpackAll(
    values.map((value, i) => handles[i] ? { handle: handles[i] } : value),
  );
  return { beside, lane };
}

/**
 * Has the parcels of a ring dropped that was closed with all it held, or of
 * which nobody has a handle any more.
 */
export function sweepParcels(
  { words, memory }: Pick<Ring, "words" | "memory">,
): void {
  if (words[PARCELS] !== 0) tellHub({ closed: memory });
}

/** How many parcels wait at the hub of this thread, which is the root. */
export function waitingParcels(): number {
  ownHub().serve();
  return ownHub().size;
}
