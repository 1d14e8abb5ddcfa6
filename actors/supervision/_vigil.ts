/**
 * Watching the children of a supervisor for a blocked event loop, and doing
 * about it what was asked for.
 *
 * @module
 */

import type { Household } from "./_children.ts";
import type { Incarnation } from "./_incarnation.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import type { LivenessOptions } from "./supervisor_options.ts";
import { type Patient, Watchdog } from "./_watchdog.ts";

/** How children are watched, with the defaults filled in. */
export type LivenessRules = Required<LivenessOptions>;

/** The watch over the children of one supervisor. */
export class Vigil {
  readonly #house: Household;
  readonly #rules: LivenessRules | false;
  readonly #stop: (id: string) => Promise<unknown>;
  readonly #watchdog = new Watchdog();
  readonly #patients = new WeakMap<Incarnation, Patient>();

  /** Watches as `rules` say; `stop` stops a child and keeps it down. */
  constructor(
    house: Household,
    rules: LivenessRules | false,
    stop: (id: string) => Promise<unknown>,
  ) {
    this.#house = house;
    this.#rules = rules;
    this.#stop = stop;
  }

  /** Watches a life of a child, to its end. */
  begin(child: SupervisedChild, incarnation: Incarnation): void {
    const { pulse } = incarnation;
    const { spec } = child;
    if (pulse === undefined || spec.kind !== "worker") return;
    const rules = spec.liveness ?? (pulse.isFunction ? false : this.#rules);
    if (rules === false) return;
    const { allowance, action } = rules;
    const patient: Patient = {
      thread: pulse.thread,
      desk: pulse.desk,
      allowance,
      onBlocked: (handling, blockedFor) => {
        this.#house.tell({
          type: "unresponsive",
          id: child.id,
          process: incarnation.name,
          handling,
          blockedFor,
          action,
        });
        if (action === "report") return;
        // Before its end is seen, so that this is not answered by a restart.
        if (action === "terminate") this.#stop(child.id).catch(() => {});
        if (action === "isolate") child.origin.isolate?.();
        pulse.terminate();
      },
    };
    this.#patients.set(incarnation, patient);
    incarnation.ended.then(this.#watchdog.watch(patient));
  }

  /** How long the event loop of a child has been blocked, in ms, if it is. */
  silence({ incarnation }: SupervisedChild): number {
    const patient = incarnation && this.#patients.get(incarnation);
    return patient === undefined ? 0 : this.#watchdog.silence(patient);
  }
}
