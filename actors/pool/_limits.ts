/**
 * The limits of tasks: their time, and the signals of those who submitted them.
 *
 * ```text
 *   waits ── signal ───────────▶ withdrawn: it never runs
 *   runs  ── signal, time over ▶ its future is settled
 *                                its own signal aborts
 *                                 └─ grace ─▶ its worker is ended
 * ```
 *
 * The time of a task counts from when a worker takes it, which the worker of one
 * with a limit says.
 *
 * @module
 */

import { startTimer } from "../../channels/wait_options.ts";
import type { Crew } from "./_crew.ts";
import type { PoolWorker } from "./_pool_worker.ts";
import type { Task } from "./_task.ts";
import type { TaskErrors } from "./_task_errors.ts";

/** What the limits need of the pool. */
export interface LimitsOptions {
  /** How long a task that was told to stop has for that, in ms. */
  readonly grace: number;
  /** The workers. */
  readonly crew: Crew;
  /** Words the errors. */
  readonly errors: TaskErrors;
  /** Settles a task with an error. */
  readonly fail: (task: Task, error: unknown) => void;
  /** Ends a worker, and has another one take its place. */
  readonly replace: (worker: PoolWorker) => void;
}

/** See the module. */
export class Limits {
  readonly #options: LimitsOptions;

  /** For the tasks of one pool. */
  constructor(options: LimitsOptions) {
    this.#options = options;
  }

  /** Has a signal end a task that was submitted. */
  watch(task: Task, signal: AbortSignal): void {
    const abort = () => this.#end(task, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    task.unlimit = () => signal.removeEventListener("abort", abort);
  }

  /** A worker has taken a task: its time runs. */
  onStarted(task: Task): void {
    const { timeout, unlimit } = task;
    if (timeout === Infinity) return;
    const stopTimer = startTimer(
      timeout,
      () => this.#end(task, this.#options.errors.late(task)),
    );
    task.unlimit = () => {
      unlimit?.();
      stopTimer();
    };
  }

  /** Ends a task for which nobody waits any more. */
  #end(task: Task, error: unknown): void {
    const { grace, crew, fail, replace } = this.#options;
    const { number, group } = task;
    if (group.withdraw(task)) {
      group.refillWhenRoom();
      fail(task, error);
      return;
    }
    const worker = crew.workerOf(task.takenBy);
    fail(task, error);
    if (worker === undefined) return;
    worker.abort(number, error);
    const { board } = worker;
    const endWorker = () => {
      // If it is not at it, the task is over.
      if (!board.seize(number)) return worker.leave(number);
      worker.isLimited = true;
      replace(worker);
    };
    // By then one that was taken has begun, or its worker has heard that it is
    // not to begin.
    worker.giveUp(number, 0, () => {
      if (!board.isAt(number) || !board.hears) return endWorker();
      worker.giveUp(number, grace, endWorker);
    });
  }
}
