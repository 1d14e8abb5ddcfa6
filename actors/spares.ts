/**
 * Spares: threads that were made ahead and wait for an actor.
 *
 * To make a thread blocks the one who makes it for 10 to 15 ms, and the thread
 * then takes twice that to load Troupe. A spare has all that behind it. What its
 * actor may do is fixed when the thread is made, so there are spares for each
 * set of permissions; and what it may load, so a spare names the modules of all
 * actors that were declared by then.
 *
 * ```text
 *   start ──▶ a warm spare of these rights that names the module ──▶ taken
 *     │   └─▶ none: a new thread
 *     └─▶ if this kind is started again and again: later, when the event loop
 *         is idle, as many spares as were started in each of the last two bursts
 *
 *   spare:  loading ──▶ warm ──▶ taken
 *              └───────────┴───▶ gone, after 30 s
 * ```
 *
 * A kind that is started in one burst only, as most programs do it, gets no
 * spares: nobody would take them, and each costs its 15 MiB. Spares hold up
 * neither the end of the program nor, but for the 13 ms it takes to make one,
 * its event loop.
 *
 * Only the root thread keeps any. One that is about to be taken and one that is
 * about to go are told apart by a word that both sides change by
 * compare-and-set.
 *
 * @module
 */

import { ownThread, ROOT } from "../channels/threads.ts";
import type { ChildStart } from "./isolation/child_protocol.ts";
import { declaringModules } from "./declaration.ts";
import {
  type NormalizedPermissions,
  workerPermissions,
} from "./permissions.ts";
import { type SpareMessage, SpareState, trampolineUrl } from "./_trampoline.ts";
import { setKeepsAlive } from "./_worker_ref.ts";

/** Starts that come sooner than this after each other are one burst, in ms. */
const BURST_GAP = 250;

/** The most spares of one kind. */
const MOST = 16;

/** The most of them that have processes, each of which takes some 80 MB. */
const MOST_PROCESSES = 4;

/** How long a spare waits to be taken, in ms. */
const PATIENCE = 30_000;

/** One that has not loaded by then is stuck, and so would the next be, in ms. */
const LOAD_TIME = 10_000;

/** How long after a start to look whether the event loop is idle, in ms. */
const PAUSE = 30;

/** A timer that is later than this says that the loop is busy, in ms. */
const LATE = 4;

/** The longest time between two looks at a busy loop, in ms. */
const LONGEST_PAUSE = 1000;

/** What a worker is wanted for. */
export interface WorkerSpec {
  /** The module that runs the actor. */
  readonly host: string;
  /** See `TrampolineSpec`. */
  readonly early?: string | undefined;
  /** What that is to begin with: for an agent, which starts a process. */
  readonly child?: ChildStart | undefined;
  /** The modules that it may have to load. */
  readonly modules: readonly string[];
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  /** What it is called. */
  readonly name: string;
}

interface Spare {
  /** Whether it may be taken before it is warm. */
  readonly isEager: boolean;
  readonly worker: Worker;
  readonly modules: ReadonlySet<string>;
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly madeAt: number;
  readonly onError: (event: ErrorEvent) => void;
}

/** What is started with one set of permissions. */
interface Kind extends Pick<WorkerSpec, "host" | "early" | "child"> {
  readonly permissions: NormalizedPermissions;
  /** All that was ever wanted beside the modules that declare actors. */
  readonly modules: Set<string>;
  spares: Spare[];
  /** The starts of the burst before the last. */
  before: number;
  /** The starts of the burst that goes on, or was the last. */
  burst: number;
  startedAt: number;
  /** A spare of this kind got stuck: no more are made. */
  isStuck: boolean;
}

const kinds = new Map<string, Kind>();
let pause = PAUSE;
let isRefillDue = false;

/**
 * A worker whose trampoline waits for its start message: a spare if there is
 * one, else a new one. Making one blocks for 10 to 15 ms.
 *
 * @throws {Deno.errors.NotCapable} If Deno refuses the permissions.
 */
export function startWorker(spec: WorkerSpec): Worker {
  if (ownThread() !== ROOT) return newWorker(spec);
  const kind = kindOf(spec);
  const worker = takeSpare(kind, spec.modules) ?? newWorker(spec);
  note(kind);
  return worker;
}

function newWorker(spec: WorkerSpec): Worker {
  const { permissions, name } = spec;
  const url = trampolineUrl(spec);
  const options = workerPermissions(permissions);
  return new Worker(url, { type: "module", name, ...options });
}

function kindOf(spec: WorkerSpec): Kind {
  const { host, early, child, permissions, modules } = spec;
  const key = JSON.stringify([host, permissions, child?.command]);
  let kind = kinds.get(key);
  if (kind === undefined) {
    kinds.set(
      key,
      kind = {
        host,
        early,
        child,
        permissions,
        modules: new Set(),
        spares: [],
        before: 0,
        burst: 0,
        startedAt: -Infinity,
        isStuck: false,
      },
    );
  }
  for (const module of modules) kind.modules.add(module);
  return kind;
}

function takeSpare(kind: Kind, modules: readonly string[]): Worker | undefined {
  for (const spare of kind.spares) {
    if (!modules.every((module) => spare.modules.has(module))) continue;
    if (!take(spare)) continue;
    drop(kind, spare);
    setKeepsAlive(spare.worker, true);
    return spare.worker;
  }
  return undefined;
}

