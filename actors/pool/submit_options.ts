/**
 * How a task is submitted.
 *
 * @module
 */

import type { SendOptions } from "../../channels/send_options.ts";

/** How a task that a task submits is to be dealt with. */
export interface NestedOptions {
  /**
   * How long it may run, in milliseconds, counted from when a worker takes it.
   * Default: as long as it takes.
   */
  timeout?: number;
}

/** How a task is to be dealt with. */
export interface SubmitOptions
  extends NestedOptions, Pick<SendOptions, "transfer"> {
  /**
   * Ends the task, wherever it is: one that waits never begins. Its future
   * rejects with the signal's reason at once.
   */
  signal?: AbortSignal;
  /**
   * Called with what the task gives to `currentTask().report`, in order and
   * before its future settles.
   */
  onReport?: (value: unknown) => void;
}

/**
 * What follows the actor where a task is submitted: arguments, if the function
 * has any, and options.
 */
export type SubmitParameters<A extends readonly unknown[], O = SubmitOptions> =
  [] extends A ? [args?: A, options?: O] : [args: A, options?: O];
