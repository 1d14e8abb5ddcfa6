/**
 * The cases of actors in processes of their own, beside Python's processes.
 *
 * @module
 */

import { troupeCalls } from "./calls_troupe.ts";
import { cold } from "./cold.ts";
import type { Case } from "./contender.ts";
import { processFlows, type Way } from "./flow_processes.ts";
import type { ItemKind } from "./items.ts";
import type { PoolWork } from "./pool_work.ts";
import { troupePools } from "./pools_troupe.ts";
import {
  pythonCalls,
  pythonProcessFlows,
  pythonProcessPools,
  pythonProcessTrips,
  pythonStarts,
} from "./python.ts";
import { emptyRun } from "./starts_raw.ts";
import { troupeProcessFirst, troupeProcessFirsts } from "./starts_troupe.ts";
import { processTrips } from "./trips_processes.ts";

function flows(
  kind: ItemKind,
  way: Way,
  [least, most]: [number, number],
): Case {
  const contenders = processFlows(kind, way);
  return {
    name: `process, ${kind} ${way} an actor`,
    unit: "messages/s",
    least,
    most,
    // Each thread compiles for itself what it runs often.
    warmUps: 2 * least,
    ours: contenders.slice(0, -1).map((one) => one.name),
    contenders: [...contenders, ...pythonProcessFlows(kind, way)],
  };
}

function calls(name: string, inFlight: number): Case {
  const calls = { answerers: 1, inFlight };
  return {
    name: `process, ${name}`,
    unit: "round trips/s",
    least: 100,
    most: 1e5,
    // Each thread compiles for itself what it runs often.
    warmUps: 5000,
    ours: ["Troupe process, ask"],
    contenders: [
      troupeCalls(calls, "process"),
      troupeCalls(calls),
      ...pythonCalls(inFlight),
    ],
  };
}

function pool(
  name: string,
  work: PoolWork,
  [least, most]: [number, number],
): Case {
  const isMap = typeof work !== "string";
  return {
    name: `process ${name}`,
    unit: isMap ? "items/s" : "tasks/s",
    least,
    most,
    // Each thread compiles for itself what it runs often.
    warmUps: 5000,
    ours: [`Troupe process, ${isMap ? "map" : "submit"}`],
    contenders: [
      troupePools(work, "process"),
      troupePools(work),
      ...pythonProcessPools(work),
    ],
  };
}

/** All cases of actors in processes. */
export const processCases: readonly Case[] = [
  {
    name: "process, start to first message",
    unit: "ms",
    least: 1,
    most: 1,
    isFresh: true,
    ours: ["Troupe process, cold", "Troupe process, after a rest"],
    contenders: [
      cold(troupeProcessFirst),
      ...troupeProcessFirsts,
      emptyRun,
      ...pythonStarts("first"),
    ],
  },
  {
    name: "process, ping-pong",
    unit: "µs",
    least: 100,
    most: 1e5,
    ours: processTrips.slice(0, 2).map((one) => one.name),
    contenders: [...processTrips, ...pythonProcessTrips()],
  },
  flows("small", "to", [1000, 1e6]),
  flows("small", "from", [1000, 1e6]),
  // At most 64 MiB are under way.
  flows("1 MiB", "to", [16, 64]),
  flows("1 MiB", "from", [16, 64]),
  calls("ask, one after another", 1),
  calls("ask, 100 in flight", 100),
  pool("pool, all at once", "all", [500, 20_000]),
  pool("pool, one after another", "one", [200, 1e6]),
  pool("pool map, chunk 1000", { chunk: 1000 }, [4000, 2e6]),
];
