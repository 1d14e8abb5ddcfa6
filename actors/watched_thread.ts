/**
 * A thread that can be watched and ended: by the one who started it, or by one
 * who was handed its process.
 *
 * @module
 */

import { Callers } from "../channels/callers.ts";
import {
  fenceThread,
  Life,
  lifeOf,
  threadExists,
  wakeAllThreads,
  wakeThread,
} from "../channels/threads.ts";
import { waitAt } from "../channels/waiting.ts";
import type { Exit } from "./exit.ts";
import { type Ended, endedExit, readExit, silentExit } from "./read_exit.ts";
import { Over, Record, type StopOrder } from "./record.ts";

/** What a process needs of its thread. */
export interface WatchedThread<R> {
  /** The thread's id. */
  readonly thread: number;
  /** How it ends. */
  readonly record: Record;
  /** Settles when the end was seen; never rejects. See {@linkcode watch}. */
  readonly exit: Promise<Exit<R>>;
  /** Those who wait for {@linkcode exit} now. */
  readonly listeners: EndListeners;
  /** How it ended, if that was seen. */
  readonly ended: Exit<R> | undefined;
  /** Whether the thread may still exist. */
  readonly isAlive: boolean;
  /** Begins to wait for the end, which keeps the program alive. */
  watch(): void;
  /** Asks the actor to stop. */
  askToStop(order: StopOrder): void;
  /**
   * Ends the thread, and with it all that it started.
   *
   * @param isKill Whether it ends as one that was killed.
   */
  terminate(isKill?: boolean): void;
}

/**
 * Those who wait for the end of a thread now.
 *
 * Waiting for the promise itself would leave a reaction on it for each wait
 * that ended otherwise (a time-out, another source of a `select`), for as long
 * as the thread lives.
 */
export class EndListeners {
  readonly #listeners = new Set<() => void>();

  /** Tells them when `exit` settles. */
  constructor(exit: Promise<unknown>) {
    exit.then(() => {
      for (const listener of this.#listeners) listener();
      this.#listeners.clear();
    });
  }

  /** Adds one; gives what takes it away again. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The thread of a process that came from another thread. */
export class HandedThread<R> implements WatchedThread<R> {
  /** See {@linkcode WatchedThread}. */
  readonly thread: number;
  /** See {@linkcode WatchedThread}. */
  readonly record: Record;
  /** See {@linkcode WatchedThread}. */
  readonly exit: Promise<Exit<R>>;
  /** See {@linkcode WatchedThread}. */
  readonly listeners: EndListeners;

  readonly #actor: Ended;
  readonly #exit = Promise.withResolvers<Exit<R>>();
  #ended: Exit<R> | undefined;
  #isWatched = false;

  /** Watches a thread by its id and its record. */
  constructor(thread: number, record: SharedArrayBuffer, actor: Ended) {
    this.thread = thread;
    this.record = new Record(record);
    this.exit = this.#exit.promise;
    this.listeners = new EndListeners(this.exit);
    this.#actor = actor;
  }

  /** See {@linkcode WatchedThread}. */
  get ended(): Exit<R> | undefined {
    return this.#ended ??= this.#read();
  }

  /** See {@linkcode WatchedThread}. */
  get isAlive(): boolean {
    return threadExists(this.thread);
  }

  /** See {@linkcode WatchedThread}. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    // The one who started it wakes all threads when it has seen the end.
    waitAt([new Callers()], {
      attempt: () => this.ended !== undefined,
      options: undefined,
      late: () => "",
    }).then(() => this.#exit.resolve(this.ended!));
  }

  /** See {@linkcode WatchedThread}. */
  askToStop(order: StopOrder): void {
    this.record.askToStop(order);
    wakeThread(this.thread);
  }

  /** See {@linkcode WatchedThread}. */
  terminate(isKill = false): void {
    if (isKill) this.record.setKilled();
    // The one who started it sees the fence and ends the worker.
    fenceThread(this.thread);
    wakeAllThreads();
  }

  #read(): Exit<R> | undefined {
    const { over } = this.record;
    if (over === Over.stuck) return endedExit(this.record, false);
    if (over === Over.terminated) return endedExit(this.record, true);
    if (over === Over.no) {
      // The one who started it may have ended too, and then says nothing.
      if (lifeOf(this.thread) === Life.stuck) {
        return endedExit(this.record, false);
      }
      if (threadExists(this.thread)) return undefined;
    }
    const { leaving } = this.record;
    if (leaving === undefined) {
      return over === Over.no
        ? endedExit(this.record, true)
        : silentExit(undefined, this.#actor);
    }
    if (leaving.hasBeside) {
      return {
        reason: "failed",
        code: 1,
        error: new Error(
          `Cannot read the result of actor "${this.#actor.name}": it holds ` +
            "queues or other handles, which only the process that started " +
            "it was given",
        ),
      };
    }
    return readExit<R>(leaving, [], this.#actor);
  }
}
