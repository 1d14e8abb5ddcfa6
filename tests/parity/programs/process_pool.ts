// Tasks for a pool, one of which fails; the results as they come.
import { actor, asCompleted, ProcessPool, wait } from "../../../mod.ts";

const halve = actor(import.meta, function halve(n: number) {
  if (n % 2 !== 0) throw new RangeError(`${n} is odd`);
  return n / 2;
});

if (import.meta.main) {
  await using pool = new ProcessPool({ workers: 3 });
  const futures = new Map(
    [2, 4, 5, 8].map((n) => [pool.submit(halve, [n]), n]),
  );
  for await (const future of asCompleted(futures.keys())) {
    const n = futures.get(future)!;
    try {
      console.log(`${n}: ${await future.result()}`);
    } catch (error) {
      console.log(`${n}: ${((error as Error).cause as Error).message}`);
    }
  }
  const { done, notDone } = await wait([...futures.keys()]);
  console.log("done:", done.size, "pending:", notDone.size);
  const halves = await pool.map(halve, [10, 20, 30]).toArray();
  console.log("in order:", ...halves);
}
