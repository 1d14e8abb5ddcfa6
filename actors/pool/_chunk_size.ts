/**
 * How many items go to a worker at once.
 *
 * A chunk costs a few microseconds whatever it holds. So quick items are best
 * sent many at a time, and slow ones one by one, or some workers would be left
 * with a long chunk when the others have done. How quick they are is not known
 * before: it begins with one item a chunk, and few chunks, and goes by how long
 * those took.
 *
 * @module
 */

/** How long a chunk should take, in ms: a thousand times what it costs. */
const AIM = 5;

/** How many times as large the next one may be. */
const GROWTH = 4;

/** The greatest size that is chosen. */
const MOST = 1000;

/** How many chunks a worker there are at a time, where the size is chosen. */
export const CHUNKS_PER_WORKER = 4;

/** What bounds the choice. */
export interface ChunkBounds {
  /** How many items there are, if that is known. */
  readonly total: number | undefined;
  /** How many may be under way. */
  readonly buffer: number;
  /** The most workers. */
  readonly workers: number;
}

/** See the module. */
export class ChunkSize {
  readonly #fixed: number | undefined;
  readonly #most: number;
  readonly #mostChunks: number;
  #size = 1;

  /** Always `fixed`, or chosen. */
  constructor(
    fixed: number | undefined,
    { total = Infinity, buffer, workers }: ChunkBounds,
  ) {
    this.#mostChunks = fixed === undefined
      ? CHUNKS_PER_WORKER * workers
      : Infinity;
    // A chunk that the buffer cannot hold would never be read.
    this.#fixed = fixed === undefined ? undefined : Math.min(fixed, buffer);
    this.#most = Math.max(
      1,
      Math.min(
        MOST,
        Math.ceil(total / (CHUNKS_PER_WORKER * workers)),
        Math.floor(buffer / (CHUNKS_PER_WORKER * workers)),
      ),
    );
  }

  /** How many items the next chunk is to have. */
  get next(): number {
    return this.#fixed ?? this.#size;
  }

  /** Whether one more chunk may be under way beside so many. */
  mayAdd(underway: number): boolean {
    return underway < this.#mostChunks;
  }

  /** Notes how long a chunk of that size took, in ms; 0 if that is not known. */
  learn(size: number, ms: number): void {
    if (this.#fixed !== undefined || ms <= 0) return;
    const fitting = Math.floor(AIM * size / ms);
    this.#size = Math.max(
      1,
      Math.min(fitting, GROWTH * this.#size, this.#most),
    );
  }
}
