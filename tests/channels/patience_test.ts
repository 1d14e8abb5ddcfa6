import { assert, assertEquals } from "@std/assert";
import { Patience } from "../../channels/_patience.ts";

/** Long enough to be told from the time of a single look. */
const LONGEST = 20;

/** Looks in vain, and gives how often. */
function inVain(patience: Patience, longest = LONGEST): number {
  let looks = 0;
  const isThere = patience.look(() => {
    looks++;
    return false;
  }, longest);
  assertEquals(isThere, false);
  return looks;
}

Deno.test("Patience looks until it is there", () => {
  const patience = new Patience();
  let looks = 0;
  assertEquals(patience.look(() => ++looks === 5, LONGEST), true);
  assertEquals(looks, 5);
});

Deno.test("Patience looks no longer than it may", () => {
  const start = performance.now();
  inVain(new Patience());
  const took = performance.now() - start;
  assert(took >= LONGEST, `it took ${took} ms`);
});

Deno.test("Patience looks for less and less where that is in vain, and not at all in the end", () => {
  const patience = new Patience();
  const counts = Array.from({ length: 31 }, () => inVain(patience, 1));
  assert(counts[0]! > 0);
  assertEquals(counts.slice(11).every((count) => count === 0), true);
});

Deno.test("Patience tries the whole time again now and then", () => {
  const patience = new Patience();
  const counts = Array.from({ length: 64 }, () => inVain(patience, 0.0015));
  // So short a time is worth a look when it is whole, and no other time.
  const tries = counts.flatMap((count, index) => count > 0 ? [index] : []);
  assertEquals(tries, [0, 32]);
});

Deno.test("Patience looks for the whole time again once that has paid", () => {
  const patience = new Patience();
  for (let n = 0; n < 3; n++) inVain(patience, 1);
  assertEquals(patience.look(() => true, 1), true);
  const start = performance.now();
  inVain(patience);
  assert(performance.now() - start >= LONGEST);
});
