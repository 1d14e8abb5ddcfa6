// How an ask ends: by its answer, its time, its signal, or the actor's end;
// whichever it is, once.
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorExitedError,
  type Exit,
  type Process,
  Queue,
  RemoteError,
  SelfAskError,
} from "../../mod.ts";
import { busy, slow } from "../fixtures/actors/background.ts";
import {
  hop,
  offers,
  otherDate,
  selfish,
  selfishReentrant,
} from "../fixtures/actors/classes.ts";
import {
  asksItselfAtStart,
  ends,
  type Way,
} from "../fixtures/actors/class_endings.ts";
import { runProgram } from "../fixtures/program.ts";
import { later, soon } from "../channels/inside.ts";
import { settledTo } from "../leaks.ts";

/** A place where an actor says that it got there, and one where it waits. */
function gates() {
  return { up: new Queue<0>(), gate: new Queue<0>() };
}

/** How a promise settles, and how often. */
function settling<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: unknown }[] = [];
  promise.then(
    (value) => seen.push({ value }),
    (error) => seen.push({ error }),
  );
  return seen;
}

async function exitError(ask: Promise<unknown>): Promise<ActorExitedError> {
  return await assertRejects(() => soon(ask), ActorExitedError);
}

Deno.test("an ask of an actor that has ended rejects at once with its exit, and so does a tell (O54)", async () => {
  const p = ends.spawn([], { name: "gone" });
  p.terminate();
  await p.join();
  const start = performance.now();
  for (const send of [p.ask.fine(), p.tell.fine()].map(later<unknown>)) {
    const error = await exitError(send);
    assertEquals(error.actor, "gone");
    assertEquals(error.exit, await p.join());
    assertEquals(error.handling, undefined);
    assertStringIncludes(error.message, 'actor "gone": it was terminated');
  }
  assertLess(performance.now() - start, 500);
});

const ways: [Way, Exit["reason"], number][] = [
  ["throw", "threw", 1],
  ["reject", "threw", 1],
  ["uncaught", "threw", 1],
  ["exit", "exited", 7],
  ["close", "exited", 0],
];

for (const [way, reason, code] of ways) {
  Deno.test(`asks in flight when a message ends the actor settle once, with what it had in hand: ${way}`, async () => {
    const p = ends.spawn([], { name: "ending" });
    const { up, gate } = gates();
    const own = settling(
      p.ask.endLater(way === "throw" ? "exit" : way, up, gate),
    );
    await soon(up.get());
    const others = [1, 2, 3].map(() => p.ask.fine());
    const seen = others.map(settling);
    const told = p.tell.fine();
    await told;
    await gate.put(0);
    for (const other of others) {
      const error = await exitError(other);
      if (way !== "throw") {
        assertEquals([error.exit.reason, error.exit.code], [reason, code]);
      }
      assertEquals(error.handling, {
        method: "endLater",
        number: 1,
        sender: "MainProcess",
      });
      assertStringIncludes(
        error.message,
        'while it handled message 1, endLater(), from "MainProcess"',
      );
    }
    await p.join();
    await settledTo(() => own.length, 1);
    assertEquals([own.length, ...seen.map((s) => s.length)], [1, 1, 1, 1]);
    assertInstanceOf(own[0]!.error, ActorExitedError);
    assertEquals(await settledTo(() => p.mailboxStats().undelivered, 4), 4);
  });
}

for (const [way, reason, code] of ways) {
  Deno.test(`a tell may be the actor's end, and the asks behind it learn what it had in hand: ${way}`, async () => {
    const p = ends.spawn();
    const { up, gate } = gates();
    const blocked = later(p.ask.block(up, gate));
    await soon(up.get());
    await p.tell.end(way);
    // What it leaves behind, a rejection, ends it with the next one in hand.
    await p.tell.hangs();
    const behind = later(p.ask.fine());
    await gate.put(0);
    assertEquals(await soon(blocked), "was let go");
    const error = await exitError(behind);
    assertEquals([error.exit.reason, error.exit.code], [reason, code]);
    const method = error.handling?.method;
    const isLater = way === "reject" || way === "uncaught";
    assertEquals(method, isLater ? "hangs" : "end");
    assertEquals((await p.join()).code, code);
  });
}

