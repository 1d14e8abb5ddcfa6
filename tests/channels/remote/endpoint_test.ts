// Two endpoints that use each other's things, joined in memory.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  NotSendableError,
  QueueClosedError,
} from "../../../channels/errors.ts";
import { FIRST_REF } from "../../../channels/remote/endpoint.ts";
import { FrameError, Tag } from "../../../channels/remote/frame.ts";
import type { Queue } from "../../../mod.ts";
import { later, soon } from "../inside.ts";
import { Box, FarBox, Joined } from "./joined.ts";

/** Collects garbage, and has the program told of it. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  for (let round = 0; round < 3; round++) {
    // In a turn of its own, as what a turn has looked at is kept for that long.
    await new Promise((resolve) => setTimeout(resolve, 0));
    gc();
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The error of a call that fails with this one. */
async function failure(joined: Joined, error: unknown): Promise<unknown> {
  joined.host.work = () => Promise.reject(error);
  return await joined.call(1).then(() => "no error", (error) => error);
}

/** Lets all that is on its way arrive. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function tagsOf(frames: readonly { tag: number }[]): number[] {
  return frames.map(({ tag }) => tag);
}

// --- calls ------------------------------------------------------------------

Deno.test("a call gives what its member gives, at once or later", async () => {
  using joined = new Joined();
  const values = [undefined, null, 0, "text", [1, { a: new Map([[1, 2n]]) }]];
  for (const value of values) {
    joined.host.work = ([one]) => one;
    assertEquals(await joined.call(value), value);
    joined.host.work = ([one]) => Promise.resolve(one);
    assertEquals(await joined.call(value), value);
  }
});

Deno.test("calls begin in their order, and each has its own answer", async () => {
  using joined = new Joined();
  const begun: unknown[] = [];
  const answers = new Map<unknown, (value: unknown) => void>();
  joined.host.work = ([one]) => {
    begun.push(one);
    return new Promise((resolve) => answers.set(one, resolve));
  };
  const calls = [1, 2, 3].map((one) => joined.call(one));
  await quiet();
  assertEquals(begun, [1, 2, 3]);
  assertEquals(joined.home.pending, 3);
  for (const one of [2, 3, 1]) answers.get(one)!(one * 10);
  assertEquals(await Promise.all(calls), [10, 20, 30]);
  assertEquals(joined.home.pending, 0);
});

Deno.test("both sides call each other at the same time", async () => {
  using joined = new Joined();
  joined.host.work = async ([n]) => {
    const queue = await joined.make<Queue<unknown>>("queue");
    await queue.put(n);
    return await queue.get();
  };
  const values = [1, 2, 3, 4];
  const calls = values.map((value) => joined.call(value));
  assertEquals(await Promise.all(calls), values);
});

Deno.test("a call of what is not sendable fails, and sends nothing", async () => {
  using joined = new Joined();
  const error = await assertRejects(
    () => joined.call({ job: () => 1 }),
    NotSendableError,
  );
  assertEquals(error.found, "a function");
  assertEquals([joined.sent.far.length, joined.home.pending], [0, 0]);
});

Deno.test("a member whose value cannot be sent fails for its caller", async () => {
  using joined = new Joined();
  joined.host.work = () => ({ a: [() => 1] });
  const error = await assertRejects(() => joined.call(1), NotSendableError);
  assertEquals(error.path, "$.a[0]");
  joined.host.work = () => new SharedArrayBuffer(8);
  await assertRejects(
    () => joined.call(1),
    NotSendableError,
    "It works within one",
  );
  joined.host.work = () => "as before";
  assertEquals(await joined.call(1), "as before");
});

Deno.test("a number that a call still has is not given to another", async () => {
  using joined = new Joined();
  const call = joined.call.bind(joined);
  joined.host.work = () => new Promise(() => {});
  later(call("for ever"));
  await quiet();
  const numbers = joined.sent.far.map(({ number }) => number);
  joined.host.work = ([one]) => one;
  for (let n = 0; n < 5; n++) assertEquals(await call(n), n);
  const all = joined.sent.far.map(({ number }) => number);
  assertEquals(new Set(all).size, 6);
  assertEquals(all[0], numbers[0]);
});

Deno.test("a thread that may not block is told so", () => {
  using joined = new Joined();
  const way = joined.home.wayTo(FIRST_REF, {});
  assertThrows(() => way.callSync("work", []), TypeError, "may not block");
  assertEquals(joined.home.pending, 0);
});

// --- errors -----------------------------------------------------------------

Deno.test("an error arrives with its class, cause and fields", async () => {
  using joined = new Joined();
  const cause = new RangeError("too far", { cause: "the map" });
  const error = Object.assign(new TypeError("no", { cause }), { code: 7 });
  const arrived = await failure(joined, error) as typeof error;
  assertInstanceOf(arrived, TypeError);
  assertEquals([arrived.message, arrived.code], ["no", 7]);
  assertInstanceOf(arrived.cause, RangeError);
  assertEquals(arrived.cause.cause, "the map");
});

Deno.test("the classes of the library and of the platform arrive as such", async () => {
  using joined = new Joined();
  const closed = await failure(joined, new QueueClosedError("late", [1]));
  assertInstanceOf(closed, QueueClosedError);
  assertEquals(closed.item, [1]);
  const late = await failure(joined, new DOMException("late", "TimeoutError"));
  assertInstanceOf(late, DOMException);
  assertEquals(late.name, "TimeoutError");
  assertInstanceOf(
    await failure(joined, new Deno.errors.NotFound("gone")),
    Deno.errors.NotFound,
  );
});

Deno.test("whatever is thrown arrives, if need be as a text", async () => {
  using joined = new Joined();
  for (const thrown of [undefined, null, 5, "text", { a: 1 }]) {
    assertEquals(await failure(joined, thrown), thrown);
  }
  assertEquals(await failure(joined, [() => 1]), ["[function]"]);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertMatch(`${await failure(joined, proxy)}`, /revoked/);
  // What may be handed over is, also with an error.
  const thrown = await failure(joined, { box: joined.host });
  assertStrictEquals(
    (thrown as { box: FarBox }).box,
    (await failure(joined, [joined.host]) as FarBox[])[0],
  );
  using other = new Joined({ exports: () => false });
  assertEquals(await failure(other, [joined.host]), ["[a Box]"]);
});

Deno.test("an error that is thrown at once is as one that comes later", async () => {
  using joined = new Joined();
  joined.host.work = () => {
    throw new SyntaxError("at once");
  };
  await assertRejects(() => joined.call(1), SyntaxError, "at once");
});

// --- aborts -----------------------------------------------------------------

Deno.test("a call that is given up rejects with the signal's own reason", async () => {
  using joined = new Joined();
  joined.host.work = (_, signal) =>
    new Promise((_, reject) => {
      signal.onabort = () => reject(signal.reason);
    });
  const reasons = [
    new Error("own"),
    { a: () => 1 },
    Symbol("one of a kind"),
    5,
    null,
  ];
  for (const reason of reasons) {
    const controller = new AbortController();
    const call = later(joined.call(1, controller.signal));
    await quiet();
    controller.abort(reason);
    const told = await call.then(() => "no error", (error) => error);
    assertStrictEquals(told, reason);
  }
});

Deno.test("a call with a signal that is aborted already sends nothing", async () => {
  using joined = new Joined();
  const signal = AbortSignal.abort("before");
  const told = await joined.call(1, signal).catch((error) => error);
  assertEquals([told, joined.sent.far.length], ["before", 0]);
});

Deno.test("a member hears the reason, as far as it can be sent", async () => {
  using joined = new Joined();
  const heard = Promise.withResolvers<unknown>();
  joined.host.work = (_, signal) =>
    new Promise((resolve) => {
      signal.onabort = () => {
        heard.resolve(signal.reason);
        resolve("not given up");
      };
    });
  const controller = new AbortController();
  const call = joined.call(1, controller.signal);
  await quiet();
  controller.abort(new RangeError("enough"));
  const reason = await soon(heard.promise);
  assertInstanceOf(reason, RangeError);
  assertEquals(reason.message, "enough");
  // Only the answer says what became of it.
  assertEquals(await call, "not given up");
});

Deno.test("an abort after the answer sends nothing", async () => {
  using joined = new Joined();
  const controller = new AbortController();
  await joined.call(1, controller.signal);
  controller.abort();
  await quiet();
  assertEquals(tagsOf(joined.sent.far), [Tag.call]);
});

Deno.test("no item is lost between a get that is given up and its queue", async () => {
  using joined = new Joined();
  const queue = await joined.make<Queue<number>>("queue");
  const count = 60;
  const taken: number[] = [];
  const wins = { get: 0, abort: 0 };
  for (let n = 0; n < count; n++) {
    const controller = new AbortController();
    const get = queue.get({ signal: controller.signal }).then(
      (item) => {
        wins.get++;
        taken.push(item as number);
      },
      (reason) => {
        wins.abort++;
        assertEquals(reason, n);
      },
    );
    // The put and the abort cross at another place each time.
    const after = async (turns: number) => {
      for (; turns > 0; turns--) await Promise.resolve();
    };
    const put = after(n % 7).then(() => queue.put(n));
    await after(n % 12);
    controller.abort(n);
    await Promise.all([get, put]);
  }
  while (taken.length < count) {
    taken.push(await queue.get({ timeout: 20_000 }) as number);
  }
  assertEquals(taken.sort((a, b) => a - b), [...Array(count).keys()]);
  assert(wins.get > 0 && wins.abort > 0, JSON.stringify(wins));
});

// --- things -----------------------------------------------------------------

Deno.test("a thing stands elsewhere as one object, with what never changes", async () => {
  using joined = new Joined();
  const box = new Box();
  const [one, same] = await joined.give<FarBox[]>([box, box]);
  assertInstanceOf(one, FarBox);
  assertStrictEquals(one, same);
  assertStrictEquals(await joined.give(box), one);
  assertEquals(one.way.fields, { lid: "closed" });
});

Deno.test("a thing that goes there and back is the same object", async () => {
  using joined = new Joined();
  const box = new Box();
  joined.host.work = ([one]) => ({ back: one });
  const { back } = await joined.call(box) as { back: unknown };
  assertStrictEquals(back, box);
  const queue = await joined.make<Queue<unknown>>("queue");
  await queue.put({ queue });
  assertStrictEquals((await queue.get() as { queue: unknown }).queue, queue);
});

Deno.test("a result is used from elsewhere, though it could not be sent on", async () => {
  using joined = new Joined();
  const box = await joined.give<FarBox>(new Box());
  const opened = await box.way.call("opened", [1]).catch((error) => error);
  assertInstanceOf(opened, FarBox);
  assertEquals(await opened.way.call("close", []), "closed");
});

Deno.test("a thing is used until all that came is let go", async () => {
  using joined = new Joined();
  const { exports } = joined.home.codec;
  const box = new Box(() => "used");
  const { way } = await joined.give<FarBox>(box);
  await joined.give(box);
  await joined.give(box);
  const { size } = exports;
  joined.far.drop(way.ref, 2);
  assertEquals(await way.call("work", []), "used");
  // Another thread has it, too.
  joined.far.drop(way.ref, -1);
  joined.far.drop(way.ref, 1);
  assertEquals(await way.call("work", []), "used");
  joined.far.drop(way.ref, 1);
  await quiet();
  assertEquals(exports.size, size - 1);
});

Deno.test("a thing that is let go and handed over anew has a number of its own", async () => {
  using joined = new Joined();
  const box = new Box(() => "used");
  const first = await joined.give<FarBox>(box);
  joined.far.drop(first.way.ref, 1);
  await quiet();
  const second = await joined.give<FarBox>(box);
  assert(second !== first && second.way.ref !== first.way.ref);
  assertEquals(await second.way.call("work", []), "used");
});

Deno.test("what is not in use is let go by itself", async () => {
  using joined = new Joined();
  const { exports } = joined.home.codec;
  const { size } = exports;
  for (let n = 0; n < 50; n++) await joined.give(new Box());
  joined.host.work = () => {};
  await collectGarbage();
  assert(exports.size < size + 25, `${exports.size} of ${size + 50}`);
});

Deno.test("what has one member of a thing in hand keeps that thing", async () => {
  using joined = new Joined();
  const { call } = (await joined.give<FarBox>(new Box(() => "used"))).way;
  const { way } = await joined.give<FarBox>(new Box(() => "used, too"));
  joined.host.work = () => {};
  await collectGarbage();
  assertEquals(await call("work", []), "used");
  assertEquals(await way.call("work", []), "used, too");
});

Deno.test("what is sent to a thing keeps it until all has arrived", async () => {
  using joined = new Joined();
  const arrived: unknown[] = [];
  const answers: (() => void)[] = [];
  const box = new Box(([n]) => {
    arrived.push(n);
    return new Promise<void>((resolve) => answers.push(resolve));
  });
  const bytes = new Uint8Array(2 ** 19);
  const sendAll = async () => {
    const { way } = await joined.give<FarBox>(box);
    joined.host.work = () => {};
    return [...Array(6).keys()].map((n) => way.send("work", [n, bytes]));
  };
  const sent = (await sendAll()).map(later);
  await collectGarbage();
  assert(arrived.length < 6);
  while (answers.length > 0) {
    answers.shift()!();
    await quiet();
  }
  await soon(Promise.all(sent));
  assertEquals(arrived, [0, 1, 2, 3, 4, 5]);
});

Deno.test("an iteration keeps the queue that it was begun with", async () => {
  using joined = new Joined();
  const items = (await joined.make<Queue<number>>("queue")).items();
  const { exports } = joined.home.codec;
  await collectGarbage();
  const size = exports.size;
  const next = items.next();
  await quiet();
  assertEquals([joined.broken, exports.size], [[], size]);
  joined.far.end(new Error("The end"));
  await assertRejects(() => next, Error, "The end");
});

Deno.test("only the kinds that are accepted may be handed over", async () => {
  const accepts = (kind: string) => kind === "opened box";
  using joined = new Joined({ accepts });
  joined.host.work = () => new Box();
  later(joined.call(1));
  await quiet();
  const [error] = joined.broken;
  assertInstanceOf(error, FrameError);
  assertMatch(error.message, /it hands over an unknown thing, "box"/);
  joined.forgive();
});

Deno.test("a side that may hand over nothing refuses to", async () => {
  using joined = new Joined({ exports: () => false });
  joined.host.work = () => new Box();
  await assertRejects(
    () => joined.call(1),
    NotSendableError,
    "$ is a Box. It works within one",
  );
  const queue = await joined.make<Queue<unknown>>("queue");
  await assertRejects(() => queue.put({ box: new Box() }), NotSendableError);
  await queue.put("data");
  assertEquals(await queue.get(), "data");
});

// --- windows ----------------------------------------------------------------

/** A box whose calls wait until they are let through. */
function gated() {
  const arrived: unknown[] = [];
  const answers: (() => void)[] = [];
  const box = new Box(([n], signal) =>
    new Promise<void>((resolve, reject) => {
      arrived.push(n);
      answers.push(resolve);
      signal.onabort = () => reject(signal.reason);
    })
  );
  return { box, arrived, answers };
}

