/**
 * The children of a supervisor in start order, and the starting and stopping of
 * each, which is told as it happens.
 *
 * @module
 */

import { type Incarnation, isDenial, type Stopped } from "./_incarnation.ts";
import {
  PermissionDeniedError,
  type PermissionExceededError,
} from "../permission_errors.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import { ChildNotFoundError } from "./supervisor_errors.ts";
import type { SupervisorEvent } from "./supervisor_events.ts";
import type { ChildExit, StoppedChild } from "./supervisor_exit.ts";

/** An event without what all events have in common. */
export type News = SupervisorEvent extends infer E
  ? E extends SupervisorEvent ? Omit<E, "at" | "supervisor"> : never
  : never;

/** What a supervision has of the world, so that tests can give it another. */
export interface World {
  /** The time in ms, from anywhere. */
  now(): number;
  /** A number from 0 to 1. */
  random(): number;
  /** Calls `strike` after `ms`; gives what takes that back. */
  startTimer(ms: number, strike: () => void): () => void;
}

/** What {@linkcode Children} need of their supervisor. */
export interface Household {
  /** Its name. */
  readonly name: string;
  /** The time. */
  readonly world: World;
  /** Tells an event. */
  tell(news: News): void;
  /** Takes note that a life ended. */
  onEnd(
    child: SupervisedChild,
    isStill: () => boolean,
    exit: ChildExit,
    isExcused: boolean,
  ): void;
  /** Takes note that a life began. */
  onUp(child: SupervisedChild, incarnation: Incarnation): void;
}

/** The children of a supervisor, by their ids, in start order. */
export class Children {
  readonly #byId = new Map<string, SupervisedChild>();
  readonly #house: Household;

  /** Begins with none. */
  constructor(house: Household) {
    this.#house = house;
  }

  /** How many there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** All of them, in start order: a new list. */
  get all(): SupervisedChild[] {
    return [...this.#byId.values()];
  }

  /** The one with this id. */
  get(id: string): SupervisedChild | undefined {
    return this.#byId.get(id);
  }

  /**
   * The one with this id.
   *
   * @param action What is to be done to it.
   * @throws {ChildNotFoundError} If there is none.
   */
  need(action: string, id: string): SupervisedChild {
    const child = this.#byId.get(id);
    if (child !== undefined) return child;
    throw new ChildNotFoundError(action, this.#house.name, id);
  }

  /** Puts one behind the others. */
  add(child: SupervisedChild): void {
    this.#byId.set(child.id, child);
  }

  /** Forgets one that is down. */
  forget(child: SupervisedChild): void {
    this.#byId.delete(child.id);
    child.over();
    child.origin.forget?.();
  }

  /**
   * Starts one.
   *
   * @throws Why it did not start, after that was told.
   */
  async start(
    child: SupervisedChild,
    type: "started" | "restarted",
    cut: AbortSignal,
  ): Promise<void> {
    const { world } = this.#house;
    const began = world.now();
    const { id, spec } = child;
    const begin = (incarnation: Incarnation) => {
      if (child.incarnation === incarnation) return;
      child.up(incarnation, world.now());
      if (type === "restarted") child.restarts++;
    };
    try {
      const incarnation = await child.origin.start(cut, begin);
      begin(incarnation);
      incarnation.ended.then((exit) => {
        const isStill = () => child.incarnation === incarnation;
        const { isExcused = false } = incarnation;
        this.#house.onEnd(child, isStill, exit, isExcused);
      });
      this.#house.onUp(child, incarnation);
      this.#house.tell({
        type,
        id,
        process: incarnation.name,
        incarnation: child.incarnations,
        tookMs: child.startedAt - began,
      });
    } catch (error) {
      if (isDenial(error)) this.tellDenial(child, error);
      else this.#house.tell({ type: "start-failed", id, error, spec });
      throw error;
    }
  }

  /** Tells that one was denied a right. */
  tellDenial(
    { id, spec }: SupervisedChild,
    error: PermissionDeniedError | PermissionExceededError,
  ): void {
    const grant = error instanceof PermissionDeniedError
      ? error.grant
      : undefined;
    this.#house.tell({ type: "denied", id, error, grant, spec });
  }

  /** Stops one that runs, which then is in the state `then`. */
  async stop(
    child: SupervisedChild,
    then: "stopped" | "restarting",
    cut: AbortSignal,
  ): Promise<Stopped> {
    const reason = then === "restarting" ? "restart" : "shutdown";
    const stopped = await child.incarnation!.stop(cut, reason);
    child.down(then, stopped.exit);
    this.#house.tell({
      type: "stopped",
      id: child.id,
      exit: stopped.exit,
      cut: stopped.cut,
    });
    return stopped;
  }

  /**
   * Stops all that run, from the last to the first or all at once, and forgets
   * the temporary ones. The others stay, and are not over yet.
   */
  async stopAll(
    order: "reverse" | "parallel",
    cut: AbortSignal,
  ): Promise<StoppedChild[]> {
    const running = this.all.reverse().filter((child) => child.incarnation);
    const report: StoppedChild[] = [];
    const stop = async (child: SupervisedChild): Promise<StoppedChild> => ({
      id: child.id,
      ...await this.stop(child, "stopped", cut),
    });
    if (order === "parallel") {
      await Promise.all(
        running.map(async (child) => report.push(await stop(child))),
      );
    } else {
      // With no time left for any of them they are ended together, since each
      // that computes takes a while to be given up.
      while (running.length > 0) {
        const together = running.splice(0, cut.aborted ? running.length : 1);
        report.push(...await Promise.all(together.map(stop)));
      }
    }
    for (const child of this.all) {
      if (child.restart === "temporary") this.forget(child);
      else child.down("denied" === child.state ? "denied" : "stopped");
    }
    return report;
  }
}
