// Every callback of a class actor, failing in every way, under every strategy:
// what its supervisor tells, in order. The middle one of three children fails.
import { assert, assertEquals } from "@std/assert";
import {
  type ClassChild,
  Queue,
  type Strategy,
  Supervisor,
  type SupervisorEvent,
} from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import {
  failing,
  type Failure,
  type FailurePlace,
  FAILURES,
  FREE,
  HOW,
  PLACES,
  WHERE,
} from "../../fixtures/actors/failing.ts";
import { assertNoThreads } from "../../leaks.ts";
import { take } from "./news.ts";

/** What is stopped and started for the sake of "b". */
const groups: { [S in Strategy]: { stop: string[]; start: string[] } } = {
  "one-for-one": { stop: [], start: ["b"] },
  "rest-for-one": { stop: ["c"], start: ["b", "c"] },
  "one-for-all": { stop: ["c", "a"], start: ["a", "b", "c"] },
};

/** How the part is brought to run. */
type Trigger = "tell" | "ask" | "stream" | "start" | "stop";

interface Row {
  readonly place: FailurePlace;
  readonly trigger: Trigger;
  readonly how: Failure;
  /** Whether it is terminated from outside when it hangs. */
  readonly ends?: boolean;
  /** How "b" ends by it, or why it does not start. */
  readonly end: string;
  /** What is told before that. */
  readonly before?: readonly string[];
}

const set = ["quarantined b"];

const table: readonly Row[] = [
  // A tell that fails is set aside at once here, and does not come again.
  ...row("work", "tell", "throw", "threw", set),
  ...row("work", "tell", "reject", "threw", set),
  ...row("work", "tell", "exit", "exited", set),
  ...row("work", "tell", "hang", "terminated", set),
  ...row("work", "ask", "throw", "threw"),
  ...row("work", "ask", "reject", "threw"),
  ...row("work", "ask", "exit", "exited"),
  ...row("work", "ask", "hang", "terminated"),
  ...row("items", "stream", "throw", "threw"),
  ...row("items", "stream", "reject", "threw"),
  ...row("items", "stream", "exit", "exited"),
  ...row("items", "stream", "hang", "terminated"),
  // While it is started again, after it was terminated.
  ...row("constructor", "start", "throw", "RemoteError"),
  ...row("constructor", "start", "exit", "ActorExitedError"),
  ...row("onStart", "start", "throw", "RemoteError"),
  ...row("onStart", "start", "reject", "RemoteError"),
  ...row("onStart", "start", "exit", "ActorExitedError"),
  ...row("onStart", "start", "hang", "ActorExitedError"),
  // While it is stopped, for the sake of "a" where the strategy wants that.
  ...row("onStop", "stop", "throw", "threw"),
  ...row("onStop", "stop", "reject", "threw"),
  ...row("onStop", "stop", "exit", "exited"),
];

/** Those that take a time-out each, so that one strategy has to do. */
const slowTable: readonly Row[] = [
  { place: "onStart", trigger: "start", how: "hang", end: "TimeoutError" },
  { place: "onStop", trigger: "stop", how: "hang", end: "terminated cut" },
  { place: "onStop", trigger: "stop", how: "spin", end: "terminated cut" },
  {
    place: "work",
    trigger: "tell",
    how: "spin",
    end: "terminated",
    before: ["unresponsive b", ...set],
  },
];

function row(
  place: FailurePlace,
  trigger: Trigger,
  how: Failure,
  end: string,
  before?: readonly string[],
): Row[] {
  return [{ place, trigger, how, end, before, ends: how === "hang" }];
}

/** What must be told, from the first word to the last. */
function expectedFor(strategy: Strategy, row: Row): string[] {
  const { trigger, end, before = [] } = row;
  const { stop, start } = groups[strategy];
  const stopped = (ids: string[]) => ids.map((id) => `stopped ${id} returned`);
  const restarted = (ids: string[]) => ids.map((id) => `restarted ${id}`);
  switch (trigger) {
    case "tell":
    case "ask":
    case "stream":
      return [
        ...before,
        `exited b ${end}`,
        "restarting b",
        ...stopped(stop),
        ...restarted(start),
      ];
    case "start": {
      // Those before it are up by then, and stop again for its second try.
      const up = start.slice(0, start.indexOf("b"));
      return [
        "exited b terminated",
        "restarting b",
        ...stopped(stop),
        ...restarted(up),
        `start-failed b ${end}`,
        "restarting b",
        ...stopped(up.toReversed()),
        ...restarted(start),
      ];
    }
    case "stop":
      if (strategy === "one-for-one") return [`stopped b ${end}`, "started b"];
      return [
        "exited a terminated",
        "restarting a",
        "stopped c returned",
        `stopped b ${end}`,
        ...restarted(["a", "b", "c"]),
      ];
  }
}

