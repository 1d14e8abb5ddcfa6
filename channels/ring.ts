/**
 * The engine of queues and pipes: a ring of byte messages in shared memory,
 * with any number of producers and consumers in any threads.
 *
 * ```text
 *   words of the header                        data, a power of two of bytes
 *   ┌──────────┬──────────┬──────────────────┬──────────────────────────────┐
 *   │ put side │ get side │ gates of waiters │ ░░│len│bytes…│len│bytes…│░░░░ │
 *   └──────────┴──────────┴──────────────────┴───▲──────────────────▲───────┘
 *                                               head               tail
 *   put side: LOCK  PUTS  TAIL[2]          get side: LOCK  GETS  HEAD[2]
 * ```
 *
 * A message is a frame: its length, its bytes, and in rarer cases more, see
 * `_frame.ts`. Positions count bytes for ever (modulo 2^32); the place in the
 * ring is the position modulo the capacity, and a frame may go over the end.
 *
 * **The commit rule.** A producer, alone under the put lock, writes the bytes,
 * then the new tail into the half of `TAIL` that is not in use, and then one
 * store makes it real: `PUTS + 1`. The number of puts says which half of `TAIL`
 * holds: `TAIL[PUTS & 1]`. A thread that stops anywhere before that store has
 * changed nothing that anybody reads. The get side is the same with `GETS` and
 * `HEAD`: a message is gone when `GETS` says so, after it was copied out.
 *
 * **Locks** hold the id of the thread that has them. Whoever wants one whose
 * owner is gone takes it over: by the commit rule there is nothing to repair.
 * An owner that was merely told to end keeps it, since it may be about to
 * write; the fence is checked under the lock, so it will not write twice.
 *
 * **Growth.** The memory is reserved at its greatest size and grows by
 * doubling. Positions stay; a message whose place changes is copied to the new
 * half before one store of the capacity makes the change real.
 *
 * **Cost.** An atomic operation is a tenth of a whole put, so there are four: the
 * lock is taken, the commit made, the lock given back, and one look tells who
 * waits for any of that (`WAITING`). In between the lock keeps the order.
 *
 * The two-lock queue is Michael and Scott's (1996); positions that run on and
 * are cut by the capacity are the classic ring buffer of kernels.
 *
 * @module
 */

import { bytesOnRing, type Extension, frameSize } from "./_frame.ts";
import { Identity } from "./identity.ts";
import { LockedRing } from "./_locked_ring.ts";
import { RingBytes } from "./_ring_bytes.ts";
import {
  CAPACITY,
  CLOSED,
  Closed,
  FIRST_CAPACITY,
  GET_LOCK,
  GETS,
  GETS_SEEN,
  HEAD,
  HEAD_SEEN,
  HEADER,
  HEADER_WORDS,
  MOST_BYTES,
  MOST_ITEMS,
  NUMBER,
  PARCELS,
  PUT_LOCK,
  PUTS,
  PUTS_SEEN,
  readPosition,
  TAIL,
  WAITING,
  Waiting,
} from "./_ring_layout.ts";
import { RingReader } from "./_ring_reader.ts";
import { Turns } from "./_turns.ts";
import { nextRing } from "./numbers.ts";
import { ownThread, stopIfFenced } from "./threads.ts";

/** How an attempt to put ended. */
export const Put = { done: 0, full: 1, closed: 2 } as const;

/** As `Put.full`, by this first message that needs more bytes than are left. */
const NEWLY_SHORT = 3;

/** What {@linkcode Ring.take} gives instead of a length. */
export const EMPTY = -1;
/** As {@linkcode EMPTY}, and nothing will come any more. */
export const ENDED = -2;

const rings = new Identity<Ring>();

/** A ring of messages. See the module. */
export class Ring extends LockedRing {
  /** What {@linkcode take} took: the message's bytes, and where they begin. */
  readonly reader: RingReader = new RingReader();
  /** Sees to it that no consumer leaves the others too little. */
  readonly turns: Turns = new Turns(this.words);

  readonly #tail = () => readPosition(this.words, PUTS, TAIL);

  private constructor(memory: SharedArrayBuffer) {
    super(memory);
  }

  /**
   * Makes a ring.
   *
   * @param mostItems The greatest number of messages; 0 for no such bound.
   * @param mostBytes The greatest size of all messages, heads included.
   */
  static create(mostItems: number, mostBytes: number): Ring {
    let capacity = FIRST_CAPACITY;
    let most = capacity;
    while (most < mostBytes) most *= 2;
    capacity = Math.min(capacity, most);
    const memory = new SharedArrayBuffer(HEADER + capacity, {
      maxByteLength: HEADER + most,
    });
    const words = new Int32Array(memory, 0, HEADER_WORDS);
    words[CAPACITY] = capacity;
    words[MOST_ITEMS] = mostItems;
    words[MOST_BYTES] = mostBytes;
    words[NUMBER] = nextRing();
    return Ring.at(memory);
  }

