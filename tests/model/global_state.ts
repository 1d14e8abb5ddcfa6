/**
 * A state of the world: the shared memory, where each thread stands, who sleeps,
 * who is dead. Choices lead from one to the next, and can be taken back.
 *
 * @module
 */

import { FIRST_COUNT } from "./fingerprint.ts";
import { type LocalState, type Result, TIMED_OUT } from "./local_states.ts";
import {
  type Choice,
  type End,
  Event,
  eventOf,
  type Plan,
  Status,
  type Tell,
  threadOf,
} from "./plan.ts";
import { Kind, perform, type Step } from "./shared_memory.ts";
import { mix, SALT_1, SALT_2, type World } from "./world.ts";

/** What the one who explores wants to hear of. */
export interface Listener {
  /** A thread came from one local state to another for the first time. */
  onWay(thread: number, from: LocalState | undefined, to: LocalState): void;
  /** Something is wrong. */
  onFailure(what: string): void;
  /** A thread dies here. */
  onDeath(thread: number, state: LocalState): void;
}

/** The present state; see the module. */
export class GlobalState implements End {
  readonly world: World;
  readonly states: LocalState[] = [];
  readonly status: Int32Array;
  /** 0, or the word of an asynchronous wait; negative when it is over. */
  readonly armed: Int32Array;
  /** Told of every step, while a path is followed. */
  tell: Tell | undefined;

  readonly #plan: Plan;
  readonly #listener: Listener;
  /** Whether a thread died, as a number. */
  #hasDied = 0;
  /** Thread, local state before, status, armed, death; for each change. */
  readonly #log: (number | LocalState)[] = [];
  #hash1 = 0;
  #hash2 = 0;

  constructor(plan: Plan, listener: Listener) {
    this.#plan = plan;
    this.#listener = listener;
    this.world = plan.world;
    this.status = new Int32Array(plan.actors.length);
    this.armed = new Int32Array(plan.actors.length);
    this.world.onNotify = (at, count) => this.#wake(at, count);
    plan.actors.forEach(({ states }, thread) => {
      this.states[thread] = states.first;
      listener.onWay(thread, undefined, states.first);
    });
  }

  /** Half of the hash of the state. */
  get key1(): number {
    return this.world.hash1 ^ this.#hash1;
  }

  /** The other half. */
  get key2(): number {
    return this.world.hash2 ^ this.#hash2;
  }

  /** What to give {@linkcode back}, beside the mark of the world. */
  get mark(): number {
    return this.#log.length;
  }

  /** Does what comes before the first choice. */
  prepare(): void {
    // Plain accesses at the very beginning.
    this.states.forEach((_, thread) => this.#follow(thread));
    for (const thread of this.#plan.beforehand ?? []) {
      for (;;) {
        const step = this.choicesOf(thread)
          .find((choice) => eventOf(choice) === Event.step);
        if (step === undefined) break;
        this.apply(step);
      }
    }
  }

  /** How the threads ended, and what is in the memory but the counts. */
  outcome(): string {
    let hash = this.world.hash1;
    for (const at of this.#plan.counters) {
      hash ^= mix(at, FIRST_COUNT, SALT_1) ^
        mix(at, this.world.get(at), SALT_1);
    }
    const logs = this.states.map(({ log }, thread) =>
      `${this.status[thread]}: ${log.join()}`
    );
    return `${logs.join("; ")}; ${hash}`;
  }

  /** Takes back what was done since the marks. */
  back(worldMark: number, mark: number): void {
    this.world.back(worldMark);
    const log = this.#log;
    while (log.length > mark) {
      const hasDied = log.pop() as number;
      const armed = log.pop() as number;
      const status = log.pop() as number;
      const state = log.pop() as LocalState;
      const thread = log.pop() as number;
      this.#hash(thread);
      this.states[thread] = state;
      this.status[thread] = status;
      this.armed[thread] = armed;
      this.#hasDied = hasDied;
      this.#hash(thread);
    }
  }

  /** Takes a thread's part out of the hash, or puts it in. */
  #hash(thread: number): void {
    const state = this.states[thread]!.id * 4 + this.status[thread]!;
    const salt = thread * 0x01000193 + this.armed[thread]!;
    this.#hash1 ^= mix(state, ~salt, SALT_1 + thread);
    this.#hash2 ^= mix(state, ~salt, SALT_2 + thread);
  }

