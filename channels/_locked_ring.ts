/**
 * The two locks of a ring, the gates of those who wait at it, and the window on
 * its bytes that holds while a lock does.
 *
 * @module
 */

import { Gate } from "./gate.ts";
import type { Ledger } from "./ledger.ts";
import { acquireLock, releaseLock } from "./_lock.ts";
import { RingBytes } from "./_ring_bytes.ts";
import {
  CAPACITY,
  CONSUMERS,
  GET_LOCK,
  GET_WAITERS,
  HEADER,
  PRODUCERS,
  PUT_LOCK,
  PUT_WAITERS,
  WAITING,
  Waiting,
  WATCHERS,
} from "./_ring_layout.ts";
import { RingView } from "./_ring_view.ts";
import { seemsFenced, stopIfFenced } from "./threads.ts";

/** A ring that can be locked. What is protected is for {@linkcode Ring} alone. */
export class LockedRing extends RingView {
  /** Where each take is signed for, if that is asked for. */
  ledger: Ledger | undefined = undefined;
  /** Waits for a message, or for the end. */
  readonly consumers: Gate = this.#gate(
    CONSUMERS,
    Waiting.consumers,
    () => this.isReadable,
  );
  /** Waits for room, or for the end. */
  readonly producers: Gate = this.#gate(
    PRODUCERS,
    Waiting.producers,
    () => this.isWritable,
  );
  /** Waits for what the owner of the ring defines. */
  readonly watchers: Gate = this.#gate(
    WATCHERS,
    Waiting.watchers,
    () => true,
  );

  // Who leaves these has the lock, and wakes the next when giving it back.
  /** Waits for the put lock. */
  protected readonly putWaiters: Gate = this.#gate(
    PUT_WAITERS,
    Waiting.putLock,
    () => false,
  );
  /** Waits for the get lock. */
  protected readonly getWaiters: Gate = this.#gate(
    GET_WAITERS,
    Waiting.getLock,
    () => false,
  );
  /** The bytes, as large as they were when a lock was taken last. */
  protected bytes: RingBytes = new RingBytes(
    this.memory,
    HEADER,
    Atomics.load(this.words, CAPACITY),
  );

  #gate(at: number, bit: number, isOpen: () => boolean): Gate {
    return new Gate(this.words, at, isOpen, { word: WAITING, bit });
  }

  /** Takes a lock, or ends the thread if it was fenced. */
  #lock(word: number, waiters: Gate): void {
    if (!acquireLock(this.words, word, waiters)) stopIfFenced();
    // By a plain look, since the lock was taken just now.
    if (seemsFenced()) {
      releaseLock(this.words, word, waiters);
      stopIfFenced();
    }
    this.#follow();
  }

  /** Takes the put lock, or ends the thread if it was fenced. */
  protected lockPut(): void {
    this.#lock(PUT_LOCK, this.putWaiters);
  }

  /** Gives the put lock back. */
  protected unlockPut(): void {
    releaseLock(this.words, PUT_LOCK, this.putWaiters);
  }

  /** Takes the get lock, or ends the thread if it was fenced. */
  protected lockGet(): void {
    this.#lock(GET_LOCK, this.getWaiters);
  }

  /**
   * Takes the get lock beside the put lock. Always in this order, so that two
   * threads never wait for each other.
   */
  protected lockGetToo(): void {
    const isHeld = acquireLock(this.words, GET_LOCK, this.getWaiters);
    if (isHeld && !seemsFenced()) return;
    // The thread ends where it stands, and would keep both.
    if (isHeld) this.unlockGet();
    this.unlockPut();
    stopIfFenced();
  }

  /** Gives the get lock back. */
  protected unlockGet(): void {
    releaseLock(this.words, GET_LOCK, this.getWaiters);
  }

  /** Uses the ring at the size it has now. */
  #follow(): void {
    const capacity = this.words[CAPACITY]!;
    if (capacity === this.bytes.capacity) return;
    this.bytes = new RingBytes(this.memory, HEADER, capacity);
  }
}
