/**
 * What an agent does first: it starts the process, which takes as long to load as
 * the agent itself.
 *
 * @module
 */

import type { ChildStart } from "./child_protocol.ts";
import { ChildProcess } from "./child_process.ts";
import { LoopbackProcess } from "./loopback_process.ts";

/** The process of an actor. */
export type AnyChildProcess = ChildProcess | LoopbackProcess;

/**
 * Starts the process. Called by the trampoline.
 *
 * @throws {Deno.errors.NotCapable} If the thread may not.
 */
export function begin({ command, isLoopback }: ChildStart): AnyChildProcess {
  return isLoopback ? new LoopbackProcess(command) : new ChildProcess(command);
}
