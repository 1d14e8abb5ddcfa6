/**
 * The serving side of a class actor: takes messages from the mailbox, calls the
 * methods, and answers.
 *
 * ```text
 *   mailbox ──▶ take ──▶ method ──▶ answer ──▶ replies of the client
 *                 ▲         │ yields, as far as the client is ready for it
 *   control ──────┴─────────┘ (overtakes: gave up, ready for more, dropped)
 * ```
 *
 * One message after the other, in order, unless the actor is reentrant: then a
 * method that waits lets the next one begin.
 *
 * @module
 */

import { Callers, serveAll } from "../channels/callers.ts";
import { NOTHING, Receiver } from "../channels/receiver.ts";
import { seemsFenced, threadCanAct } from "../channels/threads.ts";
import { isTurnDue, turn } from "../channels/turn.ts";
import { waitAt } from "../channels/waiting.ts";
import type { AnyFunction } from "./sendable.ts";
import { Clients, strangerName } from "./_clients.ts";
import {
  clock,
  leaveMessage,
  MessageContext,
  runMessage,
  setServing,
  tellMessagesApart,
} from "./current_message.ts";
import { MethodTable } from "./_method_table.ts";
import { Pace } from "./pace.ts";
import { Control, type ControlMessage, Line, Reply } from "./protocol.ts";
import {
  type AnyGenerator,
  type InHand,
  isGenerator,
  leaveItems,
  sendItems,
} from "./_send_items.ts";
import { PassedWord } from "./passed_word.ts";
import type { ServerOptions } from "./_server_options.ts";
import { WINDOW } from "./_stream.ts";
import { isThenable } from "./thenable.ts";

/** A message that is to be handled. */
interface Call {
  readonly name: string;
  readonly method: AnyFunction;
  readonly message: unknown[];
  readonly client: number;
  readonly number: number;
  readonly deadline: number;
  /** The name of the client's process, if it has said who it is. */
  readonly sender: string | undefined;
}

/** See the module. */
export class Server {
  /** Those who ask. */
  readonly clients: Clients;
  readonly #options: ServerOptions;
  readonly #methods: MethodTable;
  readonly #instance: object;
  readonly #receiver: Receiver<unknown[]>;
  readonly #control: Line<ControlMessage>;
  /** The asks in hand, by client and number. */
  readonly #inHand = new Map<string, InHand>();
  /** The asks that were given up and may still be in the mailbox. */
  readonly #givenUp = new Map<string, unknown>();
  /** Where streams wait until their clients are ready. */
  readonly #readers = new Callers();
  readonly #ended = new AbortController();
  /** How many messages are still to be handled once a stop was asked for. */
  #left = Infinity;
  readonly #pace = new Pace();
  #underway = 0;
  #onIdle: (() => void) | undefined;

