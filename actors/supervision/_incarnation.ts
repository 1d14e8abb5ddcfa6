/**
 * Starting a child, once or again. The supervision itself knows no processes:
 * it knows origins, which start incarnations, which end or are stopped.
 *
 * @module
 */

import { THREAD } from "../../channels/until.ts";
import type { Desk } from "../desk.ts";
import type { Exit } from "../exit.ts";
import type { MailboxStats } from "../mailbox_options.ts";
import {
  PermissionDeniedError,
  PermissionExceededError,
} from "../permission_errors.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { type FunctionActor, Process } from "../process.ts";
import {
  type ObservedReady,
  ON_READY,
  type ReasonedStop,
  STOP_REASON,
} from "../handle_options.ts";
import type { ProcessHandle } from "../process_handle.ts";
import type { ChildExit } from "./supervisor_exit.ts";
import type { WorkerSpec } from "./supervisor_options.ts";

/** How an incarnation ended that was stopped. */
export interface Stopped {
  /** How it ended. */
  readonly exit: ChildExit;
  /** Whether it was cut off. */
  readonly cut: boolean;
  /** How many messages it left. */
  readonly messagesLeft: number;
}

/** One life of a child. */
export interface Incarnation {
  /** What it is called. */
  readonly name: string;
  /** Whether it runs at this moment. */
  readonly isAlive: boolean;
  /** Settles when it has ended, and never rejects. */
  readonly ended: Promise<ChildExit>;
  /**
   * Whether its end is not to be counted as a restart, since what caused it is
   * gone: a message that was set aside.
   */
  readonly isExcused?: boolean;
  /** How its event loop is watched, where that can be. */
  readonly pulse?: Pulse;
  /**
   * Stops it as its specification says, and at once when `cut` is aborted. If it
   * has ended, tells how. Never rejects.
   *
   * @param reason Whether it is to be started again.
   */
  stop(cut: AbortSignal, reason: "shutdown" | "restart"): Promise<Stopped>;
}

/** What is needed to see from outside that a thread is blocked, and to end it. */
export interface Pulse {
  /** The thread. */
  readonly thread: number;
  /** What it has in hand. */
  readonly desk: Desk;
  /** Whether it is a function, whose whole life is one thing to handle. */
  readonly isFunction: boolean;
  /** How many messages wait, of how many. */
  readonly mailbox?: MailboxStats;
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  /** Ends it. */
  terminate(): void;
}

/** What the lives of a child come from. */
export interface Origin<I extends Incarnation = Incarnation> {
  /**
   * Starts a life.
   *
   * @param onUp Called when it is up, where that is seen before any answer of it
   *   is: so that who has an answer finds the life told of that gave it.
   * @returns It, when it is up.
   * @throws Why it is not. Then nothing of it is left.
   */
  start(cut: AbortSignal, onUp?: (life: I) => void): Promise<I>;
  /** Has all lives from now on be in processes of their own. */
  isolate?(): void;
  /** Called when the child is over: when it is not restarted by itself. */
  over?(): void;
  /** What is below it, as text, if it is a supervisor. */
  draw?(): Drawing;
  /** Called when the child is forgotten: it will never start again. */
  forget?(): void;
}

/** A supervisor and what is below it, as text. */
export interface Drawing {
  /** Itself. */
  readonly head: string;
  /** A line, or more, for each child. */
  readonly branches: readonly string[];
}

/** Whether an error says that a right is lacking, so that no retry can help. */
export function isDenial(
  error: unknown,
): error is PermissionDeniedError | PermissionExceededError {
  return error instanceof PermissionDeniedError ||
    error instanceof PermissionExceededError;
}

/** One process of a child. */
export class ProcessIncarnation<R> implements Incarnation {
  /** The process. */
  readonly process: Process<R>;
  /** See {@linkcode Incarnation}. */
  readonly ended: Promise<Exit<R>>;
  readonly #grace: number | "brutal" | undefined;

  /**
   * Watches a process that was started.
   *
   * @param grace The time it gets to stop; undefined for what `Process.stop`
   *   gives by default.
   */
  constructor(process: Process<R>, grace: number | "brutal" | undefined) {
    this.process = process;
    this.ended = process.join();
    this.#grace = grace;
  }

  /** See {@linkcode Incarnation}. */
  get name(): string {
    return this.process.name;
  }

  /** See {@linkcode Incarnation}. */
  get isAlive(): boolean {
    return this.process.isAlive();
  }

  /** See {@linkcode Incarnation}. */
  get pulse(): Pulse {
    // Both kinds of process are handles, and handles have desks.
    const handle = this.process as unknown as ProcessHandle<R>;
    return {
      thread: handle[THREAD],
      desk: handle.desk,
      isFunction: !("mailboxStats" in handle),
      permissions: handle.permissions,
      terminate: () => handle.terminate(),
    };
  }

  /** See {@linkcode Incarnation}. */
  async stop(
    cut: AbortSignal,
    reason: "shutdown" | "restart",
  ): Promise<Stopped> {
    const { process } = this;
    const terminate = () => process.terminate();
    cut.addEventListener("abort", terminate, { once: true });
    try {
      if (this.#grace === "brutal" || cut.aborted) terminate();
      else {
        const options: ReasonedStop = {
          grace: this.#grace,
          [STOP_REASON]: reason,
        };
        await process.stop(options);
      }
      const exit = await this.ended;
      return { exit, cut: exit.reason === "terminated", messagesLeft: 0 };
    } finally {
      cut.removeEventListener("abort", terminate);
    }
  }
}

/** A function actor and all that each of its processes is started with. */
export class FunctionOrigin<A extends readonly unknown[], R>
  implements Origin<ProcessIncarnation<R>> {
  readonly #actor: FunctionActor<A, R>;
  readonly #args: A;
  readonly #spec: WorkerSpec;
  #isolation: WorkerSpec["isolation"];
  readonly #grace: number | "brutal" | undefined;
  /** The present process, or the last one. */
  process: Process<R> | undefined;

  /** Keeps what each start needs; `grace` as in {@linkcode ProcessIncarnation}. */
  constructor(
    actor: FunctionActor<A, R>,
    args: A,
    spec: WorkerSpec,
    grace: number | "brutal" | undefined,
  ) {
    this.#actor = actor;
    this.#args = args;
    this.#spec = spec;
    this.#isolation = spec.isolation;
    this.#grace = grace;
  }

  /** See {@linkcode Origin}. */
  isolate(): void {
    this.#isolation = "process";
  }

  /** See {@linkcode Origin}. */
  async start(
    cut: AbortSignal,
    onUp?: (life: ProcessIncarnation<R>) => void,
  ): Promise<ProcessIncarnation<R>> {
    cut.throwIfAborted();
    const { name, permissions, memory, startTimeout } = this.#spec;
    const process = new Process(this.#actor, {
      args: this.#args,
      name,
      permissions,
      isolation: this.#isolation,
      memory,
    }).start();
    const incarnation = new ProcessIncarnation(process, this.#grace);
    const options: ObservedReady = {
      timeout: startTimeout,
      signal: cut,
      [ON_READY]: () => {
        this.process = process;
        onUp?.(incarnation);
      },
    };
    try {
      await process.ready(options);
    } catch (error) {
      process.terminate();
      await process.join();
      throw error;
    }
    return incarnation;
  }
}
