// How a supervisor stops its children, one or all, and what it says of it.
import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Queue } from "@troupe/troupe";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { SupervisorStateError } from "../../../actors/supervision/supervisor_errors.ts";
import { nothing } from "../../fixtures/actors/endings.ts";
import { cleansUp, waits } from "../../fixtures/actors/supervised.ts";
import { assertNoThreads } from "../../leaks.ts";

/** All that is in a queue. */
async function drain(queue: Queue<string>): Promise<string[]> {
  queue.close();
  const items: string[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await work, performance.now() - began];
}

Deno.test("shutdown brutal: a child is terminated at once and cleans nothing up (O25)", async () => {
  await using sup = new Supervisor();
  const said = new Queue<string>();
  await sup.spawn(cleansUp, [said, "a", 0], { id: "a", shutdown: "brutal" });
  assertEquals(await said.get(), "a up");
  const exit = await sup.terminate("a");
  assertEquals(exit?.reason, "terminated");
  assertEquals(await drain(said), []);
});

Deno.test("shutdown in ms: a child is asked, and terminated if it has not ended in that time (O26)", async () => {
  await using sup = new Supervisor();
  const said = new Queue<string>();
  await sup.spawn(cleansUp, [said, "a", 60_000], { id: "a", shutdown: 100 });
  await said.get();
  const [exit, took] = await timed(sup.terminate("a"));
  assertEquals(exit?.reason, "terminated");
  assert(took >= 99 && took < 3000, `took ${took} ms`);
});

Deno.test("a child that cleans up in its time ends with that done (O28)", async () => {
  await using sup = new Supervisor();
  const said = new Queue<string>();
  await sup.spawn(cleansUp, [said, "a", 20], { id: "a" });
  await said.get();
  const exit = await sup.terminate("a");
  assertEquals(exit, { reason: "returned", code: 0, value: "a" });
  assertEquals(await drain(said), ["a clean"]);
});

Deno.test("shutdown Infinity waits for as long as it takes (O27)", async () => {
  await using sup = new Supervisor();
  const said = new Queue<string>();
  await sup.spawn(cleansUp, [said, "a", 300], { id: "a", shutdown: Infinity });
  await said.get();
  const [exit, took] = await timed(sup.terminate("a"));
  assertEquals(exit?.reason, "returned");
  assert(took >= 299, `took ${took} ms`);
});

Deno.test("by default a child that cannot know of its stop is not waited for (O27)", async () => {
  await using sup = new Supervisor();
  await sup.spawn(waits, [], { id: "a" });
  const [exit, took] = await timed(sup.terminate("a"));
  assertEquals(exit?.reason, "terminated");
  assertLess(took, 2000);
});

Deno.test("Supervisor.shutdown() stops in reverse order, nested ones in their place, and reports who was cut", async () => {
  const said = new Queue<string>();
  const sup = new Supervisor({ name: "upper" });
  const below = new Supervisor({ name: "lower" });
  await sup.spawn(cleansUp, [said, "a", 0], { id: "a" });
  await below.spawn(cleansUp, [said, "b", 0], { id: "b" });
  await below.spawn(waits, [], { id: "w", shutdown: "brutal" });
  await sup.supervise(below);
  await sup.spawn(cleansUp, [said, "c", 0], { id: "c" });
  await sup.spawn(nothing, [], { id: "n", restart: "transient" });
  await sup.join("n");
  for (const name of "abc") assertEquals(await said.get(), `${name} up`);
  const report = await sup.shutdown();
  assertEquals(await drain(said), ["c clean", "b clean", "a clean"]);
  assertEquals(report.supervisor, "upper");
  assertEquals(
    report.children.map(({ id, cut, exit, messagesLeft }) =>
      [id, cut, exit.reason, messagesLeft].join(" ")
    ),
    ["c false returned 0", "lower true shutDown 0", "a false returned 0"],
  );
  assertEquals((await sup.join())?.reason, "shutDown");
  assert(!sup.isAlive() && !below.isAlive());
  assertEquals(await sup.shutdown(), report); // nothing more to do
  await assertRejects(() => sup.spawn(waits), SupervisorStateError);
  await assertNoThreads();
});

Deno.test("a deadline cuts off who has not ended by then, also below", async () => {
  const said = new Queue<string>();
  const sup = new Supervisor();
  const below = new Supervisor({ name: "lower" });
  await below.spawn(cleansUp, [said, "b", 60_000], { shutdown: Infinity });
  await sup.supervise(below);
  await sup.spawn(cleansUp, [said, "a", 60_000], { id: "a" });
  await said.get();
  await said.get();
  const [report, took] = await timed(sup.shutdown({ deadline: 200 }));
  assert(took >= 199 && took < 4000, `took ${took} ms`);
  assertEquals(report.children.map(({ cut }) => cut), [true, true]);
  await assertNoThreads();
});

Deno.test("a second shutdown without time cuts the first one short", async () => {
  const said = new Queue<string>();
  const sup = new Supervisor();
  await sup.spawn(cleansUp, [said, "a", 60_000], { shutdown: Infinity });
  await said.get();
  const first = sup.shutdown();
  const second = await sup.shutdown({ deadline: 0 });
  assertEquals(await first, second);
  assertEquals(second.children[0]!.cut, true);
  await assertRejects(() => sup.shutdown({ deadline: -1 }), RangeError);
});