const cuts: [string, (p: Process) => unknown, Exit["reason"]][] = [
  ["terminate()", (p) => p.terminate(), "terminated"],
  ["stop()", (p) => p.stop({ grace: 50 }), "terminated"],
];
for (const [name, cut, reason] of cuts) {
  for (const state of ["awaits", "blocks", "idles"] as const) {
    Deno.test(`asks in flight at ${name} of an actor that ${state} settle once`, async () => {
      const p = ends.spawn();
      const { up, gate } = gates();
      const asks: Promise<unknown>[] = [];
      if (state === "awaits") asks.push(p.ask.hang(up));
      else if (state === "blocks") asks.push(p.ask.block(up, gate));
      else await p.ask.fine();
      if (state !== "idles") await soon(up.get());
      if (state !== "idles") asks.push(p.ask.fine(), p.ask.fine());
      const seen = asks.map(settling);
      cut(p);
      if (state === "idles") asks.push(later(p.ask.fine()));
      for (const ask of asks) {
        const error = await soon(ask.then(() => undefined, (e) => e));
        // An idle one that is asked to stop may still answer, or not.
        if (error === undefined) {
          assertEquals([state, name], ["idles", "stop()"]);
        } else {
          assertInstanceOf(error, ActorExitedError);
          if (state !== "idles") assertEquals(error.exit.reason, reason);
          if (state === "awaits") assertEquals(error.handling?.method, "hang");
          if (state === "blocks") assertEquals(error.handling?.method, "block");
        }
      }
      await soon(p.join());
      assertEquals(seen.map((s) => s.length), seen.map(() => 1));
    });
  }
}

Deno.test("asks of a busy actor that is terminated reject, though its thread does not stop", async () => {
  const { code, stdout } = await runProgram(`
    import { ActorExitedError, actor, Queue } from "@troupe/troupe";
    export const busy = actor(import.meta, class Busy {
      spin(up: Queue<0>) {
        up.putSync(0);
        for (;;);
      }
      fine() {}
    });
    if (import.meta.main) {
      const p = busy.spawn([], { name: "busy" });
      const up = new Queue<0>();
      const asks = [p.ask.spin(up), p.ask.fine()];
      await up.get();
      p.terminate();
      for (const ask of asks) {
        await ask.catch((error) => {
          console.log(
            error instanceof ActorExitedError,
            error.exit.threadStopped,
            error.handling.method,
          );
        });
      }
      await p.ask.fine().catch((error) => console.log(error.name));
      console.log(p.isAlive());
    }
  `);
  assertEquals(stdout.split("\n"), [
    "true false spin",
    "true false spin",
    "ActorExitedError",
    "true",
  ]);
  assertEquals(code, 0);
});

Deno.test("an ask whose time is over rejects with a TimeoutError, and the actor's signal says so", async () => {
  await using p = hop.spawn([], { name: "slow" });
  await p.ready();
  const ends = new Queue<string>();
  const start = performance.now();
  const error = await assertRejects(
    () => p.ask({ timeout: 1000 }).wait(ends),
    DOMException,
  );
  const took = performance.now() - start;
  assertEquals(error.name, "TimeoutError");
  assertStringIncludes(
    error.message,
    'Cannot ask wait() of actor "slow": it had not answered after 1000 ms',
  );
  assert(took >= 995 && took < 5000, `${took} ms`);
  assertEquals(await soon(ends.get()), "TimeoutError");
  assertEquals(await p.ask.quick(), "quick");
});

Deno.test("a late reply is dropped, and the next ask gets its own answer (O53)", async () => {
  await using p = hop.spawn();
  await p.ready();
  const { up, gate } = gates();
  for (let round = 0; round < 2; round++) {
    // Long enough to be begun: one whose time is over before is not.
    const late = p.ask({ timeout: 1500 }).late(up, gate);
    const seen = settling(late);
    await soon(up.get());
    assertEquals(await settledTo(() => seen.length, 1), 1);
    assertInstanceOf(seen[0]!.error, DOMException);
    await gate.put(0);
    assertEquals(await p.ask.quick(), "quick");
    assertEquals(seen.length, 1);
  }
});

Deno.test("an abort rejects with the reason untouched, and the reason reaches the actor's signal", async () => {
  await using p = hop.spawn();
  const { up } = gates();
  const ends = new Queue<string>();
  const reasons: [unknown, string][] = [
    [new RangeError("enough"), "RangeError"],
    ["just a text", "just a text"],
    [() => "cannot be sent", String(() => "cannot be sent")],
    [new DOMException("stop", "AbortError"), "AbortError"],
    [undefined, "AbortError"],
  ];
  for (const [reason, said] of reasons) {
    const controller = new AbortController();
    const ask = later(p.ask({ signal: controller.signal }).wait(ends, up));
    await soon(up.get());
    controller.abort(reason);
    const error = await soon(ask.then(() => "answered", (error) => error));
    assert(error === controller.signal.reason);
    assertEquals(await soon(ends.get()), said);
  }
});