  /** The ring in this memory: one object a thread, however often asked for. */
  static at(memory: SharedArrayBuffer): Ring {
    const number = new Int32Array(memory, 0, HEADER_WORDS)[NUMBER]!;
    const known = rings.get(number);
    if (known !== undefined) return known;
    const ring = new Ring(memory);
    rings.add(number, ring);
    return ring;
  }

  /**
   * Puts a message: the first `length` bytes of `source`, and what it has beside
   * them.
   *
   * @returns One of {@linkcode Put}.
   * @throws What `extension.post` throws; nothing was put then.
   */
  put(
    source: Uint8Array<ArrayBuffer>,
    length: number,
    extension?: Extension,
  ): number {
    const words = this.words;
    this.lockPut();
    if (words[CLOSED] !== Closed.open) {
      this.unlockPut();
      return Put.closed;
    }
    const puts = words[PUTS]!;
    const tail = words[TAIL + (puts & 1)]!;
    const need = extension === undefined
      ? bytesOnRing(length)
      : frameSize(length, extension);
    if (!this.#hasRoom(puts, tail, need)) {
      const room = this.#makeRoom(puts, tail, need);
      if (room !== Put.done) {
        this.unlockPut();
        if (room !== NEWLY_SHORT) return room;
        // Whoever waits behind this one may lack only a place, which is there.
        if (words[MOST_ITEMS] !== 0) this.producers.wakeAll();
        return Put.full;
      }
    }
    if (extension === undefined) this.bytes.write(tail, source, length);
    else this.#writeExtended(tail, source, length, extension);
    words[TAIL + ((puts + 1) & 1)] = (tail + need) | 0;
    Atomics.store(words, PUTS, (puts + 1) | 0);
    Atomics.store(words, PUT_LOCK, 0);
    // One look for both stores: whoever waits for either said so before it
    // looked at what they change.
    const waiting = Atomics.load(words, WAITING);
    if ((waiting & (Waiting.consumers | Waiting.putLock)) !== 0) {
      this.putWaiters.wakeOne();
      this.consumers.wakeOne();
    }
    return Put.done;
  }