Deno.test("shutdownOrder parallel stops all at once (O45)", async () => {
  const said = new Queue<string>();
  const sup = new Supervisor({ shutdownOrder: "parallel" });
  for (const name of "abc") await sup.spawn(cleansUp, [said, name, 300]);
  for (const _ of "abc") await said.get();
  const [report, took] = await timed(sup.shutdown());
  assertEquals(report.children.map(({ cut }) => cut), [false, false, false]);
  assertLess(took, 850);
});

Deno.test("await using ends a supervisor with all its actors", async () => {
  {
    await using sup = new Supervisor();
    await using below = new Supervisor();
    await below.spawn(waits);
    await sup.supervise(below);
    await sup.spawn(waits);
  }
  await assertNoThreads();
});

async function runProgram(argument: string) {
  const program = new URL("../../fixtures/actors/gives_up.ts", import.meta.url);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-prompt", "--config", config, program.href],
      argument,
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

Deno.test("giving up unasked ends the program, with the reason on stderr (O13)", async () => {
  const { code, out, error } = await runProgram("gives up");
  assertEquals([code, out], [1, "started\n"]);
  assertStringIncludes(error, "RestartIntensityError");
  assertStringIncludes(error, 'Supervisor "root" gave up on child "fails-1"');
});

Deno.test("a supervisor keeps the program alive only as its children do", async () => {
  assertEquals(await runProgram("is left alone"), {
    code: 0,
    out: "started\n",
    error: "",
  });
});

Deno.test("events: each reader gets all from its start on, and its iteration ends with the supervisor", async () => {
  const sup = new Supervisor({ name: "told" });
  const read = async (until?: string) => {
    const types: string[] = [];
    for await (const event of sup.events) {
      assertEquals(event.supervisor, "told");
      assert(Math.abs(event.at - Date.now()) < 60_000);
      types.push(event.type);
      if (event.type === until) break;
    }
    return types;
  };
  const [all, first] = [read(), read("started")];
  await sup.spawn(waits, [], { id: "a" });
  assertEquals(await first, ["started"]);
  const late = read();
  await sup.terminate("a");
  await sup.restart("a");
  await sup.shutdown();
  const ends = ["stopped", "started", "stopped", "shut-down"];
  assertEquals(await all, ["started", ...ends]);
  assertEquals(await late, ends);
  assertEquals(await read(), []); // it has ended
});

Deno.test("events: a reader that is far behind loses the oldest, and is told how many", async () => {
  const { EventStream, KEPT } = await import(
    "../../../actors/supervision/_event_stream.ts"
  );
  const stream = new EventStream<number>((count) => -count);
  const reader = stream[Symbol.asyncIterator]();
  for (let n = 1; n <= KEPT + 7; n++) stream.emit(n);
  const read = async () => (await reader.next()).value;
  assertEquals([await read(), await read()], [-7, 8]);
  stream.emit(KEPT + 8);
  for (let n = 9; n <= KEPT + 8; n++) assertEquals(await read(), n);
  const waiting = [read(), read()];
  stream.emit(0);
  stream.close();
  assertEquals(await Promise.all(waiting), [0, undefined]);
});

Deno.test("Supervisor refuses options of a wrong type or range, and says which", async () => {
  // deno-lint-ignore no-explicit-any
  const make = (options: any) => () => new Supervisor(options);
  const cases: [unknown, string][] = [
    [5, "options must be an object, got number"],
    [{ strategy: "all" }, 'strategy must be one of "one-for-one"'],
    [{ maxRestarts: 1.5 }, "maxRestarts must be a whole number >= 0, got 1.5"],
    [{ within: -1 }, "within must be a number >= 0, got -1"],
    [{ name: "" }, "name must be a text that is not empty"],
    [{ backoff: { initial: 5, jitter: 2 } }, "jitter must be a number from 0"],
    [
      { strategy: "one-for-all", shutdownOrder: "parallel" },
      'shutdownOrder "parallel" goes with strategy "one-for-one" only',
    ],
  ];
  for (const [options, message] of cases) {
    assertThrowsText(make(options), message);
  }
  const sup = new Supervisor();
  assertEquals(Deno.inspect(sup).includes("0 of 0 children run"), true);
  const significant = { significant: true, restart: "transient" } as const;
  await assertRejects(
    () => sup.spawn(waits, [], significant),
    TypeError,
    'autoShutdown is "never"',
  );
  const any = new Supervisor({ autoShutdown: "any-significant" });
  await assertRejects(
    () => any.spawn(waits, [], { significant: true }),
    TypeError,
    'restart "permanent"',
  );
  // deno-lint-ignore no-explicit-any
  await assertRejects(() => sup.supervise({} as any), TypeError);
});

function assertThrowsText(make: () => unknown, message: string): void {
  try {
    make();
  } catch (error) {
    const isKind = error instanceof TypeError || error instanceof RangeError;
    assert(isKind && error.message.includes(message), `${error}`);
    return;
  }
  throw new Error(`Nothing was thrown: ${message}`);
}
