/**
 * The process pool: many tasks, shared out among a few workers.
 *
 * @module
 */

import { INSPECT } from "../../channels/inspect.ts";
import { isModuleLoading } from "../current_process.ts";
import { type Declaration, declarationOf } from "../declaration.ts";
import { SpawnAtLoadError } from "../errors.ts";
import type { FunctionActor } from "../process.ts";
import { PoolClosedError } from "./errors.ts";
import type { Future } from "./future.ts";
import type { Latencies } from "./_latencies.ts";
import { mapItems } from "./map.ts";
import type { Items, MapOptions, MapResults } from "./map_options.ts";
import {
  type CheckedPoolOptions,
  checkPoolOptions,
  type ProcessPoolOptions,
} from "./pool_options.ts";
import type { Percentiles, PoolStats } from "./pool_stats.ts";
import { Trait } from "./_protocol.ts";
import { Scheduler } from "./_scheduler.ts";
import { checkSubmitOptions, type SubmitParameters } from "./submit_options.ts";

/** How a pool is shut down. */
export interface PoolShutdownOptions {
  /**
   * Whether to wait until all tasks are done and all workers have ended.
   * Default: `true`. They are done in any case.
   */
  wait?: boolean;
  /** Whether to cancel the tasks that have not begun. Default: `false`. */
  cancelFutures?: boolean;
}

/** An actor whose function can be called with one argument. */
export type OneArgument<A extends readonly unknown[]> = [A[0]] extends A
  ? unknown
  : "the actor must take one argument: use starmap";

/**
 * Runs tasks in a few workers, each an actor in a thread of its own.
 *
 * A task is a call of a function actor. {@linkcode submit} gives a `Future` at
 * once; {@linkcode map} calls an actor with each of many items, in chunks, and
 * gives the results in their order. Workers are started when they are needed,
 * and kept. A worker runs one task at a time, with the rights that the task's
 * actor is declared with: tasks of other rights run in workers of their own.
 *
 * A task that throws, cannot be sent, dies with its worker or takes too long
 * fails its own future, and no other. Futures that are not settled keep the
 * program alive; idle workers do not.
 *
 * Python's `concurrent.futures.ProcessPoolExecutor`, with what its
 * `multiprocessing.Pool` has beyond that.
 *
 * @example Results as they come
 * ```ts ignore
 * import { actor, asCompleted, ProcessPool } from "@troupe/troupe";
 *
 * const count = actor(import.meta, function count(text: string) {
 *   return text.split(" ").length;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 2 });
 *   const texts = ["to be", "or not to be"];
 *   const textOf = new Map(texts.map((text) => [pool.submit(count, [text]), text]));
 *   for await (const future of asCompleted(textOf.keys())) {
 *     console.log(textOf.get(future), await future.result());
 *   }
 * }
 * ```
 *
 * @example Many items, in their order
 * ```ts ignore
 * import { actor, ProcessPool } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool();
 *   for await (const n of pool.map(square, [1, 2, 3])) console.log(n); // 1, 4, 9
 * }
 * ```
 */
export class ProcessPool implements AsyncDisposable {
  readonly #options: CheckedPoolOptions;
  readonly #scheduler: Scheduler;

  /**
   * Makes a pool without workers: they start when there are tasks.
   *
   * @throws {TypeError} If an option is of a wrong type.
   * @throws {RangeError} If there are to be no workers, or no tasks for each.
   */
  constructor(options: ProcessPoolOptions = {}) {
    this.#options = checkPoolOptions(options);
    this.#scheduler = new Scheduler(this.#options);
  }

  /** What the pool is called. */
  get name(): string {
    return this.#options.name;
  }

