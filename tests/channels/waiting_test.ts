// Waiting itself: that no wake-up is lost between the awaiting and the blocking
// form, and that nothing is left of a wait.
import { assert, assertEquals, assertLess } from "@std/assert";
import { Callers } from "../../channels/callers.ts";
import { Gate, GATE_WORDS } from "../../channels/gate.ts";
import { CONSUMERS } from "../../channels/_ring_layout.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
  wakeAllThreads,
  wakeThread,
} from "../../channels/threads.ts";
import { blockAt, waitAt } from "../../channels/waiting.ts";
import { Queue } from "../../mod.ts";
import { getAllSync } from "../fixtures/channels/queue_actors.ts";
import { root, runDeno } from "../tools/child.ts";
import {
  GATE_HEAD,
  isWaitingAt,
  ringOf,
  sidesWaiting,
  soon,
} from "./inside.ts";

const program = new URL("tests/fixtures/channels/ends_by_itself.ts", root);

async function runProgram(what: string): Promise<void> {
  const args = ["run", "--no-prompt", "-A", program.href, what];
  const { code, stdout, stderr, timedOut } = await runDeno(args, {
    timeout: 20_000,
  });
  assertEquals({ code, stdout, stderr, timedOut }, {
    code: 0,
    stdout: "done\n",
    stderr: "",
    timedOut: false,
  });
}

Deno.test("a program ends by itself once every wait of it is over", async () => {
  await runProgram("settled");
});

for (
  const call of [
    "get",
    "put",
    "join",
    "iteration",
    "recv",
    "send",
    "poll",
    "select",
  ]
) {
  Deno.test(`a program lives while a ${call} waits, and no longer`, async () => {
    await runProgram(call);
  });
}

Deno.test("a blocking call looks again if a wait of its thread took it off the list", () => {
  const words = new Int32Array(new SharedArrayBuffer(GATE_WORDS * 4));
  const gate = new Gate(words, 0, () => false);
  let isOver = false;
  gate.add({ attempt: () => isOver });
  let looks = 0;
  const start = performance.now();
  const isDone = blockAt([gate], () => {
    if (++looks > 1) return true;
    // In the midst of this look the wait that shares the gate with it ends.
    // Just after, what is blocked for comes, and finds nobody to wake.
    isOver = true;
    gate.serve();
    return false;
  }, 5000);
  assert(isDone);
  assertLess(performance.now() - start, 2500);
});

Deno.test("a thread that blocks serves its waits meanwhile, in their order", async () => {
  const queue = new Queue<number>();
  const to = new Queue<unknown>();
  const waits = [queue.get(), queue.get()];
  await using echo = getAllSync.spawn([to]);
  for (let n = 0; n < 3; n++) queue.tryPut(n);
  assertEquals(queue.getSync({ timeout: 10_000 }), 2);
  assertEquals(await soon(Promise.all(waits)), [0, 1]);
  to.close();
  await soon(echo.join());
  assert(!isWaitingAt(queue));
});

Deno.test("a wake-up that comes during any look of a wait is not lost", async () => {
  for (let when = 1; when <= 4; when++) {
    let isThere = false;
    let looks = 0;
    const attempt = () => {
      if (++looks !== when) return isThere;
      // Just after this look what is waited for comes, with its wake-up.
      isThere = true;
      wakeThread(ownThread());
      return false;
    };
    const waits = waitAt([new Callers()], {
      attempt,
      options: undefined,
      late: () => "",
    });
    // The looks that a wait makes by itself are over: the others are wake-ups.
    while (looks < when) {
      wakeThread(ownThread());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await soon(waits);
  }
});

Deno.test("a wake-up whose thread ended before it looked goes to another", async () => {
  const queue = new Queue<string>();
  const { words } = ringOf(queue);
  const doomed = claimThread();
  words[CONSUMERS + GATE_HEAD] = doomed;
  words[CONSUMERS] = 1;
  const got = queue.get();
  queue.tryPut("item");
  assertEquals([sidesWaiting(queue).consumers, queue.size], [1, 1]);
  // What is done whenever the end of a thread was seen.
  releaseThread(doomed);
  wakeAllThreads();
  assertEquals(await soon(got), "item");
});
