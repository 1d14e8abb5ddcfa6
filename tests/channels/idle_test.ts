// What waiting costs: no time of the processor, and little memory.
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { Queue } from "../../mod.ts";
import { getOne, getOneSync } from "../fixtures/channels/queue_actors.ts";
import { settledTo } from "../leaks.ts";
import { sidesWaiting, soon } from "./inside.ts";

/** The time of the processor that the program has used so far, in ms. */
function usedTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

for (
  const [how, getter] of [["await", getOne], ["block", getOneSync]] as const
) {
  Deno.test(`actors that ${how} an item use no time of the processor`, async () => {
    const [queue, ready] = [new Queue<string>(), new Queue<string>()];
    await using actors = new AsyncDisposableStack();
    for (let n = 0; n < 4; n++) {
      actors.use(getter.spawn([ready, queue]));
      await soon(ready.get());
    }
    const waiting = () => sidesWaiting(queue).consumers;
    assertEquals(await settledTo(waiting, 4), 4);
    // What is left to do after their start: compiling, collecting.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = usedTime();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const used = usedTime() - before;
    // One that looks all the time would use 1000 ms, one with a timer of 10 ms
    // some 20 ms.
    assert(used < 100, `${used} ms of the processor in 1000 ms`);
    for (let n = 0; n < 4; n++) await queue.put("go");
  });
}

Deno.test("thousands of queues at rest take little memory", () => {
  const queues = Array.from({ length: 100 }, () => new Queue<number>());
  const before = Deno.memoryUsage().rss;
  for (let n = 0; n < 3000; n++) queues.push(new Queue<number>());
  const each = (Deno.memoryUsage().rss - before) / 3000;
  assert(each < 40 * 1024, `${Math.round(each / 1024)} KiB for each`);
  assertEquals(queues.at(-1)!.size, 0);
});
