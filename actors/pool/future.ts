/**
 * The future: a task that was submitted to a pool, and what comes of it.
 *
 * ```text
 *   pool ── settleFuture ──▶ future ──▶ its listeners, in a microtask:
 *             reportTo                  done callbacks, result(), wait,
 *                                       asCompleted, reports()
 * ```
 *
 * A pool makes very many of them. So a future is a few fields: no promise, no
 * list and no closure exists before somebody asks for one. That also is why a
 * task that fails and that nobody looks at is no unhandled rejection.
 *
 * @module
 */

import { INSPECT } from "../../channels/inspect.ts";
import {
  checkWait,
  timeoutError,
  type WaitOptions,
} from "../../channels/wait_options.ts";
import { waitForWord } from "../wait_for_word.ts";
import { CancelledError, InvalidStateError } from "./errors.ts";
import type {
  FutureOutcome,
  FutureOwner,
  FutureState,
  Labelled,
} from "./future_types.ts";
import { type Listener, Listeners } from "./_listeners.ts";
import { giveReport, readReports } from "./reports.ts";
import { Soon } from "./soon.ts";
import { typeName } from "./type_name.ts";

/** What the pool and those who wait may do, and nobody else. */
interface Inside {
  settle(future: Future, outcome: FutureOutcome<unknown>): void;
  listen(future: Future, listener: Listener<Future>): void;
  unlisten(future: Future, listener: Listener<Future>): void;
  countListeners(future: Future): number;
  hasRaised(future: Future): boolean;
  owner(future: Future): FutureOwner | undefined;
  tell(future: Future): void;
}

let inside: Inside;

/** How a future ended. */
const End = { none: 0, returned: 1, raised: 2, cancelled: 3 } as const;
type End = typeof End[keyof typeof End];

/**
 * A task that was submitted to a {@linkcode ProcessPool}, and its result once it
 * is there.
 *
 * `await future` gives what the task returns, or throws what it threw; so does
 * {@linkcode result}, which can also give up. A task that fails and whose future
 * nobody asks fails in silence.
 *
 * As Python's `concurrent.futures.Future`.
 *
 * @example
 * ```ts ignore
 * import { actor, ProcessPool } from "@troupe/troupe";
 *
 * const square = actor(import.meta, function square(n: number) {
 *   return n * n;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPool({ workers: 1 });
 *   const future = pool.submit(square, [3]);
 *   console.log(await future, future.state); // 9 finished
 * }
 * ```
 *
 * @typeParam T What the task returns.
 */
export class Future<T = unknown> implements PromiseLike<T> {
  readonly #label: string | Labelled | undefined;
  #owner: FutureOwner | undefined;
  #end: End = End.none;
  #value: unknown;
  #listeners: Listeners<Future> | undefined;
  /** The one promise for all who wait without end, once there is one. */
  #awaited: PromiseWithResolvers<unknown> | undefined;

  /**
   * Made by a pool: see `ProcessPool.submit`.
   *
   * @param owner Who runs the task; the future itself, if it is of a class that
   *   does.
   * @param label The task as texts name it, such as `square(3)`, or who makes
   *   that when a text is needed: the future refers to it for good. Likewise.
   * @internal
   */
  constructor(owner?: FutureOwner, label?: string | Labelled) {
    this.#owner = owner ?? (this as unknown as FutureOwner);
    this.#label = label;
  }

  /**
   * `"pending"` until a worker takes the task, then `"running"`; `"finished"`
   * when it has returned or thrown, `"cancelled"` if it never began.
   */
  get state(): FutureState {
    if (this.#end === End.none) {
      return this.#owner!.hasBegun() ? "running" : "pending";
    }
    return this.#end === End.cancelled ? "cancelled" : "finished";
  }

  /** Whether it was cancelled. */
  get cancelled(): boolean {
    return this.#end === End.cancelled;
  }

  /** Whether a worker is at it. */
  get running(): boolean {
    return this.#end === End.none && this.#owner!.hasBegun();
  }

