import { assert, assertEquals } from "@std/assert";
import { activeProcesses } from "@troupe/troupe";
import { nothing, throws, waits } from "../fixtures/actors/endings.ts";
import { assertFilesClosed, assertNoThreads, openFiles } from "../leaks.ts";

Deno.test("a hundred actors leave no thread and no open file behind", async () => {
  // The first ones open what the process keeps.
  await nothing.spawn().join();
  await assertNoThreads();
  const files = openFiles();
  for (let round = 0; round < 10; round++) {
    const ended = [1, 2, 3, 4].map(() => nothing.spawn());
    const thrown = [1, 2, 3].map(() => throws.spawn(["out"]));
    const cut = [1, 2, 3].map(() => waits.spawn());
    for (const p of cut) p.terminate();
    for (const p of [...ended, ...thrown, ...cut]) await p.join();
  }
  await assertNoThreads();
  assertEquals(activeProcesses(), []);
  await assertFilesClosed(files);
});

Deno.test("slots of the thread table are used again", async () => {
  const { claimThread, releaseThread } = await import(
    "../../channels/threads.ts"
  );
  const first = claimThread();
  releaseThread(first);
  const second = claimThread();
  releaseThread(second);
  // The same slot, another id: whoever still holds the first is not mistaken.
  assertEquals(second & 0xfff, first & 0xfff);
  assert(second !== first);
});
