/**
 * The process: an actor that can be started, joined and ended.
 *
 * @module
 */

import type { PACK, PackedHandle } from "../channels/handle.ts";
import type { Selectable, Taken } from "../channels/source.ts";
import type { WaitOptions } from "../channels/wait_options.ts";
import type { Running } from "../channels/until.ts";
import type { Exit } from "./exit.ts";
import type { Ask, Tell } from "./class_types.ts";
import { ClassProcessHandle } from "./class_process_handle.ts";
import { declarationOf } from "./declaration.ts";
import type { MailboxStats } from "./mailbox_options.ts";
import { ProcessHandle } from "./process_handle.ts";
import type { SpawnOptions, StopOptions } from "./spawn_options.ts";

/** What a {@linkcode Process} is made of. */
export interface ProcessOptions<A extends readonly unknown[]>
  extends SpawnOptions {
  /** The arguments of the function. */
  args?: A;
}

/**
 * The type of what {@linkcode FunctionActor.spawn} takes: arguments, where the
 * function has any, and options.
 */
export type SpawnParameters<A extends readonly unknown[]> = [] extends A
  ? [args?: A, options?: SpawnOptions]
  : [args: A, options?: SpawnOptions];

/**
 * A function that can be run as an actor, made by `actor`.
 *
 * @typeParam A The arguments of the function.
 * @typeParam R What the function returns, awaited.
 */
export interface FunctionActor<A extends readonly unknown[], R> {
  /** The name it was declared under. */
  readonly name: string;
  /** The URL of the module that declares it. */
  readonly module: string;
  /**
   * Starts an actor that runs the function with these arguments.
   *
   * The same as `new Process(actor, { args, …options }).start()`, and throws as
   * {@linkcode Process.start} does.
   */
  spawn(...parameters: SpawnParameters<A>): Process<R>;
}

/**
 * An actor: a function that runs in a thread of its own, with no more rights
 * than it was given.
 *
 * As in Python, a process is made, started once, and ends once. Unlike there
 * its children end with it, however it ends.
 *
 * A process can be passed to another actor, which may then wait for it and end
 * it too.
 *
 * @example Start, wait, read the result
 * ```ts ignore
 * import { actor, Process } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   const p = new Process(square, { args: [3], name: "three" });
 *   console.log(p.exitCode); // null
 *   p.start();
 *   console.log(await p.result()); // 9
 *   console.log(p.exitCode, p.isAlive()); // 0 false
 * }
 * ```
 *
 * @typeParam R What the function returns.
 */
