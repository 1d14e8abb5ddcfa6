// Ending together.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Exit,
  link,
  LinkedExitError,
  PermissionDeniedError,
  Process,
  ProcessStateError,
  Queue,
  RemoteError,
} from "../../mod.ts";
import {
  links,
  linksBriefly,
  type Order,
  partner,
  traps,
} from "../fixtures/actors/acquainted.ts";
import {
  add,
  exits,
  nothing,
  throws,
  waits,
} from "../fixtures/actors/endings.ts";
import { soon } from "../channels/inside.ts";
import { runProgram } from "../fixtures/program.ts";
import { assertNoThreads } from "../leaks.ts";
import { threadTest } from "../mode.ts";

/** An actor that does as it is told, and one that is linked to it. */
async function linked(linker = links) {
  const orders = new Queue<Order>();
  const up = new Queue<string>();
  const p = partner.spawn([up, orders], { name: "partner" });
  assertEquals(await soon(up.get()), "up");
  const ownOrders = new Queue<Order>();
  const own = linker.spawn([p, up, ownOrders], { name: "linker" });
  assertEquals(await soon(up.get()), "linked");
  return {
    up,
    p,
    own,
    /** Has the partner do something. */
    tellPartner: (order: Order) => orders.put(order),
    /** Has the one that made the link do something. */
    tellOwn: (order: Order) => ownOrders.put(order),
    async [Symbol.asyncDispose]() {
      for (const one of [p, own]) {
        one.terminate();
        await one.join();
      }
    },
  };
}

/** Lets all happen that is about to: an actor starts and ends. */
async function settle(): Promise<void> {
  await nothing.spawn().join();
}

function causeOf(exit: Exit): LinkedExitError {
  assert(exit.reason === "threw", exit.reason);
  assertInstanceOf(exit.error, RemoteError);
  assertInstanceOf(exit.error.cause, LinkedExitError);
  return exit.error.cause;
}

Deno.test("a caller ends with a LinkedExitError when the process it is linked to has thrown (O52)", async () => {
  await using pair = await linked();
  await pair.tellPartner("throw");
  const error = causeOf(await soon(pair.own.join()));
  assertEquals(error.process, "partner");
  assertEquals([error.exit.reason, error.exit.code], ["threw", 1]);
  assert(error.exit.reason === "threw");
  assertInstanceOf(error.exit.error, RemoteError);
  assertInstanceOf(error.exit.error.cause, RangeError);
  assertInstanceOf(error.cause, RemoteError);
  assertStringIncludes(
    error.message,
    'Cannot go on without linked process "partner": it threw (Actor "partner" ' +
      "threw RangeError: as ordered)",
  );
});

Deno.test("a caller ends, too, when the process exits with another code than 0, is denied a right, or is terminated", async () => {
  const cases = [
    ["exit 3", "exited", 3],
    ["deny", "denied", 1],
    ["terminate", "terminated", -15],
  ] as const;
  for (const [what, reason, code] of cases) {
    await using pair = await linked();
    if (what === "terminate") pair.p.terminate();
    else await pair.tellPartner(what);
    const { exit } = causeOf(await soon(pair.own.join()));
    assertEquals([exit.reason, exit.code], [reason, code]);
    if (exit.reason === "denied") {
      assertInstanceOf(exit.error, PermissionDeniedError);
    }
  }
});

Deno.test("a caller that blocks in a channel ends with its partner", async () => {
  await using pair = await linked();
  await pair.tellOwn("block");
  assertEquals(await soon(pair.up.get()), "blocking");
  pair.p.terminate();
  const { exit } = causeOf(await soon(pair.own.join()));
  assertEquals(exit.reason, "terminated");
});

Deno.test("a process that ends normally, or after it was asked to stop, leaves its partner alone", async () => {
  for (const order of ["return", "return a queue", "exit 0"] as const) {
    await using pair = await linked();
    await pair.tellPartner(order);
    await soon(pair.p.join());
    await settle();
    assert(pair.own.isAlive(), order);
  }
  await using heard = await linked();
  await heard.tellPartner("listen");
  assertEquals(await soon(heard.up.get()), "listening");
  // Its wait ends with an AbortError, and it with that.
  assertEquals((await heard.p.stop()).reason, "threw");
  await settle();
  assert(heard.own.isAlive());
  await using deaf = await linked();
  assertEquals((await deaf.p.stop()).reason, "terminated");
  await settle();
  assert(deaf.own.isAlive());
});

