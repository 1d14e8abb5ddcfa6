/**
 * The contenders in Python: `multiprocessing`, run by `python/main.py`.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import { elapsed, type Flow } from "./flow.ts";
import type { Way } from "./flow_processes.ts";
import type { FlowReport } from "./flow_work.ts";
import type { ItemKind } from "./items.ts";
import {
  askElapsed,
  findPeer,
  peerContender,
  type PeerProcess,
} from "./peer_process.ts";
import { POOL_FIRST, type PoolWork, workArgs } from "./pool_work.ts";
import type { Heat } from "./trip_work.ts";

/** The Python that takes part. */
export interface Python {
  readonly version: string;
  /** How it can start processes: "fork", "spawn", … */
  readonly methods: readonly string[];
}

const COMMAND = "python3";

const LOOK =
  "import json, multiprocessing, platform; print(json.dumps(dict(version=" +
  "platform.python_version(), methods=multiprocessing.get_all_start_methods())))";

const found = await findPeer(COMMAND, ["-c", LOOK]);

/** The Python that takes part, if there is one. */
export const python: Python | undefined = found && JSON.parse(found);

/** Fork where it can be had: the fastest, and once started all are alike. */
const usual = python?.methods.includes("fork") ? "fork" : "spawn";

function contender(
  name: string,
  method: string,
  args: readonly string[],
  run: (python: PeerProcess, count: number) => Promise<number>,
  isFresh = false,
): Contender {
  return peerContender({
    name: `Python ${name}`,
    missing: python === undefined
      ? `no ${COMMAND} here`
      : python.methods.includes(method)
      ? undefined
      : `no ${method} here`,
    call: {
      command: COMMAND,
      // -B: leaves no compiled modules behind.
      args: ["-B", "main.py", method, ...args],
      cwd: new URL("python/", import.meta.url),
    },
    isFresh,
    run,
  });
}

/** Python's contenders for a flow. A pipe joins two, and no more. */
export function pythonFlows(
  { kind, producers, consumers }: Flow,
): Contender[] {
  const channels = producers + consumers === 2
    ? ["Queue", "SimpleQueue", "Pipe"]
    : ["Queue", "SimpleQueue"];
  return channels.map((channel) =>
    contender(
      channel,
      usual,
      ["flow", channel, kind, `${producers}`, `${consumers}`],
      async (process, count) => {
        const share = Math.ceil(count / producers);
        const reports = await process.ask<FlowReport[]>({ count: share });
        return elapsed(reports, share * producers);
      },
    )
  );
}

/** Python's contender for round trips. */
export function pythonTrips(heat: Heat): Contender[] {
  return [contender("Pipe", usual, ["trips", heat], askElapsed)];
}

/** Python's contender for increments, under the lock: it has no other. */
export function pythonIncrements(processes: number): Contender {
  return contender("Value", usual, ["increments", `${processes}`], askElapsed);
}

/** Python's contenders for what is measured by starting processes. */
export function pythonStarts(what: "first" | "team"): Contender[] {
  return ["fork", "spawn"].map((method) =>
    contender(`Process, ${method}`, method, [what], askElapsed)
  );
}

/** How Python starts processes where each way is shown. */
const METHODS = ["spawn", "fork"] as const;

/** Python's contenders for a flow between the program and a process. */
export function pythonProcessFlows(kind: ItemKind, way: Way): Contender[] {
  return METHODS.map((method) =>
    contender(
      `Queue, ${method}`,
      method,
      [`flow ${way}`, "Queue", kind],
      async (process, count) =>
        elapsed(await process.ask<FlowReport[]>({ count }), count),
    )
  );
}

/** Python's contenders for round trips between the program and a process. */
export function pythonProcessTrips(): Contender[] {
  return METHODS.map((method) =>
    contender(`Pipe, ${method}`, method, ["trips to"], askElapsed)
  );
}

/** Python's contenders for calls: to an object that a manager keeps. */
export function pythonCalls(inFlight: number): Contender[] {
  return METHODS.map((method) =>
    contender(
      `Manager, ${method}`,
      method,
      ["calls", `${inFlight}`],
      askElapsed,
    )
  );
}

/** Python's contenders for the tasks of a pool, by each way to start it. */
export function pythonProcessPools(work: PoolWork): Contender[] {
  const [pool] = PYTHON_POOLS;
  return METHODS.map((method) =>
    contender(
      `${pool}, ${method}`,
      method,
      ["pool", pool, ...workArgs(work)],
      askElapsed,
    )
  );
}

/** What Python's pools are called. */
export const PYTHON_POOLS = ["ProcessPoolExecutor", "Pool"] as const;

/** Python's contenders for the tasks of a pool. */
export function pythonPools(work: PoolWork): Contender[] {
  return PYTHON_POOLS.map((pool) =>
    contender(pool, usual, ["pool", pool, ...workArgs(work)], askElapsed)
  );
}

/** Python's contenders for the first task of a fresh pool. */
export function pythonPoolFirsts(isCold: boolean): Contender[] {
  return ["fork", "spawn"].flatMap((method) =>
    PYTHON_POOLS.map((pool) =>
      contender(
        `${pool}, ${method}`,
        method,
        ["pool", pool, POOL_FIRST],
        askElapsed,
        isCold,
      )
    )
  );
}
