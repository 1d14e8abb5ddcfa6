import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { PACK } from "../../../channels/handle.ts";
import { MONITOR_WORDS } from "../../../channels/locks/monitor.ts";
import { ROOT } from "../../../channels/threads.ts";
import {
  Barrier,
  BrokenBarrierError,
  EXIT,
  Queue,
  Value,
} from "../../../mod.ts";
import {
  compareBarriers,
  march,
  neverComes,
  type Outcome,
  party,
  passes,
  type Step,
  wakesLate,
} from "../../fixtures/channels/barrier.ts";
import { settledTo } from "../../leaks.ts";
import { threadTest } from "../../mode.ts";
import { later, soon } from "../inside.ts";

/** The id of a thread that never was. */
const NOBODY = 7 << 12 | 4000;

function rejection(wait: Promise<number>): Promise<unknown> {
  return soon(wait.then(
    (index) => Promise.reject(new Error(`it passed with index ${index}`)),
    (error) => error,
  ));
}

async function assertBroken(
  wait: Promise<number>,
  reason: string,
  actor: string = "MainProcess",
): Promise<void> {
  const error = await rejection(wait);
  assertInstanceOf(error, BrokenBarrierError);
  assertEquals([error.reason, error.actor], [reason, actor]);
}

// --- one thread -------------------------------------------------------------

Deno.test("each caller at a Barrier gets its number, when all have come", async () => {
  const barrier = new Barrier(3);
  for (let round = 0; round < 3; round++) {
    const first = barrier.wait();
    const second = barrier.wait({ timeout: 10_000 });
    assertEquals(barrier.waiting, 2);
    const third = round === 1 ? barrier.waitSync() : barrier.wait();
    assertEquals(barrier.waiting, 0);
    assertEquals(await soon(Promise.all([first, second, third])), [0, 1, 2]);
  }
  assertEquals([barrier.parties, barrier.broken], [3, false]);
});

Deno.test("a Barrier of one lets everybody pass", async () => {
  const barrier = new Barrier(1);
  assertEquals(await soon(barrier.wait({ timeout: 0 })), 0);
  assertEquals(barrier.waitSync({ timeout: 0 }), 0);
});

Deno.test("the last to come calls its action before any goes on (S21)", async () => {
  const barrier = new Barrier(2);
  const order: string[] = [];
  const wait = async (name: string) => {
    await barrier.wait({
      action: async () => {
        order.push(`${name} acts`);
        await new Promise((resolve) => setTimeout(resolve, 0));
        order.push(`${name} has acted, ${barrier.waiting} wait`);
      },
    });
    order.push(`${name} goes on`);
  };
  await soon(Promise.all([wait("a"), wait("b")]));
  assertEquals(order.slice(0, 2), ["b acts", "b has acted, 2 wait"]);
  assertEquals(order.slice(2).toSorted(), ["a goes on", "b goes on"]);
  const other = barrier.wait();
  let acted = 0;
  assertEquals(barrier.waitSync({ action: () => void acted++ }), 1);
  assertEquals([acted, await soon(other)], [1, 0]);
});

Deno.test("an action that fails breaks the Barrier for the others", async () => {
  const barrier = new Barrier(2);
  const failure = new Error("no");
  const action = () => Promise.reject(failure);
  const other = later(barrier.wait());
  assertStrictEquals(await rejection(barrier.wait({ action })), failure);
  await assertBroken(other, "action failed");
  barrier.reset();
  const next = later(barrier.wait());
  const thrown = assertThrows(() =>
    barrier.waitSync({
      action() {
        throw failure;
      },
    })
  );
  assertStrictEquals(thrown, failure);
  await assertBroken(next, "action failed");
});

