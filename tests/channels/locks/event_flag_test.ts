import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { PACK } from "../../../channels/handle.ts";
import { wakeAllThreads } from "../../../channels/threads.ts";
import { EventFlag, Queue } from "../../../mod.ts";
import {
  answerFlags,
  compare,
  waitForFlag,
} from "../../fixtures/channels/semaphore.ts";
import { settledTo } from "../../leaks.ts";
import { later, soon, waitersAt } from "../inside.ts";

Deno.test("EventFlag is set and cleared, any number of times", async () => {
  const flag = new EventFlag({ name: "go" });
  assertEquals([flag.isSet, Deno.inspect(flag)], [
    false,
    'event flag "go" (not set)',
  ]);
  for (let n = 0; n < 2; n++) {
    flag.set();
    flag.set();
    assertEquals([flag.isSet, Deno.inspect(flag)], [
      true,
      'event flag "go" (set)',
    ]);
    await flag.wait({ timeout: 0 });
    flag.waitSync({ timeout: 0 });
    flag.clear();
    flag.clear();
    assertEquals(flag.isSet, false);
  }
});

Deno.test("all that wait go on when it is set, also if it is cleared at once", async () => {
  const flag = new EventFlag();
  const waits = [flag.wait(), flag.wait({ timeout: 10_000 })];
  flag.set();
  flag.clear();
  const next = later(flag.wait({ timeout: 5 }));
  await soon(Promise.all(waits));
  await assertRejects(() => next, DOMException, "it was not set in 5 ms");
});

Deno.test("EventFlag.wait() and waitSync() fail after the time-out", async () => {
  const flag = new EventFlag({ name: "go" });
  for (const timeout of [0, 5]) {
    const message = `Cannot wait for event flag "go": it was not set in ` +
      `${timeout} ms`;
    for (
      const error of [
        await assertRejects(() => flag.wait({ timeout })),
        assertThrows(() => flag.waitSync({ timeout })),
      ]
    ) {
      assertInstanceOf(error, DOMException);
      assertEquals([error.name, error.message], ["TimeoutError", message]);
    }
  }
});

Deno.test("EventFlag refuses options that are none", async () => {
  const name = 1 as unknown as string;
  assertThrows(() => new EventFlag({ name }), TypeError, "name");
  const flag = new EventFlag();
  flag.set();
  await assertRejects(() => flag.wait({ timeout: -1 }), RangeError);
  assertThrows(() => flag.waitSync({ timeout: NaN }), RangeError);
  const signal = {} as AbortSignal;
  await assertRejects(() => flag.wait({ signal }), TypeError);
});

Deno.test("EventFlag.wait() rejects with the signal's reason when aborted", async () => {
  const flag = new EventFlag();
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = later(flag.wait({ signal }));
  const other = flag.wait();
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => aborted), reason);
  assertStrictEquals(await assertRejects(() => flag.wait({ signal })), reason);
  flag.set();
  await soon(other);
});

Deno.test("two actors answer each other by flags", async () => {
  for (const blocks of [true, false]) {
    const flags = [new EventFlag(), new EventFlag()] as const;
    await using actor = answerFlags.spawn([...flags, { count: 100, blocks }]);
    for (let n = 0; n < 100; n++) {
      flags[0].set();
      if (n % 2 === 0) await soon(flags[1].wait());
      else flags[1].waitSync({ timeout: 10_000 });
      flags[1].clear();
    }
    await soon(actor.result());
  }
});

Deno.test("actors that wait when it is set go on, though it is cleared at once", async () => {
  const flag = new EventFlag();
  const ready = new Queue<true>();
  await using a = waitForFlag.spawn([ready, flag, true]);
  await using b = waitForFlag.spawn([ready, flag, false]);
  const words = new Int32Array(flag[PACK]().memory as SharedArrayBuffer);
  const waiters = () => waitersAt(words, 1).length;
  assertEquals(await settledTo(waiters, 2), 2);
  // Set and cleared before either is woken, as it is for one that wakes late.
  Atomics.add(words, 0, 2);
  wakeAllThreads();
  assertEquals(await soon(Promise.all([a.result(), b.result()])), [
    false,
    false,
  ]);
});

Deno.test("an actor killed in its wait holds up nobody", async () => {
  for (const blocks of [true, false]) {
    const flag = new EventFlag();
    const ready = new Queue<true>();
    await using doomed = waitForFlag.spawn([ready, flag, blocks]);
    await using other = waitForFlag.spawn([ready, flag, blocks]);
    for (let n = 0; n < 2; n++) await soon(ready.get());
    doomed.terminate();
    flag.set();
    assertEquals(await soon(other.result()), true);
    const exit = await soon(doomed.join());
    assert(exit?.reason === "terminated" && exit.threadStopped);
  }
});

Deno.test("an EventFlag that comes to an actor several times is one object there", async () => {
  const flag = new EventFlag({ name: "go" });
  flag.set();
  const nested = { list: [flag], map: new Map([["it", flag]]) };
  await using actor = compare.spawn([flag, nested]);
  const { first, ...rest } = await soon(actor.result());
  assertEquals(rest, {
    isSame: true,
    isKind: true,
    logged: 'event flag "go" (set)',
  });
  assertStrictEquals(first, flag);
});
