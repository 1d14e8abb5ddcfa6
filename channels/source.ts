/**
 * What `select` can wait for.
 *
 * @module
 */

import type { Callers } from "./callers.ts";

/** The method by which an object says how `select` waits for it. */
export const SOURCE: unique symbol = Symbol.for("troupe.source");

/** A source gave a value. */
export interface Taken<T> {
  /** More may come. */
  readonly done: false;
  /** What it gave. */
  readonly value: T;
}

/** A source is closed and drained. */
export interface Ended {
  /** Nothing will come any more. */
  readonly done: true;
  /** Nothing. */
  readonly value: undefined;
}

/** One way to wait for something, and to take it when it is there. */
export interface Source<R extends Taken<unknown> | Ended> {
  /**
   * The places to wait at; none where `start` does the telling.
   *
   * @internal
   */
  readonly places: readonly Callers[];
  /** Takes what is there, whole; `undefined` if nothing is. No user code. */
  take(): R | undefined;
  /**
   * Begins to tell, by calling `look`, that a `take` may succeed.
   *
   * @returns Ends the telling, and leaves nothing behind.
   */
  start?(look: () => void): () => void;
}

/** An object that `select` can wait for. */
export interface Selectable<R extends Taken<unknown> | Ended> {
  /**
   * Says how. For `select` alone.
   *
   * @internal
   */
  [SOURCE](): Source<R>;
}
