// One actor that ends by itself, and one that is ended.
import { actor, Process } from "../../../mod.ts";

const sleep = actor(import.meta, async function sleep(ms: number) {
  await new Promise((resolve) => setTimeout(resolve, ms));
});

if (import.meta.main) {
  const nap = new Process(sleep, { args: [100], name: "nap" });
  console.log(nap.name, "made:", nap.isAlive(), nap.exitCode);
  nap.start();
  console.log(nap.name, "started:", nap.isAlive(), nap.exitCode);
  await nap.join();
  console.log(nap.name, "joined:", nap.isAlive(), nap.exitCode);

  const night = sleep.spawn([3_600_000], { name: "night" });
  await night.join({ timeout: 200 });
  console.log(night.name, "waited for:", night.isAlive(), night.exitCode);
  night.terminate();
  await night.join();
  console.log(night.name, "terminated:", night.isAlive(), night.exitCode);
}
