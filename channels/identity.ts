/**
 * One object a thread for one thing in shared memory.
 *
 * A handle that comes to a thread a second time must give the object that is
 * there already: its callers wait in one order, its thread stands in the lists
 * of waiters once, and `===` tells the truth.
 *
 * @module
 */

/** The objects of this thread, by the program-wide number of the thing. */
export class Identity<T extends object> {
  readonly #known = new Map<number, WeakRef<T>>();
  readonly #forget = new FinalizationRegistry<number>((number) => {
    // A new object may have taken the place meanwhile.
    if (this.#known.get(number)?.deref() === undefined) {
      this.#known.delete(number);
    }
  });

  /** Makes an object known. */
  add(number: number, object: T): void {
    this.#known.set(number, new WeakRef(object));
    this.#forget.register(object, number);
  }

  /** The object of this number, if the thread has one. */
  get(number: number): T | undefined {
    return this.#known.get(number)?.deref();
  }
}
