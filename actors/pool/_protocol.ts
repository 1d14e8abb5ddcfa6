/**
 * What a pool and its workers say to each other.
 *
 * ```text
 *   pool                                                    workers
 *     │── tasks    [...args, actor, number, traits] ──▶ whoever takes it
 *     │── control  [word, number, what] ──────────────▶ one of them
 *     │◀─ replies  [what, number, word, ms] ─────────── all of them
 * ```
 *
 * The arguments come first, so that an error about one names it by the path that
 * the caller knows. An actor is a number in the catalogue.
 *
 * @module
 */

import type { NormalizedPermissions } from "../permissions.ts";
import type { Line } from "../protocol.ts";

/** What is particular about a task; bits. */
export const Trait = {
  /** The pool wants to know when it begins: it has a limit. */
  watched: 1,
  /** The one argument is a list; the function is called with each item. */
  chunk: 2,
  /** Each item of the list is a list of arguments. */
  spread: 4,
} as const;

/** The words of the replies. */
export const Said = {
  /** `what` is what the task returned. */
  value: 0,
  /** `what` is what the task threw, encoded by itself. */
  threw: 1,
  /** It could not be begun, or its result not sent; `what` as in `threw`. */
  failed: 2,
  /** It begins; `what` is the worker's thread. */
  started: 3,
  /** `what` is what it reports. */
  reported: 4,
  /** `what` is `[results, error]`: an item of a chunk threw. */
  partly: 5,
  /** `what` is a {@linkcode NestedCall}: it submits a task itself. */
  submitted: 6,
  /** `what` is the number that it gave to such a task, and waits for. */
  awaited: 7,
  /** Likewise, and does not wait for it any more. */
  released: 8,
  /** The worker's initializer threw; `what` as in `threw`. */
  unfit: 9,
} as const;

/** The words of the control line. */
export const Told = {
  /** The task is to stop; `what` is why. */
  abort: 0,
  /** Take no more tasks. */
  retire: 1,
  /** A task that a task submitted is over; `what` is a {@linkcode Nested}. */
  settled: 2,
  /** Say once more that the task waits for such a task, if it does. */
  confirm: 3,
} as const;

/** A reply. */
export type TaskReply = [
  what: unknown,
  number: number,
  word: number,
  ms: number,
];

/** A word to one worker. */
export type WorkerOrder = [word: number, number: number, what: unknown];

/** A task that a task submits. */
export interface NestedCall {
  /** The number that the worker knows it by. */
  readonly nested: number;
  /** The actor. */
  readonly module: string;
  /** See `module`. */
  readonly name: string;
  /** The rights it is declared with; a wish, and no more. */
  readonly permissions: NormalizedPermissions;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** How long it may run, in ms. */
  readonly timeout?: number | undefined;
}

/** What became of a task that a task submitted. */
export type Nested =
  | { readonly value: unknown }
  | { readonly error: Uint8Array<ArrayBuffer> };

/** What a worker is started with. */
export interface WorkerStart {
  /** The name of the pool. */
  readonly pool: string;
  /** The memory of the ring of tasks, and of who takes which. */
  readonly tasks: SharedArrayBuffer;
  /** See `tasks`. */
  readonly ledger: SharedArrayBuffer;
  /** The actors that tasks name by numbers. */
  readonly catalogue: SharedArrayBuffer;
  /** Where the worker shows what it does. */
  readonly board: SharedArrayBuffer;
  /** Where it answers. */
  readonly replies: Line<TaskReply>;
  /** Where it is told. */
  readonly control: Line<WorkerOrder>;
  /** How many tasks it takes. */
  readonly limit: number;
  /** What it runs before the first one: a number in the catalogue. */
  readonly initializer: number | undefined;
  /** The arguments of that. */
  readonly initializerArgs: readonly unknown[];
}
