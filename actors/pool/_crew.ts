/**
 * The workers of a pool: how many there are, and with what rights.
 *
 * A worker's rights are those of the tasks it runs, which are fixed when its
 * thread is made. So tasks come in groups of the same rights, and each worker
 * works for one group:
 *
 * ```text
 *   group  none            ──▶ worker 1, worker 2   ┐ at most so many
 *   group  net: a.example  ──▶ worker 3             ┘ workers in all
 * ```
 *
 * Workers are started when there are more tasks than workers. When there are as
 * many as there may be, and one group has tasks and no worker, a worker of
 * another group makes room: at once if that has more workers than tasks, else
 * after a while, so that two groups do not take turns with each task.
 *
 * @module
 */

import { startTimer } from "../../channels/wait_options.ts";
import { currentProcess } from "../current_process.ts";
import { type Declaration, declaringModules } from "../declaration.ts";
import type { IsolationOptions } from "../isolation_options.ts";
import type { Exit } from "../exit.ts";
import { PermissionExceededError } from "../permission_errors.ts";
import {
  findExcess,
  joinPermissions,
  narrowPermissions,
  type NormalizedPermissions,
} from "../permissions.ts";
import type { Line } from "../protocol.ts";
import { type ActorName, Catalogue } from "./_catalogue.ts";
import { PoolWorker } from "./_pool_worker.ts";
import type { TaskReply } from "./_protocol.ts";
import { TaskGroup } from "./_task_group.ts";

/** How a crew is made up. */
export interface CrewOptions extends IsolationOptions {
  /** The name of the pool. */
  readonly name: string;
  /** The most workers. */
  readonly workers: number;
  /** What bounds the rights of all tasks. */
  readonly permissions: NormalizedPermissions;
  /** How many tasks a worker runs before another takes its place. */
  readonly maxTasks: number;
  /** What each worker runs before its first task. */
  readonly initializer: Declaration | undefined;
  /** The arguments of that. */
  readonly initializerArgs: readonly unknown[];
  /** Where workers answer. */
  readonly replies: Line<TaskReply>;
  /** Called when a worker has ended. */
  readonly onEnd: (worker: PoolWorker, exit: Exit) => void;
  /** Whether a worker has taken a task that is not over. */
  readonly isAtTask: (worker: PoolWorker) => boolean;
}

/** Why no worker of a group can be started. */
export interface StartFailure {
  /** The group. */
  readonly group: TaskGroup;
  /** The reason. */
  readonly error: unknown;
}

/** How long a group without a worker waits for one of a busy group, in ms. */
const PATIENCE = 100;

/** So many workers in a row that end before they are ready are enough. */
const MOST_FAILURES = 3;

/** See the module. */
export class Crew {
  /** Those that run or start. */
  readonly workers = new Set<PoolWorker>();
  readonly #options: CrewOptions;
  /** The groups, by their rights. */
  readonly #groups = new Map<string, TaskGroup[]>();
  readonly #allGroups: TaskGroup[] = [];
  readonly #catalogue = new Catalogue();
  readonly #numbers = new Map<string, number>();
  /** The same, and the groups, for the objects that tasks name actors by. */
  readonly #numberOf = new WeakMap<ActorName, number>();
  readonly #groupOf = new WeakMap<ActorName, TaskGroup>();
  /** Those that count no more, and may not have ended. */
  readonly #leaving = new Set<PoolWorker>();
  #started = 0;
  #failures = 0;
  #stopTimer: (() => void) | undefined;
  #failure: StartFailure | undefined;

  /** A crew without workers. */
  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** The most workers there may be. */
  get most(): number {
    return this.#options.workers;
  }

  /**
   * The group of the tasks that call an actor.
   *
   * @param permissions What the actor needs; the same whenever asked.
   * @throws {PermissionExceededError} If that is more than it may have.
   */
  groupFor(actor: ActorName, permissions: NormalizedPermissions): TaskGroup {
    const known = this.#groupOf.get(actor);
    if (known !== undefined) return known;
    const group = this.#findGroup(actor, permissions);
    this.#groupOf.set(actor, group);
    return group;
  }

