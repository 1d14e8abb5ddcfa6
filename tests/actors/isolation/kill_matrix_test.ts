// Whatever an actor is doing, and however it is ended: it is gone at once, its exit
// tells the truth, and what it shared with others is as if it had never held it.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Exit, Lock, type Process, Queue, Value } from "@troupe/troupe";
import { pidOf, recordOf, starts } from "../../fixtures/actors/isolated.ts";
import { soon } from "../../channels/inside.ts";
import { settledTo } from "../../leaks.ts";
import {
  AT_ONCE,
  doings,
  hasAllOf,
  isAbandoned,
  type Scene,
  up,
} from "./doings.ts";

// --- how it was ended -----------------------------------------------------

type End = (actor: Process<unknown>) => unknown;

const gone = { threadStopped: true };
const killed = { reason: "killed", code: -9, ...gone };
const terminated = { reason: "terminated", code: -15, ...gone };

const signal = (name: Deno.Signal): End => (actor) =>
  Deno.kill(pidOf(actor), name);

/** Of an actor in a thread as well. */
const ends: [name: string, end: End, exit: object][] = [
  ["kill()", (actor) => actor.kill(), killed],
  ["terminate()", (actor) => actor.terminate(), terminated],
  ["stop()", (actor) => void actor.stop({ grace: 50 }), terminated],
];

const signals: typeof ends = [
  ["SIGKILL", signal("SIGKILL"), killed],
  ["SIGTERM", signal("SIGTERM"), terminated],
  // As when Deno itself crashes. One SIGSEGV from outside is not enough for that:
  // Rust's runtime takes it for an overflow of the stack, and waits for the next.
  ["SIGABRT", signal("SIGABRT"), { reason: "exited", code: -6 }],
];

/**
 * Ends it, and checks what is to be seen of that.
 *
 * @param isOrphan Whether it is ended with its parent: then its process is gone
 *   soon after its end is told.
 */
async function checkEnd(
  { actor, isAtIt, check }: Scene,
  end: End,
  isOrphan = false,
): Promise<Exit> {
  await soon(isAtIt);
  const record = recordOf(actor);
  const pid = record.process;
  const start = performance.now();
  await end(actor);
  const exit = await soon(actor.join());
  // One that has not started yet takes longer: see many_test.ts.
  assert(performance.now() - start < (pid === 0 ? 3 : 1) * AT_ONCE);
  assertEquals(actor.isAlive(), false);
  // Nothing is left of it, not even what a parent has to fetch.
  if (isOrphan) assert(await settledTo(() => isGone(pid), true));
  else assertEquals(record.process, 0);
  if (pid !== 0) assert(isGone(pid));
  await check?.();
  return exit;
}

function isGone(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return false;
  } catch {
    return true; // or this is not Linux
  }
}

/** What a thread cannot be ended in, or only after long: it never looks up. */
const ENDLESS = [
  "computed without end",
  "computed for a message",
  "changed a value and a map",
  "allocated",
];

/** Those in which they hear of `stop`, or others see something of it. */
const STOPPED = ["awaited for ever", "handled a message"];

/**
 * Whether a field of the table is tried in each run: `kill` for all that an actor
 * does, and one other end for each. The whole table takes half a minute or more, and
 * is for stress tests.
 */
function isEssential(doing: string, by: string): boolean {
  if (by === "kill()") return true;
  if (by === "stop()") return STOPPED.includes(doing);
  const others = ["terminate()", ...signals.map(([name]) => name)];
  const turn = Object.keys(doings).indexOf(doing) % others.length;
  return by === others[turn];
}

const isStress = Deno.env.has("TROUPE_STRESS");

for (const [doing, start] of Object.entries(doings)) {
  for (const mode of ["thread", "process"] as const) {
    if (mode === "thread" && ENDLESS.includes(doing)) continue;
    const hasPid = mode === "process" && doing !== "was not started yet";
    for (const [by, end, expected] of [...ends, ...hasPid ? signals : []]) {
      const isShort = isEssential(doing, by);
      const isHere = !by.startsWith("SIG") || Deno.build.os !== "windows";
      Deno.test({
        name: `a ${mode} that ${doing}, ended by ${by}` +
          (isShort ? "" : " (stress)"),
        ignore: !isHere || !isShort && !isStress,
        async fn() {
          const exit = await checkEnd(start(mode, "stay"), end);
          assertEquals(exit, expected as Exit);
        },
      });
    }
  }
}

// --- by itself ------------------------------------------------------------

const owning = [
  "awaited for ever",
  "held a lock",
  "put into a queue",
  "had sent into a pipe",
  "changed a value and a map",
  "handled a message",
];

const THROWING = ["awaited for ever", "held a lock", "handled a message"];

for (const doing of owning) {
  for (const mode of ["thread", "process"] as const) {
    Deno.test(`a ${mode} that ${doing}, and exits`, async () => {
      const exit = await checkEnd(doings[doing]!(mode, "exit"), () => {});
      assertEquals(exit, { reason: "exited", code: 3 });
    });
    if (!THROWING.includes(doing)) continue;
    Deno.test(`a ${mode} that ${doing}, and throws`, async () => {
      const exit = await checkEnd(doings[doing]!(mode, "throw"), () => {});
      assertEquals(exit.reason, "threw");
      assertEquals(exit.code, 1);
      const { error } = exit as { error: Error };
      assertInstanceOf(error.cause, RangeError);
    });
  }
}

// --- with its parent ------------------------------------------------------

/** One that a thread of this program has started in a process. */
async function orphan(
  what: "computes" | "holds" | "puts",
  args: unknown[],
): Promise<[parent: Process<unknown>, actor: Process<unknown>]> {
  const handle = new Queue<Process<void>>();
  const parent = starts.spawn([handle, what, args]);
  return [parent, await soon(handle.get()) as Process<void>];
}

Deno.test("a process that computed ends with its parent", async () => {
  const isUp = up();
  const [parent, actor] = await orphan("computes", [isUp]);
  const scene = { actor, isAtIt: isUp.get() };
  const exit = await checkEnd(scene, () => parent.terminate(), true);
  assertEquals(exit, terminated as Exit);
  await parent.join();
});

Deno.test("a process that held a lock ends with its parent", async () => {
  const [isUp, lock] = [up(), new Lock()];
  const [parent, actor] = await orphan("holds", [isUp, lock, "stay"]);
  const scene = { actor, isAtIt: isUp.get(), check: () => isAbandoned(lock) };
  const exit = await checkEnd(scene, () => parent.kill(), true);
  assertEquals(exit, terminated as Exit);
  await parent.join();
});

Deno.test("a process that put into a queue ends with its parent", async () => {
  const [isUp, done, queue] = [up(), new Value("int32"), new Queue<number>()];
  const [parent, actor] = await orphan("puts", [isUp, queue, done, "stay"]);
  const check = () => hasAllOf(queue, done.value);
  const scene = { actor, isAtIt: isUp.get(), check };
  const exit = await checkEnd(scene, () => parent.terminate(), true);
  assertEquals(exit, terminated as Exit);
  await parent.join();
});