  /** Serves the methods of `instance`. */
  constructor(instance: object, options: ServerOptions) {
    this.#options = options;
    this.#instance = instance;
    this.#methods = new MethodTable(instance);
    const { address } = options;
    this.clients = new Clients();
    this.#receiver = new Receiver<unknown[]>(address.mailbox, {
      label: "the mailbox",
      verb: "receive from",
      check: () => {},
      isOver: () => false,
      endedError: () => new Error("Cannot receive: the mailbox was closed"),
    });
    this.#control = new Line<ControlMessage>(address.control);
    if (options.isReentrant) tellMessagesApart();
    this.#attend();
  }

  /** Handles `message` first: it was in hand when the last incarnation died. */
  async serve(message: unknown[] | undefined): Promise<void> {
    setServing(true);
    if (message !== undefined) await this.#handle(message);
    const receiver = this.#receiver;
    while (this.#left > 0) {
      // Before a message is taken: a stop counts those that are there.
      if (isTurnDue() || this.#pace.isLate()) {
        // What woke the thread may take the event loop more than one turn.
        serveAll();
        await turn();
        continue;
      }
      const next = receiver.takeSoon();
      if (next === NOTHING) {
        if (this.#left !== Infinity) break;
        await this.#sleep();
        this.#pace.rested();
        continue;
      }
      this.#left--;
      const done = this.#handle(next);
      if (done !== undefined && !this.#options.isReentrant) await done;
    }
    if (this.#underway > 0) {
      await new Promise<void>((resolve) => this.#onIdle = resolve);
    }
    setServing(false);
    this.#ended.abort();
  }

  /** Handles no more than what is in the mailbox now; nothing if not `drain`. */
  stop(drain: boolean): void {
    const { mailbox } = this.#options.address;
    this.#left = Math.min(this.#left, drain ? mailbox.size : 0);
    mailbox.consumers.serve();
  }

  /** Waits until there is a message, or a stop was asked for. */
  #sleep(): Promise<void> {
    const receiver = this.#receiver;
    // Not by a receive with a signal: to listen to one takes longer than the
    // rest of the wait.
    return waitAt([this.#options.address.mailbox.consumers], {
      attempt: () => receiver.isReady || this.#left !== Infinity,
      options: undefined,
      late: () => "",
    });
  }

  /** Hears what overtakes messages. */
  #attend(): void {
    waitAt([this.#control.ring.consumers], {
      attempt: () => {
        this.#hearAll();
        this.#readers.serve();
        return false;
      },
      options: { signal: this.#ended.signal },
      late: () => "",
      keepsAlive: false,
    }).catch(() => {});
  }

  #hearAll(): void {
    this.#control.hear((message) => this.#hear(message));
  }

  #hear([word, client, number, what]: ControlMessage): void {
    const key = `${client}:${number}`;
    const inHand = this.#inHand.get(key);
    switch (word) {
      case Control.hello:
        this.clients.add(client, what as never);
        return;
      case Control.cancel:
        // Out of this look, since user code listens to the signal.
        if (inHand !== undefined) {
          queueMicrotask(() => {
            inHand.context.cancel(what);
            this.#readers.serve();
          });
        } else this.#giveUp(key, what);
        return;
      case Control.more:
        if (inHand) inHand.credit += what as number;
        return;
      case Control.dropped:
        this.clients.reply(client, undefined, number, Reply.dropped);
        return;
      case Control.refuse:
        this.clients.reply(client, what, number, Reply.refused);
    }
  }

  #giveUp(key: string, reason: unknown): void {
    // With an empty mailbox it was answered already, and so were all before.
    if (this.#options.address.mailbox.size === 0) this.#givenUp.clear();
    this.#givenUp.set(key, reason);
  }

  /** Handles a message; gives a promise where that takes longer. */
  #handle(message: unknown[]): Promise<void> | undefined {
    const { address, desk, keep } = this.#options;
    const deadline = message.pop() as number;
    const incarnation = message.pop() as number;
    const number = message.pop() as number;
    const client = message.pop() as number;
    const name = message.pop() as string;
    if (number !== 0 && this.#isVain(client, number, incarnation, deadline)) {
      address.noteUndelivered();
      return undefined;
    }
    const method = this.#methods.get(name);
    if (method === undefined) {
      address.noteUndelivered();
      this.#refuse(client, number, this.#methods.refusal(name));
      return undefined;
    }
    // From the take to here nothing looks whether this thread was fenced, which
    // would end it at once: a message that was taken is kept.
    let sender = this.clients.nameOf(client, message);
    desk.begin(name, sender ?? strangerName(client));
    if (keep !== undefined && (number === 0 || incarnation < 0)) {
      const whole = [...message, name, client, number, incarnation, deadline];
      keep(whole, this.#bytes());
    }
    // A client says who it is before its first message, over the line that
    // this thread may not have come to look at since.
    if (sender === undefined) {
      this.#hearAll();
      sender = this.clients.nameOf(client);
      if (sender !== undefined) desk.setSender(sender);
    }
    const call = { name, method, message, client, number, deadline, sender };
    // The answer to one that waits must not be lost with this incarnation: it
    // is called when there is a place for that, and until then is in hand.
    return incarnation < 0 && sender === undefined
      ? this.#whenKnown(client).then((sender) =>
        this.#call({ ...call, sender })
      )
      : this.#call(call);
  }

  /** Waits until a client has said who it is, or is gone; gives its name. */
  async #whenKnown(client: number): Promise<string | undefined> {
    await waitAt([this.#readers], {
      attempt: () =>
        this.clients.nameOf(client) !== undefined || !threadCanAct(client),
      options: undefined,
      late: () => "",
    });
    return this.clients.nameOf(client);
  }

  /** Calls the method of a message; gives a promise where that takes longer. */
  #call(call: Call): Promise<void> | undefined {
    const { name, method, message, client, number, deadline } = call;
    const sender = call.sender ?? strangerName(client);
    const ordinal = this.#options.desk.number;
    const context = new MessageContext(name, ordinal, sender, deadline);
    if (deadline !== 0) tellMessagesApart();
    let result: unknown;
    try {
      result = runMessage(
        context,
        () => method.apply(this.#instance, message as never[]),
      );
    } catch (error) {
      this.#threw(client, number, error);
      this.#done();
      return undefined;
    }
    if (isGenerator(result) && !this.#methods.streams(name)) {
      // Its client awaits one answer: it knows the class, not the instance.
      this.#refuse(client, number, MethodTable.strayStream(name));
      this.#done();
      return undefined;
    }
    if (isThenable(result) || isGenerator(result)) {
      return this.#finish({ context, client, number, credit: WINDOW }, result);
    }
    this.#answer(client, number, result);
    this.#done(true);
    return undefined;
  }

  /** Whether nobody wants the answer to an ask any more. */
  #isVain(
    client: number,
    number: number,
    incarnation: number,
    deadline: number,
  ): boolean {
    // Its client was told that the incarnation it was sent to has ended.
    const { address, incarnation: own } = this.#options;
    if (incarnation >= 0 && incarnation < own) return true;
    if (incarnation < 0 && address.hasGivenUp(-incarnation)) return true;
    if (deadline !== 0 && clock() > deadline) return true;
    return this.#givenUp.size > 0 &&
      this.#givenUp.delete(`${client}:${number}`);
  }

  async #finish(
    inHand: InHand,
    result: PromiseLike<unknown> | AnyGenerator,
  ): Promise<void> {
    const { client, number } = inHand;
    const key = `${client}:${number}`;
    if (number !== 0) this.#inHand.set(key, inHand);
    this.#underway++;
    let isNoted = false;
    try {
      if (!isGenerator(result)) {
        this.#answer(client, number, await result);
        isNoted = true;
      } else if (number === 0) await leaveItems(inHand, result);
      else {
        await sendItems(
          inHand,
          result,
          this.#readers,
          (word, what) => this.#say(client, number, what, word),
        );
      }
    } catch (error) {
      this.#threw(client, number, error);
      // The actor itself, whose agent this is, has refused it.
      isNoted = error instanceof PassedWord && error.word === Reply.refused;
      if (isNoted) this.#options.address.noteUndelivered();
    }
    this.#underway--;
    this.#inHand.delete(key);
    this.#done(isNoted);
  }

  #answer(client: number, number: number, value: unknown): void {
    // Counted before: who has the answer finds it so.
    if (!seemsFenced()) this.#options.address.noteHandled();
    if (number !== 0) this.#say(client, number, value, Reply.value);
  }

  /** Gives a client a value or an item; `false` if that cannot be sent. */
  #say(client: number, number: number, value: unknown, word: number): boolean {
    try {
      this.clients.reply(client, value, number, word);
      return true;
    } catch (error) {
      // The caller's trouble alone: the handler itself has done its work.
      this.clients.replyUnsent(client, error, number);
      return false;
    }
  }

  #refuse(client: number, number: number, why: string): void {
    if (number !== 0) this.clients.reply(client, why, number, Reply.refused);
  }

  /**
   * An ask has somebody to hear of the error, and the actor goes on; of a tell
   * nobody would, so it is the actor's own end.
   */
  #threw(client: number, number: number, error: unknown): void {
    if (number !== 0) this.clients.replyError(client, error, number);
    if (number === 0 || this.#options.endsOnThrow) {
      this.#options.onFailure(error);
    }
  }

  #done(isNoted = false): void {
    leaveMessage();
    // What the actor had in hand when it ended stays to be seen.
    if (seemsFenced()) return;
    if (!isNoted) this.#options.address.noteHandled();
    this.#options.desk.end(this.#underway === 0);
    if (this.#underway === 0) this.#onIdle?.();
  }

  /** The bytes of the message taken last, if it was nothing but bytes. */
  #bytes(): Uint8Array | undefined {
    const { length } = this.#receiver;
    if (length < 0) return undefined;
    const { bytes, offset } = this.#options.address.mailbox.reader;
    return bytes.subarray(offset, offset + length);
  }
}