  /**
   * Submits a task: a call of a function actor.
   *
   * @returns Its future, at once. What is wrong with this task alone, such as an
   *   argument that cannot be sent, is told by the future.
   * @throws {TypeError} If it is given no function actor, or arguments that are
   *   no array.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {PermissionExceededError} If the actor is declared with more rights
   *   than the pool, or the caller, has.
   * @throws {PoolClosedError} If the pool was shut down.
   * @throws {BrokenPoolError} If the pool is broken.
   * @throws {SpawnAtLoadError} If a module submits by being loaded in a worker.
   */
  submit<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R>,
    ...[args, options]: SubmitParameters<NoInfer<A>>
  ): Future<R> {
    const declaration = this.#taskOf(actor, "submit to");
    if (args !== undefined && !Array.isArray(args)) {
      throw new TypeError(
        `Cannot submit ${declaration.name}(): arguments come as one array, ` +
          `got ${typeof args}`,
      );
    }
    if (options !== undefined) checkSubmitOptions(declaration.name, options);
    return this.#scheduler.submit({
      actor: declaration,
      args: args ?? [],
      traits: 0,
      options,
    }, declaration.permissions) as Future<R>;
  }

  /**
   * Calls an actor with each of many items, and gives the results in the order
   * of the items. Begins at once, and is never more than `buffer` items ahead of
   * who reads the results: so the items may be without end.
   *
   * An error is thrown at its place: first come the results of the items before.
   *
   * @throws {TypeError} If it is given no function actor or nothing to iterate.
   * @throws {RangeError} If an option is out of range.
   * @throws As {@linkcode submit} does.
   */
  map<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R> & OneArgument<A>,
    items: Items<NoInfer<A>[0]>,
    options?: MapOptions,
  ): MapResults<R> {
    return this.#map<R>(actor, items, options, Trait.chunk);
  }

  /**
   * As {@linkcode map}, for actors of several arguments: each item is the list of
   * them.
   *
   * @throws As {@linkcode map} does.
   */
  starmap<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R>,
    tuples: Items<NoInfer<A>>,
    options?: MapOptions,
  ): MapResults<R> {
    return this.#map<R>(actor, tuples, options, Trait.chunk | Trait.spread);
  }

  #map<R>(
    actor: object,
    items: Items<unknown>,
    options: MapOptions | undefined,
    traits: number,
  ): MapResults<R> {
    const declaration = this.#taskOf(actor, "map over");
    this.#scheduler.admit(declaration, declaration.permissions);
    return mapItems<R>(items, options ?? {}, {
      name: declaration.name,
      workers: this.#options.workers,
      submit: (chunk, signal) =>
        this.#scheduler.submit(
          {
            // Anew: the pool may have been shut down since.
            actor: this.#taskOf(actor, "map over"),
            args: [chunk],
            traits,
            options: signal && { signal },
          },
          declaration.permissions,
        ),
    });
  }

  /**
   * Takes no more tasks. Those that were submitted are still done, and then the
   * workers end. A map that is under way ends behind the items it has read ahead,
   * with a `PoolClosedError`. May be called again.
   *
   * @returns Resolves when all is done and no worker is left; at once if
   *   `wait` is `false`.
   */
  async shutdown(
    { wait = true, cancelFutures = false }: PoolShutdownOptions = {},
  ): Promise<void> {
    this.#scheduler.close(cancelFutures);
    if (wait) await this.#scheduler.ended();
  }

  /**
   * Ends all workers now, whatever they do. Tasks that run fail with a
   * `WorkerDiedError`, tasks that have not begun are cancelled, and the pool
   * takes no more.
   *
   * @returns Resolves when no worker is left. One that computes without end
   *   cannot be stopped on today's Deno: see `Process.terminate`.
   */
  async terminateWorkers(): Promise<void> {
    this.#scheduler.terminate();
    await this.#scheduler.ended();
  }

  /** What the pool does, and has done. */
  stats(): PoolStats {
    const { load, tally } = this.#scheduler;
    const { done, failed, cancelled, replaced, waits, runs } = tally;
    return {
      ...load,
      done,
      failed,
      cancelled,
      replaced,
      wait: percentiles(waits),
      run: percentiles(runs),
    };
  }

  /** As {@linkcode shutdown}: does what was submitted, and ends the workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** How it is logged. */
  [INSPECT](): string {
    const { isClosed, broken, load } = this.#scheduler;
    const state = broken ? ", broken" : isClosed ? ", shut down" : "";
    return `ProcessPool ${JSON.stringify(this.name)} (${load.busy} of ` +
      `${load.workers} workers busy${state})`;
  }

  /** The declaration of a task; throws if there can be no such task now. */
  #taskOf(actor: object, action: string): Declaration {
    const declaration = declarationOf(actor, `${action} a pool`);
    if (declaration.traits !== undefined) {
      throw new TypeError(
        `Cannot ${action} pool ${JSON.stringify(this.name)}: actor ` +
          `${JSON.stringify(declaration.name)} is a class, and a task is a ` +
          "call of a function",
      );
    }
    const { broken, isClosed } = this.#scheduler;
    if (broken !== undefined) throw broken;
    if (isClosed) throw new PoolClosedError(this.name, action);
    if (isModuleLoading()) throw new SpawnAtLoadError(this.name);
    return declaration;
  }
}

function percentiles(times: Latencies): Percentiles {
  return { p50: times.quantile(0.5), p99: times.quantile(0.99) };
}
