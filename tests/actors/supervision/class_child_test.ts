// Class actors under a supervisor as their clients see them: what becomes of
// asks and tells when an actor ends and is started again. What becomes of a
// message that kills its actor is in quarantine_test.ts.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  ActorExitedError,
  type ActorRef,
  type ClassChild,
  currentProcess,
  EventFlag,
  Queue,
  RemoteError,
  RestartIntensityError,
  Supervisor,
} from "../../../mod.ts";
import { later, soon } from "../../channels/inside.ts";
import { patient, slow } from "../../fixtures/actors/background.ts";
import {
  asksGiven,
  client,
  placed,
  supervises,
  type Watched,
  watched,
  watchedOf3,
} from "../../fixtures/actors/watched.ts";
import { assertNoThreads } from "../../leaks.ts";
import { threadTest } from "../../mode.ts";
import { drain, listen, take } from "./news.ts";

/** That an ask failed since the actor ended. */
async function exited(ask: Promise<unknown>): Promise<ActorExitedError> {
  return await assertRejects(() => soon(ask), ActorExitedError);
}

Deno.test(
  "Supervisor.spawn() of a class gives a ClassChild, typed by its class",
  async () => {
    await using sup = new Supervisor();
    const { place } = placed();
    const child = await sup.spawn(watched, [place], { id: "w" });
    assertType<IsExact<typeof child, ClassChild<Watched>>>(true);
    assertEquals([child.kind, child.id, child.name], ["child", "w", "w"]);
    assertEquals(await child.ask.add(2), 2);
    const { depth, capacity } = child.mailboxStats();
    assertEquals([depth, capacity], [0, 1024]);
    assert(child.process.isAlive() && child.isAlive());
    // @ts-expect-error: it takes a number
    const wrong = () => child.ask.add("2");
    // @ts-expect-error: it has no such method
    const none = () => child.tell.subtract(2);
    assertEquals([wrong, none].length, 2);
    const ref: ActorRef<Watched> = child;
    assertEquals(await ref.ask.add(1), 3);
  },
);

Deno.test(
  "a child's handle works across restarts, in main and in another actor",
  async () => {
    await using sup = new Supervisor({ maxRestarts: Infinity });
    const next = listen(sup);
    const { place } = placed();
    const child = await sup.spawn(watched, [place]);
    const orders = new Queue<"ask" | "wait" | "tell" | "end">();
    const answers = new Queue<string>();
    const other = client.spawn([child, orders, answers]);
    for (let life = 1; life <= 4; life++) {
      assertEquals(await soon(child.ask.made()), life);
      assertEquals(await soon(child.ask.add(10)), 10);
      await orders.put("ask");
      assertEquals(await take(answers, 1), ["11"]);
      child.process.terminate();
      assertEquals((await next("restarted")).incarnation, life + 1);
    }
    await orders.put("end");
    assertEquals(await soon(other.result()), true);
  },
);

Deno.test(
  "a child can be given away in arguments, in messages and in queues, and on from there",
  async () => {
    await using sup = new Supervisor({ maxRestarts: Infinity });
    const next = listen(sup);
    const [a, b] = [placed(), placed()];
    const from = await sup.spawn(watched, [a.place], { id: "from" });
    const to = await sup.spawn(watched, [b.place], { id: "to" });
    const refs = new Queue<ActorRef<Watched>>();
    await refs.put(to);
    const asker = asksGiven.spawn([refs]);
    assertEquals(await soon(asker.result()), ["child", "to", 5]);
    assertEquals(await soon(from.ask.pass(to, 2)), 7);
    assertEquals(await take(b.log, 1), ["passed 2"]);
    to.process.terminate();
    await next("restarted");
    // A reference that was received is as good as the one it came from.
    await refs.put(to);
    const [again] = await take(refs, 1) as [ActorRef<Watched>];
    assertEquals(await soon(from.ask.pass(again, 3)), 3);
    assertEquals(await soon(again.ask.add(1)), 4);
    assertEquals([again.kind, again.name, again.isAlive()], [
      "child",
      "to",
      true,
    ]);
  },
);