  /** Whether nothing can change any more: it is finished or cancelled. */
  get done(): boolean {
    return this.#end !== End.none;
  }

  /**
   * Cancels the task, if it has not begun.
   *
   * @returns Whether it is cancelled: `false` for one that runs or is finished.
   */
  cancel(): boolean {
    return this.#owner?.withdraw() ?? this.#end === End.cancelled;
  }

  /**
   * Waits for what the task returns. The end of the wait is not the end of the
   * task: that goes on.
   *
   * @throws What the task threw.
   * @throws {CancelledError} If it was cancelled.
   * @throws {WorkerDiedError} If its worker ended.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  result(options?: WaitOptions): Promise<T> {
    return options === undefined ? this.#promise() : this.#resultIn(options);
  }

  /**
   * Waits for what the task throws.
   *
   * @returns The error; `undefined` if the task returned.
   * @throws {CancelledError} If it was cancelled.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  async exception(options?: WaitOptions): Promise<unknown> {
    const action = "get the error of";
    await this.#wait(options, action);
    if (this.#end === End.cancelled) throw this.#cancelledError(action);
    return this.#end === End.raised ? this.#value : undefined;
  }

  /** As the method of a promise for {@linkcode result}. */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise().then(onFulfilled, onRejected);
  }

  /** As the method of a promise for {@linkcode result}. */
  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<T | B> {
    return this.#promise().catch(onRejected);
  }

  /** As the method of a promise for {@linkcode result}. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#promise().finally(onFinally);
  }

  /**
   * Calls a function with this future when it is done: once, and soon if it is
   * done already, but never before this returns. Callbacks run in the order in
   * which they were added. What one throws is logged, and the next one runs.
   *
   * @throws {TypeError} If it is no function.
   */
  addDoneCallback(callback: (future: this) => void): void {
    if (typeof callback !== "function") {
      throw new TypeError(
        "Cannot add a done callback: it must be a function, got " +
          typeName(callback),
      );
    }
    this.#listen(callback as Listener<Future>);
  }

  /**
   * Iterates over what the task reports from now on, until it is done. How it
   * ends is not told: ask for the {@linkcode result}.
   */
  reports(): AsyncIterableIterator<unknown> {
    return readReports(this, {
      announce: () => announceWait(this),
      listen: (onDone) => {
        this.#listen(onDone);
        return () => this.#listeners?.remove(onDone);
      },
    });
  }

  /** How it is logged. */
  [INSPECT](): string {
    const outcome = this.#end === End.returned
      ? `, returned ${typeName(this.#value)}`
      : this.#end === End.raised
      ? `, raised ${typeName(this.#value)}`
      : "";
    return `Future of task ${this.#task} (${this.state}${outcome})`;
  }

  get #task(): string {
    if (typeof this.#label === "string") return this.#label;
    return (this.#label ?? (this as unknown as Labelled)).label;
  }

  #cancelledError(action: string): CancelledError {
    return new CancelledError(this.#task, action);
  }

  /** Its result, for those who wait for as long as it takes. */
  #promise(): Promise<T> {
    if (this.#awaited !== undefined) return this.#awaited.promise as Promise<T>;
    if (this.done) {
      return this.#end === End.returned
        ? Promise.resolve(this.#value as T)
        : Promise.reject(this.#failure());
    }
    // First, since the owner may settle it at once.
    const awaited = this.#awaited = Promise.withResolvers<unknown>();
    this.#owner!.onAwaited?.();
    return awaited.promise as Promise<T>;
  }

  async #resultIn(options: WaitOptions): Promise<T> {
    await this.#wait(options, "get the result of");
    if (this.#end === End.returned) return this.#value as T;
    throw this.#failure();
  }

  /** What is thrown to those who ask for the result. */
  #failure(): unknown {
    return this.#end === End.raised
      ? this.#value
      : this.#cancelledError("get the result of");
  }

  async #wait(options: WaitOptions | undefined, action: string): Promise<void> {
    const timeout = checkWait(options);
    if (this.done) return;
    const signal = options?.signal;
    if (timeout === Infinity && signal === undefined) {
      return await this.#promise().then(ignore, ignore);
    }
    await waitForWord(
      (tell) => {
        this.#listen(tell);
        return () => this.#listeners?.remove(tell);
      },
      timeout,
      signal,
    );
    if (this.done) return;
    throw timeoutError(
      `Cannot ${action} task ${this.#task}: it was still ${this.state} after ` +
        `${timeout} ms`,
    );
  }

  #settle(outcome: FutureOutcome<unknown>): void {
    if (this.#end !== End.none) {
      throw new InvalidStateError(
        `Cannot settle task ${this.#task}: it is ${this.state} already`,
        this.state,
      );
    }
    if ("value" in outcome) {
      this.#value = outcome.value;
      this.#end = End.returned;
    } else if ("error" in outcome) {
      this.#value = outcome.error;
      this.#end = End.raised;
    } else this.#end = End.cancelled;
    this.#owner = undefined;
    if (this.#awaited !== undefined) {
      if (this.#end === End.returned) this.#awaited.resolve(this.#value);
      else this.#awaited.reject(this.#failure());
      this.#awaited = undefined;
    }
    if (this.#listeners?.count) ended.add(this);
  }

  #listen(listener: Listener<Future>): void {
    this.#listeners ??= new Listeners();
    this.#listeners.add(listener);
    if (this.done && this.#listeners.count === 1) ended.add(this);
  }

  #tell(): void {
    this.#listeners!.tell(this, (error) => this.#complain(error));
    this.#listeners = undefined;
  }

  #complain(error: unknown): void {
    console.error(`Exception calling callback for ${this[INSPECT]()}:`, error);
  }

  static {
    inside = {
      settle: (future, outcome) => future.#settle(outcome),
      listen: (future, listener) => future.#listen(listener),
      unlisten: (future, listener) => future.#listeners?.remove(listener),
      countListeners: (future) => future.#listeners?.count ?? 0,
      hasRaised: (future) => future.#end === End.raised,
      owner: (future) => future.#owner,
      tell: (future) => future.#tell(),
    };
  }
}

