/**
 * A scenario: some threads around one ring, made ready to be explored.
 *
 * @module
 */

import { checkEnd } from "./check_end.ts";
import { Explorer } from "./explore.ts";
import { type Actor, type End, type Plan, Status } from "./plan.ts";
import { GIVEN, Instance } from "./instance.ts";
import { LocalStates } from "./local_states.ts";
import { type Change, compile, type Program } from "./modules.ts";
import { LAYOUT, LOCKING, LOCKS, NO_LOOKS, SCRIPTS } from "./names.ts";
import { tableLayout } from "./word_names.ts";
import { FIRST_COUNT } from "./fingerprint.ts";
import type { SharedMemory, Step, Words } from "./shared_memory.ts";
import { World } from "./world.ts";

/** One thread of a scenario. */
export interface Thread {
  /** How the trace calls it: `producer 1`. */
  readonly name: string;
  /** What it does: an export of `scripts.ts`, called with its ring. */
  readonly script: string;
  /** What the script is called with beside the ring. */
  readonly given?: readonly unknown[];
  /** Whether it may die at any point; another buries it then. */
  readonly isMortal?: boolean;
  /** Plays the root thread for this other one: `bury` or `terminate`. */
  readonly of?: string;
}

/** Threads around a ring. */
export interface Scenario {
  readonly name: string;
  /** The most items of the ring; 0 for no such bound. */
  readonly capacity: number;
  /** The most bytes of the ring; more than the first capacity lets it grow. */
  readonly mostBytes?: number;
  /** The size of an item in bytes, and so of what is in it at first. */
  readonly size?: number;
  /** Items that are in it at first. */
  readonly holds?: readonly number[];
  readonly threads: readonly Thread[];
  /** The most that may be lost: an item that a dead consumer had taken. */
  readonly mayLose?: number;
  /** What is changed in the sources, such as to make a list short. */
  readonly changes?: readonly Change[];
  /** Whether waits with a time-out may reach it. */
  readonly mayTimeOut?: boolean;
  /** Names of threads that run until they sleep before the others begin. */
  readonly beforehand?: readonly string[];
  /**
   * Whether plain accesses are no steps of their own in the short form: each
   * happens together with the Atomics operation before it.
   */
  readonly isCoarse?: boolean;
  /** How often at most a thread is interrupted; else any number of times. */
  readonly preemptions?: number;
}

/** How a scenario is explored. */
export interface Options {
  readonly changes?: readonly Change[];
  /** Whether threads look for a while before they sleep. */
  readonly isLooking?: boolean;
  readonly isFine?: boolean;
  readonly isUnreduced?: boolean;
  /** Whether each history of a thread is a state of its own. */
  readonly isUnmerged?: boolean;
  readonly mostStates?: number;
}

/** A scenario that is ready. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly program: Program;
  readonly explorer: Explorer;
  readonly actors: readonly Actor[];
  /** The ids of the threads, the root's last. */
  readonly ids: readonly number[];
  readonly world: World;
  readonly layout: Record<string, unknown>;
  /** Where the thread table and the ring begin. */
  readonly table: number;
  readonly ring: number;
}

type Callable = (...given: unknown[]) => unknown;

interface Made {
  table: SharedMemory;
  ring: SharedMemory;
  root: number;
  ids: number[];
}

const programs = new Map<string, Program>();

function programWith(
  { changes: own = [] }: Scenario,
  { changes = [], isLooking = false }: Options,
): Program {
  const all = [...isLooking ? [] : NO_LOOKS, ...own, ...changes];
  const key = all.map(({ file, from, to }) => [file, from, to].join()).join();
  let program = programs.get(key);
  if (program === undefined) {
    program = compile(GIVEN, all);
    programs.set(key, program);
  }
  return program;
}

