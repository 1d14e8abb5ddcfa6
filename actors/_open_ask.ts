/**
 * An ask that has no answer yet, and all that may become of it.
 *
 * ```text
 *   message given ──▶ open ──▶ answer            ──▶ the caller
 *                      ├─────▶ end of the actor
 *                      └─────▶ time-out, abort   ──▶ told to the actor, too
 * ```
 *
 * One object with methods, and no function is made for what rarely happens: of
 * an asker with many asks under way, this is what its garbage collector copies.
 *
 * @module
 */

import { startTimer, timeoutError } from "../channels/wait_options.ts";
import {
  Failure,
  nextAsk,
  type PendingAsk,
  settle,
  type Watching,
} from "./_pending.ts";
import { Reply } from "./protocol.ts";
import type { StreamReader } from "./_stream.ts";

/** Whom an ask was sent to. */
export interface Asked extends Watching {
  /** The name of the actor. */
  readonly name: string;
  /** Why there is no answer, by a word that is none. */
  failure(method: string, word: number, what: unknown): Failure;
  /** Why there will be no answer: the actor has ended. */
  exitFailure(method: string): Failure;
  /** Tells the actor that nobody waits for the answer any more. */
  cancel(number: number, reason: unknown): void;
}

/** See the module. */
export abstract class OpenAsk implements PendingAsk {
  /** See {@linkcode PendingAsk}. */
  readonly recipient: Asked;
  /** The method that it calls. */
  readonly method: string;
  /** See {@linkcode PendingAsk}. */
  readonly number: number = nextAsk();
  /** See {@linkcode PendingAsk}. */
  incarnation = 0;
  /** See {@linkcode PendingAsk}. */
  waits = false;
  #noRoom: AbortController | undefined = undefined;
  /** Takes back what {@linkcode limit} began. */
  #unlimit: (() => void) | undefined = undefined;

  /** An ask that calls `method`. */
  constructor(recipient: Asked, method: string) {
    this.recipient = recipient;
    this.method = method;
  }

  /** See {@linkcode PendingAsk}. */
  onReply(word: number, what: unknown): void {
    if (word !== Reply.item) this.#unlimit?.();
    this.answer(word, what);
  }

  /** See {@linkcode PendingAsk}. */
  onExit(): void {
    this.#unlimit?.();
    this.fail(this.recipient.exitFailure(this.method));
  }

  /** An answer is there, or a part of it. */
  protected abstract answer(word: number, what: unknown): void;

  /** There will be none. */
  protected abstract fail(failure: Failure): void;

  /** Ends it after `timeout` ms, or when the signal says so. */
  limit(timeout: number, signal: AbortSignal | undefined): void {
    const abort = () =>
      this.#giveUp(signal!.reason, new Failure(() => signal!.reason));
    const stopTimer = startTimer(timeout, () => {
      const error = timeoutError(
        `Cannot ask ${this.method}() of actor ` +
          `${JSON.stringify(this.recipient.name)}: it had not answered after ` +
          `${Math.round(timeout)} ms`,
      );
      this.#giveUp(error, new Failure(() => error));
    });
    signal?.addEventListener("abort", abort, { once: true });
    this.#unlimit = () => {
      stopTimer();
      signal?.removeEventListener("abort", abort);
    };
  }

  /** The signal of the wait for room in the mailbox, which ends with the ask. */
  roomSignal(): AbortSignal {
    this.#noRoom = new AbortController();
    return this.#noRoom.signal;
  }

  /** The mailbox has the message. */
  onRoom(): void {
    this.#noRoom = undefined;
  }

  /** The mailbox will never have the message. */
  onNotGiven(failure: Failure): void {
    if (!settle(this.number)) return;
    this.#unlimit?.();
    this.fail(failure);
  }

  /** Awaits no answer any more, and says so to the actor. */
  leave(): void {
    this.#giveUp(undefined, undefined);
  }

  #giveUp(reason: unknown, failure: Failure | undefined): void {
    settle(this.number);
    this.#unlimit?.();
    this.#noRoom?.abort();
    this.recipient.cancel(this.number, reason);
    if (failure !== undefined) this.fail(failure);
  }
}

/** An ask for one value. */
export class Call extends OpenAsk {
  /** Resolves when it is known what became of it. */
  readonly over: Promise<void>;
  /** The answer. */
  value: unknown = undefined;
  /** Why there is none. */
  failure: Failure | undefined = undefined;
  /** The word that came instead of an answer, and what came with it. */
  said: readonly [word: number, what: unknown] | undefined = undefined;
  #end!: () => void;

  /** See {@linkcode OpenAsk}. */
  constructor(recipient: Asked, method: string) {
    super(recipient, method);
    this.over = new Promise((resolve) => this.#end = resolve);
  }

  /** See {@linkcode OpenAsk}. */
  protected override answer(word: number, what: unknown): void {
    if (word === Reply.value) this.value = what;
    else {
      this.said = [word, what];
      this.failure = this.recipient.failure(this.method, word, what);
    }
    this.#end();
  }

  /** See {@linkcode OpenAsk}. */
  protected override fail(failure: Failure): void {
    this.failure = failure;
    this.#end();
  }
}

/** An ask for a stream. */
export class StreamAsk extends OpenAsk {
  readonly #reader: StreamReader;

  /** See {@linkcode OpenAsk}; the items go to `reader`. */
  constructor(recipient: Asked, method: string, reader: StreamReader) {
    super(recipient, method);
    this.#reader = reader;
  }

  /** See {@linkcode OpenAsk}. */
  protected override answer(word: number, what: unknown): void {
    if (word === Reply.item) this.#reader.push(what);
    else if (word === Reply.end) this.#reader.finish(what);
    else this.fail(this.recipient.failure(this.method, word, what));
  }

  /** See {@linkcode OpenAsk}. */
  protected override fail(failure: Failure): void {
    this.#reader.fail(() => failure.error(""));
  }
}
