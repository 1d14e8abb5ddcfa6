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
 * A message is a word with its length, then its bytes, filled up to a multiple
 * of four. Positions count bytes for ever (modulo 2^32); the place in the ring
 * is the position modulo the capacity, and a message may go over the end.
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
 * The two-lock queue is Michael and Scott's (1996); positions that run on and
 * are cut by the capacity are the classic ring buffer of kernels.
 *
 * @module
 */

import { Gate } from "./gate.ts";
import { bytesOnRing, RingBytes } from "./_ring_bytes.ts";
import {
  CAPACITY,
  CLOSED,
  CONSUMERS,
  FIRST_CAPACITY,
  GET_LOCK,
  GET_WAITERS,
  GETS,
  HEAD,
  HEADER,
  HEADER_WORDS,
  MOST_BYTES,
  MOST_ITEMS,
  NUMBER,
  PRODUCERS,
  PUT_LOCK,
  PUT_WAITERS,
  PUTS,
  readPosition,
  SHORT_OF_BYTES,
  TAIL,
  WATCHERS,
} from "./_ring_layout.ts";
import { RingReader } from "./_ring_reader.ts";
import { Identity } from "./identity.ts";
import { acquireLock, releaseLock } from "./_lock.ts";
import { isFenced, nextRing, stopIfFenced } from "./threads.ts";

/** Whether a ring still takes and gives messages. */
export const Closed = {
  /** It takes and gives. */
  open: 0,
  /** It takes no more, and gives what it holds. */
  toPuts: 1,
  /** It takes and gives no more: what it held was thrown away. */
  entirely: 2,
} as const;

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
export class Ring {
  /** The memory, which is all that another thread needs to use the ring. */
  readonly memory: SharedArrayBuffer;
  /** Waits for a message, or for the end. */
  readonly consumers: Gate;
  /** Waits for room, or for the end. */
  readonly producers: Gate;
  /** Waits for what the owner of the ring defines. */
  readonly watchers: Gate;

