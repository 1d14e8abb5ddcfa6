/**
 * The class whose instance takes an actor's place in its agent: each method has
 * the actor itself handle the message.
 *
 * @module
 */

import type { Way } from "../../channels/remote/remote_kind.ts";
import { messageContext } from "../current_message.ts";
import type { ClassTraits } from "../declaration.ts";
import { errorBytes } from "../error_bytes.ts";
import { PassedWord } from "../passed_word.ts";
import { Reply } from "../protocol.ts";
import type { HostedAnswer, HostedAsk } from "./child_protocol.ts";

/** The class for an actor of these traits that `host` runs. */
export function agentClass(
  host: Way,
  { methods, streams }: ClassTraits,
): new () => object {
  const Agent = class {
    constructor() {
      return new Proxy(this, { getOwnPropertyDescriptor: field });
    }
  };
  const method = (name: string) => (...args: unknown[]) =>
    ask(host, name, args);
  for (const name of methods) {
    Object.defineProperty(Agent.prototype, name, {
      value: streams.includes(name)
        ? async function* (...args: unknown[]) {
          return yield* await ask(host, name, args) as AsyncIterable<unknown>;
        }
        : method(name),
    });
  }
  /** What is no method may be a field, of which the actor has the last word. */
  function field(_: object, name: PropertyKey): PropertyDescriptor | undefined {
    return typeof name === "symbol" || methods.includes(String(name))
      ? undefined
      : { value: method(String(name)), configurable: true };
  }
  return Agent;
}

async function ask(host: Way, name: string, args: unknown[]): Promise<unknown> {
  const message = messageContext();
  const timeLeft = message?.timeLeft ?? Infinity;
  const how: HostedAsk = {
    timeout: timeLeft === Infinity ? undefined : timeLeft,
    sender: message?.sender ?? "",
  };
  const called = host.call("ask", [name, args, how], message?.signal);
  const [word, what] = await called as HostedAnswer;
  if (word === Reply.value || word === Reply.item) return what;
  throw new PassedWord(
    word,
    word === Reply.unsendable ? errorBytes(what) : what,
  );
}
