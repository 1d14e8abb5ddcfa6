/**
 * A pool's worker whose tasks run in a process of its own: the agent takes the
 * tasks and answers, as any worker does, and has the functions called there.
 *
 * @module
 */

import { Result, type Way } from "../../channels/remote/remote_kind.ts";
import { currentTask } from "../pool/current_task.ts";
import type { FunctionSource } from "../pool/task_functions.ts";
import { Reply } from "../protocol.ts";
import type { HostedAnswer, HostedAsk } from "./child_protocol.ts";

const HOW: HostedAsk = { timeout: undefined, sender: "" };

/** The functions that `host` calls in its process. */
export function hostedFunctions(host: Way): FunctionSource {
  return async (module, name) => {
    await host.call("ask", ["load", [module, name], HOW]);
    return (...args) => run(host, module, name, args);
  };
}

async function run(
  host: Way,
  module: string,
  name: string,
  args: readonly unknown[],
): Promise<unknown> {
  const task = currentTask();
  const about = task && new Result("task", task);
  const called = host.call("ask", ["run", [module, name, args, about], HOW]);
  const [word, what] = await called as HostedAnswer;
  if (word === Reply.value) return what;
  // What cannot be sent is no error of the function's: it is found again where
  // the answer is encoded.
  return {
    get value(): never {
      throw what;
    },
  };
}