  #change(thread: number, state: LocalState, status: number, armed: number) {
    this.#log.push(
      thread,
      this.states[thread]!,
      this.status[thread]!,
      this.armed[thread]!,
      this.#hasDied,
    );
    this.#hash(thread);
    this.states[thread] = state;
    this.status[thread] = status;
    this.armed[thread] = armed;
    this.#hash(thread);
  }

  /** The thread gets the result of its step and stands before the next. */
  #advance(thread: number, result: Result, armed = this.armed[thread]!): void {
    const state = this.states[thread]!;
    const { states } = this.#plan.actors[thread]!;
    let next = state.next.get(result);
    if (next === undefined) {
      next = states.after(state, result);
      this.#listener.onWay(thread, state, next);
    }
    const { kind } = next.step;
    const isOver = kind >= Kind.stop;
    if (kind === Kind.threw) {
      this.#listener.onFailure(`${states.name} threw: ${next.error}`);
    }
    this.#change(thread, next, isOver ? Status.over : Status.ready, armed);
  }

  /** Performs the plain accesses that follow, which order nothing. */
  #follow(thread: number): void {
    if (this.#plan.isFine) return;
    for (;;) {
      const { isPlain, step } = this.states[thread]!;
      if (!isPlain || this.#isFatal(thread, step)) return;
      this.#perform(thread, step);
    }
  }

  /** Whether the thread may die just before this plain access. */
  #isFatal(thread: number, step: Step): boolean {
    return this.#plan.actors[thread]!.isMortal && this.#hasDied === 0 &&
      step.kind !== Kind.read && step.kind !== Kind.readBytes;
  }

  #perform(thread: number, step: Step): void {
    this.tell?.(thread, this.states[thread]!, Event.step, this.#found(step));
    if (step.kind === Kind.add) {
      const counted = this.#plan.counters.indexOf(step.at);
      if (counted >= 0) return this.#count(thread, step, counted);
    }
    const result = perform(step, this.world);
    this.#advance(thread, step.isDropped ? 0 : result);
  }

  /**
   * Counts a wake-up. Counts are only compared, so any number will do that the
   * woken thread does not hold: the least, lest equal states differ by it.
   */
  #count(thread: number, step: Step, counted: number): void {
    if (!step.isDropped) throw new Error("A use of the count is not modelled");
    const { counts } = this.states[counted]!;
    let count = FIRST_COUNT;
    while (counts.has(count)) count++;
    this.world.set(step.at, count);
    this.#advance(thread, 0);
  }

  /** Makes a choice. */
  apply(choice: Choice): void {
    const thread = threadOf(choice);
    const state = this.states[thread]!;
    const { step } = state;
    switch (eventOf(choice)) {
      case Event.dies: {
        this.#listener.onDeath(thread, state);
        this.#change(thread, state, Status.dead, 0);
        this.#hasDied = 1;
        return;
      }
      case Event.woken:
        this.#advance(thread, 1, 0);
        break;
      case Event.aborted:
        this.#advance(thread, 2);
        break;
      case Event.timeout:
        this.#advance(thread, step.kind === Kind.wait ? TIMED_OUT : 4);
        break;
      default:
        this.#step(thread, step);
    }
    if (this.status[thread] === Status.ready) this.#follow(thread);
  }

  #found({ kind, at }: Step): number {
    const isOfBytes = kind === Kind.readBytes || kind === Kind.writeBytes ||
      kind === Kind.copyBytes;
    return this.world.get(isOfBytes ? at >> 2 : at);
  }

  #step(thread: number, step: Step): void {
    if (
      step.kind === Kind.wait || step.kind === Kind.waitAsync ||
      step.kind === Kind.awaitEnd
    ) {
      this.tell?.(
        thread,
        this.states[thread]!,
        Event.step,
        this.#found(step),
      );
    }
    switch (step.kind) {
      case Kind.wait:
        if (this.world.get(step.at) !== (step.a | 0)) {
          this.#advance(thread, step.isDropped ? 0 : 1);
        } else {
          const state = this.states[thread]!;
          this.#change(thread, state, Status.asleep, this.armed[thread]!);
        }
        return;
      case Kind.waitAsync:
        if (this.world.get(step.at) !== (step.a | 0)) {
          this.#advance(thread, 0);
        } else this.#advance(thread, 1, step.at);
        return;
      case Kind.awaitEnd:
        this.#advance(thread, this.#isGone(step.a) ? 1 : 0);
        return;
    }
    this.#perform(thread, step);
  }

  /** Whether a thread died or stopped, and did not just return. */
  #isGone(thread: number): boolean {
    return this.status[thread] === Status.dead ||
      this.states[thread]!.step.kind === Kind.stop;
  }

  #wake(at: number, count: number): void {
    if (count !== Infinity) throw new Error("A notify of some is not modelled");
    for (let thread = 0; thread < this.#plan.actors.length; thread++) {
      const state = this.states[thread]!;
      if (this.status[thread] === Status.asleep && state.step.at === at) {
        this.#advance(thread, 0);
        this.#follow(thread);
      } else if (
        this.armed[thread] === at && this.status[thread] !== Status.dead
      ) this.#change(thread, state, this.status[thread]!, -at);
    }
  }

  /** What can happen to a thread next. */
  choicesOf(thread: number): Choice[] {
    const status = this.status[thread]!;
    if (status >= Status.dead) return [];
    const { step } = this.states[thread]!;
    const base = thread << 3;
    const choices: Choice[] = [];
    const { isMortal } = this.#plan.actors[thread]!;
    const isAsleep = status === Status.asleep;
    if (isMortal && this.#hasDied === 0 && (isAsleep || hasEffect(step.kind))) {
      choices.push(base | Event.dies);
    }
    if (isAsleep) {
      if (this.#plan.mayTimeOut && step.b < Infinity) {
        choices.push(base | Event.timeout);
      }
    } else if (step.kind === Kind.idle) {
      if (step.a & 1 && this.armed[thread]! < 0) {
        choices.push(base | Event.woken);
      }
      if (step.a & 2) choices.push(base | Event.aborted);
      if (step.a & 4) choices.push(base | Event.timeout);
    } else if (
      step.kind !== Kind.awaitEnd || this.status[step.a]! >= Status.dead
    ) choices.push(base | Event.step);
    return choices;
  }
}

/** A thread that dies before a mere look dies as well before the next change. */
function hasEffect(kind: number): boolean {
  return kind !== Kind.load && kind !== Kind.read &&
    kind !== Kind.readBytes && kind !== Kind.wait && kind !== Kind.waitAsync;
}
