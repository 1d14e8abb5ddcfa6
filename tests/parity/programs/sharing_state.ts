// A plain number, which is not shared, and some that are.
import { actor, SharedArray, Value } from "../../../mod.ts";

const addToPlain = actor(import.meta, function addToPlain(count: number[]) {
  for (let n = 0; n < 1000; n++) count[0]! += 1;
});

const add = actor(
  import.meta,
  function add(number: Value<"i">, numbers: SharedArray<"d">) {
    for (let n = 0; n < 1000; n++) {
      number.lock.runSync(() => number.value += 1);
      numbers.lock.runSync(() => numbers.set(n % 4, numbers.get(n % 4) + 0.5));
    }
  },
);

if (import.meta.main) {
  const plain = [0];
  const plains = [1, 2, 3, 4].map(() => addToPlain.spawn([plain]));
  for (const adder of plains) await adder.join();
  console.log("a plain number:", plain[0]);

  const number = new Value("i", 0), numbers = new SharedArray("d", 4);
  const adders = [1, 2, 3, 4].map(() => add.spawn([number, numbers]));
  for (const adder of adders) await adder.join();
  console.log("a value:", number.value);
  console.log("an array:", ...numbers);
}
