/**
 * The task that the calling code runs in.
 *
 * @module
 */

import type { FunctionActor } from "../process.ts";
import type { Future } from "./future.ts";
import type { NestedOptions, SubmitParameters } from "./submit_options.ts";

/** The task that the calling code runs in. */
export interface CurrentTask {
  /** The name of its actor. */
  readonly name: string;
  /** Its number: no other task of the pool has it. */
  readonly number: number;
  /** The name of the pool that runs it. */
  readonly pool: string;
  /**
   * Aborted when nobody wants the result any more: with the reason of the
   * submitter's own signal, or with a `TimeoutError` when the time of the task
   * is over. A task that has asked for it is given the pool's `grace` to end;
   * one that has not is terminated at once, with its worker.
   */
  readonly signal: AbortSignal;
  /**
   * Tells the submitter something before the end: how far the task is, or a
   * part of its result. See `SubmitOptions.onReport` and `Future.reports`.
   *
   * @throws {NotSendableError} If the value cannot be sent.
   */
  report(value: unknown): void;
  /**
   * Submits a task to the pool that runs this one. Its rights must lie within
   * those of this task's worker.
   *
   * Where all workers run tasks that wait for tasks that no worker takes, the
   * last of them to wait is told, by a `PoolDeadlockError`. The future cannot be
   * cancelled.
   *
   * @throws {TypeError} If it is given no function actor.
   */
  submit<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R>,
    ...parameters: SubmitParameters<NoInfer<A>, NestedOptions>
  ): Future<R>;
}

let current: CurrentTask | undefined;

/** Says what task this thread runs. */
export function setCurrentTask(task: CurrentTask | undefined): void {
  current = task;
}

/**
 * The task that the calling code runs in; `undefined` outside of the tasks of a
 * pool.
 *
 * @example
 * ```ts ignore
 * import { actor, currentTask, ProcessPool } from "@troupe/troupe";
 *
 * const sum = actor(import.meta, function sum(numbers: number[]) {
 *   let total = 0;
 *   for (const [i, n] of numbers.entries()) {
 *     total += n;
 *     currentTask()?.report((i + 1) / numbers.length);
 *   }
 *   return total;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 1 });
 *   const onReport = (share: unknown) => console.log(share); // 0.5, 1
 *   console.log(await pool.submit(sum, [[1, 2]], { onReport })); // 3
 * }
 * ```
 */
export function currentTask(): CurrentTask | undefined {
  return current;
}
