/**
 * What a worker of a pool does now, for the pool to see without its help.
 *
 * ```text
 *   word 0  NUMBER  of the task in hand, its low bits; 0: none; −1: the pool
 *                   ends the worker under it
 *   word 1  HEARS   1: that has asked for its signal, so it may hear it
 *   word 2  READY   1: it has been loaded, and takes tasks
 * ```
 *
 * @module
 */

const NUMBER = 0;
const HEARS = 1;
const READY = 2;
const SEIZED = -1;

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

  /**
   * Is done with a task. For the worker.
   *
   * @returns Whether it may take another: not if it is being ended.
   */
  end(number: number): boolean {
    const own = lowBits(number);
    return Atomics.compareExchange(this.#words, NUMBER, own, 0) === own;
  }

  /**
   * Sees to it that the worker takes no other task after this one. For the pool,
   * which then ends it: no other task can die with it.
   *
   * @returns Whether it is still at that task.
   */
  seize(number: number): boolean {
    const own = lowBits(number);
    return Atomics.compareExchange(this.#words, NUMBER, own, SEIZED) === own;
  }
}

/** Enough to tell a task from those around it. */
function lowBits(number: number): number {
  return (number & 0x7fff_ffff) || 1;
}
