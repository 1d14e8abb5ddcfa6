/**
 * What a worker of a pool does now, for the pool to see without its help.
 *
 * ```text
 *   word 0  NUMBER  of the task in hand, its low bits; 0: none
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

  /** Whether it has a task in hand. */
  get isBusy(): boolean {
    return Atomics.load(this.#words, NUMBER) !== 0;
  }

  /** Whether it has the task of that number in hand. */
  isAt(number: number): boolean {
    return Atomics.load(this.#words, NUMBER) === lowBits(number);
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
    // A plain store before the other: who reads that one finds this one, too.
    this.#words[HEARS] = 0;
    Atomics.store(this.#words, NUMBER, lowBits(number));
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

/** Enough to tell a task from those around it, and never 0. */
function lowBits(number: number): number {
  return (number | 0) || 1;
}