Deno.test(
  "asks under way at the death fail with what was in hand, tells go on in order, and no ask is handled twice",
  async () => {
    await using sup = new Supervisor();
    const next = listen(sup);
    const { place, log, up, gate } = placed();
    const child = await sup.spawn(watched, [place], { name: "clerk" });
    await child.tell.note("first");
    const held = child.ask.hold("held");
    await take(up, 1);
    const queued = child.ask.noteWith("queued", 0);
    for (let n = 0; n < 5; n++) await child.tell.note(`${n}`);
    const last = child.ask.add(1);
    child.process.terminate();
    const errors = [
      await exited(held),
      await exited(queued),
      await exited(last),
    ];
    for (const error of errors) {
      assertEquals(error.actor, "clerk");
      assertEquals(error.exit.reason, "terminated");
      assertEquals(error.handling, {
        method: "hold",
        number: 2,
        sender: currentProcess().name,
      });
      assertStringIncludes(error.message, "handled message 2, hold(), from ");
    }
    await next("restarted");
    await gate.put("open");
    assertEquals(await soon(child.ask.add(1)), 1);
    assertEquals(drain(log), ["first", "0", "1", "2", "3", "4"]);
    assertEquals(drain(up), []);
    assertEquals(child.mailboxStats().undelivered, 2);
  },
);

Deno.test(
  'asks with whenRestarted: "wait" are answered by the next incarnation: the one in hand first, then those in the mailbox',
  async () => {
    await using sup = new Supervisor({ quarantineAfter: 3, maxRestarts: 5 });
    const next = listen(sup);
    const { place, log, up, gate } = placed();
    const child = await sup.spawn(watched, [place]);
    const ask = child.ask({ whenRestarted: "wait" });
    const answers: string[] = [];
    const note = (answer: string | number) => answers.push(`${answer}`);
    const held = ask.hold("held").then(note);
    const queued = ask.noteWith("queued", 0).then(note);
    const made = ask.made().then(note);
    for (let life = 2; life <= 3; life++) {
      assertEquals(await take(up, 1), ["held"]);
      child.process.terminate();
      assertEquals((await next("restarted")).incarnation, life);
    }
    assertEquals(await take(up, 1), ["held"]);
    await gate.put("open");
    await soon(Promise.all([held, queued, made]));
    assertEquals(answers, ["held", "0", "3"]);
    assertEquals(drain(log), ["held", "queued"]);
  },
);

Deno.test(
  "who has the answer of an incarnation finds its supervisor knowing of that one",
  async () => {
    await using sup = new Supervisor();
    const { place } = placed();
    const child = await sup.spawn(watched, [place]);
    const first = child.process;
    const seen = child.ask({ whenRestarted: "wait" }).made()
      .then(() => [child.restarts, child.state]);
    const again = (async () => {
      first.terminate();
      while (child.process === first) {
        await new Promise((r) => setTimeout(r, 1));
      }
      // That it is up and what it answers are there at the same time.
      const word = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(word, 0, 0, 500);
    })();
    await soon(again);
    assertEquals(await soon(seen), [1, "running"]);
  },
);

Deno.test(
  'an ask with whenRestarted: "wait" that was given up meanwhile is not handled again',
  async () => {
    await using sup = new Supervisor({ backoff: 500, maxRestarts: 5 });
    const next = listen(sup);
    const { place, log, up, gate } = placed();
    const child = await sup.spawn(watched, [place]);
    child.process.terminate();
    await next("restarted");
    const stop = new AbortController();
    const ask = child.ask({ whenRestarted: "wait", signal: stop.signal });
    const held = later(ask.hold("held"));
    const queued = later(ask.noteWith("queued", 0));
    await take(up, 1);
    child.process.terminate();
    await next("restarting");
    stop.abort(new RangeError("enough"));
    await assertRejects(() => held, RangeError, "enough");
    await assertRejects(() => queued, RangeError, "enough");
    await gate.put("open");
    assertEquals(await soon(child.ask.add(1)), 1);
    assertEquals([drain(log), drain(up)], [[], []]);
  },
);