/** Takes a spare, if it is warm; one for a certain actor also before. */
function take({ state, isEager }: Spare): boolean {
  const { loading, warm, taken } = SpareState;
  return Atomics.compareExchange(state, 0, warm, taken) === warm ||
    isEager && Atomics.compareExchange(state, 0, loading, taken) === loading ||
    // It may have become warm in between.
    isEager && Atomics.compareExchange(state, 0, warm, taken) === warm;
}

/**
 * Makes a spare for an actor that will be started for certain, to be taken also
 * while it loads.
 */
export function prepareWorker(spec: WorkerSpec): void {
  const kind = kindOf(spec);
  kind.spares.push(makeSpare(kind, true));
}

/** Notes a start, which is part of a burst. */
function note(kind: Kind): void {
  const now = performance.now();
  if (now - kind.startedAt > BURST_GAP) {
    kind.before = kind.burst;
    kind.burst = 0;
  }
  kind.burst++;
  kind.startedAt = now;
  if (wantedOf(kind) > 0) refillSoon();
}

/**
 * How many spares of a kind there should be: as many starts as have come twice.
 * What came once, such as all the actors a program has, may not come again.
 */
function wantedOf({ before, burst, child }: Kind): number {
  const most = child === undefined ? MOST : MOST_PROCESSES;
  return Math.min(before, burst, most);
}

function refillSoon(): void {
  if (isRefillDue) return;
  isRefillDue = true;
  const due = performance.now() + pause;
  const timer = setTimeout(() => {
    isRefillDue = false;
    const isBusy = performance.now() - due > LATE;
    pause = isBusy ? Math.min(2 * pause, LONGEST_PAUSE) : PAUSE;
    if (isBusy || refill()) refillSoon();
  }, pause);
  Deno.unrefTimer(timer as unknown as number);
}

/** Makes one spare where one is missing; tells whether it did. */
function refill(): boolean {
  const now = performance.now();
  for (const kind of kinds.values()) {
    tidy(kind, now);
    // Nobody starts this kind any more.
    if (kind.isStuck || now - kind.startedAt > PATIENCE) continue;
    if (kind.spares.length >= wantedOf(kind)) continue;
    try {
      kind.spares.push(makeSpare(kind));
      return true;
    } catch {
      // The rights may have been given up since: the next start will say so.
      kind.isStuck = true;
    }
  }
  return false;
}

/** Lets go of the spares of a kind that are of no use any more. */
function tidy(kind: Kind, now: number): void {
  const needed = modulesOf(kind);
  for (const spare of [...kind.spares]) {
    const state = Atomics.load(spare.state, 0);
    const isStuck = state === SpareState.loading &&
      now - spare.madeAt > LOAD_TIME;
    if (isStuck) kind.isStuck = true;
    const isOld = !needed.isSubsetOf(spare.modules);
    if (!isStuck && !isOld && state !== SpareState.gone) continue;
    end(kind, spare);
  }
}

/** The modules that a spare of a kind names, if it is made now. */
function modulesOf(kind: Kind): Set<string> {
  return new Set([...declaringModules(), ...kind.modules]);
}

function makeSpare(kind: Kind, isEager = false): Spare {
  const modules = modulesOf(kind);
  const url = trampolineUrl({
    host: kind.host,
    early: kind.early,
    modules: [...modules],
    isSpare: true,
  });
  const worker = new Worker(url, {
    type: "module",
    ...workerPermissions(kind.permissions),
  });
  setKeepsAlive(worker, false);
  const state = new SharedArrayBuffer(4);
  const spare: Spare = {
    isEager,
    worker,
    modules,
    state: new Int32Array(state),
    madeAt: performance.now(),
    onError(event) {
      event.preventDefault();
      kind.isStuck = true;
      end(kind, spare);
    },
  };
  worker.addEventListener("error", spare.onError);
  const { child } = kind;
  const message: SpareMessage = { state, patience: PATIENCE, child };
  worker.postMessage(message);
  return spare;
}

function drop(kind: Kind, spare: Spare): void {
  kind.spares = kind.spares.filter((one) => one !== spare);
  spare.worker.removeEventListener("error", spare.onError);
}

function end(kind: Kind, spare: Spare): void {
  drop(kind, spare);
  if (kind.child === undefined) return spare.worker.terminate();
  // Deno leaves open what a thread has opened to a process, if it is terminated.
  const message: SpareMessage = { isOver: true };
  spare.worker.postMessage(message);
}

/** Ends all spares; others are made when there is use for them again. */
export function letSparesGo(): void {
  for (const kind of kinds.values()) {
    for (const spare of [...kind.spares]) end(kind, spare);
    kind.before = kind.burst = 0;
  }
}

/** How many spares there are; for who counts threads. */
export function spareCount(): number {
  return spareStates().filter((state) => state !== SpareState.gone).length;
}

/** How many of them wait to be taken. */
export function warmSpareCount(): number {
  return spareStates().filter((state) => state === SpareState.warm).length;
}

function spareStates(): number[] {
  return [...kinds.values()].flatMap(({ spares }) =>
    spares.map(({ state }) => Atomics.load(state, 0))
  );
}
