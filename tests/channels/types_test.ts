// What the compiler knows of channels. These tests fail when they do not
// compile; what they run is beside the point.
import { assertType, type IsExact } from "@std/testing/types";
import {
  after,
  type Connection,
  EXIT,
  type Exit,
  type pipe as Pipe,
  type Process,
  type Queue,
  type Received,
  type select as Select,
  type Sentinel,
} from "../../mod.ts";

/** Not called: types only. */
declare const numbers: Queue<number>;
declare const texts: Queue<string>;
declare const end: Connection<boolean, Date>;
declare const sender: Connection<Date, never>;
declare const process: Process<bigint>;
declare const signal: AbortSignal;
declare const pipe: typeof Pipe;
declare const select: typeof Select;

/** Checks types by being compiled, and never runs. */
function compiled(_check: () => unknown): void {}

Deno.test("EXIT has a type of its own", () => {
  assertType<IsExact<typeof EXIT, Sentinel>>(true);
  const sentinel: Sentinel = EXIT;
  // @ts-expect-error another symbol is not it
  const other: Sentinel = Symbol.for("troupe.exit");
  void [sentinel, other];
});

Deno.test("Queue.get() gives an item or EXIT, an iteration only items", () => {
  compiled(async () => {
    const got = await numbers.get();
    assertType<IsExact<typeof got, number | Sentinel>>(true);
    const blocked = numbers.getSync();
    assertType<IsExact<typeof blocked, number | Sentinel>>(true);
    if (got !== EXIT) assertType<IsExact<typeof got, number>>(true);
    // @ts-expect-error it may be EXIT
    const unchecked: number = await numbers.get();
    for await (const item of numbers) {
      assertType<IsExact<typeof item, number>>(true);
    }
    return unchecked;
  });
});

Deno.test("Queue.tryGet() tells by its state whether there is a value", () => {
  compiled(() => {
    const got = numbers.tryGet();
    assertType<IsExact<typeof got, Received<number | Sentinel>>>(true);
    if (got.state === "ok") {
      assertType<IsExact<typeof got.value, number | Sentinel>>(true);
    } else assertType<IsExact<typeof got.value, undefined>>(true);
    switch (got.state) {
      case "ok":
      case "empty":
      case "closed":
        return;
      default:
        assertType<IsExact<typeof got, never>>(true);
    }
  });
});

Deno.test("a queue takes its items and EXIT, and nothing else", () => {
  compiled(async () => {
    await numbers.put(1);
    await numbers.put(EXIT);
    numbers.putSync(EXIT, { timeout: 1 });
    const put: boolean = numbers.tryPut(EXIT);
    // @ts-expect-error no number
    await numbers.put("text");
    // @ts-expect-error no number
    numbers.tryPut(undefined);
    // @ts-expect-error a blocking call has no signal
    numbers.putSync(1, { signal });
    // @ts-expect-error nor has a blocking get
    numbers.getSync({ signal });
    return put;
  });
});

Deno.test("a sentinel of the user's own is a type like any other", () => {
  compiled(async () => {
    const queue = numbers as unknown as Queue<number | "exit">;
    await queue.put("exit");
    for await (const item of queue) {
      assertType<IsExact<typeof item, number | "exit">>(true);
      if (item === "exit") break;
      assertType<IsExact<typeof item, number>>(true);
    }
  });
});

Deno.test("pipe() gives two ends, each the other way round", () => {
  compiled(() => {
    const [a, b] = pipe<boolean, Date>();
    assertType<IsExact<typeof a, Connection<boolean, Date>>>(true);
    assertType<IsExact<typeof b, Connection<Date, boolean>>>(true);
    const [c, d] = pipe<string>();
    assertType<IsExact<typeof c, Connection<string, string>>>(true);
    assertType<IsExact<typeof d, Connection<string, string>>>(true);
    const [e] = pipe<string, number>({ capacity: 5 });
    assertType<IsExact<typeof e, Connection<string, number>>>(true);
  });
});