Deno.test(
  'an ask with whenRestarted: "wait" has its time-out across restarts',
  async () => {
    await using sup = new Supervisor();
    const next = listen(sup);
    const { place, up } = placed();
    const child = await sup.spawn(watched, [place], { shutdown: "brutal" });
    const held = child.ask({ whenRestarted: "wait", timeout: 2500 }).hold("x");
    const failed = assertRejects(() => held, DOMException);
    await take(up, 1);
    child.process.terminate();
    await next("restarted");
    await take(up, 1);
    assertEquals((await soon(failed)).name, "TimeoutError");
  },
);

Deno.test(
  "what is asked and told while a child is down waits for the next incarnation",
  async () => {
    await using sup = new Supervisor({ backoff: 300, maxRestarts: 5 });
    const next = listen(sup);
    const { place, log } = placed();
    const child = await sup.spawn(watched, [place]);
    child.process.terminate();
    await next("restarted");
    child.process.terminate();
    await next("restarting");
    assertEquals([child.state, child.isAlive()], ["restarting", false]);
    await soon(child.tell.note("told"));
    const asked = child.ask.made();
    const waiting = child.ask({ whenRestarted: "wait" }).made();
    assertEquals(child.mailboxStats().depth, 3);
    await assertRejects(
      () => child.ask({ timeout: 20 }).add(1),
      DOMException,
      "it had not answered after 20 ms",
    );
    assertEquals(child.state, "restarting");
    assertEquals(await soon(Promise.all([asked, waiting])), [3, 3]);
    assertEquals(drain(log), ["told"]);
  },
);

Deno.test(
  "a full mailbox makes tells wait across a restart, and all of them arrive in order",
  async () => {
    await using sup = new Supervisor();
    const next = listen(sup);
    const { place, log, up, gate } = placed();
    const child = await sup.spawn(watchedOf3, [place]);
    const held = exited(child.ask.hold("held"));
    await take(up, 1);
    const tells = Array.from({ length: 10 }, (_, n) => child.tell.note(`${n}`));
    assertEquals(child.mailboxStats().depth, 3);
    child.process.terminate();
    await held;
    await next("restarted");
    await soon(Promise.all(tells));
    await soon(child.ask.add(1));
    assertEquals(drain(log), Array.from({ length: 10 }, (_, n) => `${n}`));
    assertEquals(gate.size, 0);
  },
);

Deno.test(
  "a child that is over for good: asks under way and later ones reject, with how it ended",
  async () => {
    await using sup = new Supervisor();
    const { place, up } = placed();
    const child = await sup.spawn(watched, [place], { restart: "temporary" });
    const asks = [child.ask.hold("x"), child.ask.add(1)];
    const waits = child.ask({ whenRestarted: "wait" }).add(1);
    await take(up, 1);
    const orders = new Queue<"ask" | "wait" | "tell" | "end">();
    const answers = new Queue<string>();
    const other = client.spawn([child, orders, answers]);
    await orders.put("wait");
    child.process.terminate();
    for (const ask of [...asks, waits]) {
      assertEquals((await exited(ask)).exit.reason, "terminated");
    }
    assertEquals(await take(answers, 1), ["ActorExitedError"]);
    assertEquals((await soon(child.join())).reason, "terminated");
    for (const order of ["ask", "tell", "wait"] as const) {
      await orders.put(order);
    }
    assertEquals(
      await take(answers, 3),
      Array(3).fill("ActorExitedError"),
    );
    await orders.put("end");
    assertEquals(await soon(other.result()), false);
    assertEquals((await exited(child.ask.add(1))).exit.reason, "terminated");
    assertEquals((await exited(child.tell.add(1))).exit.reason, "terminated");
    const streamed = child.ask.count(3);
    assertEquals((await exited(streamed.next())).exit.reason, "terminated");
    assertEquals(sup.children(), []);
  },
);

