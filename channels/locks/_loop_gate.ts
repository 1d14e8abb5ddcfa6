/**
 * A gate for what is kept from others until its caller goes on.
 *
 * @module
 */

import { Gate } from "../gate.ts";

/** A gate whose callers need the event loop; see `Callers.needsLoop`. */
export class LoopGate extends Gate {
  override readonly needsLoop = true;
}
