/**
 * What a worker of a pool does now, for the pool to see without its help.
 *
 * ```text
 *   word 0  NUMBER  of the task in hand; 0: none
 *   word 1  HEARS   1: that has asked for its signal, so it may hear it
 *   word 2  READY   1: it has been loaded, and takes tasks
 * ```
 *
 * @module
 */

const NUMBER = 0;
const HEARS = 1;
const READY = 2;

/** See the module. */
export class Board {
  /** The memory, which is all that another thread needs. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** The board in `memory`, or a new one. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(12)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** The number of the task in hand, or 0. */
  get number(): number {
    return Atomics.load(this.#words, NUMBER);
  }

  /** Whether the task in hand has asked for its signal. */
  get hears(): boolean {
    return Atomics.load(this.#words, HEARS) !== 0;
  }

  /** Whether it takes tasks. */
  get isReady(): boolean {
    return Atomics.load(this.#words, READY) !== 0;
  }

  /** Says that it takes tasks from now on. For the worker. */
  setReady(): void {
    Atomics.store(this.#words, READY, 1);
  }

  /** Begins a task. For the worker. */
  begin(number: number): void {
    // Plain stores but for the last: who reads the number finds the other.
    this.#words[HEARS] = 0;
    Atomics.store(this.#words, NUMBER, number);
  }

  /** Says that the task in hand has asked for its signal. For the worker. */
  hear(): void {
    Atomics.store(this.#words, HEARS, 1);
  }

  /** Is done with a task. For the worker. */
  end(): void {
    Atomics.store(this.#words, NUMBER, 0);
  }
}
