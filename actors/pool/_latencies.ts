/**
 * How long many things took, in little memory.
 *
 * @module
 */

// The buckets are those of the HdrHistogram of Gil Tene: each power of two is
// cut into equally wide parts, so that a bucket is a fixed share of what is in
// it, and finding it takes no logarithm. HdrHistogram counts whole units and
// looks for the highest bit of an integer. Here the bits of the floating-point
// number are taken as they are: behind the sign they begin with the power of
// two, and go on with the part. That costs less, and is as right for 1 µs as it
// is for a day.

/** Sixteen parts: the middle of one is at most 1/32 off what is in it. */
const PART_BITS = 4;

/** How many bits of the upper half do not tell the bucket. */
const SHIFT = 20 - PART_BITS;

/** About a microsecond, in ms. What is shorter counts as nothing. */
const SHORTEST = 2 ** -10;

/** Twelve days, in ms. What is longer counts as that. */
const LONGEST = 2 ** 30;

const number = new Float64Array(1);
/** Its halves, the lower one first: Deno runs on no machine where it is last. */
const halves = new Uint32Array(number.buffer);

/** The bucket before the first one; bucket 0 has what is too short. */
const OFFSET = bucketOf(SHORTEST) - 1;
const LAST = bucketOf(LONGEST) - OFFSET;

function bucketOf(ms: number): number {
  number[0] = ms;
  return halves[1]! >>> SHIFT;
}

/** The least number in a bucket. */
function startOf(bucket: number): number {
  halves[0] = 0;
  halves[1] = bucket << SHIFT;
  return number[0]!;
}

/**
 * Times, of which only their distribution is kept: 5 kB, however many they are.
 * What it tells of a time between 1 µs and twelve days is right to 3.2 %.
 */
export class Latencies {
  // A count of 32 bits is full after an hour of a million a second.
  readonly #counts = new Float64Array(LAST + 1);
  #count = 0;

  /** How many times were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds a time in ms. */
  add(ms: number): void {
    this.#count++;
    // Not `ms < SHORTEST`: NaN is nothing, too.
    const index = ms >= SHORTEST ? Math.min(bucketOf(ms) - OFFSET, LAST) : 0;
    this.#counts[index]!++;
  }

  /**
   * The time that the share `q` of all, from 0 to 1, did not exceed, in ms; 0 if
   * there is none.
   */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let index = 0; index <= LAST; index++) {
      seen += this.#counts[index]!;
      if (seen < rank) continue;
      if (index === 0) return 0;
      const bucket = index + OFFSET;
      return (startOf(bucket) + startOf(bucket + 1)) / 2;
    }
    return 0;
  }
}
