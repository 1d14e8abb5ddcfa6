/**
 * The restarts of a supervisor: counting them, stopping and starting whom the
 * rules name, waiting where that is wanted, and trying again.
 *
 * ```text
 *   a child ended ─→ count ─→ stop the group ─→ wait ─→ start the group ─→ done
 *                      │             ↑                       │ one fails
 *                      │ too many    └── count ←── wait ←────┘
 *                      ↓                   │
 *                   give up ←──────────────┘
 * ```
 *
 * While it waits, the members of a group are `restarting` and the supervisor
 * does other things. One of them may be stopped by hand meanwhile, or be taken
 * over by the restart of another child. So a wait holds its group by a ticket:
 * who no longer has the ticket is not of the group any more.
 *
 * @module
 */

import type { Children, Household } from "./_children.ts";
import { isDenial } from "./_incarnation.ts";
import {
  countRestart,
  type Intensity,
  isShutdownDue,
  planRestart,
  type RestartPlan,
} from "./_restart_rules.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import type { AutoShutdown, Strategy } from "./supervisor_options.ts";

/** Why a supervisor has to end: too many restarts, or a significant child. */
export type EndReason =
  | {
    readonly reason: "gaveUp";
    readonly child: SupervisedChild;
    readonly restarts: number;
    readonly error: unknown;
  }
  | { readonly reason: "autoShutdown"; readonly child: SupervisedChild };

/** The options that matter here. */
export interface RestartOptions extends Intensity {
  /** Who is restarted together. */
  readonly strategy: Strategy;
  /** Whether an end for good ends the supervisor. */
  readonly autoShutdown: AutoShutdown;
}

/** A job that may find that the supervisor has to end. */
export type RestartJob = () => Promise<EndReason | undefined>;

/** A group on its way to be started. */
interface Ticket {
  readonly members: Set<SupervisedChild>;
  stopTimer: () => void;
}

/** The restarts of one supervisor. */
export class Restarts {
  readonly #options: RestartOptions;
  readonly #children: Children;
  readonly #house: Household;
  readonly #queue: (job: RestartJob) => void;
  readonly #cut: () => AbortSignal;
  readonly #tickets = new Map<SupervisedChild, Ticket>();
  #times: readonly number[] = [];

  /**
   * Begins with none.
   *
   * @param queue Has a job done after those that wait already.
   * @param cut Aborted when there is no time left.
   */
  constructor(
    options: RestartOptions,
    children: Children,
    house: Household,
    queue: (job: RestartJob) => void,
    cut: () => AbortSignal,
  ) {
    this.#options = options;
    this.#children = children;
    this.#house = house;
    this.#queue = queue;
    this.#cut = cut;
  }

  /** Forgets all that was: no restart counts, none is waited for. */
  reset(): void {
    this.#times = [];
    for (const child of [...this.#tickets.keys()]) this.cancel(child);
  }

  /** Takes one out of the group it is to be started with. */
  cancel(child: SupervisedChild): void {
    const ticket = this.#tickets.get(child);
    if (ticket === undefined) return;
    this.#tickets.delete(child);
    ticket.members.delete(child);
    if (ticket.members.size === 0) ticket.stopTimer();
  }

  /**
   * Restarts a child that ended, and whoever else must be. What is excused does
   * not count.
   */
  async restart(
    child: SupervisedChild,
    isExcused: boolean,
  ): Promise<EndReason | undefined> {
    const tooMany = isExcused ? undefined : this.#count(child, undefined);
    if (tooMany !== undefined) return tooMany;
    const delay = child.backoff.next(
      this.#house.world.now() - child.startedAt,
    );
    child.down("restarting");
    this.#announce(child, delay);
    const ticket = await this.#gather(child);
    if (delay === 0) return this.#startAll(ticket);
    this.#wait(ticket, delay, () => this.#startAll(ticket));
    return undefined;
  }

  /** The significant child `child` is over: whether its supervisor is too. */
  autoShutdown(child: SupervisedChild): EndReason | undefined {
    const others = this.#children.all.filter((other) => other !== child);
    return isShutdownDue(this.#options.autoShutdown, child, others)
      ? { reason: "autoShutdown", child }
      : undefined;
  }

  #count(child: SupervisedChild, error: unknown): EndReason | undefined {
    const { times, exceeded } = countRestart(
      this.#times,
      this.#house.world.now(),
      this.#options,
    );
    this.#times = times;
    if (!exceeded) return undefined;
    return { reason: "gaveUp", child, restarts: times.length, error };
  }

  #plan(head: SupervisedChild): RestartPlan {
    const { strategy } = this.#options;
    return planRestart(strategy, this.#children.all, head.id);
  }

  /** Stops the group of `head` and gives it a ticket. */
  async #gather(head: SupervisedChild): Promise<Ticket> {
    const plan = this.#plan(head);
    const member = (id: string) => this.#children.get(id)!;
    for (const child of plan.stop.map(member)) {
      await this.#children.stop(child, "restarting", this.#cut());
    }
    plan.forget.map(member).forEach((child) => this.#children.forget(child));
    const members = new Set(plan.start.map(member));
    const ticket: Ticket = { members, stopTimer: () => {} };
    for (const child of members) {
      this.cancel(child);
      child.down("restarting");
      this.#tickets.set(child, ticket);
    }
    return ticket;
  }

  #announce(head: SupervisedChild, delay: number): void {
    const ids = this.#plan(head).start;
    this.#house.tell({ type: "restarting", id: head.id, ids, in: delay });
  }

  #wait(ticket: Ticket, delay: number, job: RestartJob): void {
    if (delay === 0) this.#queue(job);
    else {
      ticket.stopTimer = this.#house.world.startTimer(
        delay,
        () => this.#queue(job),
      );
    }
  }

  async #startAll(ticket: Ticket): Promise<EndReason | undefined> {
    for (const child of [...ticket.members]) {
      try {
        await this.#children.start(child, "restarted", this.#cut());
        this.cancel(child);
      } catch (error) {
        if (!isDenial(error)) {
          const delay = child.backoff.next(0);
          this.#announce(child, delay);
          this.#wait(ticket, delay, () => this.#again(ticket, child, error));
          return undefined;
        }
        this.cancel(child);
        child.down("denied");
        child.over();
        const due = this.autoShutdown(child);
        if (due !== undefined) return due;
      }
    }
    return undefined;
  }

  /**
   * Restarts a group once more in which `failed` did not start. That counts, and
   * the members that did start are stopped again if the strategy says so.
   */
  async #again(
    ticket: Ticket,
    failed: SupervisedChild,
    error: unknown,
  ): Promise<EndReason | undefined> {
    const [first] = ticket.members;
    if (first === undefined) return undefined; // all were stopped by hand
    const head = ticket.members.has(failed) ? failed : first;
    const tooMany = this.#count(head, error);
    if (tooMany !== undefined) return tooMany;
    return this.#startAll(await this.#gather(head));
  }
}
