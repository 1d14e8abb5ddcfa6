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
  Closed,
  CONSUMERS,
  FIRST_CAPACITY,
  GET_LOCK,
  GET_WAITERS,
  GETS,
  GETS_SEEN,
  HEAD,
  HEAD_SEEN,
  HEADER,
  HEADER_WORDS,
  MOST_BYTES,
  MOST_ITEMS,
  NUMBER,
  PRODUCERS,
  PUT_LOCK,
  PUT_WAITERS,
  PUTS,
  PUTS_SEEN,
  readPosition,
  SHORT_OF_BYTES,
  TAIL,
  WATCHERS,
} from "./_ring_layout.ts";
import { RingView } from "./_ring_view.ts";
import { RingReader } from "./_ring_reader.ts";
import { Identity } from "./identity.ts";
import { acquireLock, releaseLock } from "./_lock.ts";
import { isFenced, nextRing, ownThread, stopIfFenced } from "./threads.ts";

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
export class Ring extends RingView {
  /** Waits for a message, or for the end. */
  readonly consumers: Gate;
  /** Waits for room, or for the end. */
  readonly producers: Gate;
  /** Waits for what the owner of the ring defines. */
  readonly watchers: Gate;

  /** What {@linkcode take} took: the message's bytes, and where they begin. */
  readonly reader: RingReader = new RingReader();

  readonly #putWaiters: Gate;
  readonly #getWaiters: Gate;
  #bytes: RingBytes;
  readonly #tail = () => readPosition(this.words, PUTS, TAIL);

  private constructor(memory: SharedArrayBuffer) {
    super(memory);
    const { words } = this;
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

  /**
   * Puts a message: the first `length` bytes of `source`.
   *
   * @returns One of {@linkcode Put}.
   */
  put(source: Uint8Array<ArrayBuffer>, length: number): number {
    const words = this.words;
    this.#lock(PUT_LOCK, this.#putWaiters);
    if (words[CLOSED] !== Closed.open) {
      this.#unlock(PUT_LOCK, this.#putWaiters);
      return Put.closed;
    }
    const puts = words[PUTS]!;
    const tail = words[TAIL + (puts & 1)]!;
    const need = bytesOnRing(length);
    const room = this.#hasRoom(puts, tail, need)
      ? Put.done
      : this.#makeRoom(puts, tail, need);
    if (room !== Put.done) {
      this.#unlock(PUT_LOCK, this.#putWaiters);
      if (room !== NEWLY_SHORT) return room;
      // Whoever waits behind this one may lack only a place, which is there.
      if (words[MOST_ITEMS] !== 0) this.producers.wakeAll();
      return Put.full;
    }
    this.#bytes.write(tail, source, length);
    words[TAIL + ((puts + 1) & 1)] = (tail + need) | 0;
    Atomics.store(words, PUTS, (puts + 1) | 0);
    this.#unlock(PUT_LOCK, this.#putWaiters);
    this.consumers.wakeOne();
    return Put.done;
  }

  /**
   * Takes the oldest message. Its bytes stand in {@linkcode reader} until the
   * next take.
   *
   * @returns Its length, or {@linkcode EMPTY} or {@linkcode ENDED}.
   */
  take(): number {
    const words = this.words;
    // Closed is read before the puts: a message put before the close is seen.
    const closed = Atomics.load(words, CLOSED);
    if (closed === Closed.entirely) return ENDED;
    if (words[PUTS_SEEN] === words[GETS] && this.#isEmpty()) {
      stopIfFenced();
      return closed === Closed.open ? EMPTY : ENDED;
    }
    this.#lock(GET_LOCK, this.#getWaiters);
    const gets = words[GETS]!;
    if (words[PUTS_SEEN] === gets) {
      words[PUTS_SEEN] = Atomics.load(words, PUTS);
      if (words[PUTS_SEEN] === gets) {
        this.#unlock(GET_LOCK, this.#getWaiters);
        return closed === Closed.open ? EMPTY : ENDED;
      }
    }
    const head = words[HEAD + (gets & 1)]!;
    let length: number;
    try {
      length = this.reader.read(this.#bytes, head, gets, this.#tail);
    } catch (error) {
      // No memory for the copy: the message stays.
      this.#unlock(GET_LOCK, this.#getWaiters);
      throw error;
    }
    words[HEAD + ((gets + 1) & 1)] = (head + bytesOnRing(length)) | 0;
    Atomics.store(words, GETS, (gets + 1) | 0);
    this.#unlock(GET_LOCK, this.#getWaiters);
    this.#wakeProducers();
    return length;
  }

  #isEmpty(): boolean {
    const words = this.words;
    return Atomics.load(words, PUTS) === Atomics.load(words, GETS);
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

  /** Whether there is room by the notes of the put side. Under its lock. */
  #hasRoom(puts: number, tail: number, need: number): boolean {
    const words = this.words;
    const most = words[MOST_ITEMS]!;
    if (most !== 0 && ((puts - words[GETS_SEEN]!) | 0) >= most) return false;
    const used = ((tail - words[HEAD_SEEN]!) | 0) + need;
    return used <= this.#bytes.capacity && used <= words[MOST_BYTES]!;
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
      const was = Atomics.exchange(words, SHORT_OF_BYTES, 1);
      words[HEAD_SEEN] = readPosition(words, GETS, HEAD);
      used = ((tail - words[HEAD_SEEN]!) | 0) + need;
      if (used > most) return was === 0 ? NEWLY_SHORT : Put.full;
    }
    let { capacity } = this.#bytes;
    if (used <= capacity) return Put.done;
    while (capacity < used) capacity *= 2;
    try {
      this.#grow(capacity, tail);
    } catch (error) {
      // No memory; or fenced meanwhile, and then the lock was given back.
      if (words[PUT_LOCK] === ownThread()) {
        this.#unlock(PUT_LOCK, this.#putWaiters);
      }
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
    const capacity = this.words[CAPACITY]!;
    if (capacity === this.#bytes.capacity) return;
    this.#bytes = new RingBytes(this.memory, HEADER, capacity);
  }

  #wakeProducers(): void {
    const words = this.words;
    if (this.isShort && Atomics.exchange(words, SHORT_OF_BYTES, 0) !== 0) {
      this.producers.wakeAll();
    } else this.producers.wakeOne();
  }

  #lock(word: number, waiters: Gate, held?: number): void {
    const isHeld = acquireLock(this.words, word, waiters);
    if (!isHeld || isFenced()) {
      if (isHeld) releaseLock(this.words, word, waiters);
      if (held !== undefined) releaseLock(this.words, held, this.#putWaiters);
      stopIfFenced();
    }
    this.#follow();
  }

  #unlock(word: number, waiters: Gate): void {
    releaseLock(this.words, word, waiters);
  }
}