Deno.test("an ask leaves no listener at its signal, and no timer", async () => {
  await using p = offers.spawn();
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  for (let n = 0; n < 5; n++) {
    await p.ask({ signal, timeout: 1_000_000 }).add(1, n);
  }
  const loose = p.ask({ signal }) as unknown as { no(): Promise<void> };
  await assertRejects(() => loose.no(), TypeError);
  assertEquals(listeners, 0);
});

Deno.test("a deadline goes with the message: each of a row sees less, and none waits longer", async () => {
  await using a = hop.spawn([], { name: "a" });
  await using b = hop.spawn([], { name: "b" });
  await using c = hop.spawn([], { name: "c" });
  for (const p of [a, b, c]) await p.ready();
  // The clocks of threads agree to about 2 ms.
  const [first, second, third] = await a.ask({ timeout: 5000 }).hop([b, c]);
  assertLessOrEqual(first!, 5002);
  assertLessOrEqual(second!, first! + 2);
  assertLessOrEqual(third!, second! + 2);
  assertGreaterOrEqual(third!, 3000);
  // One that is set on the way can only shorten it.
  const [, shorter] = await a.ask({ timeout: 5000 }).hop([b], 1000);
  assertLessOrEqual(shorter!, 1002);
  const [, same] = await a.ask({ timeout: 1000 }).hop([b], 5000);
  assertLessOrEqual(same!, 1002);
  assertEquals((await a.ask.hop([b]))[1], Infinity);
});

for (const by of [3_600_000, -3_600_000]) {
  Deno.test(`a deadline holds in a thread that began after the date was set by ${by} ms`, async () => {
    await using a = otherDate.spawn([by]);
    await using b = hop.spawn();
    for (const p of [a, b]) await p.ready();
    const left = await a.ask({ timeout: 10_000 }).hop([b]);
    assertLessOrEqual(left[0]!, 10_001);
    assertLessOrEqual(left[1]!, left[0]! + 2);
    assertGreaterOrEqual(left[1]!, 5000);
  });
}

Deno.test("when a deadline is over, all asks of the row end with it, and nobody waits on", async () => {
  await using a = hop.spawn([], { name: "a" });
  await using b = hop.spawn([], { name: "b" });
  await using c = hop.spawn([], { name: "c" });
  for (const p of [a, b, c]) await p.ready();
  const ends = new Queue<string>();
  const start = performance.now();
  const error = await assertRejects(
    () => a.ask({ timeout: 2000 }).hang([b, c], ends),
    Error,
  );
  // Of two in a row either may be the first to see it.
  const cause = error instanceof RemoteError ? error.cause : error;
  assertInstanceOf(cause, DOMException);
  assertEquals(cause.name, "TimeoutError");
  assertLess(performance.now() - start, 5000);
  // Likewise: the other one is passed the error then. The last of them sees it
  // at its signal.
  const said = [];
  for (let n = 0; n < 3; n++) said.push(await soon(ends.get()) as string);
  assertEquals(said.map((text) => text.replace("Remote", "Timeout")).sort(), [
    "TimeoutError",
    "TimeoutError of 1",
    "TimeoutError of 2",
  ]);
  // All of them are free again.
  for (const p of [a, b, c]) assertEquals(await soon(p.ask.quick()), "quick");
});

Deno.test("an error passed on by the one asked has the actor's end as its cause", async () => {
  await using a = hop.spawn([], { name: "a" });
  const b = hop.spawn([], { name: "b" });
  b.terminate();
  await b.join();
  const error = await assertRejects(() => soon(a.ask.hop([b])), RemoteError);
  const cause = error.cause as ActorExitedError;
  assertInstanceOf(cause, ActorExitedError);
  assertEquals([cause.actor, cause.exit.reason], ["b", "terminated"]);
});

Deno.test("an actor that asks itself gets a SelfAskError; told by itself it is handled after", async () => {
  await using p = selfish.spawn([], { name: "narcissus" });
  for (
    const ask of [
      () => p.ask.asks(),
      () => p.ask.streams(),
      () => p.ask.asksBy(p),
    ]
  ) {
    const error = await assertRejects(() => soon<unknown>(ask()), RemoteError);
    assertInstanceOf(error.cause, SelfAskError);
    assertEquals(error.cause.actor, "narcissus");
    assertStringIncludes(error.cause.message, "from within itself");
  }
  await p.ask.tells();
  assertEquals(await p.ask.notes(), ["told"]);
});

