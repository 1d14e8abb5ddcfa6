/**
 * The message that the calling code handles.
 *
 * @module
 */

/** The message that the calling code handles. */
export interface CurrentMessage {
  /** The method that it calls. */
  readonly method: string;
  /** Its number: the first message of an incarnation is 1. */
  readonly number: number;
  /** The name of the process that sent it. */
  readonly sender: string;
  /**
   * Aborted when nobody wants the answer any more: with the reason of the
   * sender's own signal, with a `TimeoutError` when its time is over, or when
   * the stream it reads was left. Never for a tell.
   */
  readonly signal: AbortSignal;
  /**
   * How long the sender still waits, in ms; `Infinity` if for as long as it
   * takes. Asks made while this message is handled wait no longer either.
   */
  readonly timeLeft: number;
}

/**
 * The clock that all threads share, in ms: for a point in time that one tells
 * another.
 *
 * Not `performance.timeOrigin + performance.now()`: each thread reads the date
 * once, at its start, so that two of them disagree by all that the date was
 * corrected in between, or by the hours that the machine slept. This one can be
 * set only while a message is under way. What is longer is measured by a thread's
 * own `performance.now()`.
 */
export function clock(): number {
  return Date.now();
}

/** A message while it is handled. */
export class MessageContext implements CurrentMessage {
  /** See {@linkcode CurrentMessage}. */
  readonly method: string;
  /** See {@linkcode CurrentMessage}. */
  readonly number: number;
  /** See {@linkcode CurrentMessage}. */
  readonly sender: string;
  /** Until when the sender waits, by `performance.now()`. */
  readonly #end: number;
  #controller: AbortController | undefined;
  #reason: { readonly value: unknown } | undefined;

  /**
   * A message as it begins.
   *
   * @param deadline Until when the sender waits, by {@linkcode clock}; 0: without
   *   an end.
   */
  constructor(
    method: string,
    number: number,
    sender: string,
    deadline: number,
  ) {
    this.method = method;
    this.number = number;
    this.sender = sender;
    this.#end = deadline === 0
      ? Infinity
      : performance.now() + (deadline - clock());
  }

  /** See {@linkcode CurrentMessage}. */
  get signal(): AbortSignal {
    // Made when it is asked for: most handlers never do.
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason.value);
    }
    return this.#controller.signal;
  }

  /** See {@linkcode CurrentMessage}. */
  get timeLeft(): number {
    if (this.#end === Infinity) return Infinity;
    return Math.max(0, this.#end - performance.now());
  }

  /** Whether nobody wants the answer any more. */
  get isCancelled(): boolean {
    return this.#reason !== undefined;
  }

  /** Says that nobody wants the answer any more. Runs user code. */
  cancel(reason: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = { value: reason };
    this.#controller?.abort(reason);
  }
}

/** The part of Node's `AsyncLocalStorage` that is used. */
interface AsyncStorage {
  run<R>(store: MessageContext, run: () => R): R;
  getStore(): MessageContext | undefined;
}

let storage: AsyncStorage | undefined;
let inHand: MessageContext | undefined;
let isServing = false;

/**
 * Says whether this thread takes messages: from the end of `onStart` until it
 * was asked to stop and its mailbox is empty.
 */
export function setServing(serving: boolean): void {
  isServing = serving;
}

/** See {@linkcode setServing}. */
export function takesMessages(): boolean {
  return isServing;
}

/**
 * Has what belongs to a message told apart from what does not: from other
 * messages that are handled at the same time, and from timers and loops of the
 * actor's own, which a deadline does not concern.
 *
 * Takes some 10 ms the first time, and then a third of a microsecond for each
 * message. So it is done by actors that are reentrant, and by others when the
 * first message with a deadline comes.
 */
export function tellMessagesApart(): void {
  if (storage !== undefined) return;
  const { process } = globalThis as unknown as {
    process: {
      getBuiltinModule(name: string): { AsyncLocalStorage: new () => unknown };
    };
  };
  const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
  storage = new AsyncLocalStorage() as AsyncStorage;
}

/** Runs what handles a message. */
export function runMessage<R>(context: MessageContext, run: () => R): R {
  if (storage !== undefined) return storage.run(context, run);
  inHand = context;
  return run();
}

/** Says that the message in hand was dealt with. */
export function leaveMessage(): void {
  inHand = undefined;
}

/** What {@linkcode currentMessage} gives, whole. */
export function messageContext(): MessageContext | undefined {
  return storage === undefined ? inHand : storage.getStore();
}

/**
 * The message that the calling code handles: who sent it, how long the sender
 * still waits, and the signal that tells when it does no more. `undefined`
 * outside of a method of a class actor.
 *
 * @example
 * ```ts ignore
 * import { actor, currentMessage } from "@troupe/troupe";
 *
 * const loader = actor(import.meta, class Loader {
 *   async size(url: string) {
 *     const { signal } = currentMessage()!;
 *     const response = await fetch(url, { signal });
 *     return (await response.bytes()).length;
 *   }
 * }, { permissions: { net: true } });
 * ```
 */
export function currentMessage(): CurrentMessage | undefined {
  return messageContext();
}
