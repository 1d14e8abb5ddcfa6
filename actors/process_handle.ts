/**
 * What is behind a `Process`: its state, its checks, and its thread.
 *
 * @module
 */

import { Encoder } from "../channels/encode.ts";
import { cannotCross } from "../channels/crossing.ts";
import { Callers } from "../channels/callers.ts";
import { CHECK, checkAll, PACK, registerHandle } from "../channels/handle.ts";
import { INSPECT } from "../channels/inspect.ts";
import { SOURCE, type Source, type Taken } from "../channels/source.ts";
import { nextProcess } from "../channels/numbers.ts";
import { saidWord } from "../channels/threads.ts";
import { THREAD } from "../channels/until.ts";
import { configuration } from "./configure.ts";
import {
  checkTimeout,
  timeoutError,
  type WaitOptions,
} from "../channels/wait_options.ts";
import { ActorThread } from "./_actor_thread.ts";
import {
  currentProcess,
  isDaemon,
  isModuleLoading,
  nextLineage,
} from "./current_process.ts";
import { type Declaration, declarationOf } from "./declaration.ts";
import { Desk } from "./desk.ts";
import {
  ActorExitedError,
  ProcessStateError,
  SpawnAtLoadError,
} from "./errors.ts";
import type { Exit } from "./exit.ts";
import { PermissionExceededError } from "./permission_errors.ts";
import {
  findExcess,
  narrowPermissions,
  type NormalizedPermissions,
  warnAboutPrompts,
} from "./permissions.ts";
import { checkIsolation, type Isolation } from "./isolation_options.ts";
import type { ChildStart } from "./isolation/child_protocol.ts";
import { prepareChild } from "./isolation/start_child.ts";
import type { StopOrder } from "./record.ts";
import type { ServeStart } from "./start_message.ts";
import {
  checkOptions,
  HANDED,
  type HandleOptions,
  type Identified,
  IDENTITY,
  MODULES,
  type ObservedReady,
  ON_READY,
  type PackedProcess,
  type ReasonedStop,
  RUNS_TASKS,
  STOP_REASON,
} from "./handle_options.ts";
import { callSite } from "./_own_frames.ts";
import { addHandle, handleFor } from "./handed_process.ts";
import { LATE, waitForEnd, waitForStart } from "./_wait_for.ts";
import type { WatchedThread } from "./watched_thread.ts";

/** The grace of an actor that has asked for its signal, in ms. */
const DEFAULT_GRACE = 5000;

const ownEncoder = new Encoder();
/** For what leaves the process, to be decoded by the agent first. */
const leavingEncoder = new Encoder({ refuse: cannotCross });
const started = new Set<ProcessHandle<unknown>>();

/** Behind the interface `Process`; see there for what its members mean. */
export class ProcessHandle<R> {
  readonly kind = "process";
  readonly name: string;
  readonly id: number;
  readonly parentId: number;
  readonly daemon: boolean;

  readonly #declaration: Pick<Declaration, "name" | "module">;
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  readonly #lineage: string;
  readonly #identity: Identified | undefined;
  readonly #isolation: Isolation | undefined;
  /** Dropped at the start: a running process keeps no argument alive. */
  #args: readonly unknown[] | undefined;
  readonly #modules: readonly string[];
  readonly #runsTasks: boolean;
  #thread: WatchedThread<R> | undefined;

