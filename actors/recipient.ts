/**
 * A class actor as this thread sends to it: asks, tells and streams.
 *
 * @module
 */

import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";
import { Sender } from "../channels/sender.ts";
import { ownThread } from "../channels/threads.ts";
import { isTurnDue, turn } from "../channels/turn.ts";
import { checkWait, type WaitOptions } from "../channels/wait_options.ts";
import type { KnownExit } from "./address.ts";
import type { AskOptions } from "./class_types.ts";
import { clock, messageContext, takesMessages } from "./current_message.ts";
import { currentProcess } from "./current_process.ts";
import { dropOldest } from "./_drop_oldest.ts";
import { ActorExitedError } from "./errors.ts";
import { MailboxFullError, SelfAskError } from "./message_errors.ts";
import {
  awaitReply,
  failAsks,
  Failure,
  hasWaitingAsks,
  lookAgain,
  ownReplies,
} from "./_pending.ts";
import { type Asked, Call, type OpenAsk, StreamAsk } from "./_open_ask.ts";
import { Control, type ControlMessage, Line, Reply } from "./protocol.ts";
import { callSite } from "./_own_frames.ts";
import { thrownError } from "./read_exit.ts";
import { StreamReader } from "./_stream.ts";
import type { Target } from "./target.ts";

const encoder = new Encoder();
const TOLD = Promise.resolve();

/** What a put of a message throws when nobody will ever take it. */
class NobodyError extends Error {}

/** See the module. */
export class Recipient implements Asked {
  readonly #target: Target;
  readonly #sender: Sender;
  readonly #control: Line<ControlMessage>;
  /** The incarnation that knows this thread. */
  #greeted = 0;
  /** The last incarnation whose end was seen here. */
  #seen = 0;
  #isOver = false;