export interface Process<R = unknown>
  extends Selectable<Taken<Exit<R>>>, Running, AsyncDisposable {
  /** The kind of handle this is. */
  readonly kind: "process";
  /** What it is called, here and inside. */
  readonly name: string;
  /** Its id: no other process of the program has it. Given at creation. */
  readonly id: number;
  /** The id of the process that created it. */
  readonly parentId: number;
  /** Whether it does not keep the program alive. */
  readonly daemon: boolean;
  /**
   * `null` while it has not ended, then: 0 returned or closed itself, 1 threw
   * or failed, n after `Deno.exit(n)`, −15 terminated, −9 killed or out of
   * memory, 255 ended without saying how.
   */
  readonly exitCode: number | null;

  /**
   * Starts it. Blocks for the 10 to 15 ms that Deno takes to make a thread.
   *
   * @returns Itself.
   * @throws {ProcessStateError} If it was started before.
   * @throws {NotSendableError} If an argument cannot be sent; the path tells
   *   which: `$[0]` is the first.
   * @throws {PermissionExceededError} If it asks for rights that the caller
   *   does not hold. No thread was started.
   * @throws {SpawnAtLoadError} If the module of another actor starts it by
   *   being loaded.
   */
  start(): this;

  /**
   * Whether its thread exists: `true` from the start until its end was seen.
   *
   * A terminated actor that never comes back to its event loop stays alive, and
   * is seen to be gone at the next question after it went.
   */
  isAlive(): boolean;

  /**
   * Waits until it was loaded and does what it was started for. Starting is not
   * instant: nothing needs to wait for it, since what is sent meanwhile is kept;
   * but who wants to know that it *can* start does.
   *
   * @returns Itself. Also where it has ended since.
   * @throws {ModuleLoadError} If its module cannot be loaded.
   * @throws {PermissionDeniedError} If it was denied a right it needed for that.
   * @throws {ActorExitedError} If it ended before, in another way.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws {ProcessStateError} If it was not started.
   */
  ready(options?: WaitOptions): Promise<this>;

  /**
   * Waits until it has ended.
   *
   * @returns How it ended.
   * @throws {ProcessStateError} If it was not started.
   */
  join(options?: { timeout?: undefined; signal?: AbortSignal }): Promise<
    Exit<R>
  >;
  /**
   * Waits until it has ended, but not longer than `timeout` ms.
   *
   * @returns How it ended; `undefined` if it still runs after `timeout` ms.
   * @throws {ProcessStateError} If it was not started.
   */
  join(options?: WaitOptions): Promise<Exit<R> | undefined>;

  /**
   * Waits for the value its function returns.
   *
   * @throws {RemoteError} If the function threw.
   * @throws {PermissionDeniedError} If it was denied a right it needed.
   * @throws {ActorExitedError} If it ended without returning.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   * @throws {ProcessStateError} If it was not started.
   */
  result(options?: WaitOptions): Promise<R>;

  /**
   * Ends it now. What it and its children do to channels from this call on
   * counts for nothing. Does nothing if it has ended.
   *
   * An actor that waits, awaiting or blocking in a channel, is gone within
   * 100 ms; `join` tells. One that computes without end cannot be stopped on
   * today's Deno: `join` then settles within two seconds with
   * `threadStopped: false`, and the program can still end.
   *
   * @throws {ProcessStateError} If it was not started.
   */
  terminate(): void;

  /**
   * As {@linkcode terminate}, with the exit code −9. An actor in a process of its
   * own ({@linkcode SpawnOptions.isolation}) is gone within 100 ms, by either of
   * them, whatever it does.
   *
   * @throws {ProcessStateError} If it was not started.
   */
  kill(): void;

  /**
   * Asks it to stop, by aborting its `currentProcess().signal`, and terminates
   * it if it has not ended after the grace time.
   *
   * @returns How it ended.
   * @throws {ProcessStateError} If it was not started.
   * @throws {RangeError} If the grace time is negative or NaN.
   */
  stop(options?: StopOptions): Promise<Exit<R>>;

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](receiver: number): PackedHandle;
}

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

/** The arguments of an actor: of its function, or of its constructor. */
export type ActorArguments<T> = T extends ClassActor<infer A, infer _I> ? A
  : T extends FunctionActor<infer A, infer _R> ? A
  : never;

/** The process of an actor: it answers if the actor is a class. */
export type ProcessOf<T> = T extends ClassActor<infer _A, infer I>
  ? ClassProcess<I>
  : T extends FunctionActor<infer _A, infer R> ? Process<R>
  : never;

/** Makes processes: see {@linkcode Process}. */
export interface ProcessConstructor {
  /**
   * Makes a process that is not started yet: a {@linkcode ClassProcess} of a
   * class, a {@linkcode Process} of a function.
   *
   * @throws {TypeError} If it is given no actor, or an option of a wrong type.
   * @throws {PermissionExceededError} If it asks for more than its declaration.
   */
  new <T extends FunctionActor<never, unknown> | ClassActor<never, unknown>>(
    actor: T,
    options?: ProcessOptions<ActorArguments<T>>,
  ): ProcessOf<T>;
  /** What all processes have in common; for `instanceof`. */
  readonly prototype: Process<unknown>;
}

/** Makes processes: see the interface of the same name. */
export const Process: ProcessConstructor = makeConstructor();

/** One constructor for both kinds of process, and `instanceof` for both. */
function makeConstructor(): ProcessConstructor {
  function Process(actor: object, options: object | undefined) {
    if (new.target === undefined) {
      throw new TypeError("Cannot call Process as a function: use new Process");
    }
    return declarationOf(actor).traits === undefined
      ? new ProcessHandle(actor, options)
      : new ClassProcessHandle(actor, options);
  }
  Process.prototype = ProcessHandle.prototype;
  return Process as unknown as ProcessConstructor;
}

/**
 * The processes that this process started and that have not ended: a new list
 * at each call.
 *
 * As Python's `multiprocessing.active_children()`.
 */
export function activeProcesses(): Process[] {
  return ProcessHandle.active();
}
