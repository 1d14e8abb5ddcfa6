// The rights of tasks: those that the actor is declared with, within those of
// the pool, whatever else the pool runs.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import {
  type Future,
  PermissionDeniedError,
  PermissionExceededError,
  type Permissions,
  ProcessPool,
  Queue,
} from "../../../mod.ts";
import { leavesPool, ownsPool } from "../../fixtures/actors/pool_owners.ts";
import { runProgram } from "../../fixtures/program.ts";
import { later, soon } from "../../channels/inside.ts";
import {
  fetches,
  fetchesWithout,
  inherits,
  prepares,
  preparesByReading,
  reads,
  readsWithout,
  rightsHeld,
  square,
  whoRuns,
} from "../../fixtures/actors/pool_tasks.ts";
import { assertNoThreads } from "../../leaks.ts";
import { errorOf, Held } from "./held_tasks.ts";

Deno.test.afterEach(assertNoThreads);

const file = Deno.realPathSync(
  new URL("../../fixtures/actors/pool_tasks.ts", import.meta.url),
);
const { length } = Deno.readTextFileSync(file);

async function denialOf(
  future: Future<unknown>,
): Promise<PermissionDeniedError> {
  const error = await errorOf(future);
  assertInstanceOf(error, PermissionDeniedError);
  return error;
}

/** Runs with a server that answers each request with the same text. */
async function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("served"),
  );
  try {
    return await use(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
}

// --- what a task may do ----------------------------------------------------

Deno.test("a task has the rights that its actor is declared with", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  assertEquals(await pool.submit(reads, [file]), length);
  await withServer(async (url) => {
    assertEquals(await pool.submit(fetches, [url]), "served");
  });
  assertEquals(await pool.submit(inherits), "granted");
  assertEquals(await pool.submit(rightsHeld), []);
});

Deno.test("a denied right is told with the grant that would help, and costs no worker", async () => {
  await using pool = new ProcessPool({ workers: 1, name: "mill" });
  for (let n = 0; n < 3; n++) {
    const error = await denialOf(pool.submit(readsWithout, [file]));
    assertEquals([error.kind, error.target], ["read", file]);
    assertEquals([error.actor, error.grant], [
      "mill:1",
      `read: [${JSON.stringify(file)}]`,
    ]);
  }
  assertEquals(pool.stats().replaced, 0);
});

Deno.test("a task without rights can do nothing, though the pool also runs tasks that can", async () => {
  await withServer(async (url) => {
    // One worker at a time: each gives way to the next.
    await using pool = new ProcessPool({ workers: 1 });
    assertEquals(await pool.submit(reads, [file]), length);
    await denialOf(pool.submit(readsWithout, [file]));
    assertEquals(await pool.submit(fetches, [url]), "served");
    const denied = await denialOf(pool.submit(fetchesWithout, [url]));
    assertEquals(denied.kind, "net");
    assertEquals(await pool.submit(rightsHeld), []);
    assertEquals(await pool.submit(reads, [file]), length);
    const { workers, replaced, failed } = pool.stats();
    assertEquals([workers, replaced, failed], [1, 0, 2]);
  });
});

Deno.test("tasks of different rights that come together are each run with their own", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const with_: Future<number>[] = [];
  const without: Future<number>[] = [];
  for (let n = 0; n < 30; n++) {
    with_.push(pool.submit(reads, [file]));
    without.push(pool.submit(readsWithout, [file]));
  }
  const read = await soon(Promise.all(with_));
  assertEquals(read, Array(30).fill(length));
  for (const future of without) await denialOf(future);
});

Deno.test("tasks of other rights get their turn though those of one never end", async () => {
  await using pool = new ProcessPool({ workers: 1 });
  let isOver = false;
  let rounds = 0;
  const goOn = async () => {
    while (!isOver) {
      await pool.submit(square, [rounds]);
      rounds++;
    }
  };
  // There is always a task for the worker, and one more.
  const all = later(Promise.all([goOn(), goOn(), goOn()]));
  const { id } = await pool.submit(whoRuns);
  try {
    assertEquals(await soon(pool.submit(reads, [file]).result(), 5000), length);
    // And the others get theirs again.
    const { id: next } = await soon(pool.submit(whoRuns).result());
    assert(next !== id);
  } finally {
    isOver = true;
    await soon(all);
  }
});

Deno.test("a worker of other rights is let go when its place is needed, and no task is lost", async () => {
  await using pool = new ProcessPool({ workers: 2 });
  const tasks = await Held.in(pool, 2);
  const waiting = [1, 2, 3].map(() => pool.submit(reads, [file]));
  const own = [1, 2, 3].map((n) => pool.submit(square, [n]));
  assertEquals(waiting.map(({ state }) => state), Array(3).fill("pending"));
  tasks.release();
  assertEquals(await soon(Promise.all(waiting)), Array(3).fill(length));
  assertEquals(await soon(Promise.all(own)), [1, 4, 9]);
  assert(pool.stats().workers <= 2);
  assertEquals(pool.stats().replaced, 0);
});

