/**
 * The class whose instance takes an actor's place in its agent: each method has
 * the actor itself handle the message.
 *
 * @module
 */

import type { Way } from "../../channels/remote/remote_kind.ts";
import { messageContext } from "../current_message.ts";
import type { ClassTraits } from "../declaration.ts";
import type { HostedAsk } from "./child_protocol.ts";

/** The class for an actor of these traits that `host` runs. */
export function agentClass(
  host: Way,
  { methods, streams }: ClassTraits,
): new () => object {
  const Agent = class {};
  for (const name of methods) {
    Object.defineProperty(Agent.prototype, name, {
      value: streams.includes(name)
        ? async function* (...args: unknown[]) {
          yield* await ask(host, name, args) as AsyncIterable<unknown>;
        }
        : (...args: unknown[]) => ask(host, name, args),
    });
  }
  return Agent;
}

function ask(host: Way, name: string, args: unknown[]): Promise<unknown> {
  const message = messageContext();
  const timeLeft = message?.timeLeft ?? Infinity;
  const how: HostedAsk = {
    timeout: timeLeft === Infinity ? undefined : timeLeft,
  };
  return host.call("ask", [name, args, how], message?.signal);
}
