// deno run --no-prompt --allow-read=. examples/naming.ts
//
// Nine actors square a number each, all at the same time: the lines they print
// themselves come in any order.
//
// Look at the names and ids: the same from inside, by `currentProcess()`, and
// from outside. Without the option, the first would be called `Process-1`.
//
// Each thread loads this file, and in a clone Troupe's own: hence the right to
// read. With Troupe from JSR, `--allow-read` of your own modules is enough.
import { actor, currentProcess } from "@troupe/troupe";

const square = actor(import.meta, function square(n: number) {
  const { name, id, parent } = currentProcess();
  console.log(`${name} (id ${id}), child of ${parent?.name}, squares ${n}`);
  return n * n;
});

if (import.meta.main) {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const processes = numbers.map((n) =>
    square.spawn([n], { name: `square-of-${n}` })
  );
  for (const p of processes) await p.join();

  for (const p of processes) {
    console.log(`${p.name} (id ${p.id}) is ${await p.result()}`);
  }
}
