/**
 * A worker of a pool, as the pool sees it.
 *
 * @module
 */

import { Life, lifeOf } from "../../channels/threads.ts";
import { startTimer } from "../../channels/wait_options.ts";
import { setDeclaration } from "../declaration.ts";
import type { Exit } from "../exit.ts";
import { MODULES, RUNS_TASKS } from "../handle_options.ts";
import type { IsolationOptions } from "../isolation_options.ts";
import { LIBRARY_URL } from "../library_url.ts";
import { ProcessHandle } from "../process_handle.ts";
import { Line, lineRing } from "../protocol.ts";
import type { WatchedThread } from "../watched_thread.ts";
import { Board } from "./_board.ts";
import type { Catalogue } from "./_catalogue.ts";
import {
  type TaskReply,
  Told,
  type WorkerOrder,
  type WorkerStart,
} from "./_protocol.ts";
import type { TaskGroup } from "./_task_group.ts";

/** The actor that each worker is, by where it is declared: see `worker.ts`. */
const MODULE = new URL("./worker.ts", import.meta.url).href;

/** How the workers of a pool are started. */
export interface WorkerSpec extends IsolationOptions {
  /** The name of the pool. */
  readonly pool: string;
  /** What the worker is called. */
  readonly name: string;
  /** Where it answers. */
  readonly replies: Line<TaskReply>;
  /** The actors that tasks name by numbers. */
  readonly catalogue: Catalogue;
  /** How many tasks it takes. */
  readonly limit: number;
  /** What it runs before the first one. */
  readonly initializer: number | undefined;
  /** The arguments of that. */
  readonly initializerArgs: readonly unknown[];
  /** Called once, when it has ended. */
  readonly onEnd: (worker: PoolWorker, exit: Exit) => void;
}

/** The process of a worker: one that tells of its end though nobody waits. */
class WorkerProcess extends ProcessHandle<void> {
  /** Called when it has ended. */
  onEnd: (exit: Exit) => void = () => {};

  protected override onStarted(thread: WatchedThread<void>): void {
    thread.exit.then((exit) => this.onEnd(exit));
  }

  /** Its thread's id. */
  get thread(): number {
    return this.startedThread("look at").thread;
  }
}

/** See the module. */
export class PoolWorker {
  /** What it works for. */
  readonly group: TaskGroup;
  /** What it is called. */
  readonly name: string;
  /** Its thread's id. */
  readonly thread: number;
  /** Shows what it does. */
  readonly board = new Board();
  /** Whether it is ended for a limit of its task. */
  isLimited = false;
  /** Whether it was told to take no more tasks. */
  isRetiring = false;
  /** Resolves when it has ended; keeps nothing alive. */
  readonly ended: Promise<void>;
  readonly #process: WorkerProcess;
  /** The tasks that were given up and that it may be at, and their timers. */
  readonly #overdue = new Map<number, () => void>();
  readonly #control = new Line<WorkerOrder>(lineRing());
  readonly #startedAt = performance.now();

  /**
   * Starts a worker. Blocks for the 10 to 15 ms that Deno takes to make a
   * thread, where no spare is at hand.
   *
   * @throws {PermissionExceededError} If it needs rights that the caller does
   *   not hold.
   */
  constructor(group: TaskGroup, spec: WorkerSpec) {
    this.group = group;
    this.name = spec.name;
    const { pool, replies, limit, initializer, initializerArgs } = spec;
    const start: WorkerStart = {
      pool,
      tasks: group.ring.memory,
      ledger: group.ledger.memory,
      catalogue: spec.catalogue.memory,
      board: this.board.memory,
      replies,
      control: this.#control,
      limit,
      initializer,
      initializerArgs,
    };
    const actor = {};
    setDeclaration(actor, {
      name: "worker",
      module: MODULE,
      target: () => {},
      permissions: group.permissions,
    });
    this.#process = new WorkerProcess(actor, {
      args: [start],
      name: spec.name,
      // What is under way keeps the program alive, not those who wait for work.
      daemon: true,
      isolation: spec.isolation,
      memory: spec.memory,
      [RUNS_TASKS]: true,
      [MODULES]: [LIBRARY_URL, ...group.modules],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#process.onEnd = (exit) => {
      for (const stop of this.#overdue.values()) stop();
      resolve();
      spec.onEnd(this, exit);
    };
    this.#process.start();
    this.thread = this.#process.thread;
  }

  /** Whether it is at a task that was given up. */
  get isOverdue(): boolean {
    for (const number of this.#overdue.keys()) {
      if (this.board.isAt(number)) return true;
    }
    return false;
  }

  /** How long it has lived, in ms. */
  get uptime(): number {
    return performance.now() - this.#startedAt;
  }

  /** Whether it was terminated: nothing it does counts any more. */
  get isFenced(): boolean {
    return lifeOf(this.thread) === Life.fenced;
  }

  /**
   * Notes that a task was given up, and calls `look` after `ms`. There may be
   * more than one: of a task that is over the answer may not have been heard.
   */
  giveUp(number: number, ms: number, look: () => void): void {
    this.#overdue.set(number, startTimer(ms, look));
  }

  /** A task that was given up is over. */
  leave(number: number): void {
    this.#overdue.delete(number);
  }

  /** Tells it to take no more tasks, and to end. */
  retire(): void {
    this.isRetiring = true;
    this.#control.say([Told.retire, 0, undefined]);
  }

  /** Tells it to stop a task. */
  abort(number: number, reason: unknown): void {
    try {
      this.#control.say([Told.abort, number, reason]);
    } catch {
      // A reason that cannot be sent becomes a text.
      this.#control.say([Told.abort, number, String(reason)]);
    }
  }

  /** Tells it what became of a task that its task submitted. */
  settle(nested: number, outcome: unknown): void {
    this.#control.say([Told.settled, nested, outcome]);
  }

  /** Asks whether its task still waits for a task that it submitted. */
  confirm(nested: number): void {
    this.#control.say([Told.confirm, nested, undefined]);
  }

  /** Ends it now. */
  terminate(): void {
    this.#process.terminate();
  }

  /** Waits until it has ended; keeps the program alive so long. */
  async join(): Promise<void> {
    await this.#process.join();
  }
}