Deno.test(
  "a supervisor that gave up, or was shut down, leaves no ask open, in whichever thread",
  async () => {
    for (const how of ["gives up", "shuts down"] as const) {
      await using sup = new Supervisor({ maxRestarts: 0 });
      const { place, up } = placed();
      const child = await sup.spawn(watched, [place], { shutdown: 50 });
      const orders = new Queue<"ask" | "wait" | "tell" | "end">();
      const answers = new Queue<string>();
      const other = client.spawn([child, orders, answers]);
      const asks = [
        child.ask.hold("x"),
        child.ask({ whenRestarted: "wait" }).add(1),
        child.ask.add(1),
      ];
      await take(up, 1);
      await orders.put("wait");
      if (how === "gives up") {
        const gaveUp = assertRejects(() => sup.join(), RestartIntensityError);
        child.process.terminate();
        await soon(gaveUp);
      } else await soon(sup.shutdown());
      for (const ask of asks) await exited(ask);
      assertEquals(await take(answers, 1), ["ActorExitedError"]);
      await exited(child.tell.note("x"));
      await orders.put("end");
      await soon(other.result());
    }
  },
);

Deno.test(
  "a child that was stopped by hand refuses messages; started by hand it takes them, and what was left",
  async () => {
    await using sup = new Supervisor();
    const { place, log, up, gate } = placed("it");
    const child = await sup.spawn(watched, [place], { id: "w", shutdown: 100 });
    const held = exited(child.ask.hold("held"));
    await take(up, 1);
    await child.tell.note("left");
    await soon(sup.terminate("w"));
    await held;
    assertEquals(child.state, "stopped");
    await exited(child.ask.add(1));
    await exited(child.tell.note("refused"));
    assertEquals(child.mailboxStats().depth, 1);
    const back = await soon(sup.restart("w"));
    assert(back === child);
    assertEquals(await soon(child.ask.made()), 2);
    assertEquals(drain(log), ["it up", "it up", "left"]);
    assertEquals(gate.size, 0);
  },
);

Deno.test(
  "an ask that was told of the end is not handled by an incarnation that is started by hand",
  async () => {
    await using sup = new Supervisor();
    const { place, log, up, gate } = placed();
    const child = await sup.spawn(watched, [place], { id: "w", shutdown: 50 });
    const ask = child.ask({ whenRestarted: "wait" });
    const asks = [exited(ask.hold("held")), exited(ask.noteWith("queued", 0))];
    await take(up, 1);
    await soon(sup.terminate("w"));
    await Promise.all(asks);
    await gate.put("open");
    await soon(sup.restart("w"));
    await soon(child.ask.add(1));
    assertEquals(drain(log), []);
  },
);

Deno.test(
  "a child that was removed refuses messages for good, and counts those it never handled",
  async () => {
    await using sup = new Supervisor();
    const { place, up } = placed();
    const child = await sup.spawn(watched, [place], { id: "w", shutdown: 50 });
    const held = exited(child.ask.hold("held"));
    await take(up, 1);
    await child.tell.note("left");
    await soon(sup.terminate("w"));
    await held;
    await sup.remove("w");
    await exited(child.ask.add(1));
    await exited(child.ask({ whenRestarted: "wait" }).add(1));
    const { depth, undelivered } = child.mailboxStats();
    assertEquals([depth, undelivered], [0, 1]);
  },
);

Deno.test(
  "stopped for good a child handles what it was told before, and onStop hears why",
  async () => {
    const reasons: [string, (sup: Supervisor, c: ClassChild) => unknown][] = [
      ["shutdown", (sup) => sup.shutdown()],
      ["shutdown", (sup) => sup.terminate("w")],
      ["stop", (_, child) => child.process.stop()],
    ];
    for (const [reason, stop] of reasons) {
      await using sup = new Supervisor();
      const { place, log } = placed("it");
      const child = await sup.spawn(watched, [place], {
        id: "w",
        restart: "transient",
      });
      for (let n = 0; n < 20; n++) await child.tell.note(`${n}`);
      const asked = child.ask.add(7);
      await stop(sup, child);
      assertEquals(await soon(asked), 7);
      assertEquals((await soon(child.join())).reason, "returned");
      assertEquals(drain(log), [
        "it up",
        ...Array.from({ length: 20 }, (_, n) => `${n}`),
        `it ${reason}`,
      ]);
    }
  },
);

