/**
 * The class whose instance takes an actor's place in its agent: each method has
 * the actor itself handle the message.
 *
 * @module
 */

import { Result, type Way } from "../../channels/remote/remote_kind.ts";
import { type MessageContext, messageContext } from "../current_message.ts";
import type { ClassTraits } from "../declaration.ts";
import { errorBytes } from "../error_bytes.ts";
import { PassedWord } from "../passed_word.ts";
import { Reply } from "../protocol.ts";
import type { HostedAnswer, HostedAsk } from "./child_protocol.ts";
import { StreamSink } from "./stream_sink.ts";

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
          return yield* streamOf(host, name, args);
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

/** How the message in hand is to be handled. */
function howOf(message: MessageContext | undefined): HostedAsk {
  const timeLeft = message?.timeLeft ?? Infinity;
  return {
    timeout: timeLeft === Infinity ? undefined : timeLeft,
    sender: message?.sender ?? "",
  };
}

async function ask(host: Way, name: string, args: unknown[]): Promise<unknown> {
  const message = messageContext();
  const asked = [name, args, howOf(message)];
  return valueOf(await host.call("ask", asked, message?.signal));
}

/** What a method gave; throws where it gave none. */
function valueOf(answer: unknown): unknown {
  const [word, what] = answer as HostedAnswer;
  if (word === Reply.value) return what;
  const isError = word === Reply.unsendable;
  throw new PassedWord(word, isError ? errorBytes(what) : what);
}

/** Yields what the actor yields. Left early, it has that leave its generator. */
async function* streamOf(host: Way, name: string, args: unknown[]) {
  const message = messageContext();
  const left = new AbortController();
  const signal = message === undefined
    ? left.signal
    : AbortSignal.any([left.signal, message.signal]);
  const sink = new StreamSink();
  const how = howOf(message);
  const asked = [name, args, how, new Result("stream sink", sink)];
  const answer = host.call("ask", asked, signal);
  answer.catch(() => {}).finally(() => sink.end());
  try {
    for (;;) {
      const item = await sink.next();
      if (item === undefined) return valueOf(await answer);
      yield item.value;
    }
  } finally {
    left.abort();
  }
}
