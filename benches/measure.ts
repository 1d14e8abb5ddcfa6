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
}

/** What was measured of one contender: a figure for each round, or why none. */
export interface Measured {
  readonly name: string;
  readonly figures: readonly number[];
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
  readonly measured: Measured & { readonly figures: number[] };
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
  }));
  const stands: Stand[] = [];
  try {
    for (const [i, { missing, open }] of one.contenders.entries()) {
      if (missing !== undefined) continue;
      const runner = await open();
      stands.push({ measured: measured[i]!, runner, count: one.least });
    }
    for (const stand of stands) await warmUp(one, effort, stand);
    for (let round = 0; round < effort.rounds; round++) {
      for (const stand of stands) await takeSample(one, effort, stand);
    }
    return { case: one, measured };
  } finally {
    for (const { runner } of stands) await within(runner.close());
  }
}

/** Finds how often the work fits into a sample, until that has settled. */
async function warmUp(
  { most }: Case,
  { sample }: Effort,
  stand: Stand,
): Promise<void> {
  for (let spent = 0; spent < 2 * sample;) {
    const ms = await within(stand.runner.run(stand.count));
    spent += ms;
    const growth = Math.min(sample / ms, FASTEST_GROWTH);
    stand.count = Math.min(most, Math.ceil(stand.count * growth));
  }
}

async function takeSample(
  { unit }: Case,
  { sample }: Effort,
  { measured, runner, count }: Stand,
): Promise<void> {
  let ms = 0;
  let done = 0;
  // A case that bounds its runs needs several; the others are near enough.
  while (ms < sample / 2) {
    ms += await within(runner.run(count));
    done += count;
  }
  measured.figures.push(figureOf(unit, done, ms));
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
