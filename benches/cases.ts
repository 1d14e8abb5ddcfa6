/**
 * The table of cases. Whoever adds one adds a line here.
 *
 * @module
 */

import { bunFlows, bunTrips } from "./bun.ts";
import { comlinkCalls, rawCalls } from "./calls_raw.ts";
import { troupeCalls, troupeTells } from "./calls_troupe.ts";
import { cold } from "./cold.ts";
import type { Case, Contender } from "./contender.ts";
import {
  erlangCalls,
  erlangCasts,
  erlangFlows,
  erlangTrips,
} from "./erlang.ts";
import type { Flow } from "./flow.ts";
import { troupeFlows } from "./flow_troupe.ts";
import { rawIncrements } from "./increments_raw.ts";
import {
  troupeAtomic,
  troupeAwaited,
  troupeLocked,
} from "./increments_troupe.ts";
import { idleCpu, idleMemory, idleThreads } from "./idle.ts";
import { awaitingLocks } from "./locks_awaiting.ts";
import { computedGauge, cpuGauge, looking } from "./looking.ts";
import { npmPoolFirsts, npmPools } from "./npm.ts";
import type { PoolWork } from "./pool_work.ts";
import { rawPoolFirst, rawPools } from "./pools_raw.ts";
import {
  troupePoolFirst,
  troupePools,
  troupePoolWarm,
} from "./pools_troupe.ts";
import { processCases } from "./process_cases.ts";
import {
  pythonFlows,
  pythonIncrements,
  pythonPoolFirsts,
  pythonPools,
  pythonStarts,
  pythonTrips,
} from "./python.ts";
import { rawFlows, rawTrips } from "./raw_contenders.ts";
import { rawFirst, rawTeam } from "./starts_raw.ts";
import { troupeFirsts, troupeTeams } from "./starts_troupe.ts";
import type { Heat } from "./trip_work.ts";
import { troupeTrips } from "./trips_troupe.ts";

function queue(
  name: string,
  [kind, producers, consumers]: [Flow["kind"], number, number],
  [least, most]: [number, number],
): Case {
  const flow = { kind, producers, consumers };
  return {
    name,
    unit: "messages/s",
    least,
    most,
    ours: ["Troupe, get", "Troupe, getSync"],
    contenders: [
      ...troupeFlows(flow),
      ...rawFlows(flow),
      ...bunFlows(flow),
      ...erlangFlows(flow),
      ...pythonFlows(flow),
    ],
  };
}

function trips(
  name: string,
  heat: Heat,
  [least, most]: [number, number],
): Case {
  return {
    name,
    unit: "µs",
    least,
    most,
    ours: ["Troupe, recv", "Troupe, recvSync"],
    contenders: [
      ...troupeTrips(heat),
      ...rawTrips(heat),
      ...bunTrips(heat),
      ...erlangTrips(heat),
      ...pythonTrips(heat),
    ],
  };
}

function calls(name: string, answerers: number, inFlight: number): Case {
  const calls = { answerers, inFlight };
  const isOfOne = answerers === 1;
  return {
    name,
    unit: "round trips/s",
    least: 500,
    most: 1e6,
    // Each thread compiles for itself what it runs often.
    warmUps: isOfOne ? 20_000 : answerers * 2000,
    ours: ["Troupe, ask"],
    contenders: [
      troupeCalls(calls),
      rawCalls(calls),
      ...isOfOne ? [comlinkCalls(calls)] : [],
      erlangCalls(calls),
    ],
  };
}

function looks(name: string, pairs: number, computers: number): Case {
  return {
    name: `looking, ${name}`,
    unit: "µs",
    least: 20,
    most: 1e6,
    gauge: computers > 0 ? computedGauge : cpuGauge,
    ours: ["Troupe, recv", "Troupe, recvSync"],
    contenders: looking(pairs, computers),
  };
}

function pool(
  name: string,
  work: PoolWork,
  [least, most]: [number, number],
): Case {
  const isMap = typeof work !== "string";
  return {
    name,
    unit: isMap ? "items/s" : "tasks/s",
    least,
    most,
    // Each thread compiles for itself what it runs often.
    warmUps: 5000,
    ours: [isMap ? "Troupe, map" : "Troupe, submit"],
    contenders: [
      troupePools(work),
      rawPools(work),
      ...npmPools(work),
      ...pythonPools(work),
    ],
  };
}

/** Counting in shared memory, by so many at once. */
function increments(
  kind: "locked" | "atomic",
  [name, workers]: readonly [name: string, workers: number],
): Case {
  const isLocked = kind === "locked";
  const ours = isLocked ? troupeLocked(workers) : troupeAtomic(workers);
  return {
    name: `${kind} increment, ${name}`,
    unit: "op/s",
    // Enough for the loops to be compiled before the first count is settled.
    least: 20_000,
    most: 1e8,
    ours: ours.slice(0, 2).map((one) => one.name),
    contenders: [
      ...ours,
      rawIncrements(isLocked ? "bare exchange" : "bare add", workers),
      pythonIncrements(workers),
    ],
  };
}

