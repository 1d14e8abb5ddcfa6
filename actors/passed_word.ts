/**
 * What an actor's agent throws to have a word passed on as it came: the actor
 * itself has said it, and not the agent.
 *
 * @module
 */

/** See the module. */
export class PassedWord {
  /** The word; one of `Reply`. */
  readonly word: number;
  /** What goes with it. */
  readonly what: unknown;

  /** See the class. */
  constructor(word: number, what: unknown) {
    this.word = word;
    this.what = what;
  }
}
