/**
 * Waiting for answers that others put into one ring.
 *
 * @module
 */

import type { Ring } from "../channels/ring.ts";
import { isTurnDue, turn } from "../channels/turn.ts";
import { waitAt } from "../channels/waiting.ts";

/** What is done with the answers, and how many are still to come. */
export interface Awaited {
  /** How many answers are awaited now. */
  count(): number;
  /** Hears all that is there. Runs no user code. */
  hear(): void;
  /** Looks for other reasons why some will never come. Likewise. */
  look(): void;
}

/**
 * How long to look for an answer before going to sleep, in ms, as long as for an
 * item of a channel.
 */
const LOOK = 0.04;

/**
 * Waits for answers as long as any is awaited. Keeps the program alive then, and
 * only then.
 */
export class Answers {
  readonly #ring: Ring;
  readonly #awaited: Awaited;
  #isLookDue = false;
  #isWaiting = false;

  /** Waits for what comes over `ring`. */
  constructor(ring: Ring, awaited: Awaited) {
    this.#ring = ring;
    this.#awaited = awaited;
  }

  /** Says that one more is awaited. */
  expect(): void {
    if (this.#isWaiting || this.#isLookDue) return;
    this.#isLookDue = true;
    // When the caller has done what it does at once: it may ask for more.
    queueMicrotask(this.#lookForOne);
  }

  /** Looks whether anything is still awaited, and hears what is there. */
  lookAgain(): void {
    this.#ring.consumers.serve();
  }

  /**
   * Says that fewer are awaited. Who waits for nothing any more must not keep
   * the program alive.
   */
  release(): void {
    if (this.#isWaiting && this.#awaited.count() === 0) this.lookAgain();
  }

  readonly #isReadable = () => this.#ring.isReadable;

  /**
   * Looks for an answer that is about to come, where only one is awaited: with
   * more under way the caller has something else to do. Then sleeps.
   */
  readonly #lookForOne = (): void => {
    // Where the answers are there soon, one question after the other goes
    // without a turn of the event loop.
    if (isTurnDue()) {
      turn().then(this.#lookForOne);
      return;
    }
    this.#isLookDue = false;
    const { consumers } = this.#ring;
    const awaited = this.#awaited;
    if (
      awaited.count() === 1 && consumers.patience.look(this.#isReadable, LOOK)
    ) {
      awaited.hear();
    }
    if (awaited.count() === 0 || this.#isWaiting) return;
    this.#isWaiting = true;
    // Nobody stands in the list of those who wait for longer than there is
    // something to wait for: to wake a sleeper is most of what an answer costs.
    waitAt([consumers], {
      attempt: () => {
        awaited.hear();
        awaited.look();
        if (awaited.count() > 0) return false;
        this.#isWaiting = false;
        return true;
      },
      options: undefined,
      late: () => "",
    });
  };
}
