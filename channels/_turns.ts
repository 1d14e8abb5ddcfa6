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
 * it sleeps for a moment before its next take, until the others have caught up.
 * If they take nothing, they have other things to do, and it gives way more and
 * more rarely.
 *
 * @module
 */

import type { Gate } from "./gate.ts";
import { LEAD, LEADER, RIVAL, RIVAL_TAKES } from "./_ring_layout.ts";
import { ownThread, sleep, threadSeemsAble, wakeCount } from "./threads.ts";

/**
 * A lead that is too far. With a quarter of it half of the time is spent in
 * giving way; with this, two consumers get more done than without any turns.
 */
export const TOO_FAR = 1024;

/**
 * A lead counts up to here: what others missed in a few ms, while they had no
 * core, they are given back; what they missed while they were busy with their
 * items they are not.
 */
export const LONGEST_LEAD = 16 * TOO_FAR;

/** The longest time to give way for, in ms: a sleeper wakes in about half. */
const MOMENT = 0.1;

/** After so many times in vain it gives way once in 256 leads. */
const MOST_IN_VAIN = 8;

/** This thread's part in the turns at one ring. */
export class Turns {
  readonly #words: Int32Array;
  /** The lead from which on it gives way: less while it does. */
  #limit = TOO_FAR;
  /** How often it gave way lately and nobody took its turn. */
  #inVain = 0;
  /** How many takes are left until it gives way again, if nobody else takes. */
  #rest = 0;
  /** `RIVAL_TAKES` when it gave way last. */
  #rivalTakes = 0;

  /** Takes part in the turns at the ring of these words. */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Notes a take by this thread. Under the get lock. */
  note(): void {
    const words = this.#words;
    const own = ownThread();
    const lead = words[LEAD]!;
    if (words[LEADER] === own) {
      if (lead < LONGEST_LEAD) words[LEAD] = lead + 1;
      if (this.#rest > 0) this.#rest--;
      return;
    }
    words[RIVAL_TAKES]!++;
    if (lead > 0) {
      words[LEAD] = lead - 1;
      words[RIVAL] = own;
    } else {
      words[RIVAL] = words[LEADER]!;
      words[LEADER] = own;
      words[LEAD] = 1;
    }
  }

  /** Gives way to the others, if this thread is too far ahead of them. */
  giveWay(consumers: Gate): void {
    const words = this.#words;
    // By plain looks: what matters is what this thread itself wrote, or what
    // others will have written in a moment.
    const rival = words[RIVAL]!;
    if (rival === 0) return;
    if (words[LEAD]! < this.#limit || words[LEADER] !== ownThread()) {
      this.#limit = TOO_FAR;
      return;
    }
    if (!threadSeemsAble(rival)) return;
    const takes = words[RIVAL_TAKES]!;
    if (takes !== this.#rivalTakes) this.#inVain = 0;
    else if (this.#rest > 0) return;
    // Far enough that it need not begin again at once.
    this.#limit = TOO_FAR / 2;
    const seen = wakeCount();
    consumers.wakeOne();
    sleep(seen, MOMENT);
    this.#rivalTakes = words[RIVAL_TAKES]!;
    if (this.#rivalTakes !== takes) return;
    this.#inVain = Math.min(this.#inVain + 1, MOST_IN_VAIN);
    this.#rest = TOO_FAR << this.#inVain;
  }
}
