/**
 * Doing something for many in one microtask.
 *
 * @module
 */

/**
 * Calls a function soon: when the code that runs now has come to its end. One
 * microtask does for all that come by then, since each takes most of a
 * microsecond.
 */
export class Soon<T> {
  readonly #due: T[] = [];
  readonly #run: (one: T) => void;

  /** `run` is called with each, in their order. */
  constructor(run: (one: T) => void) {
    this.#run = run;
  }

  /** One more; what it adds to in its turn comes in the same microtask. */
  add(one: T): void {
    if (this.#due.push(one) === 1) queueMicrotask(this.#runAll);
  }

  readonly #runAll = () => {
    const due = this.#due;
    let count = 0;
    try {
      for (; count < due.length; count++) this.#run(due[count]!);
    } finally {
      // Where one throws, it is called again: it may have been at the first of
      // several things. The others must not wait for ever.
      due.splice(0, count);
      if (due.length > 0) queueMicrotask(this.#runAll);
    }
  };
}
