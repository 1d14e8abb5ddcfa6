// What `timeout` and `signal` do to every call that waits. All of these calls
// would wait for ever: the tests end them.
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type BlockOptions,
  pipe,
  Queue,
  select,
  type WaitOptions,
} from "../../mod.ts";
import { blockUntilLate } from "../fixtures/channels/queue_actors.ts";
import { isWaitingAt, soon } from "./inside.ts";

/** A call that waits, and what ends its wait well. */
interface Waiting {
  readonly name: string;
  /** Makes what it waits at, all of it new. */
  make(): {
    readonly call: (options?: WaitOptions) => Promise<unknown>;
    readonly fulfil: () => void;
  };
  /** What it gives when the time is over, if that is no error. */
  readonly late?: unknown;
}

function fullQueue(): Queue<string> {
  const queue = new Queue<string>({ capacity: 1 });
  queue.tryPut("in the way");
  return queue;
}

const waiting: readonly Waiting[] = [
  {
    name: "Queue.put()",
    make() {
      const queue = fullQueue();
      return {
        call: (options) => queue.put("next", options),
        fulfil: () => queue.tryGet(),
      };
    },
  },
  {
    name: "Queue.get()",
    make() {
      const queue = new Queue<string>();
      return {
        call: (options) => queue.get(options),
        fulfil: () => queue.tryPut("item"),
      };
    },
  },
  {
    name: "Queue.join()",
    make() {
      const queue = fullQueue();
      return {
        call: (options) => queue.join(options),
        fulfil: () => queue.taskDone(),
      };
    },
  },
  {
    name: "Connection.send()",
    make() {
      const [a, b] = pipe<string>({ capacity: 1 });
      a.trySend("in the way");
      return {
        call: (options) => a.send("next", options),
        fulfil: () => b.tryRecv(),
      };
    },
  },
  {
    name: "Connection.recv()",
    make() {
      const [a, b] = pipe<string>();
      return {
        call: (options) => b.recv(options),
        fulfil: () => a.trySend("item"),
      };
    },
  },
  {
    name: "Connection.poll()",
    late: false,
    make() {
      const [a, b] = pipe<string>();
      return {
        call: (options) => b.poll(options),
        fulfil: () => a.trySend("item"),
      };
    },
  },
  {
    name: "select()",
    make() {
      const queue = new Queue<string>();
      const [a] = pipe<string>();
      return {
        call: (options) => select([a, queue], options),
        fulfil: () => queue.tryPut("item"),
      };
    },
  },
];

/** A signal that counts its listeners. */
class CountedSignal extends AbortController {
  listeners = 0;
  constructor() {
    super();
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      this.listeners++;
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      this.listeners--;
      Reflect.apply(removeEventListener, signal, args);
    };
  }
}

/** What a promise came to: a value or an error. */
function outcomeOf(promise: Promise<unknown>): Promise<[unknown?, unknown?]> {
  return promise.then((value) => [value], (error) => [undefined, error]);
}

const strict = { sanitizeOps: true, sanitizeResources: true };

