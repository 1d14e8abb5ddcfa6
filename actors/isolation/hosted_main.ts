/**
 * What a thread runs that is an actor's in a child process.
 *
 * @module
 */

import { enterProgram, runActor } from "../host.ts";
import type { StartMessage } from "../start_message.ts";
import { joinHome } from "./home_line.ts";

/** Runs an actor in this thread. Called by the trampoline. */
export function run(
  start: StartMessage,
  load: (module: string) => Promise<unknown>,
  close: () => void,
): void {
  const entered = enterProgram(start, load, close);
  joinHome(start.home!);
  runActor(start, entered);
}