  /** Sends to `target`; `isGreeted` if that knows this thread already. */
  constructor(target: Target, isGreeted: boolean) {
    this.#target = target;
    const { address, name } = target;
    this.#sender = new Sender(address.mailbox, {
      label: `actor ${JSON.stringify(name)}`,
      verb: "send to",
      isPipe: false,
      check: () => {},
      isBroken: () => address.isOver,
      closedError: () => new NobodyError(),
    });
    this.#control = new Line(address.control);
    if (isGreeted) this.#greeted = address.incarnation;
    target.onExit(lookAgain);
  }

  /** The name of the actor. */
  get name(): string {
    return this.#target.name;
  }

  /** Calls a method of the actor and gives its answer. */
  ask(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const call = new Call(this, method);
    try {
      this.#begin(call, args, options);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#outcome(call);
  }

  /**
   * As {@linkcode ask}, for who passes on what comes: also a word that is no
   * answer is returned, as it came.
   */
  async askWord(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
  ): Promise<readonly [word: number, what: unknown]> {
    const call = new Call(this, method);
    this.#begin(call, args, options);
    await call.over;
    if (call.said !== undefined) return call.said;
    if (call.failure !== undefined) throw call.failure.error(callSite());
    return [Reply.value, call.value];
  }

  /** Apart, so that what waits for an answer does not hold the arguments. */
  async #outcome(call: Call): Promise<unknown> {
    await call.over;
    // Here, where the caller is resumed, the platform knows where it stands.
    if (call.failure !== undefined) throw call.failure.error(callSite());
    return call.value;
  }

  /** Calls a generator method of the actor: it begins at the first `next`. */
  stream(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
  ): StreamReader {
    let ask: StreamAsk;
    const reader = new StreamReader({
      begin: () => {
        ask = new StreamAsk(this, method, reader);
        this.#begin(ask, args, options);
      },
      more: (count) => this.#say(Control.more, ask.number, count),
      leave: () => ask.leave(),
    });
    return reader;
  }

  /** Calls a method of the actor without waiting for an answer. */
  tell(
    method: string,
    args: unknown[],
    options: WaitOptions | undefined,
  ): Promise<void> {
    try {
      if (options !== undefined) checkWait(options);
      args.push(method, ownThread(), 0, this.#greet(), 0);
      const given = this.#give(args, "tell", method, options, undefined);
      if (given !== undefined) return given.catch(forgiveDrop);
      return isTurnDue() ? turn() : TOLD;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** See {@linkcode Watching}. */
  look(): void {
    const { address } = this.#target;
    const exited = this.#target.lastExited();
    const isOver = address.isLasting ? address.isOver : exited > 0;
    if (exited === this.#seen && isOver === this.#isOver) return;
    this.#seen = exited;
    this.#isOver = isOver;
    failAsks(
      this,
      ({ incarnation, waits }) =>
        isOver || incarnation <= exited &&
          (!waits || address.hasGivenUp(incarnation)),
    );
    if (!isOver && hasWaitingAsks(this)) this.#greet();
  }

  #begin(
    ask: OpenAsk,
    args: unknown[],
    options: AskOptions | undefined,
  ): void {
    const { method, number } = ask;
    const timeout = this.#timeFor(method, options);
    const incarnation = this.#greet();
    ask.incarnation = incarnation;
    ask.waits = options?.whenRestarted === "wait" &&
      this.#target.address.isLasting;
    args.push(
      method,
      ownThread(),
      number,
      ask.waits ? -incarnation : incarnation,
      timeout === Infinity ? 0 : clock() + timeout,
    );
    const given = this.#give(args, "ask", method, undefined, ask);
    const signal = options?.signal;
    if (timeout !== Infinity || signal !== undefined) {
      ask.limit(timeout, signal);
    }
    awaitReply(ask);
    if (given !== undefined) {
      given.then(() => ask.onRoom(), (error) => {
        ask.onNotGiven(
          new Failure(() =>
            error === DROPPED ? this.#fullError("ask", method) : error
          ),
        );
      });
      return;
    }
    // It may have ended before there was anybody to see it.
    if (this.#mayHaveEnded()) this.look();
  }

  #mayHaveEnded(): boolean {
    const { address } = this.#target;
    return address.isOver ||
      address.isLasting && address.exited !== this.#seen;
  }

  /** How long an ask may take: no longer than the message being handled. */
  #timeFor(
    method: string,
    options: AskOptions | undefined,
  ): number {
    const timeout = checkWait(options);
    const whenRestarted = options?.whenRestarted;
    if (
      whenRestarted !== undefined && whenRestarted !== "fail" &&
      whenRestarted !== "wait"
    ) {
      throw new TypeError(
        'Cannot ask: whenRestarted must be "fail" or "wait", got ' +
          JSON.stringify(whenRestarted),
      );
    }
    const context = messageContext();
    const { address, isReentrant, name } = this.#target;
    const isInHand = context !== undefined && !isReentrant;
    if ((isInHand || !takesMessages()) && address.thread === ownThread()) {
      throw new SelfAskError(actionOf("ask", method), name, takesMessages());
    }
    return context === undefined
      ? timeout
      : Math.min(timeout, context.timeLeft);
  }

  /**
   * Gives a message to the mailbox.
   *
   * @param options How long a tell waits for room.
   * @param ask The ask whose message it is, which may be given up meanwhile.
   * @returns Nothing if the mailbox has it; else a promise for that, which
   *   rejects with {@linkcode DROPPED} if the message was dropped.
   */
  #give(
    message: unknown[],
    verb: Verb,
    method: string,
    options: WaitOptions | undefined,
    ask: OpenAsk | undefined,
  ): Promise<void> | undefined {
    const { address } = this.#target;
    try {
      for (;;) {
        if (this.#sender.trySend(message, undefined)) return undefined;
        switch (address.options.whenFull) {
          case "wait": {
            const waiting = ask ? { signal: ask.roomSignal() } : options;
            return this.#waitForRoom(message, verb, method, waiting);
          }
          case "fail":
            throw this.#fullError(verb, method);
          case "drop-newest":
            address.noteDropped();
            return Promise.reject(DROPPED);
          case "drop-oldest":
            dropOldest(address, this.#control);
        }
      }
    } catch (error) {
      if (error instanceof NobodyError) return this.#nobody(verb, method);
      throw error;
    }
  }

  async #waitForRoom(
    message: unknown[],
    verb: Verb,
    method: string,
    options: WaitOptions | undefined,
  ): Promise<void> {
    try {
      await this.#sender.send(message, options);
    } catch (error) {
      if (error instanceof NobodyError) await this.#nobody(verb, method);
      throw error;
    }
  }

  async #nobody(verb: Verb, method: string): Promise<never> {
    throw this.#exitedError(verb, method, await this.#target.over());
  }

  #exitedError(verb: Verb, method: string, known: KnownExit): Error {
    const { exit, handling } = known;
    const action = actionOf(verb, method);
    return new ActorExitedError(action, this.#target.name, exit, handling);
  }

  #fullError(verb: Verb, method: string): MailboxFullError {
    const { name, address } = this.#target;
    const { capacity } = address.options;
    return new MailboxFullError(actionOf(verb, method), name, capacity);
  }

  /**
   * Makes this thread known to the incarnation that takes what is sent now.
   *
   * @returns The number of that.
   */
  #greet(): number {
    const { address } = this.#target;
    // Where nobody starts it again there is one.
    const incarnation = address.isLasting ? address.incarnation : 1;
    if (this.#greeted !== incarnation) {
      this.#greeted = incarnation;
      const { name } = currentProcess();
      this.#say(Control.hello, 0, { name, replies: ownReplies() });
    }
    return incarnation;
  }

  #say(word: number, number: number, what: unknown): void {
    this.#control.say([word, ownThread(), number, what]);
  }

  /** See {@linkcode Asked}. */
  cancel(number: number, reason: unknown): void {
    this.#say(Control.cancel, number, plainReason(reason));
  }

  /** See {@linkcode Asked}. */
  exitFailure(method: string): Failure {
    const known = this.#target.knownExit();
    return new Failure(() => this.#exitedError("ask", method, known));
  }

  /** See {@linkcode Asked}. */
  failure(method: string, word: number, what: unknown): Failure {
    const { name, permissions } = this.#target;
    return new Failure((stack) => {
      if (word === Reply.dropped) return this.#fullError("ask", method);
      if (word === Reply.refused) {
        return new TypeError(
          `Cannot ask ${method}() of actor ${JSON.stringify(name)}: ${what}`,
        );
      }
      const bytes = what as Uint8Array;
      const thrown = decode(bytes, 0, bytes.length);
      if (word === Reply.unsendable) return thrown;
      return thrownError(thrown, { name, permissions, startedAt: stack });
    });
  }
}

/** The message was dropped, as the mailbox is declared to do. */
const DROPPED: unique symbol = Symbol("dropped");

function forgiveDrop(error: unknown): void {
  if (error !== DROPPED) throw error;
}

/** What is done with a method. */
type Verb = "ask" | "tell";

/** As errors say it; made for them alone, since it takes as long as a put. */
function actionOf(verb: Verb, method: string): string {
  return `${verb} ${method}() ${verb === "ask" ? "of" : "to"}`;
}

/** A reason of an abort as it can be sent: one that cannot becomes a text. */
function plainReason(reason: unknown): unknown {
  try {
    encoder.encode(reason);
    return reason;
  } catch {
    return String(reason);
  }
}
