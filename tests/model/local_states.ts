/**
 * The local states of one virtual thread, found as they are needed.
 *
 * ```text
 *   state: the step the thread is about to do ──its result──▶ next state
 * ```
 *
 * A thread's code is run only to find out where a result leads that it was not
 * given in this state before: its modules are evaluated anew and fed with the
 * results on the way there. All else is following edges, which is why so many
 * interleavings can be looked at. States that a {@linkcode Fingerprint} cannot
 * tell apart are one.
 *
 * @module
 */

import { Fingerprint } from "./fingerprint.ts";
import type { Instance } from "./instance.ts";
import { isPlain, Kind, Step } from "./shared_memory.ts";

/** What a step gave: a number, or the bytes it read. */
export type Result = number | string;

/** Where a thread stands. */
export interface LocalState {
  readonly id: number;
  readonly step: Step;
  /** The places of the functions under way, outermost first. */
  readonly sites: readonly number[];
  /** What the thread has noted so far. */
  readonly log: readonly string[];
  /** The error a thread ended with. */
  readonly error: unknown;
  /** Stands for the place alone: see `independence.ts`. */
  readonly place: number;
  readonly isPlain: boolean;
  /** The counts of wake-ups that the thread may still compare with. */
  readonly counts: ReadonlySet<number>;
  readonly next: Map<Result, LocalState>;
  readonly before: LocalState | undefined;
  readonly result: Result;
}

/** Makes an instance, set up, and the script that it is to run. */
export type Start = () => {
  instance: Instance;
  script: Generator<Step, unknown, unknown>;
};

const WAITED = ["ok", "not-equal", "timed-out"];
/** The result of a wait whose time was over. */
export const TIMED_OUT = 2;

/** What a rewritten module gets for a result. */
function given(instance: Instance, step: Step, result: Result): unknown {
  if (step.kind === Kind.wait) {
    if (result === TIMED_OUT) instance.pass(step.b);
    return WAITED[result as number];
  }
  if (step.kind === Kind.store || step.kind === Kind.write) return step.a;
  if (step.kind === Kind.readBytes && step.holds === undefined) {
    return (result as string).charCodeAt(0);
  }
  return result;
}

/** The local states of one thread. */
export class LocalStates {
  readonly name: string;
  /** How often the code was run from its beginning. */
  runs = 0;
  /** How often two histories led to one state. */
  merged = 0;
  /** Histories that led to states known before, to try them out. */
  readonly others: { state: LocalState; history: Result[] }[] = [];

  readonly #start: Start;
  readonly #byText = new Map<string, LocalState>();
  readonly #places = new Map<string, number>();
  readonly #isMerging: boolean;
  #running: ReturnType<Start> | undefined;
  #at: LocalState | undefined;
  #first: LocalState | undefined;

  /**
   * @param isMerging Whether equal states are one; else each history is its own.
   */
  constructor(name: string, start: Start, isMerging = true) {
    this.name = name;
    this.#start = start;
    this.#isMerging = isMerging;
  }

  /** How many there are. */
  get count(): number {
    return this.#byText.size;
  }

  /** Where the thread begins. */
  get first(): LocalState {
    return this.#first ??= this.#enter(undefined, 0, this.#restart(undefined));
  }

  /** Where a result leads. */
  after(state: LocalState, result: Result): LocalState {
    return state.next.get(result) ?? this.#find(state, result);
  }

