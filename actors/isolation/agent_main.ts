/**
 * What an agent's thread runs, in place of an actor.
 *
 * A module of its own, which imports all it needs by name: what a module loads
 * later, in a thread that has no rights, Deno may refuse.
 *
 * @module
 */

import { enterProgram } from "../host.ts";
import type { StartMessage } from "../start_message.ts";
import { AgentHost, type Seed } from "./agent_host.ts";

/** Runs the agent of an actor. Called by the trampoline. */
export function run(
  start: StartMessage,
  load: (module: string) => Promise<unknown>,
  close: () => void,
  seed: Seed,
): void {
  const entered = enterProgram(start, load, close, () => agent.onFenced());
  const agent = new AgentHost(start, entered, load, seed);
  agent.run();
}
