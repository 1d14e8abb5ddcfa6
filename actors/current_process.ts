/**
 * The process that the calling code runs in.
 *
 * @module
 */

import type { PackedHandle } from "../channels/handle.ts";

/** The process that started another, as that one sees it. */
export interface ParentProcess {
  /** Its name. */
  readonly name: string;
  /** Its id. */
  readonly id: number;
}

/** The process that the calling code runs in. */
export interface CurrentProcess {
  /** Its name, as its parent sees it; `"MainProcess"` for the program itself. */
  readonly name: string;
  /** Its id, which no other process of the program has; 1 for the program. */
  readonly id: number;
  /** The process that started it; `null` for the program itself. */
  readonly parent: ParentProcess | null;
  /**
   * Aborted when this actor is asked to stop, with a `DOMException` named
   * `AbortError`. An actor that asks for it is given time to end: see
   * `Process.stop`.
   */
  readonly signal: AbortSignal;
}

/** What an actor's host says of its thread before user code runs. */
export interface Self {
  /** See {@linkcode CurrentProcess}. */
  readonly name: string;
  /** See {@linkcode CurrentProcess}. */
  readonly id: number;
  /** See {@linkcode CurrentProcess}. */
  readonly parent: ParentProcess | null;
  /** The place in the family: `5:1` is the first child of the fifth. */
  readonly lineage: string;
  /** Whether it is a daemon, which its children then are too by default. */
  readonly daemon: boolean;
  /** Its own handle as it is sent to others, for an actor that is a class. */
  readonly packed?: PackedHandle;
  /** Called when user code asks for the signal. */
  readonly onHear: () => void;
}

let self: Self = {
  name: "MainProcess",
  id: 1,
  parent: null,
  lineage: "",
  daemon: false,
  onHear: () => {},
};
let isLoading = false;
let children = 0;
const stopping = new AbortController();

/** Makes this thread an actor's. */
export function becomeActor(actor: Self): void {
  self = actor;
  current = undefined;
}

/** Says whether the actor's module is being loaded. */
export function setLoading(loading: boolean): void {
  isLoading = loading;
}

/** Whether the module of this thread's actor is being loaded. */
export function isModuleLoading(): boolean {
  return isLoading;
}

/** Whether this thread's children are daemons unless they say otherwise. */
export function isDaemon(): boolean {
  return self.daemon;
}

/** The place in the family of the next child: `5:1`, `5:2` … */
export function nextLineage(): string {
  children++;
  return self.lineage === "" ? `${children}` : `${self.lineage}:${children}`;
}

/** The handle of this process as it is sent to others. */
export function ownPacked(): PackedHandle | undefined {
  return self.packed;
}

/** Aborts the signal of this process. */
export function abortCurrent(): void {
  stopping.abort(
    new DOMException(`Actor "${self.name}" was asked to stop`, "AbortError"),
  );
}

let current: CurrentProcess | undefined;

/**
 * The process that the calling code runs in: an actor, or the program itself.
 *
 * @example
 * ```ts ignore
 * import { actor, currentProcess } from "@troupe/troupe";
 *
 * const whoAmI = actor(import.meta, function whoAmI() {
 *   const { name, parent } = currentProcess();
 *   return `${name}, child of ${parent?.name}`;
 * });
 *
 * if (import.meta.main) {
 *   console.log(await whoAmI.spawn().result());
 *   // Process-1, child of MainProcess
 * }
 * ```
 */
export function currentProcess(): CurrentProcess {
  return current ??= Object.freeze({
    name: self.name,
    id: self.id,
    parent: self.parent,
    get signal() {
      self.onHear();
      return stopping.signal;
    },
  });
}