  #find(state: LocalState, result: Result): LocalState {
    if (this.#at !== state || this.#running === undefined) {
      this.#restart(state);
    }
    const next = this.#enter(
      state,
      result,
      given(this.#running!.instance, state.step, result),
    );
    state.next.set(result, next);
    return next;
  }

  /** Runs the thread from its beginning to the state. */
  #restart(state: LocalState | undefined): undefined {
    this.runs++;
    this.#running = this.#start();
    if (state === undefined) return;
    const way = historyOf(state);
    const { instance, script } = this.#running;
    let step = script.next().value as Step;
    for (const result of way) {
      step = script.next(given(instance, step, result)).value as Step;
    }
  }

  #enter(
    before: LocalState | undefined,
    result: Result,
    input: unknown,
  ): LocalState {
    const { instance, script } = this.#running!;
    let step: Step;
    let error: unknown = undefined;
    try {
      const { done, value } = script.next(input);
      step = done ? new Step(Kind.returned, 0) : value as Step;
    } catch (thrown) {
      error = thrown;
      step = new Step(Kind.threw, 0);
    }
    const isOver = step.kind >= Kind.stop;
    const sites = isOver ? [] : instance.sites.slice(0, instance.depth);
    const print = printOf(instance, step, sites, error);
    const text = this.#isMerging || isOver
      ? print.text
      : `${before?.id},${result}`;
    let state = this.#byText.get(text);
    if (state === undefined) {
      state = {
        id: this.#byText.size,
        step,
        sites,
        log: instance.log,
        error,
        place: this.#placeOf(step, sites, instance.log.length),
        isPlain: isPlain(step.kind),
        counts: print.counts,
        next: new Map(),
        before,
        result,
      };
      this.#byText.set(text, state);
    } else {
      this.merged++;
      if (before !== undefined && this.others.length < 10_000) {
        this.others.push({ state, history: [...historyOf(before), result] });
      }
    }
    this.#at = state;
    if (isOver) this.#running = undefined;
    return state;
  }

  #placeOf(step: Step, sites: readonly number[], noted: number): number {
    const text = `${step.kind},${noted},${sites.join()}`;
    let place = this.#places.get(text);
    if (place === undefined) this.#places.set(text, place = this.#places.size);
    return place;
  }

  /**
   * Tries out that a history which was taken for another goes on as that did:
   * follows every known way on from the state, so many steps far.
   *
   * @returns What went otherwise, if anything did.
   */
  tryOther(index: number, depth: number): string | undefined {
    const { state, history } = this.others[index]!;
    const open: { state: LocalState; way: Result[] }[] = [{ state, way: [] }];
    for (const { state, way } of open) {
      const { instance, script } = this.#start();
      let step: Step | undefined;
      let isOver = false;
      const feed = (value: unknown) => {
        try {
          const next = script.next(value);
          isOver = next.done === true;
          step = isOver ? new Step(Kind.returned, 0) : next.value as Step;
        } catch {
          isOver = true;
          step = new Step(Kind.threw, 0);
        }
      };
      feed(undefined);
      for (const result of [...history, ...way]) {
        feed(given(instance, step!, result));
      }
      const { kind, at, a, b } = state.step;
      const same = step!.kind === kind && step!.at === at && step!.a === a &&
        step!.b === b;
      if (!same) return `${this.name}: state ${state.id} after ${way.join()}`;
      if (way.length >= depth) continue;
      for (const [result, next] of state.next) {
        open.push({ state: next, way: [...way, result] });
      }
    }
    return undefined;
  }
}

function historyOf(state: LocalState): Result[] {
  const way: Result[] = [];
  for (let at = state; at.before !== undefined; at = at.before) {
    way.push(at.result);
  }
  return way.reverse();
}

function printOf(
  instance: Instance,
  step: Step,
  sites: readonly number[],
  error: unknown,
): Fingerprint {
  const print = new Fingerprint();
  print.value(step);
  print.value(step.data);
  print.value(step.holds);
  print.mark(step.isDropped ? "d" : "r");
  print.mark(instance.log.join());
  // What the clock shows is asked only for whether the time is over.
  print.mark(instance.late);
  if (step.kind >= Kind.stop) {
    print.value(error);
    return print;
  }
  for (let depth = 0; depth < sites.length; depth++) {
    print.mark(sites[depth]!);
    print.value(instance.selves[depth]);
    for (const read of instance.variables[depth]!()) print.variable(read);
  }
  print.mark("top");
  for (const read of instance.state()) print.variable(read);
  return print;
}
