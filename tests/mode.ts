/**
 * Whether actors run as threads of the program or in processes of their own.
 *
 * One set of tests is for both: `tests/process_mode.ts`, loaded before them, has
 * all actors run in processes.
 *
 * @module
 */

import { configuration } from "../actors/configure.ts";

/** Whether all actors of this run are in processes of their own. */
export const isProcessMode: boolean =
  configuration().isolation?.isProcess === true;

/**
 * A test of what only threads of one process can do: to share memory as such, or
 * to hand on what an actor's own children are.
 */
export function threadTest(
  name: string,
  fn: () => void | Promise<void>,
): void {
  Deno.test({ name, fn, ignore: isProcessMode });
}