function ignore(): void {}

/**
 * Settles a future. Those who wait for it learn of it in a microtask.
 *
 * @throws {InvalidStateError} If it was settled before; it stays as it is.
 */
export function settleFuture<T>(
  future: Future<T>,
  outcome: FutureOutcome<T>,
): void {
  inside.settle(future, outcome);
}

/** Gives a report of its task to those who iterate over the future's reports. */
export function reportTo(future: Future, value: unknown): void {
  if (!future.done) giveReport(future, value);
}

/** Calls `listener` once, when the future is done, or soon if it is. */
export function listenTo<F extends Future>(
  future: F,
  listener: (future: F) => unknown,
): void {
  inside.listen(future, listener as Listener<Future>);
}

/** Takes the listener back. */
export function unlistenTo<F extends Future>(
  future: F,
  listener: (future: F) => unknown,
): void {
  inside.unlisten(future, listener as Listener<Future>);
}

/** How many listeners a future has, for tests. */
export function listenerCount(future: Future): number {
  return inside.countListeners(future);
}

/** Whether the task of a future threw; one that was cancelled did not. */
export function hasRaised(future: Future): boolean {
  return inside.hasRaised(future);
}

/** Whether the owner of a future wants to know who waits for it. */
export function isWatched(future: Future): boolean {
  return inside.owner(future)?.onAwaited !== undefined;
}

/**
 * Tells the owner of a future that somebody waits for it.
 *
 * @returns Tells that the wait is over.
 */
export function announceWait(future: Future): () => void {
  inside.owner(future)?.onAwaited?.();
  return () => inside.owner(future)?.onReleased?.();
}

/** Futures whose listeners are to be told, in the order of their ends. */
const ended = new Soon<Future>((future) => inside.tell(future));
