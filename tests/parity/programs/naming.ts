// Nine actors, some with names of their own, that say who they are.
import { actor, currentProcess } from "../../../mod.ts";

const square = actor(import.meta, function square(n: number) {
  const { name, parent } = currentProcess();
  console.log(`${name}, child of ${parent!.name}: ${n * n}`);
});

if (import.meta.main) {
  console.log("this is", currentProcess().name);
  const processes = [];
  for (let n = 1; n < 10; n++) {
    const name = n % 2 === 0 ? `square-of-${n}` : undefined;
    processes.push(square.spawn([n], { name }));
  }
  for (const process of processes) await process.join();
}
