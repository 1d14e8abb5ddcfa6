// deno run --no-prompt --allow-read=. examples/dining_philosophers.ts
//
// Five philosophers sit around a table, with one fork between each two, and each
// needs two forks to eat. If all take the left one first, nobody ever gets the
// right one: a deadlock. Troupe finds it, and names who waits for whom.
//
// Look at `onDeadlock: "fail"`: the wait that closed the circle fails, and its
// philosopher puts the fork down, so that the others can eat. Without it the
// circle is only reported. At the second table each takes the fork with the lower
// number first, and no circle can come about.
import { actor, Barrier, DeadlockError, Lock } from "@troupe/troupe";

const NAMES = ["Plato", "Kant", "Hypatia", "Hume", "Arendt"];

const dine = actor(
  import.meta,
  async function dine(table: Barrier, first: Lock, second: Lock) {
    await table.wait(); // until all have sat down
    using _ = await first.acquire();
    await new Promise((done) => setTimeout(done, 50)); // a slow hand
    try {
      using _ = await second.acquire();
      return "eats";
    } catch (error) {
      if (!(error instanceof DeadlockError)) throw error;
      const waits = error.path.map(({ actor, lock }) => `${actor} for ${lock}`);
      return `gives way in a deadlock: ${waits.join(", ")}`;
    }
  },
);

async function serve(isOrdered: boolean) {
  const forks = NAMES.map((_, i) =>
    new Lock({ name: `fork ${i}`, onDeadlock: "fail" })
  );
  const table = new Barrier(NAMES.length);
  const philosophers = NAMES.map((name, i) => {
    const left = i, right = (i + 1) % NAMES.length;
    const [first, second] = isOrdered && right < left
      ? [right, left]
      : [left, right];
    return dine.spawn([table, forks[first]!, forks[second]!], { name });
  });
  for (const one of philosophers) {
    console.log(`${one.name} ${await one.result()}`);
  }
}

if (import.meta.main) {
  console.log("Each takes the left fork first:");
  await serve(false);
  console.log("Each takes the fork with the lower number first:");
  await serve(true);
}