Deno.test("a process is terminated when the caller that is linked to it has thrown, or exits with another code than 0 (O52)", async () => {
  for (const order of ["throw", "exit 3"] as const) {
    await using pair = await linked();
    await pair.tellOwn(order);
    const exit = await soon(pair.p.join());
    assertEquals([exit.reason, exit.code], ["terminated", -15], order);
    assert(!pair.p.isAlive());
  }
});

Deno.test("a process is terminated when its partner is killed, be it waiting or blocked, and be the partner so", async () => {
  for (const own of ["wait", "block"] as const) {
    for (const other of ["wait", "block"] as const) {
      await using pair = await linked();
      if (own === "block") {
        await pair.tellOwn("block");
        assertEquals(await soon(pair.up.get()), "blocking");
      }
      if (other === "block") {
        await pair.tellPartner("block");
        assertEquals(await soon(pair.up.get()), "blocking");
      }
      pair.own.terminate();
      assertEquals((await soon(pair.p.join())).reason, "terminated");
    }
  }
});

threadTest(
  "a process that computes is terminated with its partner, as far as it can be",
  async () => {
    await using pair = await linked();
    await pair.tellPartner("compute");
    assertEquals(await soon(pair.up.get()), "computing");
    pair.own.terminate();
    assertEquals(await soon(pair.p.join()), {
      reason: "terminated",
      code: -15,
      threadStopped: false,
    });
  },
);

Deno.test("a caller that ends normally, or was asked to stop, leaves the process alone", async () => {
  for (const order of ["return", "exit 0"] as const) {
    await using pair = await linked();
    await pair.tellOwn(order);
    await soon(pair.own.join());
    await settle();
    assert(pair.p.isAlive(), order);
  }
  await using heard = await linked();
  await heard.tellOwn("listen");
  assertEquals(await soon(heard.up.get()), "listening");
  assertEquals((await heard.own.stop()).reason, "threw");
  await settle();
  assert(heard.p.isAlive());
});

Deno.test("who is not linked any more ends alone, on either side", async () => {
  for (const first of ["own", "p"] as const) {
    await using pair = await linked();
    await pair.tellOwn("unlink");
    assertEquals(await soon(pair.up.get()), "unlinked");
    pair[first].terminate();
    await soon<unknown>(pair[first].join());
    await settle();
    assert(pair[first === "own" ? "p" : "own"].isAlive());
  }
});

Deno.test("given a trap, the caller hears of an abnormal end, and lives", async () => {
  await using pair = await linked(traps);
  await pair.tellPartner("throw");
  assertEquals(await soon(pair.up.get()), "partner threw");
  await settle();
  assert(pair.own.isAlive());
  for (const order of ["return", "return a queue"] as const) {
    await using normal = await linked(traps);
    await normal.tellPartner(order);
    await soon(normal.p.join());
    await settle();
    assertEquals(normal.up.size, 0);
  }
  // The other direction is as ever.
  await using back = await linked(traps);
  await back.tellOwn("throw");
  assertEquals((await soon(back.p.join())).reason, "terminated");
});

Deno.test("the program can trap, with the exit as it is and typed", async () => {
  const p = throws.spawn(["out"]);
  const { promise, resolve } = Promise.withResolvers<Exit>();
  using _link = link(p, {
    trap(exit, process) {
      assert(process === p);
      resolve(exit);
    },
  });
  const exit = await soon(promise);
  assertEquals(exit, await p.join());
});

Deno.test("a link to a process that has ended already takes the caller along, unless that ended normally", async () => {
  const up = new Queue<string>();
  const orders = new Queue<Order>();
  const dead = exits.spawn([4]);
  await dead.join();
  const one = links.spawn([dead, up, orders]);
  assertEquals(causeOf(await soon(one.join())).exit.code, 4);
  const done = add.spawn([1, 2]);
  await done.join();
  await using other = links.spawn([done, up, orders]);
  assertEquals(await soon(up.get()), "linked");
  await settle();
  assert(other.isAlive());
  other.terminate();
});