const HALF = new Uint8Array(2 ** 19 - 1000);

Deno.test("what is sent beyond 1 MiB is held back until there are answers", async () => {
  using joined = new Joined();
  const { box, arrived, answers } = gated();
  const { way } = await joined.give<FarBox>(box);
  const sent = [0, 1, 2, 3, 4].map((n) => later(way.send("work", [n, HALF])));
  await quiet();
  assertEquals([arrived, way.isCrowded], [[0, 1], true]);
  answers[1]!();
  await quiet();
  assertEquals(arrived, [0, 1, 2]);
  answers[0]!();
  answers[2]!();
  await quiet();
  assertEquals([arrived, way.isCrowded], [[0, 1, 2, 3, 4], false]);
  answers.forEach((answer) => answer());
  await Promise.all(sent);
});

Deno.test("one frame that is greater than the window goes all the same, alone", async () => {
  using joined = new Joined();
  const { box, arrived, answers } = gated();
  const { way } = await joined.give<FarBox>(box);
  const great = new Uint8Array(3 * 2 ** 20);
  const sent = [great, "small", great].map((bytes, n) =>
    later(way.send("work", [n, bytes]))
  );
  for (let n = 0; n < 3; n++) {
    await quiet();
    assertEquals(arrived.length, n + 1);
    answers[n]!();
  }
  await Promise.all(sent);
});

