/**
 * A class actor as this thread sends to it: asks, tells and streams.
 *
 * @module
 */

import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";
import { Sender } from "../channels/sender.ts";
import { ownThread } from "../channels/threads.ts";
import {
  checkWait,
  startTimer,
  timeoutError,
  type WaitOptions,
} from "../channels/wait_options.ts";
import type { KnownExit } from "./_address.ts";
import type { AskOptions } from "./class_types.ts";
import { clock, messageContext } from "./current_message.ts";
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
  nextAsk,
  ownReplies,
  settle,
  type Watching,
} from "./_pending.ts";
import { Control, type ControlMessage, Line, Reply } from "./_protocol.ts";
import { thrownError } from "./_read_exit.ts";
import { StreamReader } from "./_stream.ts";
import type { Target } from "./_target.ts";

const encoder = new Encoder();

/** Who hears what becomes of an ask. */
interface Listener {
  onReply(word: number, what: unknown): void;
  fail(failure: Failure): void;
}

/** What a put of a message throws when nobody will ever take it. */
class NobodyError extends Error {}

/** See the module. */
export class Recipient implements Watching {
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
  async ask(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const outcome = await this.#ask(method, args, options);
    // Here, where the caller is resumed, the platform knows where it stands.
    if (outcome instanceof Failure) throw outcome.error(callSite());
    return outcome;
  }