Deno.test("an end goes along a chain of links, and each tells of the one before", async () => {
  const up = new Queue<string>();
  const orders = new Queue<Order>();
  const first = waits.spawn([], { name: "first" });
  const chain = [first as Process<unknown>];
  for (const name of ["second", "third", "fourth"]) {
    chain.push(links.spawn([chain.at(-1)!, up, orders], { name }));
    assertEquals(await soon(up.get()), "linked");
  }
  first.terminate();
  const exits = await soon(Promise.all(chain.map((p) => p.join())));
  const names = exits.slice(1).map((exit) => causeOf(exit).process);
  assertEquals(names, ["first", "second", "third"]);
});

Deno.test("all that are linked to one end with it, and it ends with any of them", async () => {
  const up = new Queue<string>();
  const orders = new Queue<Order>();
  for (const first of ["hub", "spoke"] as const) {
    const hub = waits.spawn();
    const spokes = [1, 2, 3, 4].map(() => links.spawn([hub, up, orders]));
    for (const _ of spokes) assertEquals(await soon(up.get()), "linked");
    if (first === "hub") hub.terminate();
    else spokes[2]!.terminate();
    assertEquals((await soon(hub.join())).reason, "terminated");
    for (const [n, p] of spokes.entries()) {
      const exit = await soon(p.join());
      if (first === "spoke" && n === 2) continue;
      assertEquals(causeOf(exit).exit.reason, "terminated");
    }
  }
});

Deno.test("of two links to one process, one is left when the other is gone", async () => {
  const p = waits.spawn();
  const trapped: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const one = link(p, { trap: () => trapped.push("one") });
  link(p, {
    trap: () => {
      trapped.push("two");
      resolve();
    },
  });
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  p.terminate();
  await soon(promise);
  await settle();
  assertEquals(trapped, ["two"]);
});

Deno.test("link() refuses a process that was not started, and a trap that is no function", () => {
  const unborn = new Process(waits);
  assertThrows(() => link(unborn), ProcessStateError);
  assertThrows(() => link(unborn, { trap: 1 as never }), TypeError, "number");
});

Deno.test("a partner killed at any moment takes the other along, or had unlinked", async () => {
  for (let round = 0; round < 6; round++) {
    const up = new Queue<0>();
    const p = waits.spawn();
    const own = linksBriefly.spawn([p, up]);
    await soon(up.get());
    await new Promise((resolve) => setTimeout(resolve, round));
    if (round % 2 === 0) own.terminate();
    else p.terminate();
    const exit = await soon((round % 2 === 0 ? own : p).join());
    assertEquals(exit.reason, "terminated");
    await settle();
    own.terminate();
    p.terminate();
    await soon(own.join());
    await soon(p.join());
  }
});

Deno.test("a process still being loaded ends with its partner", async () => {
  for (let round = 0; round < 3; round++) {
    const up = new Queue<string>();
    const orders = new Queue<Order>();
    const first = waits.spawn();
    const own = links.spawn([first, up, orders]);
    assertEquals(await soon(up.get()), "linked");
    const third = waits.spawn();
    const chained = links.spawn([own, up, orders]);
    first.terminate();
    assertInstanceOf(causeOf(await soon(own.join())), LinkedExitError);
    // Linked when the other was dead, or before.
    assertEquals(causeOf(await soon(chained.join())).exit.reason, "threw");
    third.terminate();
    await third.join();
  }
});

Deno.test("a program ends, by an error that nobody caught, with a process that it is linked to", async () => {
  const program = (rest: string) => `
    import { actor, link } from "@troupe/troupe";
    export const fails = actor(import.meta, function fails() {
      throw new Error("no such device");
    });
    export const waits = actor(import.meta, async function waits() {
      await new Promise(() => {});
    });
    if (import.meta.main) {
      ${rest}
    }
  `;
  const flags = ["-A", "--no-check"];
  const failed = await runProgram(
    program(`
      link(fails.spawn([], { name: "reader" }));
      await waits.spawn().join();
      console.log("never");
    `),
    flags,
  );
  assertEquals([failed.code, failed.stdout], [1, ""]);
  assertStringIncludes(
    failed.stderr,
    'LinkedExitError: Cannot go on without linked process "reader": it threw',
  );
  // A link alone does not keep the program alive.
  const idle = await runProgram(
    program(`link(waits.spawn([], { daemon: true }));`),
    flags,
  );
  assertEquals([idle.code, idle.stderr], [0, ""]);
});

Deno.test("no thread is left", assertNoThreads);
