/**
 * The heart of a pool: which tasks there are, which workers, and what becomes
 * of each.
 *
 * ```text
 *   submit ─▶ open ─┬─ answer of a worker ─────────────────▶ settled, once
 *                   ├─ withdrawn: cancelled, aborted ──────▶
 *                   ├─ overdue: its worker is told, then ended ▶
 *                   └─ its worker died ────────────────────▶
 * ```
 *
 * Whatever comes first takes the task off the list of the open ones, and what
 * comes later finds nothing there. So no future is settled twice, and since each
 * open task is in a ring, in a backlog, or signed for by a thread whose end is
 * seen, none is left.
 *
 * @module
 */

import { Answers } from "../answers.ts";
import { AskTable } from "../ask_table.ts";
import type { Exit } from "../exit.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { Line } from "../protocol.ts";
import { terminatedExit } from "../read_exit.ts";
import {
  BROKE_FOR_GOOD,
  BROKE_UNDER_TASK,
  BrokenPoolError,
  PoolClosedError,
} from "./errors.ts";
import { reportTo, settleFuture } from "./future.ts";
import type { FutureOutcome } from "./future_types.ts";
import type { ActorName } from "./_catalogue.ts";
import { Closing } from "./_closing.ts";
import { Crew, type CrewOptions } from "./_crew.ts";
import { Limits } from "./_limits.ts";
import { Nesting } from "./_nesting.ts";
import type { PoolWorker } from "./_pool_worker.ts";
import { type NestedCall, Said, type TaskReply, Trait } from "./_protocol.ts";
import {
  PartialResults,
  Task,
  type TaskCall,
  type TaskKeeper,
  type TaskPlace,
} from "./_task.ts";
import type { TaskGroup } from "./_task_group.ts";
import { TaskErrors } from "./_task_errors.ts";
import { Tally, ticksOf } from "./_tally.ts";

/** How a scheduler works. */
export interface SchedulerOptions
  extends Omit<CrewOptions, "replies" | "onEnd" | "isAtTask"> {
  /** How long a task that was told to stop has for that, in ms. */
  readonly grace: number;
  /** What the death of a worker breaks. */
  readonly broken: "task" | "pool";
}

/** See the module. */
export class Scheduler implements TaskKeeper {
  /** What became of the tasks so far. */
  readonly tally = new Tally();
  readonly #options: SchedulerOptions;
  readonly #open = new AskTable<Task>();
  readonly #replies = Line.own<TaskReply>();
  readonly #answers: Answers;
  readonly #crew: Crew;
  readonly #errors: TaskErrors;
  readonly #limits: Limits;
  readonly #nesting: Nesting;
  readonly #closing: Closing;
  /** When the present turn of the event loop gave this its first work. */
  #turnAt = 0;
  #place: TaskPlace | undefined;
  #isTidyDue = false;
  #broken: BrokenPoolError | undefined;

