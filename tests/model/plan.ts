/**
 * What is explored, and what is found: the words of the explorer.
 *
 * @module
 */

import type { LocalState, LocalStates } from "./local_states.ts";
import type { World } from "./world.ts";

/** What a thread is doing. */
export const Status = {
  ready: 0,
  asleep: 1,
  dead: 2,
  /** It returned, threw, or stopped since it was fenced. */
  over: 3,
} as const;

/** What can happen to a thread next. */
export const Event = {
  step: 0,
  dies: 1,
  woken: 2,
  aborted: 3,
  timeout: 4,
} as const;

/** One choice: a thread, and what happens to it. */
export type Choice = number;

/** The thread of a choice. */
export function threadOf(choice: Choice): number {
  return choice >> 3;
}

/** The event of a choice. */
export function eventOf(choice: Choice): number {
  return choice & 7;
}

/** Whether it may happen as well as not: a death, an abort, a time-out. */
export function isOptional(choice: Choice): boolean {
  const event = eventOf(choice);
  return event !== Event.step && event !== Event.woken;
}

/** A thread that takes part. */
export interface Actor {
  readonly states: LocalStates;
  /** Whether it may die at any point. */
  readonly isMortal: boolean;
}

/** What a scenario wants explored, and how. */
export interface Plan {
  readonly world: World;
  readonly actors: readonly Actor[];
  /** The word that counts the wake-ups of each thread. */
  readonly counters: readonly number[];
  /** Says what is wrong with a final state. */
  readonly check: (end: End) => string | undefined;
  /** Whether plain accesses are steps of their own. */
  readonly isFine?: boolean;
  /** Whether waits with a time-out may reach it. */
  readonly mayTimeOut?: boolean;
  /** Whether to try every order, also of steps that do not touch. */
  readonly isUnreduced?: boolean;
  /**
   * How often at most a thread is interrupted that could have gone on; without
   * it any number of times. Most errors need one or two.
   */
  readonly preemptions?: number;
  /** Threads that run until they sleep, one after another, before the rest. */
  readonly beforehand?: readonly number[];
  /** No path may be longer. */
  readonly longest?: number;
  /** The most states to look at. */
  readonly mostStates?: number;
}

/** A final state: no thread goes on by itself. */
export interface End {
  readonly world: World;
  readonly states: readonly LocalState[];
  readonly status: ArrayLike<number>;
}

/** A path to a state with which something is wrong. */
export interface Failure {
  readonly what: string;
  readonly path: readonly Choice[];
}

/** What an exploration found. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly ends: number;
  /** The steps of the longest path. */
  readonly longest: number;
  /** How often the exploration was repeated. */
  readonly rounds: number;
  readonly isComplete: boolean;
  readonly failure: Failure | undefined;
  /** The ways in which it all may end. */
  readonly outcomes: ReadonlySet<string>;
  /** How often a thread died where: asleep, or holding a lock. */
  readonly deaths: ReadonlyMap<string, number>;
  /** Words with a plain access beside another's, in a fine exploration. */
  readonly races: ReadonlyMap<number, string>;
}

/**
 * Told of a step or another event of a thread.
 *
 * @param found What was in the step's word before.
 */
export type Tell = (
  thread: number,
  state: LocalState,
  event: number,
  found: number,
) => void;