  /** What {@linkcode take} took: the message's bytes, and where they begin. */
  readonly reader: RingReader = new RingReader();

  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #putWaiters: Gate;
  readonly #getWaiters: Gate;
  #bytes: RingBytes;
  readonly #tail = () => readPosition(this.#words, PUTS, TAIL);

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    const words = new Int32Array(memory, 0, HEADER_WORDS);
    this.#words = words;
    this.consumers = new Gate(words, CONSUMERS, () => this.isReadable);
    this.producers = new Gate(words, PRODUCERS, () => this.isWritable);
    this.watchers = new Gate(words, WATCHERS, () => true);
    // Who leaves these has the lock, and wakes the next when giving it back.
    this.#putWaiters = new Gate(words, PUT_WAITERS, () => false);
    this.#getWaiters = new Gate(words, GET_WAITERS, () => false);
    this.#bytes = new RingBytes(
      memory,
      HEADER,
      Atomics.load(words, CAPACITY),
    );
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

  /** The number of the ring: no other in the program has it. */
  get number(): number {
    return this.#words[NUMBER]!;
  }

  /** The word that belongs to the owner of the ring. */
  get words(): Int32Array<SharedArrayBuffer> {
    return this.#words;
  }

  /** The greatest number of messages, or 0. */
  get mostItems(): number {
    return this.#words[MOST_ITEMS]!;
  }

  /** The greatest size of all messages in bytes. */
  get mostBytes(): number {
    return this.#words[MOST_BYTES]!;
  }

  /** How many messages were put so far, modulo 2^32. */
  get puts(): number {
    return Atomics.load(this.#words, PUTS);
  }

  /** How many messages were taken so far, modulo 2^32. */
  get gets(): number {
    return Atomics.load(this.#words, GETS);
  }

  /** How many messages it holds. */
  get size(): number {
    if (this.closed === Closed.entirely) return 0;
    // The gets first: read the other way round, a put and a get in between
    // would give one less than none.
    const gets = Atomics.load(this.#words, GETS);
    return (Atomics.load(this.#words, PUTS) - gets) | 0;
  }

  /** One of {@linkcode Closed}. */
  get closed(): number {
    return Atomics.load(this.#words, CLOSED);
  }

  /** Whether a take would give a message, or the news of the end. */
  get isReadable(): boolean {
    return this.size > 0 || this.closed !== Closed.open;
  }

  /** Whether a put of a small message would do, or tell of the end. */
  get isWritable(): boolean {
    if (this.closed !== Closed.open) return true;
    return this.mostItems === 0 ? !this.#isShort : this.size < this.mostItems;
  }

  /** Whether the bound on messages is reached, or a put found too few bytes. */
  get isFull(): boolean {
    return this.#isShort ||
      this.mostItems !== 0 && this.size >= this.mostItems;
  }

  get #isShort(): boolean {
    return Atomics.load(this.#words, SHORT_OF_BYTES) !== 0;
  }

  /** Whether a message of this length could ever be put. */
  fits(length: number): boolean {
    // The first half alone is right for lengths beyond the range of an int.
    return length <= this.mostBytes && bytesOnRing(length) <= this.mostBytes;
  }

  /**
   * Puts a message: the first `length` bytes of `source`.
   *
   * @returns One of {@linkcode Put}.
   */
  put(source: Uint8Array<ArrayBuffer>, length: number): number {
    this.#lock(PUT_LOCK, this.#putWaiters);
    let outcome: number;
    try {
      outcome = this.#putLocked(source, length);
    } finally {
      this.#unlock(PUT_LOCK, this.#putWaiters);
    }
    if (outcome === Put.done) this.consumers.wakeOne();
    if (outcome !== NEWLY_SHORT) return outcome;
    // Whoever waits behind this one may lack only a place, which is there.
    this.producers.wakeAll();
    return Put.full;
  }

  #putLocked(source: Uint8Array<ArrayBuffer>, length: number): number {
    const words = this.#words;
    if (Atomics.load(words, CLOSED) !== Closed.open) return Put.closed;
    const puts = words[PUTS]!;
    const most = words[MOST_ITEMS]!;
    const held = (puts - Atomics.load(words, GETS)) | 0;
    if (most !== 0 && held >= most) return Put.full;
    const tail = words[TAIL + (puts & 1)]!;
    const need = bytesOnRing(length);
    const room = this.#makeRoom(tail, need);
    if (room !== Put.done) return most === 0 ? Put.full : room;
    this.#bytes.write(tail, source, length);
    words[TAIL + ((puts + 1) & 1)] = (tail + need) | 0;
    Atomics.store(words, PUTS, (puts + 1) | 0);
    return Put.done;
  }

  /**
   * Takes the oldest message. Its bytes stand in {@linkcode reader} until the
   * next take.
   *
   * @returns Its length, or {@linkcode EMPTY} or {@linkcode ENDED}.
   */
  take(): number {
    const words = this.#words;
    // A look without the lock first. Closed is read before the puts: a message
    // put before the close is then seen.
    const closed = Atomics.load(words, CLOSED);
    if (closed === Closed.entirely) return ENDED;
    if (Atomics.load(words, PUTS) === Atomics.load(words, GETS)) {
      stopIfFenced();
      return closed === Closed.open ? EMPTY : ENDED;
    }
    this.#lock(GET_LOCK, this.#getWaiters);
    let length: number;
    try {
      const gets = words[GETS]!;
      if (Atomics.load(words, PUTS) === gets) {
        return closed === Closed.open ? EMPTY : ENDED;
      }
      const head = words[HEAD + (gets & 1)]!;
      length = this.reader.read(this.#bytes, head, gets, this.#tail);
      words[HEAD + ((gets + 1) & 1)] = (head + bytesOnRing(length)) | 0;
      Atomics.store(words, GETS, (gets + 1) | 0);
    } finally {
      this.#unlock(GET_LOCK, this.#getWaiters);
    }
    this.#wakeProducers();
    return length;
  }

  /**
   * Closes the ring to puts, or, `entirely`, to gets too: what it holds is
   * then as good as thrown away.
   *
   * @returns Whether this call changed anything.
   */
  close(entirely: boolean): boolean {
    const words = this.#words;
    const wanted = entirely ? Closed.entirely : Closed.toPuts;
    // Under the put lock: when the call returns, no put is still under way.
    this.#lock(PUT_LOCK, this.#putWaiters);
    const before = words[CLOSED]!;
    if (before < wanted) Atomics.store(words, CLOSED, wanted);
    this.#unlock(PUT_LOCK, this.#putWaiters);
    if (before >= wanted) return false;
    this.consumers.wakeAll();
    this.producers.wakeAll();
    this.watchers.wakeAll();
    return true;
  }

  /** Makes room for `need` bytes at `tail`. Under the put lock. */
  #makeRoom(tail: number, need: number): number {
    const most = this.mostBytes;
    let used = ((tail - readPosition(this.#words, GETS, HEAD)) | 0) + need;
    if (used > most) {
      // Said first and looked at again after: a consumer that makes room from
      // here on sees the word and wakes all producers, whatever each needs.
      const was = Atomics.exchange(this.#words, SHORT_OF_BYTES, 1);
      used = ((tail - readPosition(this.#words, GETS, HEAD)) | 0) + need;
      if (used > most) return was === 0 ? NEWLY_SHORT : Put.full;
    }
    let { capacity } = this.#bytes;
    if (used <= capacity) return Put.done;
    while (capacity < used) capacity *= 2;
    this.#grow(capacity, tail);
    return Put.done;
  }

  /**
   * Grows the ring. Under the put lock; takes the get lock too, since the place
   * of a message that is being copied out must not be given away.
   */
  #grow(capacity: number, tail: number): void {
    const words = this.#words;
    this.#lock(GET_LOCK, this.#getWaiters, PUT_LOCK);
    try {
      this.memory.grow(HEADER + capacity);
      const larger = new RingBytes(this.memory, HEADER, capacity);
      const head = words[HEAD + (words[GETS]! & 1)]!;
      this.#bytes.moveTo(larger, head, tail);
      Atomics.store(words, CAPACITY, capacity);
      this.#bytes = larger;
    } finally {
      this.#unlock(GET_LOCK, this.#getWaiters);
    }
  }

  /** Uses the ring at the size it has now. */
  #follow(): void {
    const capacity = Atomics.load(this.#words, CAPACITY);
    if (capacity === this.#bytes.capacity) return;
    this.#bytes = new RingBytes(this.memory, HEADER, capacity);
  }

  #wakeProducers(): void {
    const words = this.#words;
    if (this.#isShort && Atomics.exchange(words, SHORT_OF_BYTES, 0) !== 0) {
      this.producers.wakeAll();
    } else this.producers.wakeOne();
  }

  #lock(word: number, waiters: Gate, held?: number): void {
    const isHeld = acquireLock(this.#words, word, waiters);
    if (!isHeld || isFenced()) {
      if (isHeld) releaseLock(this.#words, word, waiters);
      if (held !== undefined) releaseLock(this.#words, held, this.#putWaiters);
      stopIfFenced();
    }
    this.#follow();
  }

  #unlock(word: number, waiters: Gate): void {
    releaseLock(this.#words, word, waiters);
  }
}
