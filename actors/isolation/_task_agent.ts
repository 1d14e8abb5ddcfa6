/**
 * A pool's worker whose tasks run in a process of its own: the agent takes the
 * tasks and answers, as any worker does, and has the functions called there.
 *
 * @module
 */

import { Result, type Way } from "../../channels/remote/remote_kind.ts";
import { decode } from "../../channels/decode.ts";
import { relocated } from "../../channels/relocated.ts";
import { currentTask } from "../pool/current_task.ts";
import type { ChunkOutcome, FunctionSource } from "../pool/task_functions.ts";
import { Reply } from "../protocol.ts";
import type { HostedAnswer, HostedAsk } from "./child_protocol.ts";
import type { EachOutcome } from "./task_runner.ts";

/** Where the arguments of a task are among those of the call. */
const ARGUMENTS = /^\$\[1\]\[2\]/;

/** Where a value is in an answer, which then is left out of the path. */
const ANSWER = "$[0]";

const HOW: HostedAsk = { timeout: undefined, sender: "" };

/** The functions that `host` calls in its process. */
export function hostedFunctions(host: Way): FunctionSource {
  return async (module, name) => {
    await ask(host, "load", [module, name]);
    return {
      call: (...args) => run(host, [module, name, args]),
      callEach: (items, isSpread) =>
        runEach(host, [module, name, items, isSpread]),
    };
  };
}

async function run(host: Way, called: unknown[]): Promise<unknown> {
  const { value, unsent } = await ask(host, "run", [...called, about()]);
  if (unsent === undefined) return value;
  // What cannot be sent is no error of the function's: it is found again where
  // the answer is encoded.
  return {
    get value(): never {
      throw unsent;
    },
  };
}

async function runEach(host: Way, called: unknown[]): Promise<ChunkOutcome> {
  const { value, unsent } = await ask(host, "runEach", [...called, about()]);
  if (unsent !== undefined) throw unsent;
  const { results, thrown } = value as EachOutcome;
  if (thrown === undefined) return { results };
  return { results, thrown: { error: decode(thrown, 0, thrown.length) } };
}

/** The task in hand, for its function to use. */
function about(): Result | undefined {
  const task = currentTask();
  return task && new Result("task", task);
}

/** Asks the runner; rejects with what the function throws. */
async function ask(
  host: Way,
  method: string,
  args: readonly unknown[],
): Promise<{ readonly value?: unknown; readonly unsent?: unknown }> {
  try {
    const called = host.call("ask", [method, args, HOW]);
    const [word, what] = await called as HostedAnswer;
    return word === Reply.value
      ? { value: what }
      : { unsent: relocated(what, /^\$/, ANSWER) };
  } catch (error) {
    const found = relocated(error, ARGUMENTS, ANSWER);
    if (found === error) throw error;
    return { unsent: found };
  }
}