Deno.test("a reentrant actor may ask itself", async () => {
  await using p = selfishReentrant.spawn();
  assertEquals(await soon(p.ask.asks()), "my own answer");
  assertEquals(await soon(p.ask.streams()), ["my own answer"]);
});

Deno.test("an actor that asks itself in onStart, before it takes messages, gets a SelfAskError", async () => {
  const p = asksItselfAtStart.spawn();
  const error = await assertRejects(
    () => p.ready({ timeout: 5000 }),
    RemoteError,
  );
  assertInstanceOf(error.cause, SelfAskError);
  p.terminate();
  await p.join();
});

Deno.test("many asks at once get each their own answer", async () => {
  await using p = offers.spawn();
  const all = Array.from({ length: 1000 }, (_, n) => p.ask.addLater(n, 1));
  assertEquals(await soon(Promise.all(all)), [...all.keys()].map((n) => n + 1));
});

Deno.test("an ask keeps the program alive until it is settled, and nothing else does", async () => {
  const program = (use: string) => `
    import { actor } from "@troupe/troupe";
    export const slow = actor(import.meta, class Slow {
      async wait(ms: number) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return "waited";
      }
      async *lines() {
        for (let n = 0; n < 3; n++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          yield n;
        }
      }
    });
    if (import.meta.main) {
      const p = slow.spawn([], { daemon: true });
      ${use}
    }
  `;
  const uses: [use: string, out: string][] = [
    ["p.ask.wait(200).then(console.log);", "waited"],
    [
      "await Array.fromAsync(p.ask.lines()).then((l) => console.log(...l));",
      "0 1 2",
    ],
    // Told, given up, aborted, or read no further: nothing is waited for.
    ["await p.tell.wait(100_000);", ""],
    [
      "await p.ask({ timeout: 50 }).wait(100_000).catch((e) => console.log(e.name));",
      "TimeoutError",
    ],
    [
      "await p.ask({ signal: AbortSignal.timeout(50) }).wait(100_000).catch((e) => console.log(e.name));",
      "TimeoutError",
    ],
    ["for await (const n of p.ask.lines()) { console.log(n); break; }", "0"],
    [
      "const lines = p.ask.lines(); console.log((await lines.next()).value); await lines.return();",
      "0",
    ],
    ["console.log(await p.ask.wait(1)); p.ask; p.tell;", "waited"],
  ];
  const runs = await Promise.all(
    uses.map(([use]) => runProgram(program(use))),
  );
  runs.forEach(({ stdout, stderr, code, ms }, at) => {
    assertEquals([stdout, stderr, code], [uses[at]![1], "", 0], uses[at]![0]);
    assertLess(ms, 30_000);
  });
});

Deno.test("a program waits for a class actor as for any, until it is stopped", async () => {
  const { stdout, code } = await runProgram(`
    import { actor } from "@troupe/troupe";
    export const one = actor(import.meta, class One {
      hello() { return "hello"; }
    });
    if (import.meta.main) {
      const p = one.spawn();
      setTimeout(async () => {
        console.log(await p.ask.hello());
        console.log((await p.stop()).reason);
      }, 200);
    }
  `);
  assertEquals([stdout, code], ["hello\nreturned", 0]);
});

Deno.test("class actors end in all ways without a word on stderr", async () => {
  const { stdout, stderr, code } = await runProgram(`
    import { actor } from "@troupe/troupe";
    export const ends = actor(import.meta, class Ends {
      end(way: string) {
        if (way === "throw") throw new Error("out");
        if (way === "exit") Deno.exit(3);
        if (way === "close") self.close();
        if (way === "reject") Promise.reject(new Error("alone"));
      }
    });
    if (import.meta.main) {
      for (const way of ["throw", "exit", "close", "reject"]) {
        const p = ends.spawn();
        await p.tell.end(way);
        await p.join();
        await p.ask.end(way).catch(() => {});
        await p.tell.end(way).catch(() => {});
      }
      console.log("still here");
    }
  `);
  assertEquals([stdout, stderr, code], ["still here", "", 0]);
});

Deno.test("a deadline concerns what its message asks, and no loop of the actor's own", async () => {
  await using other = slow.spawn();
  await using p = busy.spawn([other]);
  await p.ready();
  // Less than a second is left when the loop asks for what takes 1.5.
  await p.ask({ timeout: 1000 }).hold(100);
  assertEquals(await p.ask.told(), "answered");
});