  #ask(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#begin(method, args, options, {
      onReply: (word, what) => {
        resolve(
          word === Reply.value ? what : this.#failure(method, word, what),
        );
      },
      fail: resolve,
    });
    return promise;
  }

  /** Calls a generator method of the actor: it begins at the first `next`. */
  stream(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
  ): StreamReader {
    let ask: { readonly number: number; giveUp(): void };
    const reader = new StreamReader({
      begin: () => {
        ask = this.#begin(method, args, options, {
          onReply: (word, what) => {
            if (word === Reply.item) reader.push(what);
            else if (word === Reply.end) reader.finish(what);
            else {
              const failure = this.#failure(method, word, what);
              reader.fail(() => failure.error(""));
            }
          },
          fail: (failure) => reader.fail(() => failure.error("")),
        });
      },
      more: (count) => this.#say(Control.more, ask.number, count),
      leave: () => ask.giveUp(),
    });
    return reader;
  }

  /** Calls a method of the actor without waiting for an answer. */
  async tell(
    method: string,
    args: unknown[],
    options: WaitOptions | undefined,
  ): Promise<void> {
    if (options !== undefined) checkWait(options);
    const { address } = this.#target;
    args.push(method, ownThread(), 0, address.incarnation, 0);
    this.#greet();
    const given = this.#give(args, `tell ${method}() to`, () => options);
    if (given === undefined) return;
    try {
      await given;
    } catch (error) {
      if (error === DROPPED) return;
      throw error;
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
      ({ incarnation, waits }) => isOver || incarnation <= exited && !waits,
    );
    if (!isOver && hasWaitingAsks(this)) this.#greet();
  }

  #begin(
    method: string,
    args: unknown[],
    options: AskOptions | undefined,
    { onReply, fail }: Listener,
  ): { readonly number: number; giveUp(): void } {
    const { address, name } = this.#target;
    const { timeout, deadline } = this.#timeFor(method, options);
    const waits = options?.whenRestarted === "wait" && address.isLasting;
    const { incarnation } = address;
    const number = nextAsk();
    args.push(
      method,
      ownThread(),
      number,
      waits ? -incarnation : incarnation,
      deadline,
    );
    this.#greet();
    let noRoom: AbortController | undefined;
    const given = this.#give(args, `ask ${method}() of`, () => {
      noRoom = new AbortController();
      return { signal: noRoom.signal };
    });

    const signal = options?.signal;
    const giveUp = (reason: unknown, failure?: Failure) => {
      settle(number);
      end();
      if (noRoom !== undefined) noRoom.abort();
      this.#say(Control.cancel, number, plainReason(reason));
      if (failure !== undefined) fail(failure);
    };
    const abort = () =>
      giveUp(signal!.reason, new Failure(() => signal!.reason));
    const stopTimer = startTimer(timeout, () => {
      const error = timeoutError(
        `Cannot ask ${method}() of actor ${JSON.stringify(name)}: it had not ` +
          `answered after ${Math.round(timeout)} ms`,
      );
      giveUp(error, new Failure(() => error));
    });
    const end = () => {
      stopTimer();
      signal?.removeEventListener("abort", abort);
    };
    signal?.addEventListener("abort", abort, { once: true });
    const failEnded = (failure: Failure) => {
      end();
      fail(failure);
    };
    awaitReply(number, {
      recipient: this,
      incarnation,
      waits,
      onReply(word, what) {
        if (word !== Reply.item) end();
        onReply(word, what);
      },
      fail: () => {
        const known = this.#target.knownExit();
        failEnded(
          new Failure(() => this.#exitedError(`ask ${method}() of`, known)),
        );
      },
    });
    given?.then(() => noRoom = undefined, (error) => {
      if (!settle(number)) return;
      failEnded(
        new Failure(() =>
          error === DROPPED ? this.#fullError(`ask ${method}() of`) : error
        ),
      );
    });
    // It may have ended before there was anybody to see it.
    if (given === undefined && this.#mayHaveEnded()) this.look();
    return { number, giveUp: () => giveUp(undefined) };
  }

  #mayHaveEnded(): boolean {
    const { address } = this.#target;
    return address.isOver || address.exited !== this.#seen;
  }

  /** How long an ask may take: no longer than the message being handled. */
  #timeFor(
    method: string,
    options: AskOptions | undefined,
  ): { timeout: number; deadline: number } {
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
    if (context !== undefined) {
      const { address, isReentrant, name } = this.#target;
      if (!isReentrant && address.thread === ownThread()) {
        throw new SelfAskError(`ask ${method}() of`, name);
      }
      const { timeLeft, deadline } = context;
      if (timeLeft < timeout) return { timeout: timeLeft, deadline };
    }
    const deadline = timeout === Infinity ? 0 : clock() + timeout;
    return { timeout, deadline };
  }

  /**
   * Gives a message to the mailbox.
   *
   * @param waiting The options of the wait for room, if there must be one.
   * @returns Nothing if the mailbox has it; else a promise for that, which
   *   rejects with {@linkcode DROPPED} if the message was dropped.
   */
  #give(
    message: unknown[],
    action: string,
    waiting: () => WaitOptions | undefined,
  ): Promise<void> | undefined {
    const { address } = this.#target;
    try {
      for (;;) {
        if (this.#sender.trySend(message, undefined)) return undefined;
        switch (address.options.whenFull) {
          case "wait":
            return this.#waitForRoom(message, action, waiting());
          case "fail":
            throw this.#fullError(action);
          case "drop-newest":
            address.noteDropped();
            return Promise.reject(DROPPED);
          case "drop-oldest":
            dropOldest(address, this.#control);
        }
      }
    } catch (error) {
      if (error instanceof NobodyError) return this.#nobody(action);
      throw error;
    }
  }

  async #waitForRoom(
    message: unknown[],
    action: string,
    options: WaitOptions | undefined,
  ): Promise<void> {
    try {
      await this.#sender.send(message, options);
    } catch (error) {
      if (error instanceof NobodyError) await this.#nobody(action);
      throw error;
    }
  }

  async #nobody(action: string): Promise<never> {
    throw this.#exitedError(action, await this.#target.over());
  }

  #exitedError(action: string, { exit, handling }: KnownExit): Error {
    return new ActorExitedError(action, this.#target.name, exit, handling);
  }

  #fullError(action: string): MailboxFullError {
    const { name, address } = this.#target;
    return new MailboxFullError(action, name, address.options.capacity);
  }

  /** Makes this thread known to the incarnation that takes what is sent now. */
  #greet(): void {
    const { incarnation } = this.#target.address;
    if (this.#greeted === incarnation) return;
    this.#greeted = incarnation;
    const { name } = currentProcess();
    this.#say(Control.hello, 0, { name, replies: ownReplies() });
  }

  #say(word: number, number: number, what: unknown): void {
    this.#control.say([word, ownThread(), number, what]);
  }

  #failure(method: string, word: number, what: unknown): Failure {
    const { name, permissions } = this.#target;
    return new Failure((stack) => {
      if (word === Reply.dropped) return this.#fullError(`ask ${method}() of`);
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

const FOLDER = new URL("./", import.meta.url).href;

/** Where the caller stands, without the frames of this folder. */
function callSite(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  return frames.filter((frame) => !frame.includes(FOLDER)).join("\n");
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
