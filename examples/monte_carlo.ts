// deno run --no-prompt --allow-read=. examples/monte_carlo.ts
//
// Estimates π: throws darts at a square, and counts those that hit the circle in
// it. A pool of one worker throws them, then one of as many as there are cores.
//
// Look at `map`: it gives each seed to a worker, and the counts in the order of
// the seeds. Each seed has darts of its own, so the estimate is the same however
// they are shared out.
import { actor, ProcessPool } from "@troupe/troupe";

const SEEDS = 400;
const DARTS = 500_000; // for each seed

const countHits = actor(import.meta, function countHits(seed: number) {
  // Multiplied, so that what follows from one seed is not like the next.
  let random = Math.imul(seed, 0x9e3779b1);
  let hits = 0;
  for (let n = 0; n < DARTS; n++) {
    const x = random = shifted(random), y = random = shifted(random);
    if (x * x + y * y < RADIUS * RADIUS) hits++;
  }
  return hits;
});

const RADIUS = 2 ** 31; // as far as the numbers go, to both sides of 0

/** What follows a number in a row that looks like chance: a xorshift. */
function shifted(random: number): number {
  random ^= random << 13;
  random ^= random >>> 17;
  return random ^ random << 5;
}

function* seeds() {
  for (let seed = 1; seed <= SEEDS; seed++) yield seed;
}

async function estimate(workers: number) {
  const start = performance.now();
  await using pool = new ProcessPool({ workers });
  let hits = 0;
  for await (const some of pool.map(countHits, seeds())) hits += some;
  const pi = 4 * hits / (SEEDS * DARTS);
  const ms = Math.round(performance.now() - start);
  console.log(`π is about ${pi}: ${ms} ms, workers: ${workers}`);
  return { pi, ms };
}

if (import.meta.main) {
  const cores = navigator.hardwareConcurrency;
  const alone = await estimate(1);
  const together = await estimate(cores);
  console.log(alone.pi === together.pi ? "the same estimate" : "NOT the same");
  console.log(`speed-up: ${(alone.ms / together.ms).toFixed(2)}`);
  if (cores === 1) console.log("(this machine has one core: expect none)");
}
