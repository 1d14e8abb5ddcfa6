/**
 * How long to wait before a child is started again that ends again and again.
 *
 * ```text
 *   ended    started       ended again soon        and again
 *     ├─ 0 ────┤ runs ────────┤─ initial ──┤ runs ────┤─ initial × factor ──┤
 * ```
 *
 * @module
 */

/** The options of a backoff, with the defaults filled in. */
export interface BackoffRules {
  /** The delay before the second restart in a row. */
  readonly initial: number;
  /** The longest delay. */
  readonly max: number;
  /** What each further delay is multiplied by. */
  readonly factor: number;
  /** How much of a delay is left to chance, from 0 to 1. */
  readonly jitter: number;
  /** How long it must have run for its end to be a new beginning. */
  readonly quiet: number;
}

/** The backoff of one child. */
export class Backoff {
  readonly #rules: BackoffRules | undefined;
  readonly #random: () => number;
  #ends = 0;

  /** Begins; without rules there is never a delay. */
  constructor(rules: BackoffRules | undefined, random: () => number) {
    this.#rules = rules;
    this.#random = random;
  }

  /** It ended, after `ranFor` ms: the delay before the next start, in ms. */
  next(ranFor: number): number {
    if (this.#rules === undefined) return 0;
    const { initial, max, factor, jitter, quiet } = this.#rules;
    if (ranFor >= quiet) this.#ends = 0;
    const before = this.#ends++;
    if (before === 0) return 0;
    const delay = Math.min(max, initial * factor ** (before - 1));
    return delay * (1 - jitter * this.#random());
  }
}
