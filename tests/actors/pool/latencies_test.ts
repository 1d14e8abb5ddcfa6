// The histogram of times, beside a sorted list of them.
import { assert, assertEquals } from "@std/assert";
import { Latencies } from "../../../actors/pool/_latencies.ts";

const QUANTILES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];
const MICROSECOND = 0.001;
const HOUR = 3_600_000;

function latenciesOf(times: readonly number[]): Latencies {
  const latencies = new Latencies();
  for (const ms of times) latencies.add(ms);
  return latencies;
}

/** How far `found` is off, as a share of what it should be. */
function error(found: number, right: number): number {
  return Math.abs(found - right) / right;
}

/** Numbers between 0 and 1, the same in every run. */
function randomFrom(seed: number): () => number {
  return () => (seed = seed * 48271 % 0x7fffffff) / 0x7fffffff;
}

Deno.test("Latencies.quantile() is 0 where nothing was added", () => {
  const latencies = new Latencies();
  assertEquals(latencies.count, 0);
  for (const q of QUANTILES) assertEquals(latencies.quantile(q), 0);
});

Deno.test("Latencies.count tells how many were added, whatever they are", () => {
  const times = [1, 1, 0, -1, NaN, Infinity, 1e-9, 1e300];
  assertEquals(latenciesOf(times).count, times.length);
});

Deno.test("Latencies is right to 5 % for one time, from a microsecond to a day", () => {
  for (let ms = MICROSECOND; ms < 24 * HOUR; ms *= 1.01) {
    const latencies = latenciesOf([ms]);
    for (const q of QUANTILES) {
      const found = latencies.quantile(q);
      assert(error(found, ms) <= 0.05, `${found} for ${ms}`);
    }
  }
});

Deno.test("Latencies is right at, and next to, each power of two", () => {
  for (let power = -9; power < 30; power++) {
    const exact = 2 ** power;
    for (const ms of [exact * (1 - 2 ** -52), exact, exact * (1 + 2 ** -51)]) {
      const found = latenciesOf([ms]).quantile(0.5);
      assert(error(found, ms) <= 1 / 32, `${found} for ${ms}`);
    }
  }
});

Deno.test("Latencies.quantile() is that of a sorted list, to 5 %", () => {
  const random = randomFrom(7);
  for (const size of [1, 2, 3, 10, 1000, 20_000]) {
    const times = Array.from(
      { length: size },
      () => MICROSECOND * (10 * HOUR / MICROSECOND) ** random(),
    );
    const latencies = latenciesOf(times);
    times.sort((one, other) => one - other);
    for (const q of QUANTILES) {
      const right = times[Math.max(1, Math.ceil(q * size)) - 1]!;
      const found = latencies.quantile(q);
      assert(error(found, right) <= 0.05, `${found} for ${right}, q = ${q}`);
    }
  }
});

Deno.test("Latencies.quantile() finds the one slow time in a hundred and no sooner", () => {
  const latencies = latenciesOf([...new Array(99).fill(1), 1000]);
  assert(error(latencies.quantile(0.5), 1) <= 0.05);
  assert(error(latencies.quantile(0.99), 1) <= 0.05);
  assert(error(latencies.quantile(0.995), 1000) <= 0.05);
});

Deno.test("Latencies.quantile() never falls as q grows", () => {
  const random = randomFrom(11);
  const latencies = latenciesOf(
    Array.from({ length: 500 }, () => 10 ** (8 * random() - 4)),
  );
  let last = 0;
  for (let q = 0; q <= 1; q += 0.001) {
    const found = latencies.quantile(q);
    assert(found >= last, `${found} after ${last}, q = ${q}`);
    last = found;
  }
});

Deno.test("Latencies counts what is shorter than a microsecond, or no time, as 0", () => {
  for (const ms of [0, -0, -5, NaN, 1e-9, -Infinity]) {
    assertEquals(latenciesOf([ms]).quantile(1), 0);
  }
});

Deno.test("Latencies counts what is longer than twelve days as that", () => {
  const longest = latenciesOf([2 ** 30]).quantile(1);
  assert(error(longest, 2 ** 30) <= 0.05);
  for (const ms of [2 ** 31, 1e300, Infinity]) {
    assertEquals(latenciesOf([ms]).quantile(1), longest);
  }
});

Deno.test("Latencies of two pools do not mix", () => {
  const fast = latenciesOf([1]);
  const slow = latenciesOf([1000]);
  assert(error(fast.quantile(1), 1) <= 0.05);
  assert(error(slow.quantile(0), 1000) <= 0.05);
});