Deno.test("callers that come while an action runs wait for the next round", async () => {
  const barrier = new Barrier(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const waits = [barrier.wait(), barrier.wait({ action: () => promise })];
  const later1 = later(barrier.wait({ timeout: 5 }));
  assertThrows(() => barrier.waitSync({ timeout: 0 }), DOMException);
  const controller = new AbortController();
  const later2 = later(barrier.wait({ signal: controller.signal }));
  const next = [1, 2, 3, 4].map(() => barrier.wait());
  assertEquals(barrier.waiting, 2);
  await assertRejects(() => later1, DOMException, "not all 2 came in 5 ms");
  controller.abort(new Error("enough"));
  await assertRejects(() => later2, Error, "enough");
  assertEquals(barrier.broken, false);
  resolve();
  assertEquals(await soon(Promise.all(waits)), [0, 1]);
  assertEquals(await soon(Promise.all(next)), [0, 1, 0, 1]);
});

Deno.test("a time-out breaks the Barrier for all that wait and come", async () => {
  const barrier = new Barrier(3, { name: "start", timeout: 5 });
  const waits = [barrier.wait({ timeout: Infinity }), barrier.wait()];
  const other = later(waits[0]!);
  const error = await rejection(waits[1]!);
  assertInstanceOf(error, DOMException);
  assertEquals([error.name, error.message], [
    "TimeoutError",
    'Cannot pass barrier "start": not all 3 came in 5 ms',
  ]);
  const broken = await rejection(other);
  assertInstanceOf(broken, BrokenBarrierError);
  assertEquals(
    broken.message,
    'Cannot pass barrier "start": actor "MainProcess" waited too long for the ' +
      "others. Call reset() to use it again",
  );
  assertEquals(broken.barrier, 'barrier "start"');
  await assertBroken(barrier.wait(), "timeout");
  assertThrows(() => barrier.waitSync(), BrokenBarrierError, "too long");
  assertEquals([barrier.broken, barrier.waiting], [true, 0]);
  assertEquals(Deno.inspect(barrier), 'barrier "start" (broken)');
  barrier.reset();
  assertEquals(Deno.inspect(barrier), 'barrier "start" (0 of 3 waiting)');
  const late = assertThrows(() => barrier.waitSync(), DOMException);
  assertEquals(late.name, "TimeoutError");
  await assertBroken(barrier.wait(), "timeout");
});

Deno.test("a signal that aborts a wait breaks the Barrier for the others", async () => {
  const barrier = new Barrier(3);
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = later(barrier.wait({ signal }));
  const other = later(barrier.wait());
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await rejection(aborted), reason);
  await assertBroken(other, "aborted");
  barrier.reset();
  // Aborted already, it does not come at all.
  assertStrictEquals(await rejection(barrier.wait({ signal })), reason);
  assertEquals(barrier.broken, false);
});

Deno.test("a wait whose round ended before its time-out struck has passed", async () => {
  const barrier = new Barrier(2);
  const controller = new AbortController();
  const waits = [barrier.wait({ signal: controller.signal }), barrier.wait()];
  controller.abort();
  assertEquals(await soon(Promise.all(waits)), [0, 1]);
  assertEquals(barrier.broken, false);
});

Deno.test("abort() breaks the Barrier, reset() makes it usable again (S21)", async () => {
  const barrier = new Barrier(2);
  const waiting = later(barrier.wait());
  barrier.abort();
  barrier.abort();
  await assertBroken(waiting, "aborted");
  await assertBroken(barrier.wait(), "aborted");
  barrier.reset();
  const reset = later(barrier.wait());
  barrier.reset();
  // It learns of its own round, also if it looks only after the next has ended.
  const passed = Promise.all([barrier.wait(), barrier.wait()]);
  const error = await rejection(reset);
  assertInstanceOf(error, BrokenBarrierError);
  assertEquals(
    error.message,
    'Cannot pass barrier: actor "MainProcess" reset it. Wait again',
  );
  assertEquals(await soon(passed), [0, 1]);
});

Deno.test("a Barrier that is broken or reset during an action tells who acts", async () => {
  for (const end of ["abort", "reset"] as const) {
    const barrier = new Barrier(2);
    const other = later(barrier.wait());
    const acting = later(barrier.wait({
      action: () => {
        barrier[end]();
        if (end === "reset") later(barrier.wait({ timeout: 10_000 }));
      },
    }));
    const reason = end === "abort" ? "aborted" : "reset";
    await assertBroken(other, reason);
    await assertBroken(acting, reason);
    if (end === "reset") assertEquals(await soon(barrier.wait()), 1);
  }
});

Deno.test("Barrier refuses what is no number of parties, time-out or action", async () => {
  for (const parties of [0, -1, 1.5, NaN, 2 ** 31]) {
    assertThrows(
      () => new Barrier(parties, { name: "x" }),
      RangeError,
      'Cannot create a barrier "x": parties must be a whole number from 1 to ' +
        `2147483647, got ${parties}`,
    );
  }
  assertThrows(() => new Barrier("2" as unknown as number), TypeError);
  assertThrows(() => new Barrier(2, { timeout: -1 }), RangeError);
  const barrier = new Barrier(2);
  await assertRejects(() => barrier.wait({ timeout: -1 }), RangeError);
  assertThrows(() => barrier.waitSync({ timeout: NaN }), RangeError);
  const action = 1 as unknown as () => void;
  await assertRejects(() => barrier.wait({ action }), TypeError, "action");
  assertThrows(() => barrier.waitSync({ action }), TypeError, "action");
  assertEquals([barrier.waiting, barrier.broken], [0, false]);
});

