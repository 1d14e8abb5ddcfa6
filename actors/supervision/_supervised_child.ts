/**
 * A child as its supervisor keeps it.
 *
 * @module
 */

import type { Backoff } from "./_backoff.ts";
import type { Child, ChildState, NestedChild } from "./child.ts";
import type { Incarnation, Origin } from "./_incarnation.ts";
import { Outcome } from "./_outcome.ts";
import type { RuleChild } from "./_restart_rules.ts";
import type { ChildExit } from "./supervisor_exit.ts";
import type { ChildSpec, RestartKind } from "./supervisor_options.ts";

/** A child that is to be made. */
export interface NewChild {
  /** What it is specified to be. */
  readonly spec: ChildSpec;
  /** What its lives come from. */
  readonly origin: Origin;
  /** Makes what its users hold. */
  makeHandle(child: SupervisedChild): Child | NestedChild;
}

/** A child that is to be made, once it is known which ids are taken. */
export type MakeChild = (isTaken: (id: string) => boolean) => NewChild;

/** A child: what it was specified to be, and what it is at the moment. */
export class SupervisedChild implements RuleChild {
  /** What it was specified to be. */
  readonly spec: ChildSpec;
  /** What its lives come from. */
  readonly origin: Origin;
  /** How its restarts are delayed. */
  readonly backoff: Backoff;
  /** What its users wait for: that it is over. */
  readonly outcome: Outcome<ChildExit> = new Outcome();
  /** What its users hold. */
  readonly handle: Child | NestedChild;
  /** How often it was restarted. */
  restarts = 0;
  #state: ChildState = "stopped";
  #incarnation: Incarnation | undefined;
  #incarnations = 0;
  #startedAt = 0;
  #exit: ChildExit | undefined;

  /** Makes a child that was never started. */
  constructor(
    { spec, origin, makeHandle }: NewChild,
    backoff: Backoff,
  ) {
    this.spec = spec;
    this.origin = origin;
    this.backoff = backoff;
    this.handle = makeHandle(this);
  }

  /** See {@linkcode ChildSpec}. */
  get id(): string {
    return this.spec.id;
  }

  /** See {@linkcode ChildSpec}. */
  get restart(): RestartKind {
    return this.spec.restart;
  }

  /** See {@linkcode ChildSpec}. */
  get significant(): boolean {
    return this.spec.significant;
  }

  /** See {@linkcode ChildState}. */
  get state(): ChildState {
    return this.#state;
  }

  /** Its present life; undefined while it is down. */
  get incarnation(): Incarnation | undefined {
    return this.#state === "running" ? this.#incarnation : undefined;
  }

  /** Which life that is, or was: 1, 2 … */
  get incarnations(): number {
    return this.#incarnations;
  }

  /** How it ended last. */
  get exit(): ChildExit | undefined {
    return this.#exit;
  }

  /** When its present life began, or its last. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Whether it runs at this moment. */
  get isAlive(): boolean {
    return this.incarnation?.isAlive ?? false;
  }

  /** It has begun to live. */
  up(incarnation: Incarnation, now: number): void {
    this.#incarnation = incarnation;
    this.#incarnations++;
    this.#startedAt = now;
    this.#state = "running";
    this.outcome.reopen();
  }

  /** It has ended, if it ran, and waits or stays down. */
  down(state: Exclude<ChildState, "running">, exit = this.#exit): void {
    this.#exit = exit;
    this.#state = state;
    if (state === "restarting") this.outcome.reopen();
  }

  /** It is over: nobody starts it unless somebody asks for it. */
  over(): void {
    this.origin.over?.();
    // Who is over has ended once, since a child that never started is not kept.
    this.outcome.settle(() => this.#exit!);
  }
}
