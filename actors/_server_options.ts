/**
 * What the server of a class actor is made with.
 *
 * @module
 */

import type { Address } from "./address.ts";
import type { Desk } from "./desk.ts";

/** How a server works. */
export interface ServerOptions {
  /** Where its messages come from. */
  readonly address: Address;
  /** Shows what it has in hand. */
  readonly desk: Desk;
  /** The number of this incarnation. */
  readonly incarnation: number;
  /** Whether messages may overlap. */
  readonly isReentrant: boolean;
  /** Whether what an ask throws ends the actor, too. */
  readonly endsOnThrow: boolean;
  /** Keeps a message while it is handled, where that is wanted. */
  readonly keep?: (message: unknown[], bytes: Uint8Array | undefined) => void;
  /** Called with an error that is the actor's own end. */
  readonly onFailure: (error: unknown) => void;
}