  /** A scheduler without tasks. */
  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#crew = new Crew({
      ...options,
      replies: this.#replies,
      onEnd: (worker, exit) => this.#onEnd(worker, exit),
      isAtTask: (worker) => this.#taskOf(worker) !== undefined,
    });
    this.#closing = new Closing({
      count: () => this.#open.size,
      onDone: () => this.#crew.close(),
    });
    this.#errors = new TaskErrors(options, this.#crew);
    this.#answers = new Answers(this.#replies.ring, {
      count: () => this.#open.size,
      hear: () => this.#hear(),
      look: () => this.#look(),
    });
    this.#limits = new Limits({
      grace: options.grace,
      crew: this.#crew,
      errors: this.#errors,
      fail: (task, error) => this.#settle(task, { error }),
      replace: (worker) => this.#replace(worker),
    });
    this.#nesting = new Nesting({
      pool: options.name,
      taskOf: (worker) => this.#taskOf(worker),
      crew: this.#crew,
      submit: (call, permissions) => this.submit(call, permissions),
      fail: (task, error) => {
        if (task.group.withdraw(task)) this.#settle(task, { error });
      },
    });
  }

  /** Whether it takes no more tasks. */
  get isClosed(): boolean {
    return this.#closing.isClosed;
  }

  /** Why it takes none any more, if it broke. */
  get broken(): BrokenPoolError | undefined {
    return this.#broken;
  }

  /** How many workers there are, and how many of them are at a task. */
  get load(): { workers: number; busy: number; queued: number } {
    const { workers } = this.#crew;
    const takers = this.#open.all().map(({ takenBy }) => takenBy);
    const busy = [...workers]
      .filter((one) => one.isOverdue || takers.includes(one.thread)).length;
    const queued = takers.filter((taker) => taker <= 0).length;
    return { workers: workers.size, busy, queued };
  }

  /**
   * Adds a task.
   *
   * @param permissions What it needs.
   * @throws {PermissionExceededError} If it needs more than it may have.
   */
  submit(call: TaskCall, permissions: NormalizedPermissions): Task {
    const group = this.#crew.groupFor(call.actor, permissions);
    this.#tidySoon();
    const { actor, args, traits, options } = call;
    const number = this.#open.next();
    const task = new Task(number, call, this.#placeIn(group), this.#turnAt);
    const signal = options?.signal;
    if (this.#closing.isOver) {
      const error = this.#broken ??
        new PoolClosedError(this.#options.name, "submit to");
      this.#finishEarly(task, { error });
      return task;
    }
    if (signal?.aborted) {
      this.#finishEarly(task, { error: signal.reason });
      return task;
    }
    const isWatched = signal !== undefined || options?.timeout !== undefined;
    const message = [
      ...args,
      this.#crew.numberOf(actor),
      number,
      isWatched ? traits | Trait.watched : traits,
    ];
    try {
      group.add(task, message);
    } catch (error) {
      // That task's own trouble.
      this.#finishEarly(task, { error });
      return task;
    }
    group.open++;
    this.#open.add(task);
    if (signal !== undefined) this.#limits.watch(task, signal);
    this.#answers.expect();
    return task;
  }

  /**
   * Checks that there may be tasks that call an actor.
   *
   * @throws {PermissionExceededError} If it needs more than it may have.
   */
  admit(actor: ActorName, permissions: NormalizedPermissions): void {
    this.#crew.groupFor(actor, permissions);
  }

  /** See {@linkcode TaskKeeper}. */
  cancel(task: Task): boolean {
    if (!task.group.withdraw(task)) return false;
    task.group.refillWhenRoom();
    return this.#settle(task, { cancelled: true });
  }

  /** Takes no more tasks; ends the workers when all that there are are done. */
  close(cancelFutures: boolean): void {
    this.#closing.close();
    if (cancelFutures) {
      for (const task of this.#open.all()) task.cancel();
    }
  }

  /** Ends all workers now. */
  terminate(): void {
    const exit = terminatedExit(true);
    this.#endAll((task, worker) =>
      worker === undefined
        ? { cancelled: true }
        : { error: this.#errors.death(task, worker, exit) }
    );
  }

  /** Waits until all tasks are settled and all workers have ended. */
  async ended(): Promise<void> {
    await this.#closing.settled();
    await this.#crew.ended();
  }

  /** The task that a worker has taken, if that is not over. */
  #taskOf({ thread }: PoolWorker): Task | undefined {
    return this.#open.all().find(({ takenBy }) => takenBy === thread);
  }

  /** What the tasks of a group have in common. */
  #placeIn(group: TaskGroup): TaskPlace {
    if (this.#place?.group !== group) this.#place = { keeper: this, group };
    return this.#place;
  }

  /** Settles a task that never was open. */
  #finishEarly(task: Task, outcome: FutureOutcome<unknown>): void {
    this.tally.count(outcome);
    settleFuture(task, outcome);
    task.release();
  }

  /** Settles a task; `false` if that was done before. */
  #settle(task: Task, outcome: FutureOutcome<unknown>): boolean {
    if (!this.#open.delete(task.number)) return false;
    task.group.forget(task);
    this.tally.count(outcome);
    this.#nesting.forget(task);
    settleFuture(task, outcome);
    task.release();
    if (this.#open.size === 0) {
      this.#answers.release();
      this.#closing.onAllSettled();
    }
    return true;
  }

  #tidy(): void {
    this.#isTidyDue = false;
    if (this.#closing.isOver || this.#open.size === 0) return;
    for (;;) {
      const failure = this.#crew.complete();
      if (failure === undefined) return;
      const { group, error } = failure;
      const lost = this.#open.all()
        .filter((task) => task.group === group && task.group.withdraw(task));
      if (lost.length === 0) return;
      for (const task of lost) this.#settle(task, { error });
    }
  }

  /** When the turn has submitted all it has to: so many workers are started. */
  #tidySoon(): void {
    if (this.#isTidyDue) return;
    this.#isTidyDue = true;
    this.#turnAt = ticksOf(performance.now());
    queueMicrotask(() => this.#tidy());
  }

  #hear(): void {
    const now = performance.now();
    let hasRoom = false;
    this.#replies.hear((reply) => {
      hasRoom = true;
      this.#onReply(reply, now);
    });
    if (hasRoom) this.#crew.refill();
  }

  /** Sees to the workers that were terminated from outside. */
  #look(): void {
    for (const worker of this.#crew.workers) {
      // As good as gone, whatever its thread does.
      if (worker.isFenced) this.#onEnd(worker, terminatedExit(true));
    }
    this.#nesting.check();
  }

  #onReply([what, number, word, ms]: TaskReply, now: number): void {
    if (word === Said.unfit) return this.#onUnfit(what);
    const task = this.#open.get(number);
    if (task === undefined) return; // It was given up.
    switch (word) {
      case Said.value:
        this.tally.time(task.submittedAt, now, ms);
        if ((task.traits & Trait.chunk) !== 0) task.ran = ms;
        this.#settle(task, { value: what });
        return;
      case Said.threw:
        this.tally.time(task.submittedAt, now, ms);
        this.#settle(task, { error: this.#errors.thrown(task, what) });
        return;
      case Said.failed:
        this.#settle(task, { error: this.#errors.failed(task, what) });
        return;
      case Said.partly: {
        const [results, why, isUnsent] = what as [unknown[], unknown, true?];
        const error = isUnsent
          ? this.#errors.failed(task, why)
          : this.#errors.thrown(task, why);
        this.#settle(task, { value: new PartialResults(results, error) });
        return;
      }
      case Said.started:
        task.taker = what as number;
        this.#limits.onStarted(task);
        return;
      case Said.reported: {
        const onReport = task.options?.onReport;
        reportTo(task, what);
        if (onReport) queueMicrotask(() => onReport(what));
        return;
      }
      case Said.submitted:
        this.#nesting.onSubmitted(task, what as NestedCall);
        return;
      case Said.awaited:
        this.#nesting.onAwaited(task, what as number);
        return;
      case Said.released:
        this.#nesting.onReleased(task, what as number);
    }
  }

  /** Ends a worker, and has another one take its place. */
  #replace(worker: PoolWorker): void {
    worker.terminate();
    this.#onEnd(worker, terminatedExit(true));
  }

  /** A worker has ended, or was fenced. */
  #onEnd(worker: PoolWorker, exit: Exit): void {
    if (!this.#crew.remove(worker)) return;
    worker.group.awaitTakes();
    // What it said before it ended.
    this.#hear();
    const isDeath = exit.reason !== "returned";
    if (isDeath) this.tally.replaced++;
    for (const task of this.#open.all()) {
      if (task.takenBy !== worker.thread) continue;
      this.#settle(task, { error: this.#errors.death(task, worker, exit) });
    }
    // One that a limit has ended is no death of its own.
    const isOwn = isDeath && !worker.isLimited;
    const death = this.#errors.death(undefined, worker, exit);
    if (isOwn && this.#options.broken === "pool") {
      this.#break("error" in exit ? exit.error : death);
      return;
    }
    this.#crew.noteEnd(worker, exit, death);
    this.#tidySoon();
  }

  /** The initializer of a worker threw: no other would do better. */
  #onUnfit(what: unknown): void {
    this.#break(this.#errors.unfit(what));
  }

  #break(cause: unknown): void {
    if (this.#broken !== undefined) return;
    const { name } = this.#options;
    this.#broken = new BrokenPoolError(name, BROKE_FOR_GOOD, cause);
    this.#endAll(() => ({
      error: new BrokenPoolError(name, BROKE_UNDER_TASK, cause),
    }));
  }

  /** Ends all workers, and settles what is open. */
  #endAll(
    outcome: (task: Task, worker?: PoolWorker) => FutureOutcome<unknown>,
  ) {
    this.#closing.end();
    const workers = this.#crew.terminate();
    // What they said before; from here on none takes or says anything.
    this.#hear();
    for (const task of this.#open.all()) {
      const { takenBy } = task;
      const worker = workers.find(({ thread }) => thread === takenBy);
      this.#settle(task, outcome(task, worker));
    }
  }
}