for (const { name, make, late } of waiting) {
  Deno.test(
    `${name} ends its wait when the time is over, not before`,
    strict,
    async () => {
      const { call } = make();
      const start = performance.now();
      const [value, error] = await soon(outcomeOf(call({ timeout: 30 })));
      assertGreaterOrEqual(performance.now() - start, 29);
      if (late !== undefined) return assertEquals(value, late);
      assert(error instanceof DOMException);
      assertEquals(error.name, "TimeoutError");
      assert(
        /after 30 ms$|for 30 ms$|in 30 ms$/.test(error.message),
        error.message,
      );
    },
  );

  Deno.test(`${name} with a time-out of 0 tries once`, strict, async () => {
    const { call, fulfil } = make();
    const [value, error] = await soon(outcomeOf(call({ timeout: 0 })));
    if (late !== undefined) assertEquals(value, late);
    else assertEquals((error as Error).name, "TimeoutError");
    fulfil();
    assertEquals((await soon(outcomeOf(call({ timeout: 0 })))).length, 1);
  });

  Deno.test(`${name} refuses a time-out that is none`, strict, async () => {
    const { call, fulfil } = make();
    for (const isReady of [false, true]) {
      if (isReady) fulfil();
      for (const timeout of [-1, -Infinity, NaN]) {
        await assertRejects(
          () => soon(call({ timeout })),
          RangeError,
          `timeout must be 0 or more milliseconds, got ${timeout}`,
        );
      }
      for (const timeout of ["5", null, 5n]) {
        const options = { timeout } as unknown as WaitOptions;
        await assertRejects(() => soon(call(options)), TypeError, "timeout");
      }
    }
  });

  Deno.test(
    `${name} waits on with a time-out beyond every timer`,
    strict,
    async () => {
      for (const timeout of [Infinity, 2 ** 31, 2 ** 53, undefined]) {
        const { call, fulfil } = make();
        let isOver = false;
        const waits = call({ timeout }).finally(() => isOver = true);
        await new Promise((resolve) => setTimeout(resolve, 5));
        assertEquals(isOver, false, `time-out ${timeout}`);
        fulfil();
        await soon(waits);
      }
    },
  );

  Deno.test(
    `${name} rejects with the reason of a signal aborted before`,
    strict,
    async () => {
      const { call, fulfil } = make();
      for (const isReady of [false, true]) {
        if (isReady) fulfil();
        for (const reason of [new Error("mine"), "text", null, 0]) {
          const signal = AbortSignal.abort(reason);
          const [, error] = await soon(outcomeOf(call({ signal })));
          assertStrictEquals(error, reason);
        }
      }
      // None of these calls took what was there.
      assertEquals((await soon(outcomeOf(call({ timeout: 0 })))).length, 1);
    },
  );

  Deno.test(
    `${name} rejects with the signal's reason when aborted`,
    strict,
    async () => {
      const { call, fulfil } = make();
      for (const reason of [new Error("mine"), "text", null, 0]) {
        const controller = new CountedSignal();
        const { signal } = controller;
        const ended = outcomeOf(call({ signal, timeout: 60_000 }));
        assertEquals(controller.listeners, 1);
        controller.abort(reason);
        const [, error] = await soon(ended);
        assertStrictEquals(error, reason);
        assertEquals(controller.listeners, 0);
      }
      // The given-up calls take nothing away from this one.
      const waits = call();
      fulfil();
      await soon(waits);
    },
  );

  Deno.test(
    `${name} tells a signal's time-out from its own`,
    strict,
    async () => {
      const { call } = make();
      const reason = new DOMException("the caller's", "TimeoutError");
      const controller = new AbortController();
      const ended = outcomeOf(call({ signal: controller.signal }));
      controller.abort(reason);
      assertStrictEquals((await soon(ended))[1], reason);
    },
  );

  Deno.test(
    `${name} lets go of signal and timer when it succeeds or is late`,
    strict,
    async () => {
      const controller = new CountedSignal();
      const { signal } = controller;
      const { call, fulfil } = make();
      await soon(outcomeOf(call({ signal, timeout: 1 })));
      assertEquals(controller.listeners, 0);
      const waits = call({ signal, timeout: 60_000 });
      assertEquals(controller.listeners, 1);
      fulfil();
      await soon(waits);
      assertEquals(controller.listeners, 0);
      controller.abort();
    },
  );

  Deno.test(`${name} refuses a signal that is none`, strict, async () => {
    const { call } = make();
    for (const signal of [{}, new AbortController(), null]) {
      const options = { signal } as unknown as WaitOptions;
      await assertRejects(() => soon(call(options)), TypeError, "signal");
    }
  });
}

Deno.test(
  "a call that gave up leaves its thread on no list of the queue",
  strict,
  async () => {
    const queue = fullQueue();
    const empty = new Queue<string>();
    const { signal } = new AbortController();
    const calls: Promise<unknown>[] = [
      queue.put("late", { timeout: 1, signal }),
      queue.join({ timeout: 1 }),
      empty.get({ timeout: 1 }),
      select([empty], { timeout: 1 }),
    ];
    assert(isWaitingAt(queue) && isWaitingAt(empty));
    for (const call of calls) {
      await assertRejects(() => soon(call), DOMException);
    }
    assert(!isWaitingAt(queue) && !isWaitingAt(empty));
    assertThrows(() => queue.putSync("late", { timeout: 1 }), DOMException);
    assertThrows(() => empty.getSync({ timeout: 1 }), DOMException);
    assert(!isWaitingAt(queue) && !isWaitingAt(empty));
  },
);

// --- the blocking forms ---------------------------------------------------

const blocking: Record<string, (options: BlockOptions) => unknown> = {
  "Queue.putSync()": (options) => fullQueue().putSync("next", options),
  "Queue.getSync()": (options) => new Queue().getSync(options),
  "Connection.sendSync()"(options) {
    const [a] = pipe<number>({ capacity: 1 });
    a.trySend(1);
    a.sendSync(2, options);
  },
  "Connection.recvSync()": (options) => pipe()[0].recvSync(options),
};

for (const [name, call] of Object.entries(blocking)) {
  Deno.test(`${name} ends its wait when the time is over, not before`, () => {
    for (const timeout of [0, 30]) {
      const start = performance.now();
      const error = assertThrows(() => call({ timeout }), DOMException);
      const time = performance.now() - start;
      assertEquals(error.name, "TimeoutError");
      assertGreaterOrEqual(time, timeout);
      assertLess(time, 5000);
    }
  });

  Deno.test(`${name} refuses a time-out that is none`, () => {
    for (const timeout of [-1, NaN]) {
      assertThrows(() => call({ timeout }), RangeError, "timeout");
    }
    const options = { timeout: "5" } as unknown as BlockOptions;
    assertThrows(() => call(options), TypeError, "timeout");
  });
}

Deno.test("a blocking call in an actor ends when its time is over", async () => {
  await using actor = blockUntilLate.spawn([new Queue(), fullQueue(), 30]);
  for (const [error, time] of await soon(actor.result())) {
    assertEquals(error, "TimeoutError");
    assertGreaterOrEqual(time, 30);
  }
});
