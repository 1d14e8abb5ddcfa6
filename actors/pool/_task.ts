/**
 * A task of a pool, as the pool sees it.
 *
 * @module
 */

import type { Numbered } from "../ask_table.ts";
import type { ActorName } from "./_catalogue.ts";
import { Future } from "./future.ts";
import type { FutureOwner } from "./future_types.ts";
import type { TaskGroup } from "./_task_group.ts";

/** What is done with a task by the pool that it belongs to. */
export interface TaskKeeper {
  /** Cancels a task that no worker has taken; tells whether it was so. */
  cancel(task: Task): boolean;
}

/** What a task is made of. */
export interface TaskCall {
  /** What it calls. */
  readonly actor: ActorName;
  /** The arguments; of a chunk, the list of items. */
  readonly args: readonly unknown[];
  /** Bits of `Trait`. */
  readonly traits: number;
  /** How long it may run, in ms. */
  readonly timeout: number;
  /** Ends it, wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /** What is moved to the worker. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** Told what the task reports. */
  readonly onReport?: ((value: unknown) => void) | undefined;
}

/** The results of a chunk up to the item that threw, and what that threw. */
export class PartialResults {
  /** The results of the items before. */
  readonly results: unknown[];
  /** What the next one threw. */
  readonly error: unknown;

  /** See the fields. */
  constructor(results: unknown[], error: unknown) {
    this.results = results;
    this.error = error;
  }
}

/** See the module. */
export class Task implements Numbered, FutureOwner {
  /** Its number in the pool. */
  readonly number: number;
  /** What it calls; without the arguments once it is over. */
  call: TaskCall;
  /** Where it waits. */
  readonly group: TaskGroup;
  /** What comes of it. */
  readonly future: Future<unknown>;
  /** When it was submitted, in ms. */
  readonly submittedAt: number;
  /** Which message of the ring it is; −1: it is none yet. */
  place = -1;
  /** The thread that took it, once that was noted; 0 before. */
  taker = 0;
  /** How long it ran, in ms; 0 before that is known. */
  ran = 0;
  /** Takes back what its time and its signal have begun. */
  unlimit: (() => void) | undefined = undefined;
  readonly #keeper: TaskKeeper;

  /** A task that is about to be submitted. */
  constructor(
    number: number,
    call: TaskCall,
    group: TaskGroup,
    keeper: TaskKeeper,
    submittedAt: number,
  ) {
    this.number = number;
    this.call = call;
    this.group = group;
    this.submittedAt = submittedAt;
    this.#keeper = keeper;
    this.future = new Future(this, this);
  }

  /** How texts name it: `load("http://…")`. */
  get label(): string {
    return `${this.call.actor.name}(${summary(this.call)})`;
  }

  /** It is over: its future may be kept, and nothing else for that. */
  release(): void {
    const { actor, traits } = this.call;
    this.call = { actor, traits, args: RELEASED, timeout: Infinity };
    this.unlimit?.();
    this.unlimit = undefined;
  }

  /** The thread that took it; 0 or less if none did. */
  get takenBy(): number {
    if (this.taker !== 0) return this.taker;
    return this.place < 0 ? 0 : this.group.takerOf(this.place);
  }

  /** See {@linkcode FutureOwner}. */
  cancel(): boolean {
    return this.#keeper.cancel(this);
  }

  /** See {@linkcode FutureOwner}. */
  isRunning(): boolean {
    return this.takenBy > 0;
  }
}

/** The arguments of a task that is over. */
const RELEASED: readonly unknown[] = [];
const LONGEST = 40; // characters of an argument
const MOST = 3; // arguments

/** The arguments in a few words. */
function summary({ args }: TaskCall): string {
  if (args === RELEASED) return "…";
  const shown = args.slice(0, MOST).map(short);
  if (args.length > MOST) shown.push("…");
  return shown.join(", ");
}

function short(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > LONGEST
        ? `${JSON.stringify(value.slice(0, LONGEST)).slice(0, -1)}…"`
        : JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.length} items]`;
      return value.constructor?.name === "Object" ||
          value.constructor === undefined
        ? "{…}"
        : value.constructor.name;
    case "function":
      return "function";
    default:
      return String(value);
  }
}