Deno.test("what is sent keeps its order, held back or not", async () => {
  using joined = new Joined();
  const arrived: unknown[] = [];
  const box = new Box(async ([n]) => {
    arrived.push(n);
    await quiet();
  });
  const { way } = await joined.give<FarBox>(box);
  const all = [...Array(100).keys()];
  const sizes = [0, 900_000, 10, 300_000, 2 ** 21];
  await Promise.all(
    all.map((n) => way.send("work", [n, new Uint8Array(sizes[n % 5]!)])),
  );
  assertEquals(arrived, all);
});

Deno.test("the calls of one thing do not wait for those of another", async () => {
  using joined = new Joined();
  const { box, answers } = gated();
  const { way } = await joined.give<FarBox>(box);
  const other = await joined.give<FarBox>(new Box(() => "at once"));
  const sent = [1, 2, 3].map((n) => later(way.send("work", [n, HALF])));
  await quiet();
  assertEquals(way.isCrowded, true);
  assertEquals(await other.way.send("work", []), "at once");
  // What sends nothing is not held back either.
  assertEquals(
    await way.call("fail", ["called"]).catch((error) => error),
    "called",
  );
  while (answers.length > 0) {
    answers.shift()!();
    await quiet();
  }
  await Promise.all(sent);
});

Deno.test("what is held back and given up was never sent", async () => {
  using joined = new Joined();
  const { box, arrived, answers } = gated();
  const { way } = await joined.give<FarBox>(box);
  const first = [0, 1].map((n) => later(way.send("work", [n, HALF])));
  const controller = new AbortController();
  const given = later(way.send("work", [2, HALF], controller.signal));
  const last = later(way.send("work", [3, HALF]));
  controller.abort("enough");
  assertEquals(await given.catch((reason) => reason), "enough");
  await quiet();
  assertEquals(joined.sent.home.filter(({ tag }) => tag === Tag.abort), []);
  answers[0]!();
  answers[1]!();
  await quiet();
  answers[2]!();
  await Promise.all([...first, last]);
  assertEquals([arrived, way.isCrowded], [[0, 1, 3], false]);
});

