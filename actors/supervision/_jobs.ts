/**
 * One thing at a time, in the order in which it was asked for.
 *
 * @module
 */

/** The jobs of a supervisor: as the messages of a process in OTP. */
export class Jobs {
  #last: Promise<unknown> = Promise.resolve();

  /** Does a job when all before it are done, whether they failed or not. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#last.then(job);
    this.#last = done.catch(() => {});
    return done;
  }
}
