/**
 * The process of an actor that is a class: it answers.
 *
 * @module
 */

import type { Ask, Tell } from "./class_types.ts";
import type { MailboxStats } from "./mailbox_options.ts";
import type { Process, SpawnParameters } from "./process.ts";

/**
 * A class that can be run as an actor, made by `actor`.
 *
 * @typeParam A The arguments of the constructor.
 * @typeParam I The instances.
 */
export interface ClassActor<A extends readonly unknown[], I> {
  /** The name it was declared under. */
  readonly name: string;
  /** The URL of the module that declares it. */
  readonly module: string;
  /**
   * Starts an actor: an instance, made of these arguments in a thread of its
   * own.
   *
   * The same as `new Process(actor, { args, …options }).start()`, and throws as
   * `Process.start` does.
   */
  spawn(...parameters: SpawnParameters<A>): ClassProcess<I>;
  /**
   * The actor that the calling code runs in, for it to pass on: to register
   * itself, or to be answered by a tell.
   *
   * @throws {ProcessStateError} If the calling code does not run in an actor of
   *   this class.
   */
  current(): ClassProcess<I>;
}

/**
 * An actor that is an instance of a class, in a thread of its own: a
 * {@linkcode Process} that answers.
 *
 * `ask` calls a method and gives its answer, `tell` calls one and wants none.
 * Messages of one sender are handled in their order, one at a time unless the
 * actor is declared `reentrant`. What an ask's method throws is the asker's to
 * deal with, and the actor goes on; what a tell's method throws nobody would
 * hear of, so it is the end of the actor.
 *
 * An ask never waits for a dead actor: it rejects as soon as the actor's end is
 * known, with what that had in hand. Given a time-out, it rejects with a
 * `TimeoutError` then, and the actor learns that nobody waits any more.
 *
 * In the spirit of OTP's `gen_server`: `ask` is its call, `tell` its cast.
 *
 * @example
 * ```ts ignore
 * import { actor } from "@troupe/troupe";
 *
 * const counter = actor(import.meta, class Counter {
 *   #n = 0;
 *   add(k: number) {
 *     return this.#n += k;
 *   }
 *   *countdown() {
 *     while (this.#n > 0) yield this.#n--;
 *   }
 * });
 *
 * if (import.meta.main) {
 *   await using c = counter.spawn();
 *   await c.tell.add(1);
 *   console.log(await c.ask.add(2)); // 3
 *   console.log(await c.ask({ timeout: 1000 }).add(0)); // 3
 *   for await (const n of c.ask.countdown()) console.log(n); // 3, 2, 1
 * }
 * ```
 *
 * @typeParam I The instances of the class.
 */
export interface ClassProcess<I = unknown> extends Process<void> {
  /**
   * Calls a method and gives its answer; of a generator method, its items.
   *
   * A call rejects with a `RemoteError` if the method threw, a
   * `PermissionDeniedError` if it was denied a right, an `ActorExitedError` if
   * the actor ended before it answered, a `MailboxFullError` if there was no
   * room and the mailbox is not declared to wait for it, a `NotSendableError`
   * if an argument or the answer cannot be sent, a `SelfAskError` if an actor
   * asks itself, a `TimeoutError` when its time is over, and with the signal's
   * reason when aborted.
   *
   * A stream begins at its first `next`. The actor is at most 32 items ahead of
   * who reads; leaving the loop ends the generator.
   *
   * @throws {ProcessStateError} If the process was not started.
   */
  readonly ask: Ask<I>;
  /**
   * Calls a method and wants no answer: resolves when the mailbox has the
   * message, so that awaiting it slows a sender down to what the actor manages.
   *
   * @throws {ProcessStateError} If the process was not started.
   */
  readonly tell: Tell<I>;
  /** How full the mailbox is, and what became of the messages so far. */
  mailboxStats(): MailboxStats;
}