  constructor(actor: object, options: HandleOptions = {}) {
    if (typeof options !== "object" || options === null) {
      throw new TypeError(
        `Cannot create a process: options must be an object, got ${
          options === null ? "null" : typeof options
        }`,
      );
    }
    const handed = options[HANDED];
    this.#modules = options[MODULES] ?? [];
    this.#runsTasks = options[RUNS_TASKS] ?? false;
    if (handed !== undefined) {
      this.#thread = handed.thread as WatchedThread<R>;
      this.#declaration = handed.declaration;
      this.permissions = handed.permissions;
      this.#lineage = "";
      this.name = handed.name;
      this.id = handed.id;
      this.parentId = handed.parentId;
      this.daemon = handed.daemon;
    } else {
      const declaration = declarationOf(actor);
      const { args = [], name, daemon = isDaemon(), permissions } = options;
      const identity = options[IDENTITY];
      checkOptions(args, name, daemon);
      this.#declaration = declaration;
      this.permissions = narrowPermissions(
        declaration.permissions,
        permissions,
        { actor: name ?? declaration.name, moduleUrl: declaration.module },
      );
      this.#args = args;
      this.#isolation = checkIsolation(
        options,
        "create a process",
        declaration.isolation ?? configuration().isolation,
      );
      this.#identity = identity;
      this.#lineage = identity?.lineage ?? nextLineage();
      this.name = name ?? `Process-${this.#lineage}`;
      this.id = identity?.id ?? nextProcess();
      this.parentId = (identity?.parent ?? currentProcess()).id;
      this.daemon = daemon;
    }
    addHandle(this.id, this);
  }

  static active(): ProcessHandle<unknown>[] {
    return [...started].filter((process) => {
      if (process.isAlive()) return true;
      started.delete(process);
      return false;
    });
  }

  get exitCode(): number | null {
    return this.#thread?.ended?.code ?? null;
  }

  start(): this {
    if (this.#thread !== undefined) {
      throw new ProcessStateError(
        `Cannot start ${this.#label}: it was started before. Make another one`,
        this.name,
        this.#thread.ended === undefined ? "running" : "ended",
      );
    }
    if (isModuleLoading()) throw new SpawnAtLoadError(this.name);
    const beside: object[] = [];
    const leaves = this.#isolation?.isProcess && !this.#runsTasks;
    const encoder = leaves ? leavingEncoder : ownEncoder;
    const length = encoder.encode(this.#args, beside);
    checkAll(beside);
    this.#checkPermissions();
    const child = this.#prepareChild();
    const thread = new ActorThread<R>({
      declaration: this.#declaration,
      modules: this.#modules,
      permissions: this.permissions,
      name: this.name,
      id: this.id,
      lineage: this.#lineage,
      daemon: this.daemon,
      startedAt: callSite(this.start),
      parent: this.#identity?.parent,
      home: this.#identity?.home,
      self: this.#identity?.self,
      child,
      args: encoder.bytes.slice(0, length),
      beside,
      serve: (id) => this.serveStart(id),
    });
    this.#thread = thread;
    this.onStarted(thread);
    this.#args = undefined;
    started.add(this as ProcessHandle<unknown>);
    thread.exit.then(({ reason, ...rest }) => {
      const isStuck = reason === "terminated" &&
        !(rest as { threadStopped: boolean }).threadStopped;
      if (!isStuck) started.delete(this as ProcessHandle<unknown>);
    });
    return this;
  }

  /** What an actor that is a class is told besides at its start. */
  protected serveStart(_thread: number): ServeStart | undefined {
    return undefined;
  }

  /** Called when the thread was started. */
  protected onStarted(_thread: WatchedThread<R>): void {}

  /** What its actor has in hand. */
  get desk(): Desk {
    return new Desk(this.startedThread("look at").record.memory);
  }

  isAlive(): boolean {
    return this.#thread?.isAlive ?? false;
  }

  join(options?: { timeout?: undefined; signal?: AbortSignal }): Promise<
    Exit<R>
  >;
  join(options?: WaitOptions): Promise<Exit<R> | undefined>;
  async join(options?: WaitOptions): Promise<Exit<R> | undefined> {
    const exit = await waitForEnd(this.#watched("join"), options);
    return exit === LATE ? undefined : exit;
  }

  async ready(options?: ObservedReady): Promise<this> {
    const thread = this.#watched("wait for the start of");
    await waitForStart(
      thread,
      options,
      options?.[ON_READY],
      () =>
        `Cannot wait for the start of ${this.#label}: it was not ready after ` +
        `${options?.timeout} ms`,
    );
    if (thread.record.isStarted) return this;
    const exit = thread.ended!;
    if ("error" in exit) throw exit.error;
    throw new ActorExitedError("wait for the start of", this.name, exit);
  }

  async result(options?: WaitOptions): Promise<R> {
    const exit = await waitForEnd(this.#watched("get the result of"), options);
    if (exit === LATE) {
      throw timeoutError(
        `Cannot get the result of ${this.#label}: it still ran after ` +
          `${options?.timeout} ms`,
      );
    }
    switch (exit.reason) {
      case "returned":
        return exit.value;
      case "threw":
      case "denied":
      case "failed":
        throw exit.error;
      default:
        throw new ActorExitedError("get the result of", this.name, exit);
    }
  }

  terminate(): void {
    const thread = this.startedThread("terminate");
    if (thread.ended === undefined) thread.terminate();
  }

  kill(): void {
    const thread = this.startedThread("kill");
    if (thread.ended === undefined) thread.terminate(true);
  }

  /** Asks it to stop, and waits for nothing. */
  askToStop(order: StopOrder): void {
    this.startedThread("stop").askToStop(order);
  }

  async stop(options: ReasonedStop = {}): Promise<Exit<R>> {
    const thread = this.#watched("stop");
    const grace = options.grace === undefined
      ? undefined
      : checkTimeout(options.grace);
    if (thread.ended !== undefined) return thread.ended;
    const timeout = grace ?? (thread.record.hearsStop ? DEFAULT_GRACE : 0);
    thread.askToStop({
      reason: options[STOP_REASON] ?? "stop",
      grace: timeout,
    });
    const exit = await waitForEnd(thread, { timeout });
    if (exit !== LATE) return exit;
    thread.terminate();
    return thread.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#thread !== undefined) await this.stop();
  }

  [SOURCE](): Source<Taken<Exit<R>>> {
    const thread = this.#watched("wait for");
    const place = new Callers();
    return {
      places: [place],
      take: () =>
        thread.ended === undefined
          ? undefined
          : { done: false, value: thread.ended },
      start: (look) => thread.listeners.add(look),
    };
  }

  get [THREAD](): number {
    return this.startedThread("wait for the end of").thread;
  }

  [CHECK](): void {
    this.startedThread("send");
  }

  [PACK](): PackedProcess {
    const thread = this.startedThread("send");
    return {
      kind: "process",
      thread: thread.thread,
      record: thread.record.memory,
      declared: this.#declaration.name,
      module: this.#declaration.module,
      permissions: this.permissions,
      name: this.name,
      id: this.id,
      parentId: this.parentId,
      daemon: this.daemon,
    };
  }

  [INSPECT](): string {
    const exit = this.#thread?.ended;
    const state = this.#thread === undefined
      ? "not started"
      : exit === undefined
      ? "running"
      : `${exit.reason}, code ${exit.code}`;
    return `${this.#label} (${state})`;
  }

  get #label(): string {
    return `process ${JSON.stringify(this.name)}`;
  }

  /** Its thread; throws if it was not started. */
  protected startedThread(action: string): WatchedThread<R> {
    if (this.#thread !== undefined) return this.#thread;
    throw new ProcessStateError(
      `Cannot ${action} ${this.#label}: it was not started. Call start() first`,
      this.name,
      "not started",
    );
  }

  #watched(action: string): WatchedThread<R> {
    const thread = this.startedThread(action);
    thread.watch();
    return thread;
  }

  /** What is needed for a process of its own, if it is to have one. */
  #prepareChild(): ChildStart | undefined {
    if (!this.#isolation?.isProcess) return undefined;
    const { permissions, name } = this;
    const modules = [this.#declaration.module, ...this.#modules];
    const { memory } = this.#isolation;
    const runsTasks = this.#runsTasks;
    return prepareChild({ name, permissions, modules, memory, runsTasks });
  }

  #checkPermissions(): void {
    const excess = findExcess(this.permissions);
    if (excess !== undefined) {
      throw new PermissionExceededError({
        actor: this.name,
        kind: excess.kind,
        target: excess.target,
        holder: currentProcess().name,
      });
    }
    if (this.permissions !== "inherit") {
      warnAboutPrompts(saidWord());
    }
  }
}

registerHandle("process", {
  unpack: (packed) =>
    handleFor(
      packed as PackedProcess,
      (options) => new ProcessHandle<unknown>({}, options),
    ),
});