  /** The number of an actor in the catalogue. */
  numberOf(actor: ActorName): number {
    let number = this.#numberOf.get(actor);
    if (number !== undefined) return number;
    const key = `${actor.module}\n${actor.name}`;
    number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#catalogue.add(actor);
      this.#numbers.set(key, number);
    }
    this.#numberOf.set(actor, number);
    return number;
  }

  /** The worker that runs in a thread, if it counts. */
  workerOf(thread: number): PoolWorker | undefined {
    if (thread <= 0) return undefined;
    for (const worker of this.workers) {
      if (worker.thread === thread) return worker;
    }
    return undefined;
  }

  /**
   * Starts the workers that are missing.
   *
   * @returns Why that is not possible for a group, if it is not.
   */
  complete(): StartFailure | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return failure;
    const groups = this.#allGroups.length > 1
      ? this.#inTurn()
      : this.#allGroups;
    for (const group of groups) {
      while (this.#activeIn(group) < group.open) {
        if (this.workers.size >= this.#options.workers) {
          if (groups.length > 1) this.#makeRoom(group);
          break;
        }
        try {
          this.#start(group);
        } catch (error) {
          // With fewer than there might be it takes longer.
          if (this.#activeIn(group) > 0) break;
          return { group, error };
        }
      }
    }
    return undefined;
  }

  /** Puts the tasks that wait for room in a ring. */
  refill(): void {
    for (const group of this.#allGroups) group.refill();
    if (this.#allGroups.length > 1 && this.#isShort()) this.#letIdleGo();
  }

  /** Counts a worker no more; `false` if that was done before. */
  remove(worker: PoolWorker): boolean {
    if (!this.workers.delete(worker)) return false;
    this.#leaving.add(worker);
    worker.ended.then(() => this.#leaving.delete(worker));
    return true;
  }

  /**
   * Looks at how a worker ended: starts that fail again and again are given up.
   *
   * @param death What it is told as, where its end says nothing better.
   */
  noteEnd(worker: PoolWorker, exit: Exit, death: Error): void {
    if (worker.board.isReady || exit.reason === "returned") {
      this.#failures = 0;
      return;
    }
    if (++this.#failures < MOST_FAILURES) return;
    this.#failures = 0;
    const error = "error" in exit ? exit.error : death;
    this.#failure = { group: worker.group, error };
  }

  /** Says that no more tasks come: the workers leave when all are done. */
  close(): void {
    this.#stopTimer?.();
    for (const group of this.#allGroups) group.close();
  }

  /** Ends all workers now; gives those that counted. */
  terminate(): PoolWorker[] {
    this.#stopTimer?.();
    const workers = [...this.workers];
    for (const worker of workers) {
      this.remove(worker);
      worker.terminate();
    }
    for (const group of this.#allGroups) group.drop();
    return workers;
  }

  /** Waits until all workers have ended. */
  async ended(): Promise<void> {
    const workers = [...this.workers, ...this.#leaving];
    await Promise.all(workers.map((worker) => worker.join()));
    for (const group of this.#allGroups) group.drop();
  }

  /** The groups, that one first which has waited longest for a worker. */
  #inTurn(): TaskGroup[] {
    const rank = (group: TaskGroup) => this.#activeIn(group) === 0 ? 0 : 1;
    return this.#allGroups.toSorted((one, other) =>
      rank(one) - rank(other) || one.servedAt - other.servedAt
    );
  }

  #findGroup(
    actor: ActorName,
    permissions: NormalizedPermissions,
  ): TaskGroup {
    const { initializer } = this.#options;
    const needed = initializer === undefined
      ? permissions
      : joinPermissions(permissions, initializer.permissions);
    const key = JSON.stringify(needed);
    const groups = this.#groups.get(key) ?? [];
    let group = groups.find(({ modules }) => modules.has(actor.module));
    if (group !== undefined) return group;
    this.#check(actor, needed);
    const modules = [...declaringModules(), actor.module];
    if (initializer !== undefined) modules.push(initializer.module);
    group = new TaskGroup(needed, modules);
    this.#groups.set(key, [...groups, group]);
    this.#allGroups.push(group);
    return group;
  }

  #check({ name, module }: ActorName, needed: NormalizedPermissions): void {
    const { name: pool, permissions } = this.#options;
    try {
      narrowPermissions(permissions, needed, {
        actor: name,
        moduleUrl: module,
      });
    } catch (error) {
      if (!(error instanceof PermissionExceededError)) throw error;
      const { kind, target } = error;
      throw new PermissionExceededError({
        actor: name,
        kind,
        target,
        holder: pool,
      });
    }
    const excess = findExcess(needed);
    if (excess === undefined) return;
    throw new PermissionExceededError({
      actor: name,
      kind: excess.kind,
      target: excess.target,
      holder: currentProcess().name,
    });
  }

  /** Whether there are more tasks of some rights than workers. */
  #isShort(): boolean {
    return this.#allGroups.some((one) => this.#activeIn(one) < one.open);
  }

  /** The groups that have tasks, and no worker to take them. */
  #starving(): TaskGroup[] {
    return this.#allGroups
      .filter((one) => one.open > 0 && this.#activeIn(one) === 0);
  }

  #start(group: TaskGroup): void {
    const { name, maxTasks, initializer, ...rest } = this.#options;
    const worker = new PoolWorker(group, {
      ...rest,
      pool: name,
      name: `${name}:${++this.#started}`,
      catalogue: this.#catalogue,
      limit: maxTasks,
      initializer: initializer && this.numberOf(initializer),
    });
    this.workers.add(worker);
    group.servedAt = this.#started;
  }

  /** Has a worker of another group make room for one of `group`. */
  #makeRoom(group: TaskGroup): void {
    if (this.#letIdleGo() || this.#activeIn(group) > 0) return;
    this.#stopTimer ??= startTimer(PATIENCE, () => {
      this.#stopTimer = undefined;
      const starving = this.#starving();
      if (starving.length === 0) return;
      if (!this.#letIdleGo()) {
        const busy = [...this.workers].filter((one) => !one.isRetiring);
        // As many as there are groups that starve: those that started last.
        for (const _ of starving) busy.pop()?.retire();
      }
      // The one that was told may be long about its task, or wait for one.
      this.#makeRoom(starving[0]!);
    });
  }

  /** Lets workers go that have nothing to do while another group has. */
  #letIdleGo(): boolean {
    let isAny = false;
    for (const group of this.#allGroups) {
      for (const worker of this.workers) {
        if (this.#activeIn(group) <= group.open) break;
        if (
          worker.group !== group || worker.isRetiring ||
          this.#options.isAtTask(worker)
        ) continue;
        worker.retire();
        isAny = true;
      }
    }
    return isAny;
  }

  /**
   * How many workers take tasks of a group. One that is at a task which was given
   * up may be so for long, and counts no more than that task.
   */
  #activeIn(group: TaskGroup): number {
    let count = 0;
    for (const worker of this.workers) {
      if (worker.group !== group || worker.isRetiring) continue;
      if (!worker.isOverdue) count++;
    }
    return count;
  }
}
