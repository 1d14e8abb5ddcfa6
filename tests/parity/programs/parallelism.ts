// The same sums, counted by one thread and by four actors.
import { actor } from "../../../mod.ts";

function sum(limit: number): number {
  let total = 0;
  for (let n = 0; n < limit; n++) total += n % 7;
  return total;
}

const count = actor(import.meta, sum, { name: "count" });

if (import.meta.main) {
  const limits = [100_000, 200_000, 300_000, 400_000];
  const alone = limits.map(sum);
  const counters = limits.map((limit) => count.spawn([limit]));
  const together = await Promise.all(counters.map((one) => one.result()));
  const add = (sums: number[]) => sums.reduce((a, b) => a + b);
  console.log("alone:", add(alone));
  console.log("together:", add(together));
  console.log("the same:", `${alone}` === `${together}`);
}
