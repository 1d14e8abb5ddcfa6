/**
 * Places in the sources.
 *
 * @module
 */

/** A place in the sources at which a thread can stand. */
export interface Site {
  readonly file: string;
  readonly line: number;
  /** The function it is in. */
  readonly inside: string;
}

/** What the rewriting of all modules shares. */
export interface Rewriting {
  readonly sites: Site[];
  /** How many places there are that make a function. */
  functions: number;
  /** The names of all getters of all modules. */
  readonly getters: ReadonlySet<string>;
}
