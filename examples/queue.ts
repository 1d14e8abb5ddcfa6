// deno run --no-prompt --allow-read=. examples/queue.ts
//
// Five actors count to ten million, and put a sub-total into a queue at each
// million. A sixth reads the queue and adds up.
//
// Look at `EXIT`: put behind all the sub-totals, it ends the reader's loop. And
// at `join`: the counters can be waited for whether or not anyone has read what
// they put, since a queue holds its items itself.
import { actor, EXIT, Queue } from "@troupe/troupe";

const count = actor(
  import.meta,
  async function count(millions: number, subtotals: Queue<number>) {
    for (let m = 0; m < millions; m++) {
      let subtotal = 0;
      while (subtotal < 1_000_000) subtotal++;
      await subtotals.put(subtotal);
    }
  },
);

const add = actor(import.meta, async function add(numbers: Queue<number>) {
  let items = 0, total = 0;
  for await (const n of numbers) {
    items++;
    total += n;
  }
  return { items, total };
});

if (import.meta.main) {
  const subtotals = new Queue<number>();
  const reader = add.spawn([subtotals]);
  const counters = [1, 2, 3, 4, 5].map((n) =>
    count.spawn([10, subtotals], { name: `counter-${n}` })
  );
  for (const counter of counters) {
    await counter.join();
    console.log(`${counter.name} is done`);
  }
  await subtotals.put(EXIT);

  const { items, total } = await reader.result();
  console.log(`${items} sub-totals, ${total.toLocaleString("en")} in all`);
}
