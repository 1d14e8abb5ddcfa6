/**
 * The errors of pools and futures.
 *
 * @module
 */

import { registerErrorClass } from "../../channels/error_classes.ts";
import { describeExit, type Exit } from "../exit.ts";
import type { FutureState } from "./future_types.ts";

/**
 * Thrown where the result of a task is asked for that was cancelled before it
 * began.
 *
 * @example
 * ```ts ignore
 * import { actor, CancelledError, ProcessPool } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 1 });
 *   const futures = [1, 2, 3].map((n) => pool.submit(square, [n]));
 *   const last = futures[2]!;
 *   if (last.cancel()) {
 *     const error = await last.result().catch((error) => error);
 *     console.log(error instanceof CancelledError); // true
 *   }
 * }
 * ```
 */
export class CancelledError extends Error {
  /** The class name, `"CancelledError"`. */
  override readonly name = "CancelledError";
  /** The task, such as `square(3)`. */
  readonly task: string;

  /** Builds the error; `action` is what could not be done. */
  constructor(task: string, action = "get the result of") {
    super(`Cannot ${action} task ${task}: it was cancelled`);
    this.task = task;
  }
}

/** Thrown when a future is used in a state that does not allow it. */
export class InvalidStateError extends Error {
  /** The class name, `"InvalidStateError"`. */
  override readonly name = "InvalidStateError";
  /** The state it is in. */
  readonly state: FutureState;

  /** Builds the error. */
  constructor(message: string, state: FutureState) {
    super(message);
    this.state = state;
  }
}

/** Thrown when something is asked of a pool that was shut down. */
export class PoolClosedError extends Error {
  /** The class name, `"PoolClosedError"`. */
  override readonly name = "PoolClosedError";
  /** The pool's name. */
  readonly pool: string;

  /** Builds the error; `action` is what could not be done: `submit to`. */
  constructor(pool: string, action: string) {
    super(
      `Cannot ${action} pool ${JSON.stringify(pool)}: ` +
        "cannot schedule new futures after shutdown",
    );
    this.pool = pool;
  }
}

/** What a task is told that was in a pool when that broke. */
export const BROKE_UNDER_TASK =
  "A process in the process pool was terminated abruptly while the future " +
  "was running or pending";

/** What a caller is told who comes to a broken pool. */
export const BROKE_FOR_GOOD =
  "A child process terminated abruptly, the process pool is not usable anymore";

/**
 * Thrown by the tasks of a pool that broke, and by every later use of it: a
 * worker could not be set up, or one died in a pool with `broken: "pool"`.
 *
 * Python's `BrokenProcessPool`.
 */
export class BrokenPoolError extends Error {
  /** The class name, `"BrokenPoolError"`. */
  override readonly name = "BrokenPoolError";
  /** The pool's name. */
  readonly pool: string;

  /** Builds the error; `cause` is what broke the pool. */
  constructor(pool: string, text: string, cause?: unknown) {
    super(
      `Pool ${JSON.stringify(pool)} is broken: ${text}`,
      cause === undefined ? undefined : { cause },
    );
    this.pool = pool;
  }
}

/**
 * Thrown by a task whose worker ended while it ran the task. The pool has
 * another worker in its place, and its other tasks go on.
 *
 * @example
 * ```ts ignore
 * import { actor, ProcessPool, WorkerDiedError } from "@troupe/troupe";
 *
 * const leaves = actor(import.meta, function leaves(code: number) {
 *   Deno.exit(code);
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 1 });
 *   const error = await pool.submit(leaves, [3]).exception();
 *   if (!(error instanceof WorkerDiedError)) throw error;
 *   console.log(error.task, error.exit.code); // leaves(3) 3
 * }
 * ```
 */
export class WorkerDiedError extends Error {
  /** The class name, `"WorkerDiedError"`. */
  override readonly name = "WorkerDiedError";
  /** The worker's name. */
  readonly worker: string;
  /** The task that it ran, such as `square(3)`, if it ran one. */
  readonly task: string | undefined;
  /** How the worker ended. */
  readonly exit: Exit;
  /** How long the worker had lived, in milliseconds. */
  readonly uptime: number;

  /** Builds the error; the error of the exit, if it has one, is the cause. */
  constructor(
    worker: string,
    task: string | undefined,
    exit: Exit,
    uptime: number,
  ) {
    const ended = `worker ${JSON.stringify(worker)} ` +
      describeExit(exit).replace(/^it /, "");
    const after = `${Math.round(uptime)} ms after its start`;
    super(
      task === undefined
        ? `Pool lost a worker: ${ended}, ${after}`
        : `Task ${task} failed: ${ended} while it ran it, ${after}`,
      "error" in exit ? { cause: exit.error } : undefined,
    );
    this.worker = worker;
    this.task = task;
    this.exit = exit;
    this.uptime = uptime;
  }
}

/**
 * Thrown by a task that could never begin: every worker of its pool runs a task
 * that waits for one of the same pool.
 */
export class PoolDeadlockError extends Error {
  /** The class name, `"PoolDeadlockError"`. */
  override readonly name = "PoolDeadlockError";
  /** The pool's name. */
  readonly pool: string;
  /** Who waits for whom: each task for the next, the last one for a worker. */
  readonly chain: readonly string[];

  /** Builds the error; `workers` is how many the pool has. */
  constructor(pool: string, chain: readonly string[], workers?: number) {
    super(
      `Cannot wait for task ${chain.at(-1)}: all ` +
        `${workers === undefined ? "" : `${workers} `}workers of pool ` +
        `${JSON.stringify(pool)} run tasks that wait for tasks of the same ` +
        `pool: ${chain.join(" → ")}. Give it more workers, or submit from ` +
        "outside",
    );
    this.pool = pool;
    this.chain = chain;
  }
}

for (
  const ErrorClass of [
    CancelledError,
    InvalidStateError,
    PoolClosedError,
    BrokenPoolError,
    WorkerDiedError,
    PoolDeadlockError,
  ]
) registerErrorClass(ErrorClass);
