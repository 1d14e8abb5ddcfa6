import { assertEquals } from "@std/assert";
import { pipe, Process, Queue } from "@troupe/troupe";
import { add } from "./fixtures/actors/endings.ts";

Deno.test("what is logged of a handle is its kind, its name and its state", async () => {
  const queue = new Queue<number>({ name: "jobs" });
  await queue.put(1);
  assertEquals(Deno.inspect(queue), 'queue "jobs" (1 items)');
  queue.close();
  assertEquals(Deno.inspect(queue), 'queue "jobs" (1 items, closed)');
  const [end] = pipe();
  assertEquals(Deno.inspect(end), "connection (open)");
  end.close();
  assertEquals(Deno.inspect(end), "connection (closed)");
  assertEquals(Deno.inspect(add), 'actor "add"');
  const p = new Process(add, { args: [1, 2], name: "sum" });
  assertEquals(Deno.inspect(p), 'process "sum" (not started)');
  p.start();
  assertEquals(Deno.inspect(p), 'process "sum" (running)');
  await p.join();
  assertEquals(Deno.inspect(p), 'process "sum" (returned, code 0)');
});