Deno.test("what a thread left half done that died is put right", async () => {
  const barrier = new Barrier(2);
  const wait = later(barrier.wait());
  const words = new Int32Array(
    barrier[PACK](ROOT).memory as SharedArrayBuffer,
  );
  // It ended the first round, in the third of the ways, and told nobody yet.
  words[MONITOR_WORDS] = 1;
  words[MONITOR_WORDS + 1] = 3;
  words[MONITOR_WORDS + 3] = ROOT;
  words[0] = NOBODY;
  barrier.abort();
  await assertBroken(wait, "aborted");
  assertEquals([barrier.waiting, barrier.broken], [0, true]);
});

// --- several threads ----------------------------------------------------------

class Party {
  readonly steps = new Queue<Step>();
  readonly outcomes = new Queue<Outcome>();
  readonly actor;

  constructor(barrier: Barrier) {
    this.actor = party.spawn([barrier, this.steps, this.outcomes]);
  }

  get name(): string {
    return this.actor.name;
  }

  begin(step: Step): void {
    this.steps.put(step);
  }

  async outcome(): Promise<Outcome> {
    return await soon(this.outcomes.get()) as Outcome;
  }

  does(step: Step): Promise<Outcome> {
    this.begin(step);
    return this.outcome();
  }

  async leaves(): Promise<void> {
    this.steps.put(EXIT);
    await soon(this.actor.join());
  }

  async dies(): Promise<void> {
    this.actor.terminate();
    await soon(this.actor.join());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.actor[Symbol.asyncDispose]();
  }
}

function arrived(barrier: Barrier, count: number): Promise<number> {
  return settledTo(() => barrier.waiting, count);
}

for (const blocks of [true, false]) {
  const form = blocks ? "waitSync()" : "wait()";
  const rounds = blocks ? 1000 : 300;
  Deno.test(`${rounds} rounds stay in step, with one first and one action each: ${form} (S21)`, async () => {
    const barrier = new Barrier(3);
    const steps = [0, 1, 2].map(() => new Value("int32"));
    const actors = [0, 1, 2].map((own) =>
      march.spawn([barrier, steps, own, { rounds, blocks }])
    );
    let [first, acted] = [0, 0];
    for (const actor of actors) {
      const [itsFirst, itsActed] = await soon(actor.result());
      first += itsFirst;
      acted += itsActed;
    }
    assertEquals([first, acted], [rounds, rounds]);
    assertEquals([barrier.waiting, barrier.broken], [0, false]);
  });
}

Deno.test("whatever breaks a Barrier is told to parties in all actors", async () => {
  const barrier = new Barrier(4);
  await using a = new Party(barrier);
  await using b = new Party(barrier);
  const steps = [
    ["abort", "done", "aborted"],
    ["wait briefly", "TimeoutError", "timeout"],
    ["waitSync briefly", "TimeoutError", "timeout"],
    ["reset", "done", "reset"],
  ] as const;
  for (const [step, outcome, reason] of steps) {
    for (const form of ["wait", "waitSync"] as const) {
      const own = later(barrier.wait());
      a.begin(form);
      await arrived(barrier, 2);
      assertEquals(await b.does(step), outcome);
      const told = `${reason} by ${b.name}`;
      assertEquals([step, await a.outcome()], [step, told]);
      await assertBroken(own, reason, b.name);
      barrier.reset();
    }
  }
  const own = [later(barrier.wait()), later(barrier.wait())];
  a.begin("waitSync");
  await arrived(barrier, 3);
  assertEquals(await b.does("fail in its action"), "TypeError");
  assertEquals(await a.outcome(), `action failed by ${b.name}`);
  for (const wait of own) await assertBroken(wait, "action failed", b.name);
  // And it is as good as new after all that.
  barrier.reset();
  own[0] = barrier.wait();
  a.begin("waitSync");
  b.begin("wait");
  await arrived(barrier, 3);
  assertEquals(barrier.waitSync(), 3);
  const indices = [await own[0], await a.outcome(), await b.outcome()];
  assertEquals(indices.toSorted(), [0, 1, 2]);
});

for (const form of ["wait", "waitSync"] as const) {
  Deno.test(`a party that dies while it waits breaks the Barrier: ${form}()`, async () => {
    const barrier = new Barrier(4);
    await using doomed = new Party(barrier);
    await using other = new Party(barrier);
    const own = later(barrier.wait());
    doomed.begin(form);
    other.begin(form);
    assertEquals(await arrived(barrier, 3), 3);
    await doomed.dies();
    assertEquals(await other.outcome(), `died by ${doomed.name}`);
    await assertBroken(own, "died", doomed.name);
    await assertBroken(barrier.wait(), "died", doomed.name);
  });
}

