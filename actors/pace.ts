/**
 * When one message after the other must leave the event loop a turn.
 *
 * @module
 */

import { wakeCount } from "../channels/threads.ts";

/** How long messages are handled without a turn of the event loop, in ms. */
const LONGEST_RUN = 5;

/** After how many quick messages the clock is looked at. */
const MESSAGES_PER_GLANCE = 8;

/** The pace at which an actor handles messages. */
export class Pace {
  #untilGlance = 1;
  #turnedAt = 0;
  /** How often the thread had been woken at the last turn. */
  #woken = -1;

  /**
   * Whether the event loop has waited for too long: one message after the other
   * keeps it from timers and from the word to stop. The clock costs as much as
   * a quick message, so it is looked at now and then, where they are quick; and
   * when somebody has woken the thread, who may not wait for eight slow ones.
   */
  isLate(): boolean {
    const woken = wakeCount();
    if (woken === this.#woken && --this.#untilGlance > 0) return false;
    const now = performance.now();
    const isLate = now - this.#turnedAt > LONGEST_RUN;
    if (isLate) {
      this.#turnedAt = now;
      this.#woken = woken;
    }
    this.#untilGlance = isLate ? 1 : MESSAGES_PER_GLANCE;
    return isLate;
  }

  /** Says that the event loop has just had its turn. */
  rested(): void {
    this.#turnedAt = performance.now();
  }
}
