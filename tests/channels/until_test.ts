// A get that waits no longer than those it waits for live.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  EXIT,
  Process,
  ProcessStateError,
  ProducersEndedError,
  Queue,
  QueueClosedError,
} from "../../mod.ts";
import {
  block,
  compute,
  getUntilSync,
  putAll,
  sleep,
} from "../fixtures/channels/queue_actors.ts";
import { isWaitingAt, soon } from "./inside.ts";
import { threadTest } from "../mode.ts";

Deno.test("Queue.get({ until }) gives all that a producer put, and then ends", async () => {
  const queue = new Queue<unknown>();
  const until = putAll.spawn([queue, [1, 2, 3]]);
  for (const n of [1, 2, 3]) {
    assertEquals(await soon(queue.get({ until })), n);
  }
  const error = await assertRejects(
    () => soon(queue.get({ until })),
    ProducersEndedError,
  );
  assert(
    error.message.startsWith("Cannot get from queue: it is empty, and all"),
  );
  assert(!isWaitingAt(queue));
});

for (const [how, actor] of [["idles", sleep], ["blocks", block]] as const) {
  Deno.test(`a wait until a producer ends is over when one that ${how} is terminated`, async () => {
    const queue = new Queue<string>();
    const ready = new Queue<string>();
    await using producer = actor.spawn([ready]);
    await soon(ready.get());
    const getting = queue.get({ until: producer });
    producer.terminate();
    await assertRejects(() => soon(getting), ProducersEndedError);
  });
}

threadTest(
  "a wait until a busy producer ends is over though its thread goes on",
  async () => {
    const queue = new Queue<string>();
    const ready = new Queue<string>();
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const producer = compute.spawn([ready, stop]);
    await soon(ready.get());
    const getting = queue.get({ until: producer });
    producer.terminate();
    await assertRejects(() => soon(getting), ProducersEndedError);
    Atomics.store(stop, 0, 1);
    await soon(producer.join());
  },
);

Deno.test("a wait until several have ended goes on while one of them lives", async () => {
  const queue = new Queue<unknown>();
  const ready = new Queue<string>();
  const first = putAll.spawn([queue, ["a"]]);
  await using second = sleep.spawn([ready]);
  const until = [first, second];
  await soon(first.join());
  assertEquals(await soon(queue.get({ until })), "a");
  await assertRejects(
    () => queue.get({ until, timeout: 20 }),
    DOMException,
    "nothing came in 20 ms",
  );
  const getting = queue.get({ until });
  await queue.put("from somebody else");
  assertEquals(await soon(getting), "from somebody else");
  const last = queue.get({ until });
  second.terminate();
  await assertRejects(() => soon(last), ProducersEndedError);
});

Deno.test("the queue stays open for others when those who were waited for have ended", async () => {
  const queue = new Queue<unknown>();
  const until = putAll.spawn([queue, []]);
  await assertRejects(() => soon(queue.get({ until })), ProducersEndedError);
  await queue.put("more");
  assertEquals(await soon(queue.get({ until })), "more");
  queue.close();
  await assertRejects(() => soon(queue.get({ until })), QueueClosedError);
});

Deno.test("Queue.getSync({ until }) ends in an actor that blocks", async () => {
  const queue = new Queue<unknown>();
  const [ready, said] = [new Queue<string>(), new Queue<unknown>()];
  await using producer = sleep.spawn([ready]);
  await soon(ready.get());
  await queue.put("first");
  await using getter = getUntilSync.spawn([queue, producer, said]);
  assertEquals(await soon(said.get()), "first");
  producer.terminate();
  assertEquals(await soon(getter.result()), "ProducersEndedError");
});

Deno.test("Queue.items({ until }) iterates until the producers have ended", async () => {
  const queue = new Queue<unknown>();
  const until = [[1, 2], [3]].map((items) => putAll.spawn([queue, items]));
  const got: unknown[] = [];
  for await (const item of queue.items({ until })) got.push(item);
  assertEquals(got.toSorted(), [1, 2, 3]);
});

Deno.test("Queue.items() ends at EXIT, at the close, and with the reason of its signal", async () => {
  const queue = new Queue<number>();
  for (const item of [1, EXIT, 2]) await queue.put(item as number);
  const got: number[] = [];
  for await (const n of queue.items()) got.push(n);
  queue.close();
  for await (const n of queue.items()) got.push(n);
  assertEquals(got, [1, 2]);

  const idle = new Queue<number>();
  const reason = new Error("enough");
  const aborted = await assertRejects(async () => {
    for await (const _ of idle.items({ signal: AbortSignal.abort(reason) }));
  });
  assertEquals(aborted, reason);
  await assertRejects(
    async () => {
      for await (const _ of idle.items({ timeout: 5 }));
    },
    DOMException,
    "nothing came in 5 ms",
  );
});

Deno.test("until is a process that was started, or several", async () => {
  const queue = new Queue<unknown>();
  for (const until of [1, "p", {}, null, [{}]]) {
    const options = { until: until as never };
    await assertRejects(() => queue.get(options), TypeError, "until must be");
    assertThrows(() => queue.getSync(options), TypeError, "until must be");
    assertThrows(() => queue.items(options), TypeError, "until must be");
  }
  const until = new Process(putAll, { args: [queue, []] });
  await assertRejects(() => queue.get({ until }), ProcessStateError);
});
