// Seeing from outside that an actor's event loop is blocked. A block that is to
// last leaves a thread that computes: each test sets its actor free at the end.
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import process from "node:process";
import {
  ActorExitedError,
  currentProcess,
  type LivenessOptions,
  Queue,
  Supervisor,
  type SupervisorOptions,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import {
  computes,
  placed,
  watched,
  type Words,
} from "../../fixtures/actors/watched.ts";
import { runProgram } from "../../fixtures/program.ts";
import { assertNoThreads, settledTo } from "../../leaks.ts";
import { isProcessMode, threadTest } from "../../mode.ts";
import { drain, listen, record, take } from "./news.ts";

/** Long enough for a machine that does other things as well. */
const ALLOWANCE = 300;
const INTERVAL = ALLOWANCE / 4;

function watching(
  liveness: LivenessOptions = {},
  options: SupervisorOptions = {},
): Supervisor {
  return new Supervisor({
    ...options,
    liveness: { allowance: ALLOWANCE, ...liveness },
  });
}

/** Lets what spins come out. */
function free(words: Words): void {
  words.fixed.value = 1;
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test(
  "message 42 that never ends is reported once, with actor, method, number, sender and how long, while the actor is still blocked (F5)",
  async () => {
    await using sup = watching();
    const next = listen(sup);
    const told = record(sup);
    const { place, up, words } = placed();
    const child = await sup.spawn(watched, [place], {
      id: "parser",
      name: "p",
    });
    for (let n = 1; n <= 41; n++) await child.tell.note(`${n}`);
    await child.tell.spin("spins");
    await take(up, 1);
    const began = performance.now();
    const { id, process, handling, blockedFor, action } = await next(
      "unresponsive",
    );
    const took = performance.now() - began;
    assertEquals([id, process, action], ["parser", "p", "report"]);
    assertEquals(handling, {
      method: "spin",
      number: 42,
      sender: currentProcess().name,
    });
    assertLess(took, ALLOWANCE + 2 * INTERVAL + 100);
    assertGreater(blockedFor, ALLOWANCE - 1);
    assertLess(blockedFor, took + INTERVAL + 50);
    assert(child.isAlive());
    // Told once, however long it lasts.
    await pass(2 * ALLOWANCE);
    free(words);
    assertEquals(await soon(child.ask.add(1)), 1);
    assertEquals(told, ["started parser", "unresponsive parser"]);
    assertEquals(child.restarts, 0);
  },
);

Deno.test(
  "an actor that blocks again after it came back is reported again",
  async () => {
    await using sup = watching();
    const next = listen(sup);
    const { place, words } = placed();
    const child = await sup.spawn(watched, [place]);
    for (let number = 1; number <= 5; number += 2) {
      words.fixed.value = 0;
      await child.tell.spin("spins");
      assertEquals((await next("unresponsive")).handling.number, number);
      free(words);
      await soon(child.ask.add(1));
    }
  },
);

const patient: {
  [what: string]: (
    child: Awaited<ReturnType<typeof spawnWatched>>["child"],
    place: ReturnType<typeof placed>,
  ) => Promise<() => Promise<unknown>>;
} = {
  "a slow await": async (child) => {
    const asked = child.ask.sleep(4 * ALLOWANCE);
    return await Promise.resolve(() => asked);
  },
  "a wait for a queue": async (child, { up, gate }) => {
    const asked = child.ask.hold("held");
    await take(up, 1);
    return async () => {
      await gate.put("open");
      await asked;
    };
  },
  "a blocking getSync": async (child, { up, gate }) => {
    const asked = child.ask.block("blocked");
    await take(up, 1);
    return async () => {
      await gate.put("open");
      await asked;
    };
  },
  "a blocking putSync": async (child, { up }) => {
    const full = new Queue<number>({ capacity: 1 });
    await full.put(0);
    const asked = child.ask.blockPut(full);
    await take(up, 1);
    return async () => {
      await full.get();
      await asked;
    };
  },
  "nothing at all": () => Promise.resolve(() => Promise.resolve()),
  "many messages that are quick": (child) => {
    let goesOn = true;
    const flooding = (async () => {
      while (goesOn) await child.tell.add(1);
    })();
    return Promise.resolve(async () => {
      goesOn = false;
      await flooding;
    });
  },
  "many messages that compute for half the time allowed": (child) => {
    const all: Promise<void>[] = [];
    for (let n = 0; n < 8; n++) all.push(child.tell.compute(ALLOWANCE / 2));
    return Promise.resolve(() => Promise.all(all));
  },
};

async function spawnWatched(sup: Supervisor, id: string) {
  const place = placed();
  return { place, child: await sup.spawn(watched, [place.place], { id }) };
}

Deno.test(
  "actors that await, wait in channels, idle, or handle many messages are never blamed",
  async () => {
    await using sup = watching();
    const told = record(sup);
    const ends = [];
    for (const [what, begin] of Object.entries(patient)) {
      const { child, place } = await spawnWatched(sup, what);
      ends.push(await begin(child, place));
    }
    await pass(4 * ALLOWANCE);
    for (const end of ends) await soon(end());
    assertEquals(told.filter((one) => !one.startsWith("started")), []);
  },
);

Deno.test(
  "liveness: restart ends a blocked actor and starts it again; what still computes can neither answer, put, nor take",
  async () => {
    await using sup = watching({ action: "restart" }, { quarantineAfter: 1 });
    const next = listen(sup);
    const { place, log, up, words } = placed();
    const child = await sup.spawn(watched, [place]);
    let settled = 0;
    const asked = child.ask.spin("asked").then(
      (answer) => (settled++, answer),
      (error) => (settled++, error),
    );
    await take(up, 1);
    for (let n = 0; n < 5; n++) await child.tell.note(`${n}`);
    const { action, handling } = await next("unresponsive");
    assertEquals([action, handling.method], ["restart", "spin"]);
    const exited = await next("exited");
    assertEquals(exited.exit, {
      reason: "terminated",
      code: -15,
      // A process can be killed whatever it computes.
      threadStopped: isProcessMode,
    });
    const error = await soon(asked) as ActorExitedError;
    assert(error instanceof ActorExitedError);
    assertEquals(error.handling, handling);
    await next("restarted");
    assertEquals(await soon(child.ask.add(1)), 1);
    // It comes out, and would answer, note and go on with the next message.
    free(words);
    for (let n = 5; n < 10; n++) await child.tell.note(`${n}`);
    assertEquals(await soon(child.ask.add(1)), 2);
    await sup.shutdown();
    await assertNoThreads();
    assertEquals(drain(log), Array.from({ length: 10 }, (_, n) => `${n}`));
    assertEquals([settled, words.made.value], [1, 2]);
  },
);

Deno.test(
  "liveness: restart sets a message aside that blocks each incarnation",
  async () => {
    await using sup = watching({ action: "restart", allowance: 100 });
    const next = listen(sup);
    const { place, log, words } = placed();
    const child = await sup.spawn(watched, [place]);
    await child.tell.spin("spins");
    await child.tell.note("next");
    const { message } = await next("quarantined");
    assertEquals([message.method, message.args], ["spin", ["spins"]]);
    assertEquals(
      message.deaths.map(({ exit }) => exit.reason),
      ["terminated", "terminated"],
    );
    free(words);
    assertEquals(await take(log, 1), ["next"]);
    await message.replay();
    assertEquals(await take(log, 1), ["spins came out"]);
    await sup.shutdown();
    await assertNoThreads();
  },
);

Deno.test(
  "liveness: terminate ends a blocked actor, and it stays down until it is started by hand",
  async () => {
    await using sup = watching({ action: "terminate", allowance: 100 });
    const told = record(sup);
    const { place, words } = placed();
    const child = await sup.spawn(watched, [place], { id: "w" });
    const asked = child.ask.spin("spins").catch((error) => error);
    const exit = await soon(child.join());
    assertEquals([exit.reason, child.state], ["terminated", "stopped"]);
    assert(await soon(asked) instanceof ActorExitedError);
    assertEquals(told.slice(1), ["unresponsive w", "stopped w"]);
    free(words);
    await soon(sup.restart("w"));
    assertEquals(await soon(child.ask.made()), 2);
  },
);

Deno.test(
  "a child's own option goes before that of its supervisor",
  async () => {
    await using sup = watching({ allowance: 100 });
    const next = listen(sup);
    const told = record(sup);
    const places = [placed(), placed(), placed()] as const;
    const [a, b, c] = [
      await sup.spawn(watched, [places[0].place], { id: "a", liveness: false }),
      await sup.spawn(watched, [places[1].place], {
        id: "b",
        liveness: { allowance: 10_000 },
      }),
      await sup.spawn(watched, [places[2].place], {
        id: "c",
        liveness: { allowance: 300 },
      }),
    ];
    for (const child of [a, b, c]) await child.tell.compute(900);
    const { id, blockedFor } = await next("unresponsive");
    assertEquals(id, "c");
    assertGreater(blockedFor, 299);
    for (const child of [a, b, c]) await soon(child.ask.add(1));
    assertEquals(told.filter((one) => one.startsWith("unresponsive")), [
      "unresponsive c",
    ]);
  },
);

Deno.test("a function is watched only where its own option says so", async () => {
  await using sup = watching({ allowance: 100 });
  const next = listen(sup);
  const told = record(sup);
  const up = new Queue<string>();
  await sup.spawn(computes, [700, up], { id: "a" });
  await sup.spawn(computes, [700, up], {
    id: "b",
    liveness: { allowance: 200 },
  });
  await take(up, 2);
  const { id, handling } = await next("unresponsive");
  assertEquals([id, handling], ["b", {
    method: "computes",
    number: 0,
    sender: currentProcess().name,
  }]);
  await pass(700);
  assertEquals(told.filter((one) => one.startsWith("unresponsive")), [
    "unresponsive b",
  ]);
});

Deno.test(
  "a supervisor that was blocked itself blames nobody for that",
  async () => {
    await using sup = watching({ allowance: 100 });
    const told = record(sup);
    const { child, place } = await spawnWatched(sup, "w");
    const held = child.ask.hold("held");
    await take(place.up, 1);
    for (let n = 0; n < 3; n++) {
      const end = performance.now() + 300;
      while (performance.now() < end);
      await pass(50);
    }
    await place.gate.put("open");
    await soon(held);
    assertEquals(told, ["started w"]);
  },
);

Deno.test("a program whose children were watched ends by itself when they have", async () => {
  const { stdout, code, ms } = await runProgram(`
    import { actor, Supervisor } from "@troupe/troupe";
    export const counter = actor(import.meta, class Counter {
      add() { return 1; }
      quit() { self.close(); }
    });
    if (import.meta.main) {
      const sup = new Supervisor({ liveness: { allowance: 60_000 } });
      const c = await sup.spawn(counter, [], { restart: "transient" });
      console.log(await c.ask.add());
      await c.tell.quit();
      console.log((await c.join()).reason);
    }
  `);
  assertEquals([stdout, code], ["1\nexited", 0]);
  assertLess(ms, 10_000);
});

/** The time of the processor that the program has used so far, in ms. */
function usedTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// What other processes use is not seen here.
threadTest(
  "twenty idle actors that are watched use no time of the processor",
  async () => {
    await using sup = watching({ allowance: 40 });
    for (let n = 0; n < 20; n++) {
      const child = await sup.spawn(watched, [placed().place], {
        shutdown: "brutal",
      });
      await child.ask.add(1);
    }
    await settledTo(() => sup.count().active, 20);
    // What is left to do after their start: compiling, collecting.
    await pass(500);
    const before = usedTime();
    await pass(2000);
    const used = usedTime() - before;
    // One look each 10 ms is a few µs for each child. A timer in each actor, or a
    // wake-up, would be some 4,000 of them: 200 ms and more.
    assertLess(used, 100, `${used} ms of the processor in 2000 ms`);
  },
);
