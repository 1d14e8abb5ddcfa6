/**
 * How a task is submitted.
 *
 * @module
 */

import type { SendOptions } from "../../channels/send_options.ts";
import { checkTimeout } from "../../channels/wait_options.ts";
import { typeName } from "./type_name.ts";

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

/**
 * Checks how a task is to be dealt with.
 *
 * @throws {TypeError} If an option is of a wrong type.
 * @throws {RangeError} If the time-out is negative or NaN.
 */
export function checkSubmitOptions(name: string, options: SubmitOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot submit ${name}(): options must be an object, got ${
        typeName(options)
      }`,
    );
  }
  const { timeout, signal, onReport } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot submit ${name}(): signal must be an AbortSignal, got ` +
        typeof signal,
    );
  }
  checkTimeout(timeout);
  if (onReport !== undefined && typeof onReport !== "function") {
    throw new TypeError(
      `Cannot submit ${name}(): onReport must be a function, got ` +
        typeof onReport,
    );
  }
}