for (const strategy of ["one-for-all", "rest-for-one"] as const) {
  Deno.test(
    `a child that is restarted for a sibling's sake (${strategy}) finishes what it has in hand and leaves its mailbox to the next`,
    async () => {
      await using sup = new Supervisor({ strategy });
      const a = placed("a");
      const b = placed("b");
      const place = { ...b.place, log: a.log };
      const first = await sup.spawn(watched, [a.place], { id: "a" });
      const second = await sup.spawn(watched, [place], { id: "b" });
      const inHand = second.ask.untilStopped("in hand");
      await take(b.up, 1);
      const waits = second.ask({ whenRestarted: "wait" }).made();
      const failing = exited(second.ask.made());
      for (let n = 0; n < 5; n++) await second.tell.note(`${n}`);
      first.process.terminate();
      assertEquals(await soon(inHand), "in hand");
      assertEquals((await failing).exit.reason, "returned");
      assertEquals(await soon(waits), 2);
      await soon(second.ask.add(1));
      assertEquals(drain(a.log), [
        ...["a up", "b up", "in hand", "b restart", "a up", "b up"],
        ...["0", "1", "2", "3", "4"],
      ]);
      assertEquals([first.restarts, second.restarts], [1, 1]);
    },
  );
}

Deno.test(
  "a stop is heard between messages that compute: for good all are handled first, for a restart those behind are left",
  async () => {
    await using sup = new Supervisor({ strategy: "one-for-all" });
    const next = listen(sup);
    const [a, b] = [placed(), placed("b")];
    const first = await sup.spawn(watched, [a.place], { id: "a" });
    const second = await sup.spawn(watched, [b.place], { id: "b" });
    const tell = async (from: number) => {
      for (let n = from; n < from + 10; n++) {
        await second.tell.note(`${n}`);
        await second.tell.compute(30);
      }
    };
    await tell(0);
    assertEquals(await take(b.log, 2), ["b up", "0"]);
    first.process.terminate();
    const { exit, cut } = await next("stopped");
    assertEquals([exit.reason, cut], ["returned", false]);
    assert(second.mailboxStats().depth > 0);
    await tell(10);
    await next("restarted");
    await next("restarted");
    const { children } = await soon(sup.shutdown());
    assertEquals(children[0]!.messagesLeft, 0);
    const log = drain(b.log);
    assertEquals(
      log.filter((text) => !text.startsWith("b")),
      Array.from({ length: 19 }, (_, n) => `${n + 1}`),
    );
    assertEquals(log.at(-1), "b shutdown");
  },
);

Deno.test(
  "a child whose onStart fails is not kept; one that fails at a restart is tried again, and its messages wait",
  async () => {
    await using sup = new Supervisor({ maxRestarts: 3 });
    const next = listen(sup);
    const { place, log, up, gate, words } = placed("it");
    words.failures.value = 1;
    const error = await assertRejects(
      () => sup.spawn(watched, [place]),
      RemoteError,
    );
    assertInstanceOf(error.cause, RangeError);
    assertEquals(sup.children(), []);
    const child = await sup.spawn(watched, [place]);
    words.failures.value = 2;
    const waits = child.ask({ whenRestarted: "wait" }).hold("held");
    await take(up, 1);
    child.process.terminate();
    await next("start-failed");
    await child.tell.note("told while it was down");
    await next("start-failed");
    await next("restarted");
    assertEquals(words.made.value, 5);
    // It was in hand at one death, and in no hand at the two failed starts.
    assertEquals([await take(up, 1), sup.quarantine], [["held"], []]);
    await gate.put("open");
    assertEquals(await soon(waits), "held");
    await soon(child.ask.add(1));
    assertEquals(drain(log), [
      ...["it up", "it up", "held", "told while it was down"],
    ]);
  },
);

