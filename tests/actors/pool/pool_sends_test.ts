// What goes to a task and comes back: values of any size, handles, what is
// transferred, and what cannot be sent.
import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Future,
  NotSendableError,
  pipe,
  ProcessPool,
  Queue,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import { asksAbout } from "../../fixtures/actors/class_clients.ts";
import { looks } from "../../fixtures/actors/classes.ts";
import { joins, sendsThenWaits, waits } from "../../fixtures/actors/endings.ts";
import {
  echo,
  returnsFunction,
  returnsQueue,
  square,
  tells,
  whoRuns,
} from "../../fixtures/actors/pool_tasks.ts";
import { assertNoThreads } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";

/** For the tests that need no pool of their own. */
const pool = new ProcessPool({ workers: 1, name: "mill" });

// --- values ----------------------------------------------------------------

Deno.test("an argument and a result of many megabytes pass through", async () => {
  const bytes = new Uint8Array(8_000_000).fill(7);
  const [back] = await pool.submit(echo, [bytes]) as [Uint8Array];
  assertEquals([back.length, back[0], back.at(-1)], [8_000_000, 7, 7]);
});

Deno.test("arguments are as they were at the call", async () => {
  const tasks = await Held.in(pool);
  const given = { n: 1 };
  const future = pool.submit(echo, [given]);
  given.n = 2;
  tasks.release();
  assertEquals(await future, [{ n: 1 }]);
});

Deno.test("results wait for a program that computes", async () => {
  const text = "x".repeat(10_000);
  const futures = Array.from(
    { length: 2000 },
    (_, n) => pool.submit(echo, [n, text]),
  );
  await futures[0];
  const end = performance.now() + 200;
  while (performance.now() < end);
  const all = await soon(Promise.all(futures));
  assertEquals(all.map(([n]) => n), all.map((_, n) => n));
  assertEquals(all.at(-1)![1], text);
});

// --- what cannot be sent ---------------------------------------------------

Deno.test("an argument that cannot be sent fails its own future, with the path (E37)", async () => {
  const tasks = await Held.in(pool);
  const bad = pool.submit(echo, [{ cb: () => 1 }]);
  const good = pool.submit(square, [3]);
  const error = await errorOf(bad);
  assertInstanceOf(error, NotSendableError);
  assertEquals(error.path, "$[0].cb");
  assertEquals(bad.state, "finished");
  tasks.release();
  assertEquals(await good, 9);
});

Deno.test("twenty results in a row that cannot be sent lose no worker (E45)", async () => {
  for (let n = 0; n < 20; n++) {
    const error = await errorOf(pool.submit(returnsFunction));
    assertInstanceOf(error, NotSendableError);
    assertEquals(error.path, "$.nested[0]");
  }
  assertEquals((await pool.submit(whoRuns)).name, "mill:1");
  assertEquals(pool.stats().replaced, 0);
});

// --- handles ---------------------------------------------------------------

Deno.test("a queue passes as an argument and in a result", async () => {
  const queue = new Queue<number>();
  await pool.submit(tells, [queue, 5]);
  assertEquals(await soon(queue.get()), 5);
  const result = await pool.submit(returnsQueue);
  assertEquals(await soon(result.queue.get()), "from inside");
});

// Each is the first thing that its worker is given.

Deno.test("an end of a pipe passes as an argument", async () => {
  const pool = new ProcessPool({ workers: 1 });
  const [mine, its] = pipe<string, string>();
  const future = pool.submit(sendsThenWaits, [its]);
  assertEquals(await soon(mine.recv()), "hello");
  await pool.terminateWorkers();
  await errorOf(future);
});

Deno.test("a process passes as an argument", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const process = waits.spawn([], { name: "watched" });
  const future = pool.submit(joins, [process as never]);
  process.terminate();
  const { name, alive } = await soon(future.result());
  assertEquals([name, alive], ["watched", false]);
});

Deno.test("a class actor passes as an argument, and is asked by the worker", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  await using actor = looks.spawn();
  // Who asks is not known by name at once, only who the task is.
  const { name } = await soon(pool.submit(asksAbout, [actor]).result());
  assertEquals(name, "mill:1");
});

// --- transfer --------------------------------------------------------------

Deno.test("what is transferred moves to the task, also from far back in the line", async () => {
  const send = () => {
    const { buffer } = new Uint8Array([1, 2, 3]);
    const future = pool.submit(echo, [buffer], { transfer: [buffer] });
    assertEquals(buffer.byteLength, 0);
    return future;
  };
  const arrived = async (future: Future<unknown[]>) => {
    const [buffer] = await soon(future.result()) as [ArrayBuffer];
    return [...new Uint8Array(buffer)];
  };
  assertEquals(await arrived(send()), [1, 2, 3]);
  const tasks = await Held.in(pool);
  const before = Array.from(
    { length: 1100 },
    (_, n) => pool.submit(square, [n]),
  );
  const last = send();
  tasks.release();
  assertEquals(await arrived(last), [1, 2, 3]);
  await Promise.all(before);
});

Deno.test("a transfer that is refused fails its own future, and moves nothing", async () => {
  const { buffer } = new Uint8Array([1, 2, 3]);
  const error = await errorOf(
    pool.submit(echo, [buffer, () => 1], { transfer: [buffer] }),
  );
  assertInstanceOf(error, NotSendableError);
  assertEquals([error.path, buffer.byteLength], ["$[1]", 3]);
  assertEquals(await pool.submit(square, [3]), 9);
});

Deno.test("no thread is left", async () => {
  await pool.shutdown();
  await assertNoThreads();
});
