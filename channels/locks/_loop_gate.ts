/**
 * A gate for what is kept from others until its caller goes on.
 *
 * @module
 */

import { Callers } from "../callers.ts";
import { Gate } from "../gate.ts";

/** Callers of this thread that need the event loop, without a gate. */
export class LoopCallers extends Callers {
  override readonly needsLoop = true;
}

/** A gate whose callers need the event loop; see `Callers.needsLoop`. */
export class LoopGate extends Gate {
  override readonly needsLoop = true;
  #isDue = false;

  /**
   * Has the callers of this thread look again, when the code that runs now has
   * come to its end. What it gives back it may want once more before that, such
   * as with two `runSync` in a row: a caller that had got it meanwhile could not
   * go on, and would be in its way.
   */
  override serveOwn(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.serve();
    });
  }
}