Deno.test("what is held back ends when its time is over, and was never sent", async () => {
  using joined = new Joined();
  const { box, arrived, answers } = gated();
  const { way } = await joined.give<FarBox>(box);
  const sent = [0, 1].map((n) => later(way.send("work", [n, HALF])));
  const late = () => new RangeError("held for too long");
  for (const timeout of [0, 20]) {
    await assertRejects(
      () => way.send("work", [2, HALF], undefined, { timeout, late }),
      RangeError,
      "held for too long",
    );
  }
  answers.forEach((answer) => answer());
  await Promise.all(sent);
  assertEquals(arrived, [0, 1]);
});

Deno.test("ever so much that is held back can be given up at once", async () => {
  using joined = new Joined();
  const { box, answers } = gated();
  const { way } = await joined.give<FarBox>(box);
  const first = later(way.send("work", [0, new Uint8Array(2 ** 20)]));
  const count = 30_000;
  // One for each: many listeners at one signal take long by themselves.
  const controllers = Array.from(
    { length: count },
    () => new AbortController(),
  );
  let rejected = 0;
  const all = controllers.map(({ signal }, n) =>
    way.send("work", [n], signal).catch(() => rejected++)
  );
  const began = performance.now();
  for (const controller of controllers) controller.abort();
  await Promise.all(all);
  assertEquals(rejected, count);
  assert(performance.now() - began < 5000);
  await quiet();
  answers[0]!();
  await first;
});

