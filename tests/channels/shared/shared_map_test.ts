// Shared maps: as a plain Map does it, and between actors.
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { PACK } from "../../../channels/handle.ts";
import { LOCK_WORDS } from "../../../channels/locks/lock.ts";
import { claimThread, releaseThread } from "../../../channels/threads.ts";
import { NotSendableError, pipe, Queue, SharedMap } from "../../../mod.ts";
import {
  changeNested,
  computeInUpdate,
  countIn,
  endInUpdate,
  endWithLock,
  moveAmounts,
  passOn,
} from "../../fixtures/channels/map_actors.ts";
import { Chance } from "../chance.ts";
import { settledTo } from "../../leaks.ts";
import { soon } from "../inside.ts";

function bytesOf(map: SharedMap<never> | SharedMap<unknown>): number {
  return (map[PACK]().memory as SharedArrayBuffer).byteLength;
}

Deno.test("SharedMap() holds the entries it is given", () => {
  const map = new SharedMap<number | string>([["one", 1], ["two", "2"]]);
  assertEquals([...map], [["one", 1], ["two", "2"]]);
  assertEquals(map.size, 2);
  assertEquals(map.get("three"), undefined);
  assert(!map.has("three"));
});

Deno.test("SharedMap.get() gives a copy each time", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const map = new SharedMap<unknown>([["value", { list: [1, bytes] }]]);
  bytes[0] = 9;
  const first = map.get("value");
  assertEquals(first, { list: [1, new Uint8Array([1, 2, 3])] });
  assertNotStrictEquals(map.get("value"), first);
  (first as { list: unknown[] }).list.length = 0;
  assertEquals(map.get("value"), { list: [1, new Uint8Array([1, 2, 3])] });
});

Deno.test("what a value reads may use the map", () => {
  const map = new SharedMap<unknown>([["inner", "in"]]);
  map.set("outer", {
    get read() {
      map.set("other", map.get("inner"));
      return map.get("other");
    },
  });
  assertEquals(map.get("outer"), { read: "in" });
});

Deno.test("SharedMap.update() sets what the function makes of the value", () => {
  const map = new SharedMap<number>();
  assertEquals(map.update("n", (n) => (n ?? 10) + 1), 11);
  assertEquals(map.update("n", (n) => (n ?? 10) + 1), 12);
  assertEquals(map.get("n"), 12);
});

Deno.test("SharedMap.update() changes nothing if its function fails", () => {
  const map = new SharedMap<unknown>([["n", 1]], { name: "counts" });
  const failure = new Error("no");
  assertStrictEquals(
    assertThrows(() =>
      map.update("n", () => {
        throw failure;
      })
    ),
    failure,
  );
  assertThrows(
    () => map.update("n", () => Promise.resolve(2)),
    TypeError,
    'Cannot update "n" of shared map "counts": the function gave a promise.',
  );
  assertThrows(() => map.update("n", () => () => {}), NotSendableError);
  assertEquals(map.get("n"), 1);
  assert(!map.lock.isLocked);
});

Deno.test("SharedMap.set() refuses what bytes cannot carry, and changes nothing", () => {
  const map = new SharedMap<unknown>([["k", 1]]);
  const handles = { queue: [new Queue()] };
  const error = assertThrows(() => map.set("k", handles), NotSendableError);
  assertEquals(error.path, "$.queue[0]");
  assertThrows(() => map.set("k", new SharedArrayBuffer(8)), NotSendableError);
  assertEquals(map.get("k"), 1);
});

Deno.test("a key must be a string", () => {
  const map = new SharedMap<number>(undefined, { name: "m" });
  const wrong = 5 as unknown as string;
  const calls = {
    get: () => map.get(wrong),
    "look for": () => map.has(wrong),
    set: () => map.set(wrong, 1),
    delete: () => map.delete(wrong),
    update: () => map.update(wrong, () => 1),
  };
  for (const [name, call] of Object.entries(calls)) {
    assertThrows(
      call,
      TypeError,
      `Cannot ${name} an entry of shared map "m": the key must be a string, ` +
        "got number",
    );
  }
});