Deno.test("a one-way pipe gives a receiver that sends nothing, and a sender", () => {
  compiled(async () => {
    const [receiver, sender] = pipe<Date>({ duplex: false });
    assertType<IsExact<typeof receiver, Connection<never, Date>>>(true);
    assertType<IsExact<typeof sender, Connection<Date, never>>>(true);
    // @ts-expect-error a receiver sends nothing
    await receiver.send(new Date());
  });
});

Deno.test("an end sends the one type and receives the other", () => {
  compiled(async () => {
    await end.send(true);
    // @ts-expect-error that is what it receives
    await end.send(new Date());
    const got = await end.recv();
    assertType<IsExact<typeof got, Date>>(true);
    const tried = end.tryRecv();
    assertType<IsExact<typeof tried, Received<Date>>>(true);
    const blocked = end.recvSync({ timeout: 5 });
    assertType<IsExact<typeof blocked, Date>>(true);
    const polled = await end.poll();
    assertType<IsExact<typeof polled, boolean>>(true);
    for await (const item of end) {
      assertType<IsExact<typeof item, Date>>(true);
    }
    const gone = await sender.recv();
    assertType<IsExact<typeof gone, never>>(true);
  });
});

Deno.test("the key that select() gives narrows its value", () => {
  compiled(async () => {
    const r = await select({
      n: numbers,
      text: texts,
      end,
      gone: process,
      tick: after(5),
      stop: signal,
    });
    assertType<
      IsExact<typeof r.key, "n" | "text" | "end" | "gone" | "tick" | "stop">
    >(true);
    switch (r.key) {
      case "n":
        assertType<IsExact<typeof r.source, Queue<number>>>(true);
        assertType<IsExact<typeof r.done, boolean>>(true);
        if (r.done) assertType<IsExact<typeof r.value, undefined>>(true);
        else assertType<IsExact<typeof r.value, number | Sentinel>>(true);
        return;
      case "text":
        if (!r.done) {
          assertType<IsExact<typeof r.value, string | Sentinel>>(true);
        }
        return;
      case "end":
        if (!r.done) assertType<IsExact<typeof r.value, Date>>(true);
        return;
      case "gone":
        assertType<IsExact<typeof r.done, false>>(true);
        assertType<IsExact<typeof r.value, Exit<bigint>>>(true);
        if (r.value.reason === "returned") {
          assertType<IsExact<typeof r.value.value, bigint>>(true);
        }
        return;
      case "tick":
        assertType<IsExact<typeof r.done, false>>(true);
        assertType<IsExact<typeof r.value, undefined>>(true);
        return;
      case "stop":
        assertType<IsExact<typeof r.value, unknown>>(true);
        return;
      default:
        assertType<IsExact<typeof r, never>>(true);
    }
  });
});

Deno.test("the index that select() gives narrows its value", () => {
  compiled(async () => {
    const r = await select([numbers, process]);
    assertType<IsExact<typeof r.key, 0 | 1>>(true);
    if (r.key === 1) {
      assertType<IsExact<typeof r.value, Exit<bigint>>>(true);
      assertType<IsExact<typeof r.source, Process<bigint>>>(true);
    }
  });
});

Deno.test("select() over a list of any length gives a number as the key", () => {
  compiled(async () => {
    const list: Queue<number>[] = [];
    const r = await select(list);
    assertType<IsExact<typeof r.key, number>>(true);
    assertType<IsExact<typeof r.source, Queue<number>>>(true);
    if (!r.done) {
      assertType<IsExact<typeof r.value, number | Sentinel>>(true);
    }
  });
});

Deno.test("select() takes sources only", () => {
  compiled(async () => {
    // @ts-expect-error a promise is none
    await select([Promise.resolve()]);
    // @ts-expect-error a number is none
    await select({ late: 100 });
    // @ts-expect-error there is no such option
    await select([numbers], { timeout: 5, retries: 1 });
  });
});