// --- the end ----------------------------------------------------------------

Deno.test("end() settles all: what waits, what is held back, what comes later", async () => {
  using joined = new Joined();
  const { box } = gated();
  const { way } = await joined.give<FarBox>(box);
  const calls = [
    way.call("work", [1]),
    ...[1, 2, 3, 4].map((n) => way.send("work", [n, HALF])),
  ].map(later);
  await quiet();
  const { length } = joined.sent.home;
  const error = new Error("The process has ended");
  joined.far.end(error);
  calls.push(later(way.call("work", [5])), later(way.send("work", [6])));
  for (const call of calls) {
    assertStrictEquals(await call.catch((error) => error), error);
  }
  assertEquals(joined.far.pending, 0);
  joined.far.drop(way.ref, 1);
  assertEquals(joined.sent.home.length, length, "something was sent");
});

Deno.test("end() aborts what is in hand for the other side, and answers nothing", async () => {
  using joined = new Joined();
  const { box, arrived } = gated();
  const { way } = await joined.give<FarBox>(box);
  later(way.call("work", ["in hand"]));
  await quiet();
  assertEquals(arrived, ["in hand"]);
  const { length } = joined.sent.far;
  joined.home.end(new Error("The end"));
  joined.home.end(new Error("Another end"));
  await quiet();
  assertEquals(joined.sent.far.length, length);
});
