// Five actors that count, and one that adds up until it is told to end.
import { actor, EXIT, Queue } from "../../../mod.ts";

type Subtotal = [name: string, subtotal: number];

const count = actor(
  import.meta,
  async function count(name: string, subtotals: Queue<Subtotal>) {
    for (let n = 1; n < 4; n++) await subtotals.put([name, n * 1000]);
  },
);

const add = actor(import.meta, async function add(subtotals: Queue<Subtotal>) {
  const found = new Map<string, number>();
  for await (const [name, subtotal] of subtotals) {
    found.set(name, (found.get(name) ?? 0) + subtotal);
  }
  return found;
});

if (import.meta.main) {
  const subtotals = new Queue<Subtotal>();
  const reader = add.spawn([subtotals]);
  const counters = [0, 1, 2, 3, 4].map((n) =>
    count.spawn([`counter-${n}`, subtotals])
  );
  for (const counter of counters) await counter.join();
  await subtotals.put(EXIT);
  const found = await reader.result();
  for (const name of [...found.keys()].sort()) {
    console.log(`${name}: ${found.get(name)}`);
  }
  console.log("in all:", [...found.values()].reduce((a, b) => a + b));
}
