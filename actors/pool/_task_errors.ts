/**
 * What the futures of tasks are told that have failed.
 *
 * @module
 */

import { decode } from "../../channels/decode.ts";
import { timeoutError } from "../../channels/wait_options.ts";
import type { Exit } from "../exit.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { failureError, thrownError } from "../read_exit.ts";
import type { Crew } from "./_crew.ts";
import { WorkerDiedError } from "./errors.ts";
import type { PoolWorker } from "./_pool_worker.ts";
import type { Task } from "./_task.ts";

/** See the module. */
export class TaskErrors {
  readonly #pool: string;
  readonly #permissions: NormalizedPermissions;
  readonly #crew: Crew;

  /** For the tasks of a pool, which its crew runs. */
  constructor(
    { name, permissions }: { name: string; permissions: NormalizedPermissions },
    crew: Crew,
  ) {
    this.#pool = name;
    this.#permissions = permissions;
    this.#crew = crew;
  }

  /** For what a task threw. */
  thrown(task: Task, what: unknown): Error {
    const { permissions } = task.group;
    return thrownError(errorIn(what), {
      name: this.#nameFor(task),
      permissions,
    });
  }

  /** For what kept a task from being run, or its result from being sent. */
  failed(task: Task, what: unknown): Error {
    return failureError(errorIn(what), {
      name: this.#nameFor(task),
      permissions: task.group.permissions,
      declaration: { module: task.actor.module },
    });
  }

  /** For what the initializer of a worker threw. */
  unfit(what: unknown): Error {
    const name = `${this.#pool} initializer`;
    return thrownError(errorIn(what), { name, permissions: this.#permissions });
  }

  /** For a task whose time is over. */
  late({ label, timeout }: Task): DOMException {
    return timeoutError(
      `Task ${label} of pool ${JSON.stringify(this.#pool)} was ended: it ran ` +
        `for longer than ${timeout} ms`,
    );
  }

  /** For the death of a worker, under the task that it had in hand. */
  death(task: Task | undefined, worker: PoolWorker, exit: Exit): Error {
    const { name, uptime } = worker;
    return new WorkerDiedError(name, task?.label, exit, uptime);
  }

  /** The name of the worker that ran a task, if it is still known. */
  #nameFor(task: Task): string {
    return this.#crew.workerOf(task.takenBy)?.name ?? this.#pool;
  }
}

/** The error in a reply. */
function errorIn(what: unknown): unknown {
  const bytes = what as Uint8Array;
  return decode(bytes, 0, bytes.length);
}
