/**
 * One thread's own instances of the modules, with what stands for the platform.
 *
 * @module
 */

import type { Kept } from "./fingerprint.ts";
import type { Evaluated, Program } from "./modules.ts";
import { EVENT_LOOP } from "./names.ts";
import {
  atomics,
  getElement,
  Kind,
  OwnBytes,
  OwnWords,
  perform,
  setElement,
  SharedMemory,
  SharedView,
  Step,
  type Words,
} from "./shared_memory.ts";

/** The names under which the rewritten modules get what is not theirs. */
export const GIVEN = [
  "$c",
  "$import",
  "$G",
  "$S",
  "$now",
  "$f",
  "$get",
  "$set",
  "$read",
  "note",
  "stop",
  "awaitEnd",
  "idle",
  "armAsync",
  "Atomics",
  "SharedArrayBuffer",
  "Int32Array",
  "Uint8Array",
  "Promise",
  "AbortSignal",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "performance",
  "WeakRef",
  "FinalizationRegistry",
  "globalThis",
] as const;

/** Where a new memory is placed. */
export interface Space {
  /** Gives the first word of a place of so many bytes. */
  place(byteLength: number, maxByteLength: number): number;
}

/** Anything with this prototype is a function of ours under way. */
// deno-lint-ignore no-explicit-any
const Started: any = function Started() {};
Started.prototype = Object.getPrototypeOf(function* () {}).prototype;

class StrongRef {
  constructor(readonly target: unknown) {}
  deref(): unknown {
    return this.target;
  }
}

class NoRegistry {
  register(): void {}
}

/** More bytes at once are there only by an error. */
const MOST_BYTES = 2 ** 20;

/** The time between two looks at the clock: longer than any look lasts. */
const TICK = 1;

/** One thread: its modules, and where it stands in them. */
export class Instance {
  /** Where it stands: a place for each function under way. */
  readonly sites: number[] = [];
  readonly variables: (() => readonly (() => unknown)[])[] = [];
  readonly selves: unknown[] = [];
  /** The number of functions under way. */
  depth = 0;
  /** What the thread's script has noted. */
  log: readonly string[] = [];

  readonly #program: Program;
  readonly #modules = new Map<string, Evaluated>();
  readonly #given: unknown[];
  #now = 0;

  /**
   * @param words The memory that set-up code works on, done at once; none once
   *   the exploration has begun.
   * @param space Where set-up code makes memory that all see; elsewhere what a
   *   module makes is its own.
   */
  constructor(
    program: Program,
    words: Words | undefined,
    space: Space | undefined,
  ) {
    this.#program = program;
    this.#words = words;
    const bare = this.#bare(space);
    this.#given = GIVEN.map((name) => bare[name]);
    const loop = this.#module(EVENT_LOOP).exports;
    const rest: Record<string, unknown> = {
      ...bare,
      Atomics: { ...atomics, waitAsync: loop.waitAsync },
      Promise: loop.VirtualPromise,
      AbortSignal: loop.VirtualSignal,
      setTimeout: loop.setTimeout,
      clearTimeout: loop.clearTimeout,
    };
    this.#given = GIVEN.map((name) => rest[name]);
  }

  #words: Words | undefined;

  /** From now on steps are the scheduler's. */
  begin(): void {
    this.#words = undefined;
    this.depth = 0;
  }

  /** How often it slept until its time was over. */
  late = 0;

  /** The thread slept until its time was over. */
  pass(time: number): void {
    this.late++;
    this.#now += time;
  }

  /** The exports of a module. */
  exports(path: string): Record<string, unknown> {
    return this.#module(path).exports;
  }

  /** The variables at the top of all modules. */
  *state(): Iterable<() => unknown> {
    for (const { state } of this.#modules.values()) yield* state;
  }

  /** Runs a function of ours to its end; its steps are done at once. */
  now(result: unknown): unknown {
    if (result instanceof Step) return this.#perform(result);
    if (!(result instanceof Started)) return result;
    const running = result as Generator<Step, unknown, unknown>;
    for (let given: unknown = undefined;;) {
      const { done, value } = running.next(given);
      if (done) return value;
      given = this.#perform(value as Step);
    }
  }

  #perform(step: Step): unknown {
    if (this.#words === undefined) {
      throw new Error("Cannot do a step at once during the exploration");
    }
    return perform(step, this.#words);
  }

  #module(path: string): Evaluated {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const { evaluate, imports } = this.#program.modules.get(path)!;
    const given = [...this.#given];
    given[1] = (specifier: string) =>
      this.#module(imports.get(specifier)!).exports;
    const module = evaluate(...given);
    this.#modules.set(path, module);
    return module;
  }

  /** Notes that the thread stands at a place; called by the rewritten code. */
  stand(
    depth: number,
    site: number,
    self: unknown,
    variables: () => readonly (() => unknown)[],
  ): void {
    this.sites[depth] = site;
    this.selves[depth] = self;
    this.variables[depth] = variables;
    this.depth = depth + 1;
  }

  #bare(space: Space | undefined): Record<string, unknown> {
    const own = new OwnWords();
    let ownPlace = 0;
    return {
      $c: this,
      $G: Started,
      $S: Step,
      $now: (result: unknown) => this.now(result),
      $f: keep,
      $get: getElement,
      $set: setElement,
      $read: readProperty,
      note: (what: string, item?: number) => {
        this.log = [...this.log, item === undefined ? what : `${what} ${item}`];
      },
      stop: () => new Step(Kind.stop, 0),
      awaitEnd: (thread: number) => new Step(Kind.awaitEnd, 0, thread),
      idle: (mask: number) => new Step(Kind.idle, 0, mask),
      armAsync: (view: SharedView, at: number, seen: number) =>
        view.step(Kind.waitAsync, view.at(at), seen),
      Atomics: atomics,
      SharedArrayBuffer: function (
        byteLength: number,
        options?: { maxByteLength: number },
      ) {
        const most = options?.maxByteLength ?? byteLength;
        if (space === undefined) {
          const base = ownPlace + 1;
          ownPlace = base + (most >> 2);
          return new SharedMemory(base, byteLength, most, own);
        }
        const base = space.place(byteLength, most);
        return new SharedMemory(base, byteLength, most, undefined);
      },
      Int32Array: function (source: unknown, start = 0, length?: number) {
        return source instanceof SharedMemory
          ? new SharedView(source, 4, start, length)
          : new Int32Array(source as ArrayBuffer, start, length);
      },
      Uint8Array: function (source: unknown, start = 0, length?: number) {
        if (typeof source === "number" && source > MOST_BYTES) {
          throw new RangeError(`No memory for ${source} bytes`);
        }
        return source instanceof SharedMemory
          ? new SharedView(source, 1, start, length)
          : new OwnBytes(source as ArrayBuffer, start, length);
      },
      performance: { now: () => this.#now += TICK },
      WeakRef: StrongRef,
      FinalizationRegistry: NoRegistry,
      globalThis: { WorkerGlobalScope: true },
    };
  }
}

function keep(
  made: Kept & ((...args: unknown[]) => unknown),
  self: unknown,
  id: number,
  around: readonly (() => unknown)[],
): unknown {
  const kept: Kept = self === undefined ? made : made.bind(self);
  kept.$id = id;
  kept.$self = self;
  kept.$around = around;
  return kept;
}

/** Reads a property that may be a getter of ours. */
// deno-lint-ignore no-explicit-any
function readProperty(object: any, name: string): unknown {
  const getter = object[`$get_${name}`];
  return getter === undefined ? object[name] : getter.call(object);
}
