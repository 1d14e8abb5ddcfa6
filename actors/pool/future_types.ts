/**
 * What a future is made of, and what it is told.
 *
 * @module
 */

/** Where a future is: see `Future.state`. */
export type FutureState = "pending" | "running" | "cancelled" | "finished";

/** What a future needs of the one who runs its task. Let go of at its end. */
export interface FutureOwner {
  /**
   * Cancels the task if it has not begun, and settles the future so.
   *
   * @returns Whether it did.
   */
  withdraw(): boolean;
  /** Whether the task has begun. */
  hasBegun(): boolean;
  /** Somebody waits for the task, and nothing else would end the wait. */
  onAwaited?(): void;
  /**
   * A wait that was told of is over although the task is not: it was for one of
   * several, and another one came.
   */
  onReleased?(): void;
}

/** What comes of a task. */
export type FutureOutcome<T> =
  | { readonly value: T }
  | { readonly error: unknown }
  | { readonly cancelled: true };

/** What can say how texts name a task. */
export interface Labelled {
  /** The task, such as `square(3)`. */
  readonly label: string;
}
