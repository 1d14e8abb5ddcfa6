// Many processes, ended at any time: nothing of them is left.
import { assert, assertEquals } from "@std/assert";
import { Lock, type Process, Queue } from "@troupe/troupe";
import {
  answers,
  awaits,
  computes,
  holds,
  idle,
  nothing,
  pidOf,
} from "../../fixtures/actors/isolated.ts";
import { letSparesGo, spareCount } from "../../../actors/spares.ts";
import { soon } from "../../channels/inside.ts";
import { type Round, stress } from "../../channels/seeded.ts";
import {
  assertFilesClosed,
  assertNoThreads,
  openFiles,
  settledTo,
} from "../../leaks.ts";

/** How many processes a round starts, and how many of them at a time. */
const COUNT = Deno.env.has("TROUPE_STRESS") ? 200 : 20;
const AT_A_TIME = 5;

const linux = Deno.build.os === "linux";
const run = { isolation: "process" } as const;

let limit = 2048;

/**
 * How to start one of a kind of its own, for which there are no spares: see the
 * last test.
 */
function alone() {
  return { ...run, memory: limit++ };
}

/**
 * The processes that this one has started, with those that nobody fetched. Spares
 * have some, and are let go.
 */
function childCount(): number {
  letSparesGo();
  if (!linux) return 0;
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^\d+$/.test(name) && parentOf(name) === Deno.pid) count++;
  }
  return count;
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** Starts any actor; resolves when it has come as far as it is let. */
async function start(round: Round, lock: Lock): Promise<Process<unknown>> {
  const up = new Queue<0>();
  const isAwaited = round.random() < 0.6;
  const which = round.below(6);
  const how = alone();
  const begin = (): [Process<unknown>, Promise<unknown>] => {
    switch (which) {
      case 0:
        return [computes.spawn([up], how), up.get()];
      case 1:
        return [awaits.spawn([up, round.of("stay", "exit")], how), up.get()];
      case 2: {
        const holder = holds.spawn([up, lock, "stay"], how);
        // Others may hold the lock.
        return [holder, holder.ready()];
      }
      case 3: {
        const p = answers.spawn([], how);
        p.ask.at(up, "stay").catch(() => {});
        return [p, up.get()];
      }
      case 4:
        return [nothing.spawn([], how), Promise.resolve()];
      default: {
        const p = idle.spawn([], how);
        return [p, p.ready()];
      }
    }
  };
  const [p, isAtIt] = begin();
  isAtIt.catch(() => {});
  if (isAwaited) await isAtIt;
  // Else somewhere on its way, once there is a process: see the last tests.
  else {
    await settledTo(() => pidOf(p) !== 0 || p.exitCode !== null, true);
    await p.join({ timeout: round.below(100) });
  }
  return p;
}

/** Ends it in any way. */
function end(round: Round, p: Process<unknown>): void {
  const pid = pidOf(p);
  switch (round.below(4)) {
    case 0:
      return p.kill();
    case 1:
      return p.terminate();
    case 2:
      return void p.stop({ grace: round.below(30) });
    default:
      if (pid === 0) return p.kill();
      try {
        Deno.kill(pid, round.of("SIGKILL", "SIGTERM"));
      } catch {
        // It has ended by itself.
      }
  }
}

/** Starts some, one after the other, and ends them. */
async function line(round: Round, count: number, lock: Lock): Promise<void> {
  for (let n = 0; n < count; n++) {
    const p = await soon(start(round, lock));
    end(round, p);
    const { reason } = await soon(p.join());
    const known = ["killed", "terminated", "exited", "returned"];
    assert(known.includes(reason), reason);
    assertEquals(p.isAlive(), false);
  }
}

stress(
  "many processes leave nothing behind, whenever they end",
  async (round) => {
    // The first one opens what this process keeps.
    await nothing.spawn([], alone()).join();
    await assertNoThreads();
    const files = openFiles();
    const lock = new Lock();
    const lines = Array.from(
      { length: AT_A_TIME },
      () => line(round, COUNT / AT_A_TIME, lock),
    );
    await Promise.all(lines);
    using _ = await lock.acquire({ timeout: 1000 });
    assertEquals(await settledTo(childCount, 0), 0);
    await assertNoThreads();
    await assertFilesClosed(files);
  },
);

Deno.test("processes that are all ended at once leave nothing behind", async () => {
  await nothing.spawn([], alone()).join();
  await assertNoThreads();
  assertEquals(await settledTo(childCount, 0), 0);
  const files = openFiles();
  const all = Array.from({ length: 8 }, () => idle.spawn([], alone()));
  await soon(Promise.all(all.map((p) => p.ready())));
  const pids = all.map(pidOf);
  assertEquals(new Set(pids).size, all.length);
  if (linux) assert(pids.every((pid) => parentOf(`${pid}`) === Deno.pid));
  for (const p of all) p.kill();
  for (const p of all) {
    const killed = { reason: "killed", code: -9, threadStopped: true } as const;
    assertEquals(await soon(p.join()), killed);
  }
  if (linux) assert(pids.every((pid) => parentOf(`${pid}`) === undefined));
  assertEquals(await settledTo(childCount, 0), 0);
  await assertNoThreads();
  await assertFilesClosed(files);
});

/** Starts that come later than this after others are another burst, in ms. */
const BURST_GAP = 1000;

Deno.test({
  name: "spares of processes that are let go leave nothing behind",
  async fn() {
    await nothing.spawn([], run).join();
    await assertNoThreads();
    assertEquals(await settledTo(childCount, 0), 0);
    const files = openFiles();
    for (let round = 0; round < 3; round++) {
      // Started again and again, in bursts, it has spares.
      for (let burst = 0; burst < 2; burst++) {
        const end = performance.now() + BURST_GAP;
        const team = [1, 2].map(() => idle.spawn([], run));
        for (const p of team) {
          await soon(p.ready());
          p.kill();
          await p.join();
        }
        await settledTo(() => performance.now() > end, true);
      }
      assert(await settledTo(() => spareCount() > 0, true));
      letSparesGo();
      assertEquals(await settledTo(childCount, 0), 0);
    }
    await assertNoThreads();
    await assertFilesClosed(files);
  },
});