function describe(event: SupervisorEvent): string {
  if (!("id" in event)) return event.type;
  const words: string[] = [event.type, event.id];
  if ("exit" in event && event.exit) words.push(event.exit.reason);
  if (event.type === "start-failed") words.push((event.error as Error).name);
  if (event.type === "stopped" && event.cut) words.push("cut");
  return words.join(" ");
}

/** Three children, and what is told of them. */
class House implements AsyncDisposable {
  readonly plan = new Int32Array(new SharedArrayBuffer(16));
  readonly up = new Queue<string>();
  readonly sup: Supervisor;
  readonly children: ClassChild<Loose>[] = [];
  readonly #strategy: Strategy;
  readonly #events: AsyncIterator<SupervisorEvent>;

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
    this.sup = new Supervisor({
      strategy,
      maxRestarts: Infinity,
      quarantineAfter: 1,
      liveness: { allowance: 300, action: "restart" },
    });
    this.#events = this.sup.events[Symbol.asyncIterator]();
  }

  async open(): Promise<void> {
    for (const id of ["a", "b", "c"]) {
      const plan = id === "b" ? this.plan.buffer : new SharedArrayBuffer(16);
      const child = await this.sup.spawn(failing, [plan, this.up], {
        id,
        shutdown: 150,
        startTimeout: id === "b" ? 700 : 10_000,
      });
      this.children.push(child as unknown as ClassChild<Loose>);
    }
    assertEquals(await this.#told(3), ["started a", "started b", "started c"]);
  }

  async try(row: Row): Promise<void> {
    const { sup, plan, up } = this;
    const [a, b] = this.children as [ClassChild<Loose>, ClassChild<Loose>];
    const expected = expectedFor(this.#strategy, row);
    Atomics.store(plan, FREE, 0);
    Atomics.store(plan, HOW, FAILURES.indexOf(row.how));
    Atomics.store(plan, WHERE, PLACES.indexOf(row.place));
    let failed: Promise<unknown> | undefined;
    const fails = (ask: Promise<unknown>) => {
      failed = ask.then(() => "answered", (error: Error) => error.name);
    };
    switch (row.trigger) {
      case "tell":
        await b.tell.work();
        break;
      case "ask":
        fails(b.ask.work());
        break;
      case "stream":
        fails(Array.fromAsync(b.ask.items()));
        break;
      case "start":
        b.process.terminate();
        break;
      case "stop":
        if (this.#strategy !== "one-for-one") a.process.terminate();
        else {
          sup.terminate("b");
          sup.restart("b");
        }
    }
    assertEquals(await take(up, 1), [row.place]);
    if (row.ends) b.process.terminate();
    assertEquals(await this.#told(expected.length), expected);
    Atomics.store(plan, FREE, 1);
    if (failed !== undefined) {
      const thrown = row.how === "throw" || row.how === "reject";
      assertEquals(
        await soon(failed),
        thrown ? "RemoteError" : "ActorExitedError",
      );
    }
    for (const child of this.children) {
      assertEquals(await soon(child.ask.ping()), "pong");
      assert(child.isAlive() && child.state === "running");
    }
    for (const message of sup.quarantine) message.drop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sup.shutdown();
  }

  async close(): Promise<void> {
    await this.sup.shutdown();
    assertEquals(await this.#told(4), [
      ...["stopped c returned", "stopped b returned", "stopped a returned"],
      "shut-down",
    ]);
    await assertNoThreads();
  }

  async #told(count: number): Promise<string[]> {
    const told: string[] = [];
    try {
      while (told.length < count) {
        const { value } = await soon(this.#events.next(), 5000);
        told.push(describe(value));
      }
    } catch {
      told.push("and no more");
    }
    return told;
  }
}

/** What is used of the actor here. */
interface Loose {
  work(): void;
  items(): AsyncGenerator<number>;
  ping(): string;
}

for (const strategy of Object.keys(groups) as Strategy[]) {
  Deno.test(`every callback failing in every way is told, answered and cleaned up after: ${strategy}`, async (t) => {
    await using house = new House(strategy);
    await house.open();
    const rows = strategy === "rest-for-one" ? [...table, ...slowTable] : table;
    for (const row of rows) {
      const { place, trigger, how, ends } = row;
      const what = ends ? "terminated from outside" : how;
      const name = `${place} (${trigger}): ${what}`;
      // What follows a failure would only tell of the same.
      if (!await t.step(name, () => house.try(row))) return;
    }
    await house.close();
  });
}
