/**
 * Looks at every interleaving of some virtual threads.
 *
 * A state of the world is the shared memory, the local state of each thread,
 * and who sleeps, is dead, or has a wake-up waiting in its event loop. From the
 * first state on every choice is tried, depth first; changes are taken back on
 * the way up, and a state that was seen before is not entered again.
 *
 * @module
 */

import { Choices } from "./choices.ts";
import { GlobalState } from "./global_state.ts";
import { Independence } from "./independence.ts";
import type { LocalState } from "./local_states.ts";
import {
  type Choice,
  type End,
  Event,
  eventOf,
  type Failure,
  type Found,
  isOptional,
  type Plan,
  type Tell,
  threadOf,
} from "./plan.ts";
import { findRaces } from "./races.ts";
import { Kind } from "./shared_memory.ts";
import { ON_PATH, SEEN, StateSet } from "./state_set.ts";
import { SALT_1, SALT_2 } from "./world.ts";

/** Says where a thread stood when it died. */
export type Describe = (thread: number, state: LocalState, end: End) => string;

const LONGEST = 5000;

/** A state on the path, with the choices that are still to be tried there. */
interface Frame {
  readonly choices: Choice[];
  readonly worldMark: number;
  readonly mark: number;
  readonly key1: number;
  readonly key2: number;
  /** The thread that made the last step. */
  readonly current: number;
  /** How often a thread was interrupted that could have gone on. */
  readonly preempted: number;
}

/** Explores; see the module. */
export class Explorer {
  readonly #plan: Plan;
  readonly #independence: Independence;
  readonly #state: GlobalState;
  readonly #choices: Choices;

  #seen = new StateSet();
  #path: Choice[] = [];
  #transitions = 0;
  #ends = 0;
  #longest = 0;
  #bound: number;
  #failure: Failure | undefined;
  #deaths = new Map<string, number>();
  #outcomes = new Set<string>();
  readonly #races = new Map<number, string>();

  constructor(plan: Plan, describe: Describe) {
    this.#plan = plan;
    this.#bound = plan.longest ?? LONGEST;
    this.#independence = new Independence(
      plan.actors.length,
      plan.actors.map(({ isMortal }) => isMortal),
    );
    this.#state = new GlobalState(plan, {
      onWay: (thread, from, to) => this.#learn(thread, from, to),
      onFailure: (what) => this.#fail(what),
      onDeath: (thread, state) => {
        const where = describe(thread, state, this.#state);
        this.#deaths.set(where, (this.#deaths.get(where) ?? 0) + 1);
      },
    });
    this.#choices = new Choices(plan, this.#state, this.#independence);
  }

  /** Explores all there is. */
  run(): Found {
    let rounds = 0;
    let isComplete = true;
    do {
      rounds++;
      this.#independence.conclude();
      isComplete = this.#round();
    } while (
      this.#failure === undefined && isComplete && this.#independence.hasLearnt
    );
    return {
      states: this.#seen.size,
      transitions: this.#transitions,
      ends: this.#ends,
      longest: this.#longest,
      rounds,
      isComplete,
      failure: this.#failure,
      outcomes: this.#outcomes,
      deaths: this.#deaths,
      races: this.#races,
    };
  }

  /**
   * Looks for shorter paths to a failure than the one found.
   *
   * @param mostStates How many states to look at for it.
   */
  shorten(mostStates: number): Failure {
    let best = this.#failure!;
    let left = mostStates;
    while (left > 0) {
      this.#failure = undefined;
      this.#bound = best.path.length - 1;
      const isComplete = this.#round(left, true);
      left -= this.#seen.size;
      const found = this.#failure as Failure | undefined;
      if (found !== undefined) best = found;
      if (found === undefined || !isComplete && left <= 0) break;
    }
    return best;
  }

  #learn(thread: number, from: LocalState | undefined, to: LocalState): void {
    this.#independence.learn(
      thread,
      from?.place,
      to.place,
      to.step,
      to.isPlain || to.step.kind >= Kind.stop,
    );
  }

  /** One exploration. Returns whether it looked at all there is. */
  #round(most = this.#plan.mostStates ?? Infinity, isShortening = false) {
    this.#seen = new StateSet();
    this.#transitions = 0;
    this.#ends = 0;
    this.#longest = 0;
    this.#deaths = new Map();
    this.#outcomes = new Set();
    this.#path = [];
    const frames: Frame[] = [];
    let isComplete = true;
    this.#choices.current = -1;
    this.#choices.preempted = 0;
    this.#state.prepare();
    this.#enter(frames, isShortening);
    while (frames.length > 0) {
      const frame = frames.at(-1)!;
      this.#state.back(frame.worldMark, frame.mark);
      this.#choices.current = frame.current;
      this.#choices.preempted = frame.preempted;
      this.#path.length = frames.length - 1;
      const choice = frame.choices.pop();
      if (choice === undefined) {
        this.#seen.leave(frame.key1, frame.key2);
        frames.pop();
        continue;
      }
      this.#path.push(choice);
      if (this.#plan.preemptions !== undefined) this.#choices.switchTo(choice);
      this.#state.apply(choice);
      this.#transitions++;
      if (this.#path.length > this.#longest) this.#longest = this.#path.length;
      if (this.#failure === undefined) this.#enter(frames, isShortening);
      if (this.#failure !== undefined) break;
      if (this.#seen.size > most) {
        isComplete = false;
        break;
      }
    }
    this.#state.back(0, 0);
    return isComplete;
  }

  /** Looks at the state that the path has come to. */
  #enter(frames: Frame[], isShortening: boolean): void {
    const depth = this.#path.length;
    if (depth >= this.#bound && !isShortening) {
      return this.#fail(`a path of ${depth} steps`);
    }
    const { preemptions } = this.#plan;
    const current = preemptions === undefined ? 0 : this.#choices.current + 1;
    const key1 = this.#state.key1 ^ Math.imul(current, SALT_1);
    const key2 = this.#state.key2 ^ Math.imul(current, SALT_2);
    const seen = preemptions === undefined
      ? this.#seen.add(key1, key2, depth, isShortening)
      : this.#seen.add(key1, key2, this.#choices.preempted, true);
    if (seen === SEEN) return;
    if (seen === ON_PATH) {
      return this.#fail("a path that goes round: no thread gets on");
    }
    const choices = this.#choices.all();
    if (this.#plan.isFine) findRaces(this.#state, this.#races);
    if (choices.every(isOptional)) {
      this.#ends++;
      this.#outcomes.add(this.#state.outcome());
      const wrong = this.#plan.check(this.#state);
      if (wrong !== undefined) return this.#fail(wrong);
    }
    if (depth >= this.#bound) choices.length = 0;
    frames.push({
      choices,
      worldMark: this.#plan.world.mark,
      mark: this.#state.mark,
      key1,
      key2,
      current: this.#choices.current,
      preempted: this.#choices.preempted,
    });
  }

  #fail(what: string): void {
    this.#failure ??= { what, path: [...this.#path] };
  }

  /** Follows a path, and tells of all that happens on it. */
  replay(path: readonly Choice[], tell: Tell): void {
    this.#failure = undefined;
    this.#state.tell = tell;
    this.#state.prepare();
    for (const choice of path) {
      const thread = threadOf(choice);
      const event = eventOf(choice);
      if (event !== Event.step) {
        tell(thread, this.#state.states[thread]!, event, 0);
      }
      this.#state.apply(choice);
    }
    this.#state.tell = undefined;
    this.#state.back(0, 0);
  }
}