/** Makes a scenario ready. */
export function prepare(scenario: Scenario, options: Options = {}): Prepared {
  const program = programWith(scenario, options);
  const { threads, holds = [], size = 4 } = scenario;
  const own = threads.filter(({ of }) => of === undefined);
  const world = new World();
  const root = new Instance(program, world, world);
  const made = callNow(
    root,
    "setUp",
    own.length,
    scenario.capacity,
    scenario.mostBytes ?? 2048,
  ) as Made;
  const join = (instance: Instance, id: number) =>
    callNow(instance, "join", made.table, id, made.ring);
  callNow(root, "fill", join(root, made.root), holds, size);
  const counters = [...made.ids, made.root].map((id) =>
    made.table.base + counterOf(id)
  );
  for (const counter of counters) world.set(counter, FIRST_COUNT);
  world.begin();
  const initial = new Unchanging(world.copy());
  const ids = threads.map((thread) =>
    thread.of === undefined ? made.ids[own.indexOf(thread)]! : made.root
  );
  const actors = threads.map((thread, index): Actor => {
    const given = thread.of === undefined ? thread.given ?? [] : [
      threads.findIndex(({ name }) => name === thread.of),
      ids[threads.findIndex(({ name }) => name === thread.of)],
    ];
    const start = () => {
      const instance = new Instance(program, initial, undefined);
      const ring = join(instance, ids[index]!);
      instance.begin();
      const run = instance.exports(SCRIPTS)[thread.script] as Callable;
      const script = run(ring, ...given) as Generator<Step, unknown, unknown>;
      return { instance, script };
    };
    return {
      states: new LocalStates(thread.name, start, !options.isUnmerged),
      isMortal: thread.isMortal === true,
    };
  });
  const drained = new Map<string, readonly number[]>();
  const drain = (end: World): readonly number[] => {
    const key = `${end.hash1},${end.hash2}`;
    let items = drained.get(key);
    if (items === undefined) {
      const copy = end.copy();
      const instance = new Instance(program, copy, undefined);
      const ring = join(instance, made.root);
      items = callNow(instance, "drain", ring) as number[];
      drained.set(key, items);
    }
    return items;
  };
  const layout = root.exports(LAYOUT);
  const prepared = {
    scenario,
    program,
    actors,
    ids: [...ids, made.root],
    world,
    layout,
    table: made.table.base,
    ring: made.ring.base,
  };
  const plan: Plan = {
    world,
    actors,
    check: (end: End) => checkEnd(prepared, end, drain),
    counters: ids.map((id) => made.table.base + counterOf(id)),
    isFine: options.isFine,
    isUnreduced: options.isUnreduced,
    mayTimeOut: scenario.mayTimeOut,
    preemptions: scenario.preemptions,
    beforehand: scenario.beforehand?.map((one) =>
      threads.findIndex(({ name }) => name === one)
    ),
    mostStates: options.mostStates,
  };
  const explorer = new Explorer(plan, (thread, state, end) => {
    const locks = LOCKS.filter((name) =>
      world.get(made.ring.base + (layout[name] as number)) === ids[thread]
    );
    const inside = state.sites.map((site) => program.sites[site]!.inside);
    return [
      ...locks.map((name) => `holding ${name}`),
      end.status[thread] === Status.asleep ? "asleep" : "awake",
      inside.includes(LOCKING) ? "waiting for a lock" : "",
    ].filter((part) => part !== "").join(", ");
  });
  return { ...prepared, explorer };
}

/** The word of the thread table that counts a thread's wake-ups. */
function counterOf(id: number): number {
  const { words, bits, slot } = tableLayout();
  return ((id & ((1 << bits) - 1)) + 1) * words + slot.PARK!;
}

function callNow(instance: Instance, name: string, ...given: unknown[]) {
  const call = instance.exports(SCRIPTS)[name] as Callable;
  instance.depth = 0;
  return instance.now(call(...given));
}

/** The first state: set-up code of a thread may look at it. */
class Unchanging implements Words {
  readonly #world: World;
  constructor(world: World) {
    this.#world = world;
  }
  get(at: number): number {
    return this.#world.get(at);
  }
  set(at: number, value: number): void {
    if (this.#world.get(at) === value) return;
    throw new Error(`Cannot set word ${at} before the exploration`);
  }
  notify(): void {}
}
