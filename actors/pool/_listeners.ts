/**
 * Those who are told when a future is done.
 *
 * @module
 */

/** One who is told. */
export type Listener<F> = (future: F) => unknown;

/** See the module. */
export class Listeners<F> {
  readonly #all: Listener<F>[] = [];

  /** How many there are. */
  get count(): number {
    return this.#all.length;
  }

  /** Adds one behind the others. */
  add(listener: Listener<F>): void {
    this.#all.push(listener);
  }

  /** Takes one away. */
  remove(listener: Listener<F>): void {
    const at = this.#all.indexOf(listener);
    if (at !== -1) this.#all.splice(at, 1);
  }

  /**
   * Tells them, in their order.
   *
   * @param complain Called with what one throws; the next is told all the same.
   */
  tell(future: F, complain: (error: unknown) => void): void {
    // One after the other leaves the list: they may take others away.
    for (
      let listener = this.#all.shift();
      listener !== undefined;
      listener = this.#all.shift()
    ) {
      try {
        const called = listener(future);
        if (called instanceof Promise) called.catch(complain);
      } catch (error) {
        complain(error);
      }
    }
  }
}
