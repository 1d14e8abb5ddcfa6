/**
 * Links of an actor in a process of its own: made at its home, where it is known
 * when either of the two ends.
 *
 * @module
 */

import type { Exit } from "./exit.ts";
import type { Process } from "./process.ts";

/** The method by which a process that is elsewhere is linked to. */
export const LINK: unique symbol = Symbol("link");

/** A process that is elsewhere. */
export interface FarProcess {
  /** Links the caller to it; see `link`. */
  [LINK](trap?: (exit: Exit, process: Process) => void): Disposable;
}

/** Whether a process is elsewhere. */
export function isFar(process: object): process is FarProcess {
  return LINK in process;
}
