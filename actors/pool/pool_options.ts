/**
 * How a pool is made.
 *
 * @module
 */

import { checkTimeout } from "../../channels/wait_options.ts";
import { configuration } from "../configure.ts";
import { checkIsolation, type IsolationOptions } from "../isolation_options.ts";
import { type Declaration, declarationOf } from "../declaration.ts";
import {
  type NormalizedPermissions,
  normalizePermissions,
  type Permissions,
} from "../permissions.ts";
import type { FunctionActor } from "../process.ts";
import { typeName } from "./type_name.ts";

/** How a pool is made. */
export interface ProcessPoolOptions extends IsolationOptions {
  /**
   * The most workers at a time. Default: as many as the machine has processors.
   */
  workers?: number;
  /** What the pool is called, in errors and in the names of its workers. */
  name?: string;
  /**
   * What bounds the rights of its tasks. A task runs with the rights that its
   * actor is declared with, and no more; one that is declared with more than
   * this is refused. Default: `"inherit"`, no other bound than the caller's own
   * rights.
   */
  permissions?: Permissions;
  /**
   * Run in each worker before its first task. What it sets in the top level of
   * a module the tasks of that module find there. Its rights are added to those
   * of the worker. If it throws, the pool is broken.
   */
  initializer?: FunctionActor<never, unknown>;
  /** The arguments of that. */
  initializerArgs?: readonly unknown[];
  /**
   * How many tasks a worker runs before a fresh one takes its place. Default:
   * as many as come.
   */
  maxTasksPerWorker?: number;
  /**
   * How long a task that was told to stop, and has asked for its signal, has to
   * end before its worker is ended, in milliseconds. Default: 1,000.
   */
  grace?: number;
  /**
   * What breaks when a worker dies: the `"task"` that it ran (the default), or,
   * as in Python, the `"pool"`.
   */
  broken?: "task" | "pool";
}

/** The options of a pool, checked and complete. */
export interface CheckedPoolOptions extends IsolationOptions {
  readonly name: string;
  readonly workers: number;
  readonly permissions: NormalizedPermissions;
  readonly initializer: Declaration | undefined;
  readonly initializerArgs: readonly unknown[];
  readonly maxTasks: number;
  readonly grace: number;
  readonly broken: "task" | "pool";
}

const DEFAULT_GRACE = 1000;

let pools = 0;

/**
 * Checks what a pool is to be made with.
 *
 * @throws {TypeError} If something is of a wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function checkPoolOptions(
  options: ProcessPoolOptions,
): CheckedPoolOptions {
  if (typeof options !== "object" || options === null) {
    throw wrong(
      `options must be an object, got ${typeName(options)}`,
    );
  }
  const {
    workers = navigator.hardwareConcurrency || 1,
    name = `ProcessPool-${pools + 1}`,
    permissions = "inherit",
    initializer,
    initializerArgs = [],
    maxTasksPerWorker = Infinity,
    grace,
    broken = "task",
    isolation,
    memory,
  } = options;
  checkIsolation(options, "create a pool", configuration().isolation);
  checkCount("workers", workers, false);
  checkCount("maxTasksPerWorker", maxTasksPerWorker, true);
  if (typeof name !== "string" || name === "") {
    throw wrong(`name must be a text that is not empty, got ${shown(name)}`);
  }
  if (broken !== "task" && broken !== "pool") {
    throw wrong(`broken must be "task" or "pool", got ${shown(broken)}`);
  }
  if (!Array.isArray(initializerArgs)) {
    throw wrong("initializerArgs must be an array: [1, 2] for f(1, 2)");
  }
  const checked: CheckedPoolOptions = {
    name,
    workers,
    permissions: normalizePermissions(permissions, "data:,"),
    initializer: initializer === undefined
      ? undefined
      : checkInitializer(initializer),
    initializerArgs,
    maxTasks: maxTasksPerWorker,
    grace: grace === undefined ? DEFAULT_GRACE : checkTimeout(grace),
    broken,
    isolation,
    memory,
  };
  pools++;
  return checked;
}

function checkInitializer(initializer: object): Declaration {
  let declaration: Declaration | undefined;
  try {
    declaration = declarationOf(initializer);
  } catch {
    // Said below.
  }
  if (declaration !== undefined && declaration.traits === undefined) {
    return declaration;
  }
  throw wrong(
    "initializer must be a function actor, as `actor(import.meta, function …)` " +
      `gives it, got ${declaration ? "a class actor" : shown(initializer)}`,
  );
}

function checkCount(what: string, count: number, mayBeEndless: boolean): void {
  if (typeof count !== "number") {
    throw wrong(`${what} must be a number, got ${shown(count)}`);
  }
  if (Number.isInteger(count) && count > 0) return;
  if (mayBeEndless && count === Infinity) return;
  throw new RangeError(
    `Cannot create a pool: ${what} must be greater than 0, and whole, got ` +
      count,
  );
}

function wrong(what: string): TypeError {
  return new TypeError(`Cannot create a pool: ${what}`);
}

function shown(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : value === null
    ? "null"
    : typeof value;
}
