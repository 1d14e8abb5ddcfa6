import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
} from "@std/assert";
import { deadline } from "@std/async";
import {
  NotSendableError,
  ProcessPool,
  RemoteError,
  WorkerDiedError,
} from "../../../mod.ts";
import {
  doubles,
  hoards,
  whereTask,
} from "../../fixtures/actors/isolated_children.ts";

const soon = <T>(promise: PromiseLike<T>): Promise<T> =>
  deadline(Promise.resolve(promise), 20_000);

Deno.test("a pool runs its tasks in processes, which report and answer as threads do", async () => {
  await using pool = new ProcessPool({ workers: 1, isolation: "process" });
  const reports: unknown[] = [];
  const onReport = (report: unknown) => reports.push(report);
  const task = pool.submit(whereTask, [5], { onReport });
  const [n, pid] = await soon(task) as [number, number];
  assertEquals([n, reports], [5, [5]]);
  assertNotEquals(pid, Deno.pid);
});

Deno.test("a chunk crosses as a whole: its results come in order, up to the item that throws", async () => {
  await using pool = new ProcessPool({ workers: 1, isolation: "process" });
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const good = pool.map(doubles, numbers.slice(0, 13), { chunkSize: 5 });
  assertEquals(
    await soon(good.toArray()),
    numbers.slice(0, 13).map((n) => 2 * n),
  );
  const seen: number[] = [];
  const all = (async () => {
    for await (const n of pool.map(doubles, numbers, { chunkSize: 8 })) {
      seen.push(n);
    }
  })();
  const error = await soon(all.then(() => undefined, (error) => error));
  assertInstanceOf(error, RemoteError);
  assertInstanceOf(error.cause, RangeError);
  assertEquals(seen, numbers.slice(0, 13).map((n) => 2 * n));
});

Deno.test("an argument that cannot leave its process fails its task alone, with the path", async () => {
  await using pool = new ProcessPool({ workers: 1, isolation: "process" });
  const memory = new SharedArrayBuffer(4) as unknown as number;
  const error = await soon(pool.submit(doubles, [memory]).exception());
  assertInstanceOf(error, NotSendableError);
  assertEquals(error.path, "$[0]");
  assertEquals(await soon(pool.submit(doubles, [2])), 4);
});

Deno.test("a task that takes too much memory costs its worker, and the pool goes on", async () => {
  await using pool = new ProcessPool({
    workers: 1,
    isolation: "process",
    memory: 64,
  });
  const error = await soon(pool.submit(hoards).exception());
  assertInstanceOf(error, WorkerDiedError);
  assert(error.message.includes("ran out of memory"), error.message);
  assertEquals(await soon(pool.submit(doubles, [3])), 6);
});
