/**
 * What the handle of a process is made with, and stopped with, beyond what users
 * say.
 *
 * @module
 */

import type { PackedHandle } from "../channels/handle.ts";
import type { WaitOptions } from "../channels/wait_options.ts";
import type { PackedAddress } from "./address.ts";
import type { ParentProcess } from "./current_process.ts";
import type { ClassTraits, Declaration } from "./declaration.ts";
import type { NormalizedPermissions } from "./permissions.ts";
import type { StopReason } from "./record.ts";
import type { SpawnOptions, StopOptions } from "./spawn_options.ts";
import type { WatchedThread } from "./watched_thread.ts";

/** The key of why a process is stopped. */
export const STOP_REASON: unique symbol = Symbol("stop reason");

/** As a supervisor stops a process. */
export interface ReasonedStop extends StopOptions {
  /** Why; by default `"stop"`. */
  [STOP_REASON]?: StopReason;
}

/** The key of what is called when a process is ready. */
export const ON_READY: unique symbol = Symbol("on ready");

/** As a supervisor waits for a process to be ready. */
export interface ObservedReady extends WaitOptions {
  /** Called as soon as that is seen, before anything that the process has sent. */
  [ON_READY]?: () => void;
}

/** A process that another thread made and handed to this one. */
export interface Handed {
  readonly thread: WatchedThread<unknown>;
  readonly declaration: Pick<Declaration, "name" | "module">;
  readonly permissions: NormalizedPermissions;
  readonly name: string;
  readonly id: number;
  readonly parentId: number;
  readonly daemon: boolean;
}

/** A process as it is sent to another thread. */
export interface PackedProcess
  extends PackedHandle, Omit<Handed, "thread" | "declaration"> {
  /** The thread, by its id. */
  readonly thread: number;
  /** The memory of its record. */
  readonly record: SharedArrayBuffer;
  /** The module and the name of the declaration. */
  readonly module: string;
  /** See `module`. */
  readonly declared: string;
}

/** A process of a class as it is sent to another thread. */
export interface PackedClassProcess extends PackedProcess {
  /** Where messages for it go. */
  readonly address: PackedAddress;
  /** How it deals with them. */
  readonly traits: ClassTraits;
}

/** The key under which the constructor is given a {@linkcode Handed}. */
export const HANDED: unique symbol = Symbol("handed");

/** The key of who a process is that another program of ours has made. */
export const IDENTITY: unique symbol = Symbol("identity");

/** Who a process is: a child process hosts an actor that its parent has made. */
export interface Identified {
  /** Its id. */
  readonly id: number;
  /** Its place in the family. */
  readonly lineage: string;
  /** Who started it. */
  readonly parent: ParentProcess;
  /** The way to its home. */
  readonly home: SharedArrayBuffer;
  /** Its own handle there, if it is a class. */
  readonly self: PackedHandle | undefined;
}

/** The key of whether a process is a worker, which takes tasks for another. */
export const RUNS_TASKS: unique symbol = Symbol("runs tasks");

/** The key of the modules, beside its own, that an actor may have to load. */
export const MODULES: unique symbol = Symbol("modules");

/** What a handle is made with. */
export interface HandleOptions extends SpawnOptions {
  /** The arguments of the function or the constructor. */
  args?: readonly unknown[];
  [HANDED]?: Handed;
  [IDENTITY]?: Identified;
  [MODULES]?: readonly string[];
  [RUNS_TASKS]?: boolean;
}

/**
 * Checks what a user gave to make a process with.
 *
 * @throws {TypeError} If something is of a wrong type.
 */
export function checkOptions(
  args: readonly unknown[],
  name: string | undefined,
  daemon: boolean,
): void {
  const wrong = !Array.isArray(args)
    ? "args must be an array: [1, 2] for f(1, 2)"
    : name !== undefined && typeof name !== "string"
    ? `name must be a string, got ${typeof name}`
    : typeof daemon !== "boolean"
    ? `daemon must be a boolean, got ${typeof daemon}`
    : undefined;
  if (wrong !== undefined) {
    throw new TypeError(`Cannot create a process: ${wrong}`);
  }
}