  #writeExtended(
    tail: number,
    source: Uint8Array<ArrayBuffer>,
    length: number,
    extension: Extension,
  ): void {
    let parcel = 0;
    if (extension.post !== undefined) {
      try {
        parcel = extension.post();
      } catch (error) {
        this.unlockPut();
        throw error;
      }
      if (parcel !== 0) this.words[PARCELS]!++;
    }
    this.bytes.writeExtended(tail, source, length, extension, parcel);
  }

  /**
   * Takes the oldest message. Its bytes stand in {@linkcode reader} until the
   * next take.
   *
   * @param claim Told the number of its parcel, if any, before the take is real.
   * @returns Its length, or {@linkcode EMPTY} or {@linkcode ENDED}.
   */
  take(claim?: (parcel: number) => void): number {
    const words = this.words;
    if (words[PUTS_SEEN] === words[GETS]) {
      const found = this.#lookForMore();
      if (found !== 0) return found;
    }
    this.lockGet();
    const gets = words[GETS]!;
    if (words[PUTS_SEEN] === gets || words[CLOSED] === Closed.entirely) {
      const found = this.#refreshPuts(gets);
      if (found !== 0) {
        this.unlockGet();
        return found;
      }
    }
    const head = words[HEAD + (gets & 1)]!;
    const { reader } = this;
    let length: number;
    try {
      length = reader.read(this.bytes, head, gets, this.#tail);
      if (reader.beside !== undefined && reader.beside.parcel !== 0) {
        claim?.(reader.beside.parcel);
      }
    } catch (error) {
      // No memory for the copy: the message stays.
      this.unlockGet();
      throw error;
    }
    this.ledger?.sign(gets);
    words[HEAD + ((gets + 1) & 1)] = reader.nextHead;
    this.turns.note();
    Atomics.store(words, GETS, (gets + 1) | 0);
    Atomics.store(words, GET_LOCK, 0);
    const waiting = Atomics.load(words, WAITING);
    const some = Waiting.producers | Waiting.bytes | Waiting.getLock;
    if ((waiting & some) !== 0) this.#wakeAfterTake(waiting);
    return length;
  }

  /**
   * Looks, without the lock, whether anything is there.
   *
   * @returns 0 if so, else what a take gives.
   */
  #lookForMore(): number {
    // Closed is read before the puts: a message put before the close is seen.
    const closed = Atomics.load(this.words, CLOSED);
    if (closed === Closed.entirely) return ENDED;
    if (this.puts !== this.gets) return 0;
    stopIfFenced();
    return closed === Closed.open ? EMPTY : ENDED;
  }

  /** As `#lookForMore`, and brings the note up to date. Under the get lock. */
  #refreshPuts(gets: number): number {
    const words = this.words;
    const closed = Atomics.load(words, CLOSED);
    if (closed === Closed.entirely) return ENDED;
    words[PUTS_SEEN] = Atomics.load(words, PUTS);
    if (words[PUTS_SEEN] !== gets) return 0;
    return closed === Closed.open ? EMPTY : ENDED;
  }

  /**
   * Closes the ring to puts, or, `entirely`, to gets too: what it holds is
   * then as good as thrown away.
   *
   * @returns Whether this call changed anything.
   */
  close(entirely: boolean): boolean {
    const words = this.words;
    const wanted = entirely ? Closed.entirely : Closed.toPuts;
    // Under the put lock: when the call returns, no put is still under way.
    this.lockPut();
    const before = words[CLOSED]!;
    if (before < wanted) Atomics.store(words, CLOSED, wanted);
    this.unlockPut();
    if (before >= wanted) return false;
    this.consumers.wakeAll();
    this.producers.wakeAll();
    this.watchers.wakeAll();
    return true;
  }

  /** Whether there is room by the notes of the put side. Under its lock. */
  #hasRoom(puts: number, tail: number, need: number): boolean {
    const words = this.words;
    const most = words[MOST_ITEMS]!;
    if (most !== 0 && ((puts - words[GETS_SEEN]!) | 0) >= most) return false;
    const used = ((tail - words[HEAD_SEEN]!) | 0) + need;
    return used <= this.bytes.capacity && used <= words[MOST_BYTES]!;
  }

  /** Looks again, and grows the ring where that helps. Under the put lock. */
  #makeRoom(puts: number, tail: number, need: number): number {
    const words = this.words;
    words[GETS_SEEN] = Atomics.load(words, GETS);
    words[HEAD_SEEN] = readPosition(words, GETS, HEAD);
    const mostItems = words[MOST_ITEMS]!;
    if (mostItems !== 0 && ((puts - words[GETS_SEEN]!) | 0) >= mostItems) {
      return Put.full;
    }
    const most = words[MOST_BYTES]!;
    let used = ((tail - words[HEAD_SEEN]!) | 0) + need;
    if (used > most) {
      // Said first and looked at again after: a consumer that makes room from
      // here on sees the word and wakes all producers, whatever each needs.
      const was = Atomics.or(words, WAITING, Waiting.bytes);
      words[HEAD_SEEN] = readPosition(words, GETS, HEAD);
      used = ((tail - words[HEAD_SEEN]!) | 0) + need;
      if (used > most) {
        return (was & Waiting.bytes) === 0 ? NEWLY_SHORT : Put.full;
      }
    }
    let { capacity } = this.bytes;
    if (used <= capacity) return Put.done;
    while (capacity < used) capacity *= 2;
    try {
      this.#grow(capacity, tail);
    } catch (error) {
      // No memory; or fenced meanwhile, and then the lock was given back.
      if (words[PUT_LOCK] === ownThread()) this.unlockPut();
      throw error;
    }
    return Put.done;
  }

  /**
   * Grows the ring. Under the put lock; takes the get lock too, since the place
   * of a message that is being copied out must not be given away.
   */
  #grow(capacity: number, tail: number): void {
    const words = this.words;
    this.lockGetToo();
    try {
      this.memory.grow(HEADER + capacity);
      const larger = new RingBytes(this.memory, HEADER, capacity);
      const head = words[HEAD + (words[GETS]! & 1)]!;
      this.bytes.moveTo(larger, head, tail);
      Atomics.store(words, CAPACITY, capacity);
      this.bytes = larger;
    } finally {
      this.unlockGet();
    }
  }

  #wakeAfterTake(waiting: number): void {
    const words = this.words;
    this.getWaiters.wakeOne();
    if (
      (waiting & Waiting.bytes) !== 0 &&
      (Atomics.and(words, WAITING, ~Waiting.bytes) & Waiting.bytes) !== 0
    ) this.producers.wakeAll();
    else this.producers.wakeOne();
  }

  /** The number of the parcel of the oldest message; 0 if it has none. */
  nextParcel(): number {
    const { words } = this;
    this.lockGet();
    const gets = words[GETS]!;
    const parcel = this.puts === gets || words[CLOSED] === Closed.entirely
      ? 0
      : this.bytes.parcelAt(words[HEAD + (gets & 1)]!);
    this.unlockGet();
    return parcel;
  }

  /**
   * The numbers of the parcels whose messages it still holds. While `look` runs
   * no message comes or goes.
   */
  withParcels(look: (parcels: ReadonlySet<number>) => void): void {
    const words = this.words;
    this.lockPut();
    this.lockGetToo();
    try {
      const parcels = new Set<number>();
      const tail = words[TAIL + (words[PUTS]! & 1)]!;
      let head = words[HEAD + (words[GETS]! & 1)]!;
      const isThrownAway = words[CLOSED] === Closed.entirely;
      while (head !== tail && !isThrownAway) {
        parcels.add(this.bytes.parcelAt(head));
        head = (head + this.bytes.frameAt(head)) | 0;
      }
      look(parcels);
    } finally {
      this.unlockGet();
      this.unlockPut();
    }
  }
}
