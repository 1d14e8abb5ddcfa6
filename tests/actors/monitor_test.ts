// Hearing of the end of a process.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type Exit,
  monitor,
  Process,
  ProcessStateError,
  Queue,
  RemoteError,
} from "../../mod.ts";
import { listensBadly, phone, watches } from "../fixtures/actors/acquainted.ts";
import { add, exits, throws, waits } from "../fixtures/actors/endings.ts";
import { soon } from "../channels/inside.ts";
import { assertNoThreads } from "../leaks.ts";
import { runProgram } from "../fixtures/program.ts";

/** A listener that keeps what it heard, and when it first heard something. */
function listener() {
  const heard: [Exit, Process<unknown>][] = [];
  const { promise, resolve } = Promise.withResolvers<Exit>();
  const listen = (exit: Exit, process: Process<unknown>) => {
    heard.push([exit, process]);
    resolve(exit);
  };
  return { listen, heard, first: soon(promise) };
}

/** Lets all happen that is about to. */
async function settle(): Promise<void> {
  await add.spawn([1, 2]).join();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("monitor() calls its listener once, with the exit and the process, however that ends (O52)", async () => {
  const cases = [
    [add.spawn([1, 2]), "returned"],
    [throws.spawn(["out"]), "threw"],
    [exits.spawn([3]), "exited"],
  ] as const;
  for (const [p, reason] of cases) {
    const { listen, heard, first } = listener();
    monitor(p as Process<unknown>, listen);
    assertEquals((await first).reason, reason);
    assertEquals(await p.join(), heard[0]![0]);
    await settle();
    assertEquals(heard.length, 1);
    assert(heard[0]![1] === p);
  }
  const p = waits.spawn();
  const { listen, first } = listener();
  monitor(p, listen);
  p.terminate();
  assertEquals(await first, {
    reason: "terminated",
    code: -15,
    threadStopped: true,
  });
});

Deno.test("the listener of monitor() is typed by what the process returns", async () => {
  const p = add.spawn([1, 2]);
  const { promise, resolve } = Promise.withResolvers<number>();
  monitor(p, (exit, process) => {
    assertType<IsExact<typeof exit, Exit<number>>>(true);
    assertType<IsExact<typeof process, Process<number>>>(true);
    if (exit.reason === "returned") resolve(exit.value);
  });
  assertEquals(await soon(promise), 3);
});

Deno.test("of a process that has ended already monitor() tells too: once, and soon, but not before it returns (O52)", async () => {
  const p = throws.spawn(["long ago"]);
  await p.join();
  const { listen, heard, first } = listener();
  monitor(p, listen);
  assertEquals(heard, []);
  assertEquals((await first).reason, "threw");
  await settle();
  assertEquals(heard.length, 1);
});

Deno.test("a monitor that was taken back does not tell, not even of an end that was on its way", async () => {
  const p = waits.spawn();
  const ended = add.spawn([1, 2]);
  await ended.join();
  const { listen, heard } = listener();
  const other = listener();
  {
    using _never = monitor(p, listen);
    monitor(p, other.listen);
    using _neither = monitor(ended as Process<unknown>, listen);
  }
  const m = monitor(p, listen);
  m[Symbol.dispose]();
  m[Symbol.dispose]();
  p.terminate();
  await other.first;
  await settle();
  assertEquals(heard, []);
  assertEquals(other.heard.length, 1);
});

Deno.test("a monitor may be taken back by its own listener, and by another's of the same end", async () => {
  const p = waits.spawn();
  const { listen, heard, first } = listener();
  const all: Disposable[] = [];
  const takeBack = (exit: Exit, process: Process<unknown>) => {
    listen(exit, process);
    for (const one of all) one[Symbol.dispose]();
  };
  for (let n = 0; n < 3; n++) all.push(monitor(p, takeBack));
  p.terminate();
  await first;
  await settle();
  assertEquals(heard.length, 1);
});

Deno.test("an actor hears of a process that it was handed", async () => {
  const p = waits.spawn([], { name: "handed" });
  const heard = new Queue<string>();
  const early = watches.spawn([p, heard]);
  assertEquals(await soon(heard.get()), "watching");
  p.terminate();
  assertEquals(await soon(heard.get()), "handed terminated");
  await early.result();
  await p.join();
  const late = watches.spawn([p, heard]);
  // In whatever order: the end was there before.
  const both = [await soon(heard.get()), await soon(heard.get())];
  assertEquals(both.sort(), ["handed terminated", "watching"]);
  await late.result();
});

Deno.test("what a listener throws ends the actor, as an error that nobody caught", async () => {
  const p = waits.spawn();
  const one = listensBadly.spawn([p]);
  await one.ready();
  p.terminate();
  const exit = await soon(one.join());
  assert(exit.reason === "threw");
  assertInstanceOf(exit.error, RemoteError);
  assertStringIncludes(exit.error.message, "RangeError: cannot listen");
});

Deno.test("monitor() refuses a process that was not started, and what is no function", () => {
  const unborn = new Process(waits, { name: "unborn" });
  assertThrows(() => monitor(unborn, () => {}), ProcessStateError);
  assertThrows(() => monitor(unborn, 3 as never), TypeError, "got number");
});

Deno.test("many that are killed at bad moments are each told of once to each who listens", async () => {
  for (let round = 0; round < 4; round++) {
    const all = [0, 1, 2, 3, 4, 5].map((n) =>
      n % 2 === 0 ? waits.spawn() : phone.spawn()
    );
    const counts = all.map(() => 0);
    let left = all.length * 2;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = (n: number) =>
      monitor(all[n] as Process<unknown>, () => {
        counts[n]!++;
        if (--left === 0) resolve();
      });
    all.forEach((p, n) => {
      if (n % 3 !== 0) watch(n);
      if ((n + round) % 2 === 0) p.terminate();
      if (n % 3 === 0) watch(n);
    });
    if (round % 2 === 0) await all[round]!.join({ timeout: round * 20 });
    all.forEach((p, n) => {
      watch(n)[Symbol.dispose]();
      p.terminate();
      watch(n);
    });
    await soon(promise);
    await settle();
    assertEquals(counts, [2, 2, 2, 2, 2, 2]);
  }
});

Deno.test("a monitor keeps a program alive for as long as the process lives, and no longer", async () => {
  const { stdout, code, ms } = await runProgram(
    `
    import { actor, monitor } from "@troupe/troupe";
    export const late = actor(import.meta, async function late() {
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    if (import.meta.main) {
      const p = late.spawn([], { daemon: true, name: "late" });
      monitor(p, (exit, { name }) => console.log(name, exit.reason));
    }
  `,
    ["-A", "--no-check"],
  );
  assertEquals([stdout, code], ["late returned", 0]);
  assert(ms < 10_000);
});

Deno.test("no thread is left", assertNoThreads);
