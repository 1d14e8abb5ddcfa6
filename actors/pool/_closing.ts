/**
 * How a pool comes to its end.
 *
 * ```text
 *   takes tasks ── shut down ──▶ closed ── no task is left ──▶ over
 *        └────────── broken, or its workers are terminated ──▶ over
 * ```
 *
 * @module
 */

/** What the end of a pool depends on. */
export interface ClosingOptions {
  /** How many tasks are not settled. */
  readonly count: () => number;
  /** Called when the last one is, in a pool that was shut down. */
  readonly onDone: () => void;
}

/** See the module. */
export class Closing {
  /** Whether no more tasks are taken from outside. */
  isClosed = false;
  /** Whether no more tasks are taken at all. */
  isOver = false;
  readonly #options: ClosingOptions;
  readonly #waiting: (() => void)[] = [];

  /** A pool that takes tasks. */
  constructor(options: ClosingOptions) {
    this.#options = options;
  }

  /** Shuts it down. */
  close(): void {
    this.isClosed = true;
    queueMicrotask(() => this.#overIfDone());
  }

  /** Ends it now; its tasks are about to be settled. */
  end(): void {
    this.isClosed = this.isOver = true;
  }

  /** The last task is settled, for now. */
  onAllSettled(): void {
    if (this.isOver) this.#tell();
    // When those who wait have been told: a map goes on then.
    else if (this.isClosed) queueMicrotask(() => this.#overIfDone());
  }

  /** Waits until it is over and all tasks are settled. */
  async settled(): Promise<void> {
    if (this.isOver && this.#options.count() === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #overIfDone(): void {
    if (this.isOver || this.#options.count() > 0) return;
    this.isOver = true;
    this.#options.onDone();
    this.#tell();
  }

  #tell(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }
}