Deno.test("SharedMap() refuses options of the wrong type or out of range", () => {
  assertThrows(
    () => new SharedMap([], { maxBytes: 100 }),
    RangeError,
    "Cannot create a shared map: maxBytes must be",
  );
  assertThrows(() => new SharedMap([], { maxBytes: 2 ** 31 }), RangeError);
  assertThrows(
    () => new SharedMap([], { maxBytes: "9999" as never }),
    TypeError,
  );
  assertThrows(() => new SharedMap([], { name: 5 as never }), TypeError);
});

Deno.test("an iteration sees the entries as they were when it was asked for", () => {
  const map = new SharedMap<number>([["a", 1], ["b", 2], ["c", 3]]);
  const all = [map.entries(), map.keys(), map.values(), map[Symbol.iterator]()];
  map.set("a", 9).set("d", 4);
  map.delete("b");
  assertEquals(all.map((one) => [...one]), [
    [["a", 1], ["b", 2], ["c", 3]],
    ["a", "b", "c"],
    [1, 2, 3],
    [["a", 1], ["b", 2], ["c", 3]],
  ]);
  // As in a Map: what is set again keeps its place.
  assertEquals([...map.keys()], ["a", "c", "d"]);
});

Deno.test("a full map refuses what is too much, and keeps what it has", () => {
  const map = new SharedMap<string>([], { maxBytes: 16_384, name: "small" });
  let count = 0;
  const error = assertThrows(() => {
    for (;; count++) map.set(`key ${count}`, "x".repeat(90));
  }, RangeError);
  assert(
    /^Cannot set "key \d+" of shared map "small" to a value of 9\d bytes/
      .test(error.message),
    error.message,
  );
  assert(count > 30, `${count}`);
  assertEquals(map.size, count);
  assertEquals(map.get("key 0"), "x".repeat(90));
  assertThrows(() => map.set("big", "x".repeat(16_000)), RangeError);
  map.delete("key 0");
  map.set("key 0", "y");
  assertEquals(map.size, count);
  assertThrows(
    () => map.set("k".repeat(100_000), "v"),
    RangeError,
    `Cannot set "${"k".repeat(60)}…" (100000 characters) of shared map "small"`,
  );
  map.clear();
  assertEquals([...map], []);
  map.set("again", "z");
  assertEquals([...map], [["again", "z"]]);
});

Deno.test("an entry set again and again takes no more and more memory", () => {
  const map = new SharedMap<unknown>([["keep", "me"]]);
  const before = bytesOf(map);
  for (let i = 0; i < 20_000; i++) map.set("n", { i, text: "0123456789" });
  assertEquals(map.get("keep"), "me");
  assert(bytesOf(map) < before + 3 * 8192, `${bytesOf(map)}`);
});

Deno.test("a map does what a Map does, whatever the keys and values", () => {
  const chance = new Chance(20_261_129);
  const map = new SharedMap<unknown>();
  const plain = new Map<string, unknown>();
  const keys = ["", "__proto__", "\ud800", "\udc00", "𝄞", "a\0b", "size"];
  for (let i = 0; i < 30_000; i++) {
    const key = chance.of(
      ...keys,
      "k".repeat(chance.below(300)),
      `n${chance.below(60)}`,
    );
    const roll = chance.below(200);
    if (roll < 120) {
      const value = chance.of<unknown>(
        i,
        { n: i },
        "v".repeat(chance.below(chance.of(20, 20, 20, 5000))),
        undefined,
      );
      map.set(key, value);
      plain.set(key, value);
    } else if (roll < 199) assertEquals(map.delete(key), plain.delete(key));
    else if (chance.below(10) === 0) {
      map.clear();
      plain.clear();
    }
    if (map.size !== plain.size || map.has(key) !== plain.has(key)) {
      throw new Error(`Not the same after step ${i}`);
    }
    if (i % 1000 === 0) assertEquals([...map], [...plain]);
  }
});

