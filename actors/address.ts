/**
 * Where messages for a class actor go: its mailbox, its control line, and what
 * all that hold a handle must know, in shared memory.
 *
 * It belongs to the actor's place in the program, not to a thread: when a
 * supervisor starts the actor again, the next incarnation takes from the same
 * mailbox, and the handles of clients need not be told.
 *
 * ```text
 *   client ──▶ mailbox, bounded ─────▶ the incarnation that runs ──▶ the client's
 *          ──▶ control, never full ──▶                               replies
 *              (who I am, I gave up, I am ready for more, it was dropped)
 *
 *   word 0  THREAD       of the incarnation that runs; 0: none now; −1: none ever
 *   word 1  LIVES        twice how many were started, and 1 while one runs: one
 *                        word, so that one look tells who takes what is sent
 *   word 2  EXITED       the last incarnation whose end was made known
 *   word 3  DROPPED      messages that found the mailbox full
 *   word 4  UNDELIVERED  messages that reached no handler
 *   word 5  HANDLED      messages that were handled
 *   word 6  EXIT_TURN    odd while the exit is being written
 *   word 7  EXIT_LENGTH  its bytes
 *   word 8  OWNER        the thread that starts the incarnations
 *   word 9  GIVEN_UP     up to which incarnation all asks were told that none
 *                        comes, also those that wait for the next one
 *   byte 64…             the exit of the incarnation EXITED, encoded
 * ```
 *
 * Only the thread that starts the incarnations writes THREAD, LIVES,
 * EXITED and the exit. An incarnation that was fenced and still runs writes
 * nothing here, and the rings refuse it.
 *
 * @module
 */

import { sweepParcels } from "../channels/broker.ts";
import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";
import { Ring } from "../channels/ring.ts";
import {
  ownThread,
  threadSeemsAble,
  wakeAllThreads,
} from "../channels/threads.ts";
import { terminatedExit } from "./read_exit.ts";
import type { Handling } from "./handling.ts";
import { holdRing, lineRing, MOST_BYTES } from "./protocol.ts";
import type { Exit } from "./exit.ts";
import type { Mailbox, MailboxStats } from "./mailbox_options.ts";

const THREAD = 0;
const LIVES = 1;
const EXITED = 2;
const DROPPED = 3;
const UNDELIVERED = 4;
const HANDLED = 5;
const EXIT_TURN = 6;
const EXIT_LENGTH = 7;
const OWNER = 8;
const GIVEN_UP = 9;
const HEADER = 64;
const MOST_EXIT = 2 ** 24;
const OVER = -1;

/** How an incarnation ended, and what it had in hand. */
export interface KnownExit {
  /** How it ended. */
  readonly exit: Exit;
  /** What it had in hand then, if anything. */
  readonly handling?: Handling | undefined;
}

/** An address as it is sent to another thread. */
export interface PackedAddress {
  /** The memory of the words. */
  readonly memory: SharedArrayBuffer;
  /** The memory of the rings. */
  readonly mailbox: SharedArrayBuffer;
  /** See `mailbox`. */
  readonly control: SharedArrayBuffer;
  /** What bounds the mailbox. */
  readonly options: Mailbox;
  /** Whether a supervisor starts the actor again. */
  readonly isLasting: boolean;
}

/** See the module. */
export class Address {
  /** Where messages go. */
  readonly mailbox: Ring;
  /** What is said besides messages, and overtakes them. */
  readonly control: Ring;
  /** What bounds the mailbox. */
  readonly options: Mailbox;
  /** Whether a supervisor starts the actor again. */
  readonly isLasting: boolean;
  readonly #memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** The address that was packed so. */
  constructor(packed: PackedAddress) {
    this.mailbox = Ring.at(packed.mailbox);
    this.control = Ring.at(packed.control);
    this.options = packed.options;
    this.isLasting = packed.isLasting;
    this.#memory = packed.memory;
    this.#words = new Int32Array(packed.memory, 0, HEADER / 4);
    for (const ring of [this.mailbox, this.control]) holdRing(this, ring);
  }

  /** Makes an address. */
  static create(options: Mailbox, isLasting: boolean): Address {
    const memory = new SharedArrayBuffer(HEADER, { maxByteLength: MOST_EXIT });
    new Int32Array(memory)[OWNER] = ownThread();
    return new Address({
      memory,
      mailbox: Ring.create(options.capacity, MOST_BYTES).memory,
      control: lineRing().memory,
      options,
      isLasting,
    });
  }

  /** For another thread. */
  pack(): PackedAddress {
    const { options, isLasting } = this;
    return {
      memory: this.#memory,
      mailbox: this.mailbox.memory,
      control: this.control.memory,
      options,
      isLasting,
    };
  }

