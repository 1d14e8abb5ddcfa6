/**
 * What users hold of the children of a supervisor.
 *
 * @module
 */

import { INSPECT } from "../../channels/inspect.ts";
import type { WaitOptions } from "../../channels/wait_options.ts";
import type { AnyChild, Child, ChildState, NestedChild } from "./child.ts";
import type { Exit } from "../exit.ts";
import type { Process } from "../process.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import type { SupervisorExit } from "./supervisor_exit.ts";

/** Behind all interfaces of children; see there for what the members mean. */
class ChildHandle implements AnyChild {
  readonly kind = "child";
  readonly #child: SupervisedChild;

  constructor(child: SupervisedChild) {
    this.#child = child;
  }

  get id(): string {
    return this.#child.id;
  }

  get restarts(): number {
    return this.#child.restarts;
  }

  get state(): ChildState {
    return this.#child.state;
  }

  isAlive(): boolean {
    return this.#child.isAlive;
  }

  [INSPECT](): string {
    return `child ${JSON.stringify(this.id)} (${this.state})`;
  }
}

/** Behind {@linkcode Child}. */
export class FunctionChild<R> extends ChildHandle implements Child<R> {
  readonly #child: SupervisedChild;
  readonly #origin: { readonly process: Process<R> | undefined };

  /** Makes the handle of a child that has been started. */
  constructor(
    child: SupervisedChild,
    origin: { readonly process: Process<R> | undefined },
  ) {
    super(child);
    this.#child = child;
    this.#origin = origin;
  }

  /** See {@linkcode Child}. */
  get process(): Process<R> {
    return this.#origin.process!;
  }

  /** See {@linkcode Child}. */
  join(
    options?: { timeout?: undefined; signal?: AbortSignal },
  ): Promise<Exit<R>>;
  join(options?: WaitOptions): Promise<Exit<R> | undefined>;
  join(options?: WaitOptions): Promise<Exit<R> | undefined> {
    // The lives of this origin are processes of this actor.
    return this.#child.outcome.wait(options) as Promise<Exit<R> | undefined>;
  }
}

/** Behind {@linkcode NestedChild}. */
export class NestedHandle extends ChildHandle implements NestedChild {
  readonly #child: SupervisedChild;

  /** Makes the handle of a supervisor that is supervised. */
  constructor(child: SupervisedChild) {
    super(child);
    this.#child = child;
  }

  /** See {@linkcode NestedChild}. */
  join(
    options?: { timeout?: undefined; signal?: AbortSignal },
  ): Promise<SupervisorExit>;
  join(options?: WaitOptions): Promise<SupervisorExit | undefined>;
  join(options?: WaitOptions): Promise<SupervisorExit | undefined> {
    // The lives of this origin are those of a supervisor.
    return this.#child.outcome.wait(options) as Promise<
      SupervisorExit | undefined
    >;
  }
}
