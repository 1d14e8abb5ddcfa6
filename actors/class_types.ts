/**
 * What an actor that is a class offers to others, as types.
 *
 * @module
 */

import type { AnyFunction, NotSendableReason } from "./sendable.ts";
import type { WaitOptions } from "../channels/wait_options.ts";

/** Any class. */
export type AnyClass = abstract new (...args: never[]) => object;

/** The methods that Troupe calls itself, and the one that no actor may have. */
export type HookName = "onStart" | "onStop" | "then";

/** Whether the arguments and the result of a method can be sent. */
export type IsOffered<F> = F extends
  (...args: infer A extends unknown[]) => infer R ? [
    | NotSendableReason<A>
    | NotSendableReason<R extends StreamOf<infer Y> ? Y : Awaited<R>>,
  ] extends [never] ? true
  : false
  : false;

/** What a generator method gives. */
export type StreamOf<Y> =
  | AsyncGenerator<Y, unknown, never>
  | Generator<Y, unknown, never>;

/**
 * The names of what an actor of class `I` offers: its public methods and
 * function-valued fields whose arguments and results can be sent.
 */
export type MethodName<I> = {
  [K in keyof I]: K extends HookName ? never
    : K extends string
      ? I[K] extends AnyFunction ? IsOffered<I[K]> extends true ? K : never
      : never
    : never;
}[keyof I];

/** The names of its methods that stream. */
export type StreamName<I> = {
  [K in MethodName<I>]: I[K] extends (...args: never[]) => infer R
    ? R extends StreamOf<unknown> ? K : never
    : never;
}[MethodName<I>];

/** The items of a generator method, as they come from the actor. */
export type Stream<Y> = AsyncIterableIterator<Y> & AsyncDisposable;

/** A method of an actor as its client calls it. */
export type AskMethod<F> = F extends (...args: infer A) => infer R
  ? (...args: A) => R extends StreamOf<infer Y> ? Stream<Y>
    : Promise<Awaited<R>>
  : never;

/** A method of an actor as its client calls it without waiting for a reply. */
export type TellMethod<F> = F extends (...args: infer A) => unknown
  ? (...args: A) => Promise<void>
  : never;

/** How long an ask may take, and what becomes of it when the actor ends. */
export interface AskOptions extends WaitOptions {
  /**
   * What becomes of the ask if the actor, which is a supervisor's child, ends
   * before it has answered: `"fail"` (the default) rejects it, `"wait"` leaves
   * it to the next incarnation.
   */
  whenRestarted?: "fail" | "wait";
}

/** How long a tell may wait for room in the mailbox. */
export type TellOptions = WaitOptions;

/** The methods of an actor to ask: each gives a promise, or a stream. */
export type AskMethods<I> = {
  readonly [K in MethodName<I>]: AskMethod<I[K]>;
};

/** The methods of an actor to tell: each resolves when the mailbox has it. */
export type TellMethods<I> = {
  readonly [K in Exclude<MethodName<I>, StreamName<I>>]: TellMethod<I[K]>;
};

/**
 * Asks an actor: `p.ask.add(2)` calls its method `add` and gives the answer;
 * `p.ask({ timeout: 100 }).add(2)` waits no longer than that.
 */
export type Ask<I> =
  & AskMethods<I>
  & ((options: AskOptions) => AskMethods<I>);

/**
 * Tells an actor: `p.tell.add(2)` calls its method `add` and wants no answer.
 */
export type Tell<I> =
  & TellMethods<I>
  & ((options: TellOptions) => TellMethods<I>);

/** Why an actor stops, and how long it may take; what `onStop` is given. */
export interface Stopping {
  /**
   * `"stop"`: by a call of `stop`, or the end of the scope that holds it;
   * `"shutdown"`: by its supervisor, for good; `"restart"`: by its supervisor,
   * which starts it again since a sibling has ended.
   */
  readonly reason: "stop" | "shutdown" | "restart";
  /** The time that was left, in ms, when `onStop` was called. */
  readonly timeLeft: number;
}

/**
 * The hooks of a class that is an actor. Both may be left out; nobody else can
 * call them.
 */
export interface ActorHooks {
  /**
   * Called once before the first message; messages wait meanwhile. If it fails,
   * the actor has failed to start.
   */
  onStart?(): void | Promise<void>;
  /**
   * Called once after the last message, when the actor was asked to stop. It is
   * not called when the actor fails: its state is not to be trusted then.
   */
  onStop?(stopping: Stopping): void | Promise<void>;
}

/** A text that says why a class cannot be an actor; `unknown` if it can. */
export type ClassCheck<C> = C extends
  abstract new (...args: infer A extends unknown[]) => infer I
  ? [NotSendableReason<A>] extends [never]
    ? "then" extends keyof I ? '"then" may not be the name of a method'
    : unknown
  : NotSendableReason<A>
  : unknown;