Deno.test("a party that ends before it comes breaks the Barrier", async () => {
  const barrier = new Barrier(3);
  await using other = new Party(barrier);
  for (const form of ["wait", "waitSync"] as const) {
    // While others wait.
    other.begin(form);
    const own = later(barrier.wait());
    await arrived(barrier, 2);
    const absent = neverComes.spawn([barrier]);
    await assertBroken(own, "died", absent.name);
    assertEquals(await other.outcome(), `died by ${absent.name}`);
    barrier.reset();
    // Before others come.
    const next = neverComes.spawn([barrier]);
    await soon(next.join());
    assertEquals(await other.does(form), `died by ${next.name}`);
    await assertBroken(barrier.wait(), "died", next.name);
    barrier.reset();
  }
});

Deno.test("a party that dies between two rounds breaks the Barrier", async () => {
  for (const isWaitedFor of [true, false]) {
    const barrier = new Barrier(3);
    await using doomed = new Party(barrier);
    await using other = new Party(barrier);
    const pass = async () => {
      doomed.begin("wait");
      other.begin("waitSync");
      await soon(barrier.wait());
      await doomed.outcome();
      await other.outcome();
    };
    await pass();
    await pass();
    if (isWaitedFor) {
      other.begin("waitSync");
      await arrived(barrier, 1);
    }
    await doomed.dies();
    if (!isWaitedFor) {
      assertEquals(barrier.broken, false);
      other.begin("waitSync");
    }
    assertEquals(await other.outcome(), `died by ${doomed.name}`);
    await assertBroken(barrier.wait(), "died", doomed.name);
    // Another takes its place.
    barrier.reset();
    await using next = new Party(barrier);
    next.begin("wait");
    other.begin("wait");
    await soon(barrier.wait());
    await next.outcome();
    await other.outcome();
  }
});

Deno.test("after a reset, whoever is left is expected to come again", async () => {
  const barrier = new Barrier(2);
  await using doomed = new Party(barrier);
  const first = passes.spawn([barrier, 1, false]);
  assertEquals(typeof await doomed.does("wait"), "number");
  await soon(first.join());
  assertEquals(await doomed.does("abort"), "done");
  barrier.reset();
  await using other = new Party(barrier);
  other.begin("waitSync");
  assertEquals(await arrived(barrier, 1), 1);
  await doomed.dies();
  assertEquals(await other.outcome(), `died by ${doomed.name}`);
});

Deno.test("who dies while it waits is not counted, whenever it passed last", async () => {
  const barrier = new Barrier(2);
  await using doomed = new Party(barrier);
  doomed.begin("wait");
  await soon(barrier.wait());
  await doomed.outcome();
  await soon(Promise.all([barrier.wait(), barrier.wait()]));
  doomed.begin("waitSync");
  assertEquals(await arrived(barrier, 1), 1);
  await doomed.dies();
  await assertBroken(barrier.wait(), "died", doomed.name);
});

Deno.test("a second team uses the Barrier when the first has ended", async () => {
  const barrier = new Barrier(2);
  for (let team = 0; team < 2; team++) {
    const count = 3;
    const actors = [
      passes.spawn([barrier, count, true]),
      passes.spawn([barrier, count, false]),
    ];
    for (const actor of actors) await soon(actor.result());
  }
  assertEquals(barrier.broken, false);
});

// In a process: who waits for the actor in the program does not wake late.
threadTest(
  "a party that wakes late passes, though all others have ended",
  async () => {
    const barrier = new Barrier(3);
    const ready = new Queue<true>();
    const hold = new Int32Array(new SharedArrayBuffer(4));
    await using late = wakesLate.spawn([barrier, ready, hold]);
    await soon(ready.get());
    const others = [true, false].map((blocks) =>
      passes.spawn([barrier, 1, blocks])
    );
    for (const actor of others) await soon(actor.result());
    Atomics.store(hold, 0, 1);
    Atomics.notify(hold, 0);
    const [passed, next] = await soon(late.result());
    assertEquals(passed, 0);
    // Nobody will come to the next round.
    assert(others.some(({ name }) => next === `died by ${name}`), `${next}`);
  },
);

Deno.test("a Barrier that comes to an actor several times is one object there", async () => {
  const barrier = new Barrier(2, { name: "start", timeout: 10 });
  await using actor = compareBarriers.spawn([barrier, [barrier]]);
  const { first, ...rest } = await soon(actor.result());
  assertEquals(rest, {
    isSame: true,
    isKind: true,
    parties: 2,
    logged: 'barrier "start" (0 of 2 waiting)',
    late: "TimeoutError",
  });
  assertStrictEquals(first, barrier);
});

Deno.test("a BrokenBarrierError keeps its class and fields on the way", async () => {
  const barrier = new Barrier(2, { name: "start" });
  barrier.abort();
  await using actor = passes.spawn([barrier, 1, true]);
  const error = await assertRejects(() => soon(actor.result()), Error);
  const { cause } = error;
  assertInstanceOf(cause, BrokenBarrierError);
  assertEquals(
    [cause.barrier, cause.reason, cause.actor],
    ['barrier "start"', "aborted", "MainProcess"],
  );
});