Deno.test("a thread that died in the middle of a change leaves a whole map", () => {
  const map = new SharedMap<number>([["a", 1], ["b", 2]]);
  const memory = map[PACK]().memory as SharedArrayBuffer;
  const words = new Int32Array(memory);
  const root = words[2 * LOCK_WORDS]!;
  // The counts as if it had died before it counted, and its name in both locks.
  const [COUNT, LIVE] = [2, 3];
  words[root + COUNT] = 7;
  words[root + LIVE] = 1;
  const gone = claimThread();
  words[0] = gone;
  words[LOCK_WORDS] = gone;
  releaseThread(gone);
  assertEquals(map.size, 2);
  map.set("c", 3);
  assertEquals([...map], [["a", 1], ["b", 2], ["c", 3]]);
  assertEquals(map.size, 3);
  for (let i = 0; i < 2000; i++) map.set("a", i);
  assertEquals([...map], [["a", 1999], ["b", 2], ["c", 3]]);
});

Deno.test("a shared map is logged by its size, not by what it holds", () => {
  assertEquals(
    Deno.inspect(new SharedMap([["k", "secret"]], { name: "m" })),
    'shared map "m" (1 entries)',
  );
});

Deno.test("four actors update one entry, and no update is lost", async () => {
  const map = new SharedMap<number>();
  const actors = [1, 2, 3, 4].map(() => countIn.spawn([map, "n", 500]));
  for (const one of actors) await soon(one.join());
  assertEquals(map.get("n"), 2000);
});

Deno.test("a nested object is changed for all only when it is set again", async () => {
  const map = new SharedMap([["nested", { list: [1, 2, 3] }]]);
  await soon(changeNested.spawn([map, "in vain"]).join());
  assertEquals(map.get("nested"), { list: [1, 2, 3] });
  await soon(changeNested.spawn([map, "set again"]).join());
  assertEquals(map.get("nested"), { list: [1, 2, 3, 4] });
});

Deno.test("who holds the lock makes one change of several", async () => {
  const map = new SharedMap<number>([["a", 1000], ["b", 0]]);
  await using mover = moveAmounts.spawn([map, 7]);
  assert(await settledTo(() => map.has("pad"), true));
  for (let i = 0; i < 300; i++) {
    using _ = await map.lock.acquire();
    assertEquals(map.get("a")! + map.get("b")!, 1000);
    // Others read meanwhile, and so does this thread.
    assertEquals(new Map(map).size >= 2, true);
  }
  map.set("stop", 1);
  assert(await soon(mover.result()) as number > 0);
});

Deno.test("an actor that ends while it holds the lock holds up nobody", async () => {
  const map = new SharedMap<number>([["n", 1]]);
  await soon(endWithLock.spawn([map]).join());
  using guard = await soon(map.lock.acquire());
  assert(guard.abandoned);
  map.set("n", 2);
  assertEquals(map.get("n"), 2);
});

Deno.test("an actor that ends within an update changes nothing and holds up nobody", async () => {
  const map = new SharedMap<number>([["n", 1]]);
  for (const how of ["close", "exit"] as const) {
    await soon(endInUpdate.spawn([map, how]).join());
    assertEquals([...map], [["n", 1]]);
    map.set("next", 2);
    assertEquals(map.get("next"), 2);
    map.delete("next");
  }
});

Deno.test("an actor that is terminated within an update changes nothing, and a parent that blocks is not held up", async () => {
  const map = new SharedMap<number>([["n", 1]]);
  const said = new Queue<string>();
  const child = computeInUpdate.spawn([map, said]);
  await soon(said.get());
  child.terminate();
  map.set("next", 2); // As soon as it has computed.
  assertEquals([...map], [["n", 1], ["next", 2]]);
  await soon(child.join());
});

Deno.test("a map that comes back is the same object", async () => {
  const map = new SharedMap<string>([["here", "first"]]);
  const maps = new Queue<SharedMap<string>>();
  const [own, other] = pipe<never, SharedMap<string>>();
  await using passer = passOn.spawn([maps, other]);
  await maps.put(map);
  assertStrictEquals(await soon(own.recv()), map);
  assertEquals(map.get("here"), "too");
  await passer.join();
});
