// Shared numbers between actors.
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  Lock,
  pipe,
  Queue,
  SharedArray,
  SharedBytes,
  SharedStruct,
  Value,
} from "../../../mod.ts";
import {
  change,
  type Counters,
  countUp,
  examine,
  type Things,
} from "../../fixtures/channels/shared_numbers.ts";
import { isProcessMode } from "../../mode.ts";
import { soon } from "../inside.ts";

/** How often each counts under the lock: in a process each time is some calls. */
const TIMES = isProcessMode ? 100 : 1000;

Deno.test("four actors count exactly: += under the lock, add() without it", async () => {
  const counters: Counters = {
    locked: new Value("int32"),
    int32: new Value("int32", -2000, { lock: false }),
    uint8: new Value("uint8"),
    bigint64: new Value("bigint64", 2n ** 62n),
    float32: new Value("float32"),
    float64: new Value("float64"),
    border: new Value("int8"),
    // A process cannot have these.
    ...!isProcessMode && {
      array: new SharedArray("int16", 4),
      struct: new SharedStruct({ small: "float16", hits: "uint32" }),
    },
  };
  const ready = new Queue<true>();
  const go = new Queue<true>();
  const actors = Array.from(
    { length: 4 },
    () => countUp.spawn([counters, TIMES, ready, go]),
  );
  for (const _ of actors) await soon(ready.get());
  for (const _ of actors) await go.put(true);
  let added = 0;
  for (const actor of actors) added += await soon(actor.result());
  const { locked, int32, uint8, bigint64, float32, float64, array, struct } =
    counters;
  assertEquals(locked.value, 4 * TIMES);
  assertEquals(counters.border.value, added);
  assertEquals(int32.value, 40 * TIMES - 2000);
  assertEquals(uint8.value, 200);
  assertEquals(bigint64.value, 2n ** 62n + 40n * BigInt(TIMES));
  assertEquals(float32.value, 40 * TIMES);
  assertEquals(float64.value, 20 * TIMES);
  if (isProcessMode) return;
  assertEquals(array?.toArray(), [0, 0, 4 * TIMES, 0]);
  assertEquals(struct?.toObject(), { small: 200, hits: 40 * TIMES });
});

Deno.test("shared things are the same objects, however they come", async () => {
  const lock = new Lock({ name: "given" });
  const array = new SharedArray("float64", [1, 2, 3], { name: "xs" });
  const things: Things = {
    value: new Value("q", 5n, { name: "v" }),
    given: new Value("float16", 1, { lock }),
    // A process cannot have these.
    ...!isProcessMode && {
      array,
      part: array.subarray(1),
      struct: new SharedStruct({ x: "float64", n: "uint8" }, { x: 0.5 }),
      bytes: new SharedBytes("hello"),
      free: new SharedArray("i", [-1, 7], { lock: false }),
    },
  };
  const queue = new Queue<Things>();
  const [end, other] = pipe<Things>();
  const actor = examine.spawn([things, lock, queue, other]);
  await queue.put(things);
  await end.send(things);
  const back = await soon(end.recv());
  const found = await soon(actor.result());

  const { memory, ...numbers } = found.read;
  assertEquals(numbers, { value: 5n, given: 1 });
  const all = Object.fromEntries(Object.keys(things).map((key) => [key, true]));
  assertEquals(found.same, { queue: all, pipe: all } as never);
  assertEquals(found.strayLocks, []);
  for (const key of Object.keys(things) as (keyof Things)[]) {
    assertStrictEquals<unknown>(back[key], things[key]);
    assertStrictEquals<unknown>(found.things[key], things[key]);
  }

  assertEquals(things.value.value, -5n);
  assertEquals(things.given.value, 1.5);
  const logged = Object.values(things).map((one) => Deno.inspect(one));
  assertEquals(found.logged, logged);
  if (isProcessMode) return;
  assertEquals(memory, [
    [1, 2, 3],
    [2, 3],
    { x: 0.5, n: 0 },
    "hello",
    [-1, 7],
  ]);
  assertEquals(array.toArray(), [1, 0.25, 3]);
  assertEquals(things.struct?.toObject(), { x: 1e300, n: 255 });
  assertEquals(things.bytes?.text, "there");
  assertEquals(things.free?.toArray(), [-1, -1]);
});

Deno.test("what is not shared is copied: changes of an actor are its own", async () => {
  const list = [1];
  const object = { n: 1 };
  assertEquals(await soon(change.spawn([list, object]).result()), [[1, 2], {
    n: 2,
  }]);
  assertEquals([list, object], [[1], { n: 1 }]);
});
