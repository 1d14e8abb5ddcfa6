/**
 * Which choices are tried in a state: all of them, or as few as will do.
 *
 * @module
 */

import type { GlobalState } from "./global_state.ts";
import type { Independence } from "./independence.ts";
import {
  type Choice,
  Event,
  eventOf,
  isOptional,
  type Plan,
  Status,
  threadOf,
} from "./plan.ts";

/** Chooses what is tried. */
export class Choices {
  /** The thread that made the last step. */
  current = -1;
  /** How often a thread was interrupted that could have gone on. */
  preempted = 0;

  readonly #plan: Plan;
  readonly #state: GlobalState;
  readonly #independence: Independence;

  constructor(plan: Plan, state: GlobalState, independence: Independence) {
    this.#plan = plan;
    this.#state = state;
    this.#independence = independence;
  }

  /** What can happen next; of what need not be tried in every order, one. */
  all(): Choice[] {
    const { length } = this.#plan.actors;
    const urgent = this.#urgent();
    if (urgent >= 0) return this.#state.choicesOf(urgent);
    const { preemptions } = this.#plan;
    if (preemptions !== undefined) return this.#boundChoices(preemptions);
    let best: Choice[] = [];
    for (let thread = 0; thread < length; thread++) {
      const choices: Choice[] = [];
      const group = this.#plan.isUnreduced ? -1 : this.#groupOf(thread);
      for (let one = 0; one < length; one++) {
        if ((group & (1 << one)) !== 0) {
          choices.push(...this.#state.choicesOf(one));
        }
      }
      // What may happen as well as not is no way on: left alone, the threads
      // come to rest without it.
      if (choices.every(isOptional)) continue;
      if (best.length === 0 || choices.length < best.length) best = choices;
      if (group === -1 || best.length === 1) break;
    }
    if (best.length > 0) return best;
    return this.#plan.actors.flatMap((_, thread) =>
      this.#state.choicesOf(thread)
    );
  }

  /** Tells of the choice that is made. */
  switchTo(choice: Choice): void {
    const thread = threadOf(choice);
    if (eventOf(choice) !== Event.step || thread === this.current) return;
    if (this.#canGoOn(this.current)) this.preempted++;
    this.current = thread;
  }

  #canGoOn(thread: number): boolean {
    return thread >= 0 &&
      this.#state.choicesOf(thread).some((one) => eventOf(one) === Event.step);
  }

  /** All choices for which there are interruptions left. */
  #boundChoices(most: number): Choice[] {
    const isOver = this.preempted >= most && this.#canGoOn(this.current);
    const all: Choice[] = [];
    for (let thread = 0; thread < this.#plan.actors.length; thread++) {
      for (const choice of this.#state.choicesOf(thread)) {
        const isSwitch = eventOf(choice) === Event.step &&
          thread !== this.current;
        if (!isSwitch || !isOver) all.push(choice);
      }
    }
    return all;
  }

  /** A thread that stands before a plain access at which it may die. */
  #urgent(): number {
    if (this.#plan.isFine) return -1;
    for (let thread = 0; thread < this.#plan.actors.length; thread++) {
      if (
        this.#state.states[thread]!.isPlain &&
        this.#state.status[thread] === Status.ready
      ) {
        return thread;
      }
    }
    return -1;
  }

  /**
   * The threads, as bits, whose next steps are of no matter to what any other
   * may yet do; this one among them.
   */
  #groupOf(thread: number): number {
    const { length } = this.#plan.actors;
    let group = 1 << thread;
    let done = 0;
    while (group !== done) {
      const one = 31 - Math.clz32(group & ~done);
      done |= 1 << one;
      if (this.#state.status[one]! >= Status.dead) continue;
      const { place } = this.#state.states[one]!;
      for (let other = 0; other < length; other++) {
        if ((group & (1 << other)) !== 0) continue;
        if (this.#state.status[other]! >= Status.dead) continue;
        const at = this.#state.states[other]!.place;
        if (this.#independence.isInTheWay(one, place, other, at)) {
          group |= 1 << other;
        }
      }
    }
    return group;
  }
}