  /** Whether nothing that is sent here will ever be taken. */
  get isOver(): boolean {
    const thread = this.#words[THREAD]!;
    if (!this.isLasting) return !threadSeemsAble(thread);
    // With the supervisor's thread its children end, and nobody says so.
    return thread === OVER || !threadSeemsAble(this.#words[OWNER]!);
  }

  /** The thread of the incarnation that runs; 0 or less if none does. */
  get thread(): number {
    return Atomics.load(this.#words, THREAD);
  }

  /**
   * The number of the incarnation that takes what is sent now: the one that
   * runs, or the next one.
   */
  get incarnation(): number {
    const lives = Atomics.load(this.#words, LIVES);
    return (lives >> 1) + (lives & 1 ? 0 : 1);
  }

  /** The last incarnation whose end was made known. */
  get exited(): number {
    return Atomics.load(this.#words, EXITED);
  }

  /** Says that an incarnation starts. */
  setThread(thread: number): void {
    const words = this.#words;
    Atomics.store(words, THREAD, thread);
    Atomics.store(words, LIVES, Atomics.load(words, LIVES) + 2 | 1);
  }

  /** Makes known how the incarnation that ran ended. */
  setExit(known: KnownExit): void {
    const words = this.#words;
    const encoder = new Encoder();
    let length = encoder.encodeLossy(known);
    if (length > MOST_EXIT - HEADER) {
      const { reason, code } = known.exit;
      length = encoder.encodeLossy({ exit: { reason, code } });
    }
    const end = HEADER + length;
    if (end > this.#memory.byteLength) this.#memory.grow(end);
    Atomics.add(words, EXIT_TURN, 1);
    new Uint8Array(this.#memory, HEADER, length).set(
      encoder.bytes.subarray(0, length),
    );
    Atomics.store(words, EXIT_LENGTH, length);
    Atomics.add(words, EXIT_TURN, 1);
    // In this order: who sees it in EXITED sends to it no more.
    const lives = Atomics.and(words, LIVES, ~1);
    Atomics.store(words, THREAD, 0);
    Atomics.store(words, EXITED, lives >> 1);
    wakeAllThreads();
  }

  /** How the last incarnation ended that is known to have ended. */
  get knownExit(): KnownExit {
    const words = this.#words;
    for (;;) {
      const turn = Atomics.load(words, EXIT_TURN);
      const length = Atomics.load(words, EXIT_LENGTH);
      // One that ended with its supervisor's thread: nothing was made known.
      const isUntold = !threadSeemsAble(words[OWNER]!) &&
        Atomics.load(words, EXITED) !== Atomics.load(words, LIVES) >> 1;
      if (length === 0 || isUntold) return { exit: terminatedExit(true) };
      const bytes = new Uint8Array(length);
      bytes.set(new Uint8Array(this.#memory, HEADER, length));
      if (turn % 2 === 0 && Atomics.load(words, EXIT_TURN) === turn) {
        return decode(bytes, 0, length) as KnownExit;
      }
    }
  }

  /** Says that no incarnation comes, unless one is started by hand. */
  setOver(): void {
    const words = this.#words;
    if (this.thread === OVER) return;
    Atomics.store(words, THREAD, OVER);
    // The one that was to come never does. Some asks were sent to it.
    const skipped = this.incarnation;
    Atomics.store(words, LIVES, 2 * skipped);
    Atomics.store(words, GIVEN_UP, skipped);
    Atomics.store(words, EXITED, skipped);
    wakeAllThreads();
  }

  /** Whether asks to an incarnation were told that no later one comes. */
  hasGivenUp(incarnation: number): boolean {
    return incarnation <= Atomics.load(this.#words, GIVEN_UP);
  }

  /** Says that no incarnation will ever come, and drops what is left. */
  close(): void {
    if (this.isLasting) Atomics.store(this.#words, THREAD, OVER);
    // Closed first, so that what is counted is all that will ever be there.
    this.mailbox.close(false);
    this.noteUndelivered(this.mailbox.size);
    for (const ring of [this.mailbox, this.control]) {
      ring.close(true);
      sweepParcels(ring);
    }
    wakeAllThreads();
  }

  /** Counts a message that found the mailbox full. */
  noteDropped(): void {
    Atomics.add(this.#words, DROPPED, 1);
  }

  /** Counts messages that reached no handler. */
  noteUndelivered(count = 1): void {
    Atomics.add(this.#words, UNDELIVERED, count);
  }

  /**
   * Counts a message that was handled. For the incarnation that runs, and so
   * without a lock.
   */
  noteHandled(): void {
    this.#words[HANDLED]!++;
  }

  /** How full the mailbox is, and what became of the messages so far. */
  get stats(): MailboxStats {
    return {
      depth: this.mailbox.size,
      capacity: this.options.capacity,
      handled: Atomics.load(this.#words, HANDLED) >>> 0,
      dropped: Atomics.load(this.#words, DROPPED) >>> 0,
      undelivered: Atomics.load(this.#words, UNDELIVERED) >>> 0,
    };
  }
}