function awaiting(name: string, contenders: readonly Contender[]): Case {
  return {
    name: `awaiting lock, ${name}`,
    unit: "op/s",
    least: 1000,
    most: 1e7,
    warmUps: 20_000,
    ours: ["Troupe, acquire"],
    contenders,
  };
}

const ALONE = ["alone", 1] as const;
const TWO = ["two at once", 2] as const;

/** All cases, in the order in which they are run. */
export const cases: readonly Case[] = [
  queue("int, 1 to 1", ["int", 1, 1], [2000, 1e7]),
  queue("small, 1 to 1", ["small", 1, 1], [2000, 1e7]),
  queue("small, 2 to 1", ["small", 2, 1], [2000, 1e7]),
  queue("small, 1 to 2", ["small", 1, 2], [2000, 1e7]),
  queue("1 KiB object, 1 to 1", ["nested", 1, 1], [500, 1e6]),
  // At most 64 MiB are under way.
  queue("64 KiB, 1 to 1", ["64 KiB", 1, 1], [128, 1024]),
  queue("1 MiB, 1 to 1", ["1 MiB", 1, 1], [16, 64]),
  trips("ping-pong, hot", "hot", [200, 1e6]),
  trips("ping-pong, after a rest", "cold", [20, 150]),
  calls("ask, one after another", 1, 1),
  calls("ask, 100 in flight", 1, 100),
  {
    name: "tell",
    unit: "messages/s",
    least: 2000,
    most: 1e7,
    warmUps: 20_000,
    ours: ["Troupe, tell"],
    contenders: [
      troupeTells,
      ...rawFlows({ kind: "small", producers: 1, consumers: 1 })
        .filter(({ name }) => name !== "postMessage from Worker"),
      erlangCasts,
    ],
  },
  calls("4 actors echoing", 4, 4),
  calls("16 actors echoing", 16, 16),
  calls("64 actors echoing", 64, 64),
  looks("one pair", 1, 0),
  looks("two pairs", 2, 0),
  looks("two pairs beside two that compute", 2, 2),
  {
    name: "start to first message",
    unit: "ms",
    least: 1,
    most: 5,
    ours: ["Troupe", "Troupe, spares at hand"],
    contenders: [...troupeFirsts, rawFirst, ...pythonStarts("first")],
  },
  {
    name: "nine named, started and joined",
    unit: "ms",
    least: 1,
    most: 1,
    ours: ["Troupe", "Troupe, spares at hand"],
    contenders: [...troupeTeams, rawTeam, ...pythonStarts("team")],
  },
  pool("pool, all at once", "all", [500, 20_000]),
  pool("pool, one after another", "one", [200, 1e6]),
  pool("pool map, chunk 1", { chunk: 1 }, [500, 1e6]),
  pool("pool map, chunk 100", { chunk: 100 }, [20_000, 1e6]),
  pool("pool map, chunk 1000", { chunk: 1000 }, [100_000, 2e6]),
  {
    name: "pool, first task, cold",
    unit: "ms",
    least: 1,
    most: 1,
    isFresh: true,
    ours: ["Troupe"],
    contenders: [
      ...[troupePoolFirst, rawPoolFirst].map(cold),
      ...npmPoolFirsts(true),
      ...pythonPoolFirsts(true),
    ],
  },
  {
    name: "pool, first task, spares at hand",
    unit: "ms",
    least: 1,
    most: 5,
    ours: ["Troupe"],
    contenders: [
      troupePoolWarm,
      rawPoolFirst,
      ...npmPoolFirsts(false),
      ...pythonPoolFirsts(false),
      ...pythonStarts("first"),
    ],
  },
  ...processCases,
  increments("locked", ALONE),
  increments("locked", TWO),
  increments("atomic", ALONE),
  increments("atomic", TWO),
  awaiting("alone", awaitingLocks(1)),
  awaiting("ten callers", awaitingLocks(10)),
  awaiting("two actors", [troupeAwaited(2), rawIncrements("Web Locks", 2)]),
  {
    name: "idle, memory of one of 500",
    unit: "KiB",
    least: 500,
    most: 500,
    isFresh: true,
    fewest: 2,
    ours: ["Troupe, queue"],
    contenders: idleMemory,
  },
  {
    name: "idle, memory of one of 16 threads",
    unit: "KiB",
    least: 16,
    most: 16,
    isFresh: true,
    fewest: 2,
    ours: ["Troupe, class actor"],
    contenders: idleThreads,
  },
  {
    name: "idle, CPU of a thread that waits",
    unit: "CPU ms/s",
    least: 2,
    most: 2,
    isFresh: true,
    fewest: 1,
    ours: ["Troupe, get", "Troupe, getSync"],
    contenders: idleCpu,
  },
];