// --- what a pool may do ----------------------------------------------------

const bounds: [Permissions, boolean, boolean][] = [
  // what the pool may; whether it takes reads() and fetches()
  ["inherit", true, true],
  ["none", false, false],
  [{}, false, false],
  [{ read: true }, true, false],
  [{ read: [file] }, false, false],
  [{ net: true }, false, true],
  [{ net: ["127.0.0.1:1"] }, false, false],
  [{ read: true, net: ["127.0.0.1"] }, true, true],
];

for (const [permissions, takesReads, takesFetches] of bounds) {
  Deno.test(
    `what is more than the pool may is refused at once: ${
      JSON.stringify(permissions)
    }`,
    () => {
      const pool = new ProcessPool({ workers: 1, permissions, name: "mill" });
      const submits: [() => Future<unknown>, string, string, boolean][] = [
        [() => pool.submit(reads, [file]), "reads", "read", takesReads],
        [() => pool.submit(fetches, ["x"]), "fetches", "net", takesFetches],
        [() => pool.submit(square, [3]), "square", "none", true],
      ];
      for (const [submit, actor, kind, isTaken] of submits) {
        if (isTaken) {
          // Before a worker is started for it.
          assertEquals(submit().cancel(), true);
          continue;
        }
        const error = assertThrows(submit, PermissionExceededError);
        assertEquals([error.holder, error.actor, error.kind], [
          "mill",
          actor,
          kind,
        ]);
        assertMatch(error.message, /mill/);
      }
      if (permissions !== "inherit") {
        assertThrows(() => pool.submit(inherits), PermissionExceededError);
      }
    },
  );
}

Deno.test("what was refused has left nothing behind", async () => {
  await using pool = new ProcessPool({
    workers: 1,
    permissions: { read: true },
  });
  assertThrows(() => pool.submit(fetches, ["x"]), PermissionExceededError);
  assertEquals(await pool.submit(reads, [file]), length);
  assertEquals([pool.stats().done, pool.stats().failed], [1, 0]);
});

Deno.test("map() refuses what is more than the pool may, too", () => {
  const pool = new ProcessPool({ workers: 1, permissions: "none" });
  assertThrows(() => pool.map(reads, [file]), PermissionExceededError);
  assertEquals(pool.stats().workers, 0);
});

Deno.test("the rights of the pool bound, and give nothing", async () => {
  await using pool = new ProcessPool({
    workers: 1,
    permissions: { read: true, net: true, env: true },
  });
  assertEquals(await pool.submit(rightsHeld), []);
  await denialOf(pool.submit(readsWithout, [file]));
});

Deno.test("an initializer must lie within the rights of the pool as well", async () => {
  const make = (permissions: Permissions) =>
    new ProcessPool({
      workers: 1,
      permissions,
      initializer: preparesByReading,
      initializerArgs: [file],
    });
  await using allowed = make({ read: true });
  // With the initializer's rights a task may what it alone may not.
  assertEquals(await allowed.submit(readsWithout, [file]), length);
  await using refused = make({ net: true });
  assertThrows(() => refused.submit(square, [3]), PermissionExceededError);
});

Deno.test("an initializer without rights adds none", async () => {
  await using pool = new ProcessPool({
    workers: 1,
    initializer: prepares,
    initializerArgs: ["ready"],
  });
  assertEquals(await pool.submit(rightsHeld), []);
});

Deno.test("a pool in an actor has no more to give than the actor", async () => {
  const owner = ownsPool.spawn([[1, 2, 3], file]);
  assertEquals(await soon(owner.result()), {
    squares: [1, 4, 9],
    length,
    refused: ["PermissionExceededError", "net", true],
  });
});

Deno.test("the workers of a pool end with the actor that has it", async () => {
  const up = new Queue<string>();
  const owner = leavesPool.spawn([up, new Queue<unknown>()]);
  for (let n = 0; n < 2; n++) await soon(up.get());
  owner.terminate();
  await soon(owner.join());
  await assertNoThreads();
});

Deno.test("a program cannot give a task what it lacks itself", async () => {
  const { stdout } = await runProgram(
    `
    import { actor, ProcessPool } from "@troupe/troupe";
    export const reads = actor(import.meta, function reads() {
      return Deno.env.get("HOME");
    }, { permissions: { env: ["HOME"] } });
    export const square = actor(import.meta, function square(n: number) {
      return n * n;
    });
    if (import.meta.main) {
      await using pool = new ProcessPool({ workers: 1 });
      try {
        pool.submit(reads);
      } catch (error) {
        console.log(error.name, error.holder, error.kind, error.target);
      }
      console.log(await pool.submit(square, [3]));
    }
  `,
    ["--allow-read"],
  );
  assertEquals(stdout, "PermissionExceededError MainProcess env HOME\n9");
});
