/**
 * Tasks that submit tasks to the pool that runs them.
 *
 * ```text
 *   outer task ── submitted ──▶ pool ──▶ inner task, in any worker
 *        │ awaited ───────────▶  │
 *        │ ◀────────── confirm?  │
 *        │ awaited ───────────▶  │
 *        └──────── settled ◀─────┘
 * ```
 *
 * **Deadlock.** If each worker runs a task that waits for another, and there may
 * be no more workers, no worker will ever take the tasks that no worker has
 * taken. Then the last wait is told so. That a task waits counts when its worker
 * has said so a second time, from its event loop: one that has done what it does
 * with the result when it comes, and goes on to its end, does not wait.
 *
 * @module
 */

import { errorBytes } from "../error_bytes.ts";
import {
  narrowPermissions,
  type NormalizedPermissions,
} from "../permissions.ts";
import type { Crew } from "./_crew.ts";
import { PoolDeadlockError } from "./errors.ts";
import type { PoolWorker } from "./_pool_worker.ts";
import type { Nested, NestedCall } from "./_protocol.ts";
import type { Task, TaskCall } from "./_task.ts";

/** What nesting needs of the pool. */
export interface NestingOptions {
  /** The name of the pool. */
  readonly pool: string;
  /** Its workers. */
  readonly crew: Crew;
  /** The task that a worker has in hand. */
  readonly taskOf: (worker: PoolWorker) => Task | undefined;
  /** Submits a task. */
  readonly submit: (call: TaskCall, permissions: NormalizedPermissions) => Task;
  /** Fails a task, if no worker has taken it. */
  readonly fail: (task: Task, error: Error) => void;
}

/** What a task has submitted and waits for. */
interface Outer {
  readonly inner: Map<number, Task>;
  /** Those of which it was asked whether it waits for them. */
  readonly asked: Set<number>;
  readonly awaited: Set<Task>;
}

/** See the module. */
export class Nesting {
  readonly #options: NestingOptions;
  readonly #outers = new Map<Task, Outer>();
  #isCheckDue = false;

  /** For the tasks of one pool. */
  constructor(options: NestingOptions) {
    this.#options = options;
  }

  /** A task submits another. */
  onSubmitted(outer: Task, call: NestedCall): void {
    const { nested, module, name, args, timeout } = call;
    const { group } = outer;
    const worker = this.#options.crew.workerOf(outer.takenBy);
    const tell = (outcome: Nested) => worker?.settle(nested, outcome);
    let inner: Task;
    try {
      const actor = { module, name };
      // What the message says of rights is a wish: it gets no more than the
      // one who sends it has.
      const permissions = narrowPermissions(
        group.permissions,
        call.permissions,
        { actor: name, moduleUrl: module },
      );
      inner = this.#options.submit(
        { actor, args, traits: 0, options: { timeout } },
        permissions,
      );
    } catch (error) {
      tell({ error: errorBytes(error) });
      return;
    }
    const entry = this.#outers.get(outer) ??
      { inner: new Map(), asked: new Set(), awaited: new Set() };
    this.#outers.set(outer, entry);
    entry.inner.set(nested, inner);
    inner.addDoneCallback(async (future) => {
      entry.inner.delete(nested);
      entry.awaited.delete(inner);
      const outcome: Nested = await future.result().then(
        (value) => ({ value }),
        (error) => ({ error: errorBytes(error) }),
      );
      tell(outcome);
    });
  }

  /** A task waits for one that it submitted. */
  onAwaited(outer: Task, nested: number): void {
    const entry = this.#outers.get(outer);
    const inner = entry?.inner.get(nested);
    if (inner === undefined) return;
    if (!entry!.asked.has(nested)) {
      entry!.asked.add(nested);
      this.#options.crew.workerOf(outer.takenBy)?.confirm(nested);
      return;
    }
    entry!.awaited.add(inner);
    this.#isCheckDue = true;
  }

  /** It waits for it no more. */
  onReleased(outer: Task, nested: number): void {
    const entry = this.#outers.get(outer);
    const inner = entry?.inner.get(nested);
    if (inner === undefined) return;
    entry!.asked.delete(nested);
    entry!.awaited.delete(inner);
  }

  /** A task is over. */
  forget(task: Task): void {
    this.#outers.delete(task);
  }

  /** Looks for a deadlock, where there may be a new one. */
  check(): void {
    if (!this.#isCheckDue) return;
    this.#isCheckDue = false;
    const { pool, crew, taskOf, fail } = this.#options;
    if (crew.workers.size < crew.most) return;
    const waits: [outer: Task, inner: Task][] = [];
    for (const worker of crew.workers) {
      const outer = taskOf(worker);
      const awaited = outer && this.#outers.get(outer)?.awaited;
      if (!awaited?.size) return; // That one goes on by itself.
      for (const inner of awaited) waits.push([outer!, inner]);
    }
    const last = waits.filter(([, inner]) => inner.takenBy <= 0)
      .sort(([, one], [, other]) => one.number - other.number).at(-1);
    if (last === undefined) return;
    const [outer, inner] = last;
    const chain = [inner.label];
    // Back to the first: a task that waits may be awaited itself.
    const seen = new Set<Task>();
    let task: Task | undefined = outer;
    while (task !== undefined && !seen.has(task)) {
      seen.add(task);
      chain.unshift(task.label);
      const found: Task = task;
      task = waits.find(([, awaited]) => awaited === found)?.[0];
    }
    this.#outers.get(outer)!.awaited.delete(inner);
    fail(inner, new PoolDeadlockError(pool, chain, crew.workers.size));
  }
}
