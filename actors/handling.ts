/**
 * What an actor has in hand.
 *
 * @module
 */

/** A message that an actor has, or had, in hand. */
export interface Handling {
  /** The method that the message calls, or the hook or function that runs. */
  readonly method: string;
  /** Its number: the actor's first message is 1. 0 if it is no message. */
  readonly number: number;
  /** The name of the process that sent it. */
  readonly sender: string;
}