Deno.test(
  "a supervisor gives up a child whose onStart fails each time, and says so to whoever waits",
  async () => {
    await using sup = new Supervisor({ maxRestarts: 2 });
    const { place, words } = placed();
    const child = await sup.spawn(watched, [place]);
    words.failures.value = 100;
    const gaveUp = assertRejects(() => sup.join(), RestartIntensityError);
    child.process.terminate();
    const waits = exited(child.ask({ whenRestarted: "wait" }).add(1));
    const error = await soon(gaveUp);
    assertInstanceOf(error.cause, RemoteError);
    await waits;
    assertEquals(words.failures.value, 98);
  },
);

Deno.test(
  "a stream ends with an error at the death, after the items that came, and a new one begins anew",
  async () => {
    await using sup = new Supervisor();
    const next = listen(sup);
    const { place } = placed();
    const child = await sup.spawn(watched, [place]);
    const got: number[] = [];
    const error = await assertRejects(async () => {
      for await (const n of child.ask.count(5, "exit 3")) got.push(n);
    }, ActorExitedError);
    assertEquals(got, [0, 1, 2, 3, 4]);
    assertEquals(error.exit, { reason: "exited", code: 3 });
    assertEquals(error.handling?.method, "count");
    await next("restarted");
    assertEquals(await soon(Array.fromAsync(child.ask.count(3))), [0, 1, 2]);
  },
);

Deno.test(
  "messages outlive their supervisor, too, if that is started again, and so do the deaths they were in hand at",
  async () => {
    await using top = new Supervisor({ maxRestarts: 5 });
    const inner = new Supervisor({ name: "inner", maxRestarts: 0 });
    await top.supervise(inner);
    const next = listen(top);
    const { place, log } = placed();
    const child = await inner.spawn(watched, [place], { name: "clerk" });
    const asked = later(child.ask({ whenRestarted: "wait" }).end("exit 3"));
    const told = child.tell.note("told");
    await next("restarted");
    await told;
    await assertRejects(
      () => soon(asked),
      TypeError,
      'Cannot ask end() of actor "clerk": it was set aside, since the actor ' +
        "died 2 times while it handled it",
    );
    assertEquals(await soon(child.ask.add(1)), 1);
    assertEquals([drain(log), child.process.isAlive()], [["told"], true]);
  },
);

// An actor in a process of its own cannot give away the handles of its children.
threadTest(
  "an actor's own child is known to others by its handle, and is over with the actor",
  async () => {
    const refs = new Queue<ActorRef<Watched>>();
    const gate = new Queue<string>();
    const { place, up } = placed();
    const owner = supervises.spawn([place, refs, gate]);
    const [child] = await take(refs, 1) as [ActorRef<Watched>];
    assertEquals(await soon(child.ask.add(3)), 3);
    const waits = child.ask({ whenRestarted: "wait" }).hold("x");
    await take(up, 1);
    await gate.put("restart");
    assertEquals(await take(up, 1), ["x"]);
    assert(child.isAlive());
    owner.terminate();
    assertEquals((await exited(waits)).exit.reason, "terminated");
    await exited(child.ask.add(1));
    await exited(child.tell.note("1"));
    await soon(owner.join());
    await assertNoThreads();
  },
);

Deno.test(
  "an ask that waits is answered though its actor ends before it knows the client",
  async () => {
    await using sup = new Supervisor();
    const child = await sup.spawn(slow);
    const word = new EventFlag();
    await using asker = patient.spawn([child, word]);
    await asker.ready();
    word.set();
    // Who the client is goes by way of this thread, which has no time for it until
    // the actor is ended: what it would have answered by then would be lost.
    const end = performance.now() + 300;
    while (performance.now() < end);
    child.process.terminate();
    assertEquals(await soon(asker.result()), "answered");
    assertEquals(child.restarts, 1);
  },
);
