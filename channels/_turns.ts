/**
 * Fair turns among the consumers of one ring.
 *
 * Whoever runs takes, which is the fastest rule and not a fair one: with more
 * busy threads than cores one consumer may have a core for itself, or be awake
 * whenever an item comes, and leave the others a tenth. So the ring notes who
 * leads, and by how much: a majority vote over the takes (Boyer and Moore, 1981),
 * which needs two words, however many consumers there are.
 *
 * ```text
 *   a take by the leader    LEAD + 1
 *   a take by another       LEAD − 1; at 0 the other becomes the leader
 * ```
 *
 * Equal consumers keep the lead small. A leader that is too far ahead gives way:
 * it sleeps for a moment before its next take. If nobody uses that, the others
 * have other things to do, and it gives way more and more rarely.
 *
 * @module
 */

import type { Gate } from "./gate.ts";
import { LEAD, LEADER, RIVAL } from "./_ring_layout.ts";
import { ownThread, sleep, threadSeemsAble, wakeCount } from "./threads.ts";

/**
 * A lead that is too far. With a quarter of it half of the time is spent in
 * giving way; with this, two consumers get more done than without any turns.
 */
export const TOO_FAR = 1024;

/** The longest time to give way for, in ms: a sleeper wakes in about half. */
const MOMENT = 0.1;

/** After so many times in vain the lead that is too far is 256 times as long. */
const MOST_IN_VAIN = 8;

/** This thread's part in the turns at one ring. */
export class Turns {
  readonly #words: Int32Array;
  /** How often it gave way lately and nobody took its turn. */
  #inVain = 0;
  /** The lead at which it gave way, until it takes again. */
  #gaveWayAt = 0;

  /** Takes part in the turns at the ring of these words. */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Notes a take by this thread. Under the get lock. */
  note(): void {
    const words = this.#words;
    const own = ownThread();
    if (words[LEADER] === own) {
      if (this.#gaveWayAt !== 0) this.#learn();
      words[LEAD]!++;
    } else if (words[LEAD]! > 0) {
      words[LEAD]!--;
      words[RIVAL] = own;
    } else {
      words[RIVAL] = words[LEADER]!;
      words[LEADER] = own;
      words[LEAD] = 1;
    }
  }

  #learn(): void {
    const words = this.#words;
    if (words[LEAD]! < this.#gaveWayAt) this.#inVain = 0;
    else {
      this.#inVain = Math.min(this.#inVain + 1, MOST_IN_VAIN);
      words[LEAD] = 0;
    }
    this.#gaveWayAt = 0;
  }

  /** Gives way to the others, if this thread is too far ahead of them. */
  giveWay(consumers: Gate): void {
    const words = this.#words;
    // By plain looks: what matters is what this thread itself wrote, or what
    // others will have written in a moment.
    if (words[LEAD]! < TOO_FAR << this.#inVain) return;
    if (words[LEADER] !== ownThread()) return;
    if (!threadSeemsAble(words[RIVAL]!)) return; // it is alone
    this.#gaveWayAt = words[LEAD]!;
    const seen = wakeCount();
    consumers.wakeOne();
    sleep(seen, MOMENT);
  }
}
