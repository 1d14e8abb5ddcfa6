/**
 * The table of targets: ratios that Troupe is to reach, none of them a
 * measurement.
 *
 * @module
 */

import { BY_HAND } from "./by_hand.ts";
import { ratioOf } from "./contender.ts";
import { median } from "./figures.ts";
import type { CaseResult } from "./measure.ts";
import { NPM_POOLS } from "./npm.ts";

/** A ratio to reach in a case. */
interface Target {
  readonly case: string;
  /** The contender it is about. */
  readonly ours: string;
  /** The contenders it is compared with: the best of them. */
  readonly beside: readonly string[];
  /** What the best of several is called. */
  readonly bestOf?: string;
  /** How many times better it is to be, at least. */
  readonly least?: number;
  /** Or how many times worse it may be, at most. */
  readonly most?: number;
  /** How much more than the others is allowed, in the unit of the case. */
  readonly allowed?: number;
  /** What is to be known when the figure is read. */
  readonly note?: string;
}

const PYTHON = {
  beside: ["Python Queue", "Python SimpleQueue", "Python Pipe"],
  bestOf: "Python, best",
};
const PORT = ["MessagePort"];
const TRANSFER = ["MessagePort, transfer"];
const FORK = ["Python Process, fork"];
const BUN = ["Bun MessagePort"];
const ERLANG = ["Erlang send"];
const EXECUTOR = "Python ProcessPoolExecutor";
const PYTHON_POOL = "Python Pool";
const PYTHON_VALUE = "Python Value";
const SPARES = "Troupe, spares at hand";

const targets: readonly Target[] = [
  ...["small, 1 to 1", "small, 2 to 1", "small, 1 to 2"].flatMap((name) => [
    { case: name, ours: "Troupe, get", beside: PORT, least: 10 },
    { case: name, ours: "Troupe, get", ...PYTHON, least: 12 },
    { case: name, ours: "Troupe, get", beside: BUN, least: 2 },
    {
      case: name,
      ours: "Troupe, get",
      beside: ERLANG,
      least: 1,
      note: "its send never waits",
    },
  ]),
  {
    case: "int, 1 to 1",
    ours: "Troupe, getSync",
    beside: ["bare ring"],
    least: 0.4,
  },
  {
    case: "1 KiB object, 1 to 1",
    ours: "Troupe, getSync",
    beside: PORT,
    least: 3,
  },
  ...["64 KiB, 1 to 1", "1 MiB, 1 to 1"].flatMap((name) => [
    {
      case: name,
      ours: "Troupe, recv, transfer",
      beside: TRANSFER,
      least: 1,
    },
    {
      case: name,
      ours: "Troupe, get, transfer",
      beside: TRANSFER,
      least: 1,
      note: "a queue copies",
    },
    { case: name, ours: "Troupe, get", beside: PORT, least: 1 },
  ]),
  {
    case: "ping-pong, hot",
    ours: "Troupe, recvSync",
    ...PYTHON,
    least: 12,
  },
  {
    case: "ping-pong, after a rest",
    ours: "Troupe, recvSync",
    ...PYTHON,
    least: 1,
  },
  {
    case: "start to first message",
    ours: SPARES,
    beside: FORK,
    least: 1,
  },
  {
    case: "nine named, started and joined",
    ours: SPARES,
    beside: ["Worker"],
    least: 2,
  },
  {
    case: "pool, all at once",
    ours: "Troupe, submit",
    beside: NPM_POOLS,
    bestOf: "npm, best",
    least: 20,
  },
  {
    case: "pool, all at once",
    ours: "Troupe, submit",
    beside: [EXECUTOR],
    least: 100,
  },
  {
    case: "pool, one after another",
    ours: "Troupe, submit",
    beside: [...NPM_POOLS, BY_HAND, EXECUTOR, PYTHON_POOL],
    bestOf: "all, best",
    least: 6,
  },
  {
    case: "pool map, chunk 1000",
    ours: "Troupe, map",
    beside: [PYTHON_POOL],
    least: 2,
  },
  {
    case: "pool, first task, spares at hand",
    ours: "Troupe",
    beside: FORK,
    least: 1,
    note: "a pool of two, beside a single process",
  },
  ...[
    { case: "ask, one after another", least: 2 },
    { case: "ask, 100 in flight", least: 8 },
  ].flatMap((target) =>
    ["comlink", BY_HAND].map((beside) => ({
      ...target,
      ours: "Troupe, ask",
      beside: [beside],
    }))
  ),
  {
    case: "tell",
    ours: "Troupe, tell",
    beside: ["postMessage to Worker"],
    least: 8,
  },
  {
    case: "64 actors echoing",
    ours: "Troupe, ask",
    beside: [BY_HAND],
    least: 6,
  },
  ...[
    { case: "locked increment, alone", least: 30 },
    { case: "locked increment, two at once", least: 20 },
  ].map((target) => ({
    ...target,
    ours: "Troupe, runSync",
    beside: [PYTHON_VALUE],
  })),
  {
    case: "process, start to first message",
    ours: "Troupe process, cold",
    beside: ["deno run, empty"],
    most: 3.5,
  },
  {
    case: "process, ping-pong",
    ours: "Troupe process, recvSync in the actor",
    beside: ["Python Pipe, spawn"],
    least: 1,
  },
  ...["small", "1 MiB"].flatMap((kind) =>
    ["to", "from"].map((way) => ({
      case: `process, ${kind} ${way} an actor`,
      ours: "Troupe process, for await",
      beside: ["Python Queue, spawn"],
      least: 1,
    }))
  ),
  ...["one after another", "100 in flight"].map((how) => ({
    case: `process, ask, ${how}`,
    ours: "Troupe process, ask",
    beside: ["Python Manager, spawn"],
    least: 1,
  })),
  ...[
    { case: "process pool, all at once", ours: "Troupe process, submit" },
    { case: "process pool, one after another", ours: "Troupe process, submit" },
    { case: "process pool map, chunk 1000", ours: "Troupe process, map" },
  ].map((target) => ({
    ...target,
    beside: [`${EXECUTOR}, spawn`],
    least: 1,
  })),
  {
    case: "idle, memory of one of 16 threads",
    ours: "Troupe, class actor",
    beside: ["Worker"],
    least: 1,
    allowed: 1024,
    note: "less than 1 MiB more",
  },
];

/** A target beside what was measured. */
export interface Judged {
  readonly target: Target;
  /**
   * How many times better ours is, or worse where that is what is bounded. Not
   * there if a contender was missing.
   */
  readonly ratio?: number;
}

/** The targets of the cases that were run. */
export function judge(results: readonly CaseResult[]): Judged[] {
  return results.flatMap((result) =>
    targets.filter((one) => one.case === result.case.name)
      .map((target) => ({ target, ratio: ratioIn(result, target) }))
  );
}

function ratioIn(
  { case: { unit }, measured }: CaseResult,
  { ours, beside, most, allowed = 0 }: Target,
): number | undefined {
  const middle = (name: string) => {
    const figures = measured.find((one) => one.name === name)?.figures ?? [];
    return figures.length > 0 ? [median(figures)] : [];
  };
  const [figure] = middle(ours);
  const others = beside.flatMap(middle);
  if (figure === undefined || others.length === 0) return undefined;
  const ratio = Math.min(
    ...others.map((other) => ratioOf(unit, figure, other + allowed)),
  );
  return most === undefined ? ratio : 1 / ratio;
}
