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
   * @returns How many milliseconds it took, or how much of what else the unit
   * of the case counts.
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

/**
 * How what was measured is told: as a rate, or as what one takes of time, of
 * memory, or of processor time for each second.
 */
export type Unit =
  | "messages/s"
  | "round trips/s"
  | "tasks/s"
  | "items/s"
  | "op/s"
  | "µs"
  | "ms"
  | "KiB"
  | "CPU ms/s";

/** What is read beside the figure of a case. */
export interface Gauge {
  readonly name: string;
  /** A count that only grows; what a run adds to it is what it used. */
  read(): number;
  /** What the count is divided by: the times the work was done, or the ms. */
  readonly per: "time" | "ms";
}

/** Some work that several contenders do, side by side. */
export interface Case {
  readonly name: string;
  readonly unit: Unit;
  /** How often the work is done at first, and at most, in one run. */
  readonly least: number;
  readonly most: number;
  /**
   * Whether each run starts all it needs, so that nothing has to be warmed up.
   */
  readonly isFresh?: boolean;
  /** How often the work is done at least before anything is counted. */
  readonly warmUps?: number;
  /** The fewest rounds that will do on a machine that is late; 3 by default. */
  readonly fewest?: number;
  /** Shown beside the figure; for contenders within this program only. */
  readonly gauge?: Gauge;
  /** The contenders that the others are compared with, at most two. */
  readonly ours: readonly string[];
  readonly contenders: readonly Contender[];
}

const RATES: readonly Unit[] = [
  "messages/s",
  "round trips/s",
  "tasks/s",
  "items/s",
  "op/s",
];

/** The figure of a run, in the unit of its case. */
export function figureOf(unit: Unit, count: number, measured: number): number {
  if (RATES.includes(unit)) return count / measured * 1000;
  return unit === "µs" ? measured * 1000 / count : measured / count;
}

/** How many times better `figure` is than `other`. */
export function ratioOf(unit: Unit, figure: number, other: number): number {
  return RATES.includes(unit) ? figure / other : other / figure;
}
