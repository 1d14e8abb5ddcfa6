/**
 * What the benchmark measures: cases, and in each the contenders that do the
 * same work.
 *
 * @module
 */

/** Does the work of one contender, over and over. */
export interface Runner {
  /**
   * Does the work `count` times and verifies that it was done.
   *
   * @returns How many milliseconds it took.
   */
  run(count: number): Promise<number>;
  /** Ends all threads and processes of the contender. */
  close(): Promise<void>;
}

/** One way to do the work of a case. */
export interface Contender {
  readonly name: string;
  /** Why it cannot take part. */
  readonly missing?: string;
  /** Starts what it needs; none of this is measured. */
  open(): Promise<Runner>;
}

/** How a measured time is told: as a rate, or as a time for one. */
export type Unit = "messages/s" | "µs" | "ms";

/** Some work that several contenders do, side by side. */
export interface Case {
  readonly name: string;
  readonly unit: Unit;
  /** How often the work is done at first, and at most, in one run. */
  readonly least: number;
  readonly most: number;
  /** The contenders that the others are compared with, at most two. */
  readonly ours: readonly string[];
  readonly contenders: readonly Contender[];
}

/** The figure of a run, in the unit of its case. */
export function figureOf(unit: Unit, count: number, ms: number): number {
  switch (unit) {
    case "messages/s":
      return count / ms * 1000;
    case "µs":
      return ms * 1000 / count;
    case "ms":
      return ms / count;
  }
}

/** How many times better `figure` is than `other`. */
export function ratioOf(unit: Unit, figure: number, other: number): number {
  return unit === "messages/s" ? figure / other : other / figure;
}
