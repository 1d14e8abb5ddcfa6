// What a map tells of how far it has come.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ProcessPool, type Progress, Queue } from "../../../mod.ts";
import { picky, square } from "../../fixtures/actors/map_tasks.ts";
import { soon } from "../../channels/inside.ts";

/** A function that keeps what it is told. */
function listener() {
  const told: Progress[] = [];
  return { told, progress: (numbers: Progress) => void told.push(numbers) };
}

/** Whether each number is greater than the one before. */
function isRising(numbers: number[]): boolean {
  return numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);
}

/** Runs something with a standard error that is a terminal, or none. */
async function onTerminal(
  isTerminal: boolean,
  run: () => Promise<void>,
): Promise<string> {
  let written = "";
  const before = Object.getOwnPropertyDescriptors(Deno.stderr);
  Object.assign(Deno.stderr, {
    isTerminal: () => isTerminal,
    writeSync(bytes: Uint8Array) {
      written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  try {
    await run();
  } finally {
    for (const name of ["isTerminal", "writeSync"] as const) {
      delete (Deno.stderr as Partial<typeof Deno.stderr>)[name];
      if (before[name]) Object.defineProperty(Deno.stderr, name, before[name]);
    }
  }
  return written;
}

Deno.test("a map tells how many items are done, of how many", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  for (const chunkSize of [undefined, 1, 3, 100]) {
    const { told, progress } = listener();
    const items = Array.from({ length: 10 }, (_, i) => i);
    await pool.map(square, items, { chunkSize, progress }).toArray();
    assert(isRising(told.map(({ done }) => done)));
    assert(told.every(({ total }) => total === 10));
    assertEquals(told.at(-1)!.done, 10);
    assertEquals(told.at(-1)!.left, 0);
    if (chunkSize === 3) assertEquals(told.length, 4);
    if (chunkSize === 1) assertEquals(told.length, 10);
  }
});

Deno.test("a map that does not know how many items there are says so, and tells the number at its end", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (const count of [0, 1, 10]) {
    const { told, progress } = listener();
    const items = Array.from({ length: count }, (_, i) => i).values();
    await pool.map(square, items, { progress }).toArray();
    const last = told.pop()!;
    assertEquals([last.done, last.total], [count, count]);
    assert(told.every(({ total }) => total === undefined));
    assert(isRising(told.map(({ done }) => done)));
  }
});

Deno.test("a map tells of an item before its result comes out", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const { told, progress } = listener();
  let given = 0;
  for await (const _ of pool.map(square, [1, 2, 3, 4], { progress })) {
    assert(told.at(-1)!.done >= ++given);
  }
});

Deno.test("a map counts an item that failed as little as those behind it", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const { told, progress } = listener();
  const items = [1, 2, 3, 4, 7, 6];
  const results = pool.map(picky, items, { chunkSize: 3, progress });
  await assertRejects(() => soon(results.toArray()));
  assertEquals(told.at(-1)!.done, 4);
});

Deno.test("a map whose caller has left tells nothing more", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const { told, progress } = listener();
  const items = Array.from({ length: 50 }, (_, i) => i);
  const options = { chunkSize: 1, progress };
  for await (const _ of pool.map(square, items, options)) break;
  const { length } = told;
  await pool.shutdown(); // by now all that had begun is done
  assertEquals(told.length, length);
});

Deno.test("a map throws what its progress function throws, which is not called again", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (const throwsAt of [1, 3, 4]) {
    let calls = 0;
    const progress = ({ done }: Progress) => {
      calls++;
      if (done === throwsAt) throw new RangeError("cannot draw");
    };
    const results = pool.map(square, [1, 2, 3, 4], { chunkSize: 1, progress });
    await assertRejects(
      () => soon(results.toArray()),
      RangeError,
      "cannot draw",
    );
    assertEquals(await results.next(), { done: true, value: undefined });
    assertEquals(calls, throwsAt);
  }
  assertEquals(await pool.map(square, [3]).toArray(), [9]);
});

Deno.test("a map throws also what its progress function throws at the very end", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const results = pool.map(square, [1, 2].values(), {
    progress({ total }) {
      if (total !== undefined) throw new RangeError("cannot draw");
    },
  });
  assertEquals((await results.next()).value, 1);
  assertEquals((await results.next()).value, 4);
  await assertRejects(() => soon(results.next()), RangeError, "cannot draw");
  assertEquals(await results.next(), { done: true, value: undefined });
});

Deno.test("a map with `progress: true` draws a bar on the terminal, and ends its line", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const items = [1, 2, 3, 4, 5];
  for (const given of [items, items.values()]) {
    const written = await onTerminal(true, async () => {
      await pool.map(square, given, { progress: true }).toArray();
    });
    assertMatch(written, /100%.* 5\/5/);
    assert(written.endsWith("\n"), written);
  }
});

Deno.test("a map that ends early ends the line of its bar: by an error, a time-out, a caller who leaves", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  const endings: Record<string, () => Promise<unknown>> = {
    error: () =>
      pool.map(picky, [1, 7, 3], { chunkSize: 1, progress: true }).toArray(),
    "error of the items": () =>
      pool.map(
        square,
        (function* () {
          yield* [1, 2, 3, 4, 5];
          throw new Error("no more");
        })(),
        { chunkSize: 1, progress: true },
      ).toArray(),
    timeout: async () => {
      const items = new Queue<number>();
      await items.put(1);
      await pool.map(square, items, { progress: true, timeout: 200 }).toArray();
    },
    leaving: async () => {
      const items = [1, 2, 3];
      for await (const _ of pool.map(square, items, { progress: true })) break;
    },
  };
  for (const [name, run] of Object.entries(endings)) {
    let isFailed = false;
    const written = await onTerminal(true, async () => {
      await soon(run()).catch(() => isFailed = true);
    });
    assertEquals(isFailed, name !== "leaving", name);
    assert(written.endsWith("\n"), `${name}: ${JSON.stringify(written)}`);
    assertEquals(written.split("\n").length, 2, name);
  }
});

Deno.test("a map with `progress: true` writes nothing where standard error is no terminal, nor with `false`", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  for (
    const [isTerminal, progress] of [[false, true], [true, false]] as const
  ) {
    const written = await onTerminal(isTerminal, async () => {
      await pool.map(square, [1, 2, 3], { progress }).toArray();
    });
    assertEquals(written, "");
  }
});
