/**
 * A task of a pool, as the pool sees it.
 *
 * @module
 */

import type { Numbered } from "../ask_table.ts";
import type { ActorName } from "./_catalogue.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { Future } from "./future.ts";
import type { FutureOwner, Labelled } from "./future_types.ts";
import type { SubmitOptions } from "./submit_options.ts";

/** What is done with a task by the pool that it belongs to. */
export interface TaskKeeper {
  /** Cancels a task that no worker has taken; tells whether it was so. */
  cancel(task: Task): boolean;
}

/** Where a task waits, with those of the same rights. */
export interface TaskHome {
  /** What its worker may do. */
  readonly permissions: NormalizedPermissions;
  /** The thread that took what was put in that place; 0 or less if none did. */
  takerOf(position: number): number;
  /** Takes a task back, unless a worker has taken it. */
  withdraw(task: Task): boolean;
  /** Fills the room that a task left that was withdrawn. */
  refillWhenRoom(): void;
  /** A task is over. */
  forget(task: Task): void;
}

/** What a task is made of. */
export interface TaskCall {
  /** What it calls: always the same object for the same. */
  readonly actor: ActorName;
  /** The arguments; of a chunk, the list of items. */
  readonly args: readonly unknown[];
  /** Bits of `Trait`. */
  readonly traits: number;
  /** How it is to be dealt with, checked. */
  readonly options: SubmitOptions | undefined;
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

/** What a task is submitted to. */
export interface TaskPlace {
  readonly keeper: TaskKeeper;
  readonly group: TaskHome;
}

/**
 * See the module. It is its own future: one object a task, since a pool has very
 * many.
 */
export class Task extends Future implements Numbered, FutureOwner, Labelled {
  /** Its number in the pool. */
  readonly number: number;
  /** What it calls. */
  readonly actor: ActorName;
  /** Bits of `Trait`. */
  readonly traits: number;
  /** The arguments, until it is over. */
  args: readonly unknown[] | undefined;
  /** How it is to be dealt with, until it is over. */
  options: SubmitOptions | undefined;
  /** When it was submitted, by the ticks of the pool. */
  readonly submittedAt: number;
  /** Which message of the ring it is; −1: it is none yet. */
  position = -1;
  /** The thread that took it, once that was noted; 0 before. */
  taker = 0;
  /** How long it ran, in ms; 0 before that is known. */
  ran = 0;
  /** Takes back what its time and its signal have begun. */
  unlimit: (() => void) | undefined = undefined;
  #place: TaskPlace | undefined;

  /** A task that is about to be submitted. */
  constructor(
    number: number,
    { actor, args, traits, options }: TaskCall,
    place: TaskPlace,
    submittedAt: number,
  ) {
    super();
    this.number = number;
    this.actor = actor;
    this.args = args;
    this.traits = traits;
    this.options = options;
    this.submittedAt = submittedAt;
    this.#place = place;
  }

  /** Where it waits; not once it is over. */
  get group(): TaskHome {
    return this.#place!.group;
  }

  /** How texts name it: `load("http://…")`. */
  get label(): string {
    return `${this.actor.name}(${summary(this.args)})`;
  }

  /** How long it may run, in ms. */
  get timeout(): number {
    return this.options?.timeout ?? Infinity;
  }

  /** The thread that took it; 0 or less if none did. */
  get takenBy(): number {
    if (this.taker !== 0) return this.taker;
    return this.position < 0 || this.#place === undefined
      ? 0
      : this.group.takerOf(this.position);
  }

  /** It is over: its future may be kept, and nothing else for that. */
  release(): void {
    this.args = undefined;
    this.options = undefined;
    this.#place = undefined;
    if (this.unlimit === undefined) return;
    this.unlimit();
    this.unlimit = undefined;
  }

  /** See {@linkcode FutureOwner}. */
  withdraw(): boolean {
    return this.#place !== undefined && this.#place.keeper.cancel(this);
  }

  /** See {@linkcode FutureOwner}. */
  hasBegun(): boolean {
    return this.takenBy > 0;
  }
}

const LONGEST = 40; // characters of an argument
const MOST = 3; // arguments

/** The arguments in a few words. */
function summary(args: readonly unknown[] | undefined): string {
  if (args === undefined) return "…";
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
