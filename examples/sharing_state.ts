// deno run --no-prompt --allow-read=. examples/sharing_state.ts
//
// Nothing is shared by default: ten actors add to a plain number, each to a copy
// of its own, and the program's is still 0. What is to be shared is shared
// openly: ten actors add to a `Value` and to a `SharedArray`.
//
// Look at `+=`: it reads and then writes, and another actor may write in between.
// While an actor holds the lock none does, and the sum is exact. Without the lock
// additions get lost. `add` is one step, and needs no lock.
import { actor, Barrier, SharedArray, Value } from "@troupe/troupe";

const ACTORS = 10;
const TIMES = 20_000; // for each actor

const addToPlain = actor(
  import.meta,
  function addToPlain(own: { count: number }) {
    for (let i = 0; i < TIMES; i++) own.count += 1;
  },
);

const addLocked = actor(
  import.meta,
  function addLocked(sum: Value<"int32">, sums: SharedArray<"float64">) {
    for (let i = 0; i < TIMES; i++) {
      sum.lock.runSync(() => sum.value += 1);
      sums.lock.runSync(() => sums.set(i % 4, sums.get(i % 4) + 0.5));
    }
  },
);

const addUnlocked = actor(
  import.meta,
  function addUnlocked(start: Barrier, sum: Value<"i">, steps: Value<"i">) {
    start.waitSync(); // so that all add at the same time
    for (let i = 0; i < TIMES; i++) {
      sum.value += 1;
      steps.add(1);
    }
  },
);

if (import.meta.main) {
  const team = Array.from({ length: ACTORS }, (_, i) => `adder ${i + 1}`);
  const all = ACTORS * TIMES;

  const plain = { count: 0 };
  const plains = team.map((name) => addToPlain.spawn([plain], { name }));
  for (const one of plains) await one.join();
  console.log(`a plain number: ${plain.count}`);

  const sum = new Value("int32", 0);
  const sums = new SharedArray("float64", 4);
  const locked = team.map((name) => addLocked.spawn([sum, sums], { name }));
  for (const one of locked) await one.join();
  console.log(`a Value, with its lock: ${sum.value} of ${all}`);
  console.log(`a SharedArray, with its lock: ${sums.toArray().join(" + ")}`);

  const start = new Barrier(ACTORS);
  const careless = new Value("i", 0); // Python's codes will do as well
  const steps = new Value("i", 0);
  const unlocked = team.map((name) =>
    addUnlocked.spawn([start, careless, steps], { name })
  );
  for (const one of unlocked) await one.join();
  console.log(`+= without the lock: ${careless.value} of ${all}`);
  console.log(`add without the lock: ${steps.value} of ${all}`);
  console.log(
    careless.value < all ? "additions were lost" : "none was lost: luck",
  );
}
