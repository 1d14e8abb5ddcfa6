/**
 * Measuring the contenders of a case in turn: A B C, A B C, …
 *
 * @module
 */

import { type Case, figureOf, type Runner } from "./contender.ts";

/** How thoroughly is measured. */
export interface Effort {
  /** How many samples are taken of each contender. */
  readonly rounds: number;
  /** How long a sample takes at least, in ms, where the case allows. */
  readonly sample: number;
  /**
   * How long the rounds of a case go on at most, in ms: a machine that is busy
   * with something else gets fewer of them, but not fewer than the case wants.
   */
  readonly longest: number;
}

const FEWEST_ROUNDS = 3;

/** What was measured of one contender: a figure for each round, or why none. */
export interface Measured {
  readonly name: string;
  readonly figures: readonly number[];
  /** What the gauge of the case showed in each round, if there is one. */
  readonly gauged: readonly number[];
  readonly missing?: string;
}

/** What was measured in one case. */
export interface CaseResult {
  readonly case: Case;
  readonly measured: readonly Measured[];
}

/** No run takes longer than this, in ms, or something hangs. */
const LONGEST_RUN = 60_000;

/** A count grows at most by this factor from one warm-up run to the next. */
const FASTEST_GROWTH = 8;

interface Stand {
  readonly measured: Measured & {
    readonly figures: number[];
    readonly gauged: number[];
  };
  readonly runner: Runner;
  count: number;
}

/** Measures a case. Afterwards no thread or process of it is left. */
export async function measureCase(
  one: Case,
  effort: Effort,
): Promise<CaseResult> {
  const measured = one.contenders.map(({ name, missing }) => ({
    name,
    missing,
    figures: [],
    gauged: [],
  }));
  const stands: Stand[] = [];
  try {
    for (const [i, { missing, open }] of one.contenders.entries()) {
      if (missing !== undefined) continue;
      const runner = await open();
      stands.push({ measured: measured[i]!, runner, count: one.least });
    }
    if (!one.isFresh) {
      for (const stand of stands) await warmUp(one, effort, stand);
    }
    const start = performance.now();
    for (let round = 0; round < effort.rounds; round++) {
      const isLate = performance.now() - start > effort.longest;
      if (isLate && round >= (one.fewest ?? FEWEST_ROUNDS)) break;
      for (const stand of stands) await takeSample(one, effort, stand);
    }
    return { case: one, measured };
  } finally {
    for (const { runner } of stands) await within(runner.close());
  }
}

/** Finds how often the work fits into a sample, until that has settled. */
async function warmUp(
  { most, warmUps = 0 }: Case,
  { sample }: Effort,
  stand: Stand,
): Promise<void> {
  let spent = 0;
  for (let done = 0; spent < 2 * sample || done < warmUps;) {
    done += stand.count;
    const { wall } = await runOnce(stand);
    spent += wall;
    const growth = Math.min(sample / wall, FASTEST_GROWTH);
    stand.count = Math.min(most, Math.ceil(stand.count * growth));
  }
}

async function takeSample(
  { unit, gauge }: Case,
  { sample }: Effort,
  stand: Stand,
): Promise<void> {
  const before = gauge?.read() ?? 0;
  let measured = 0;
  let spent = 0;
  let runs = 0;
  // A case that bounds its runs needs several; the others are near enough.
  for (; spent < sample / 2; runs++) {
    const one = await runOnce(stand);
    measured += one.measured;
    spent += one.wall;
  }
  const count = runs * stand.count;
  stand.measured.figures.push(figureOf(unit, count, measured));
  if (gauge === undefined) return;
  const used = gauge.read() - before;
  stand.measured.gauged.push(used / (gauge.per === "ms" ? spent : count));
}

/** Runs once: what was measured, and how long all of it took, in ms. */
async function runOnce(
  { runner, count }: Stand,
): Promise<{ measured: number; wall: number }> {
  const start = performance.now();
  const measured = await within(runner.run(count));
  return { measured, wall: performance.now() - start };
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`A run took more than ${LONGEST_RUN} ms`)),
      LONGEST_RUN,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer!);
  }
}
