/**
 * The options of locks, and what a lock tells of itself.
 *
 * @module
 */

import { nameOfThread } from "../thread_notes.ts";

/** What a lock does about waits that go round in a circle. */
export type OnDeadlock = "report" | "fail";

/** Options of a lock. */
export interface LockOptions {
  /** What messages call it. */
  name?: string;
  /**
   * What happens when a wait for it closes a circle of waits, none of which can
   * end: `"report"` prints who waits for whom as a warning, `"fail"` lets that
   * wait fail with a `DeadlockError`, so that the others can go on. Default:
   * `"report"`.
   *
   * A circle is looked for once a wait has lasted 20 ms. Where all in it block
   * their threads it is certain. Where one of them awaits, and its actor does
   * several things at a time, another of these may be what holds the lock, and
   * may give it back yet; so the circle must then have stood still for 30 ms
   * more. For an actor that holds a lock over long waits while others of its
   * tasks wait for a second one, keep to `"report"`.
   */
  onDeadlock?: OnDeadlock;
}

/** An actor at a lock. */
export interface LockParty {
  /** The actor's name. */
  readonly name: string;
  /** The number of its thread: tells apart two of the same name. */
  readonly thread: number;
}

/** What a lock tells of itself at one instant. */
export interface LockReport {
  /** What messages call it, such as `lock "files"`. */
  readonly label: string;
  /** Who holds it. Several only where several read. */
  readonly holders: readonly LockParty[];
  /**
   * The actors that wait for it, in no order. At most 60 are named; one that was
   * just woken may be missing.
   */
  readonly waiters: readonly LockParty[];
}

/**
 * Checks the option `onDeadlock`.
 *
 * @throws {TypeError} If it is none of the two.
 */
export function checkOnDeadlock(value: OnDeadlock | undefined): OnDeadlock {
  if (value === undefined) return "report";
  if (value === "report" || value === "fail") return value;
  throw new TypeError(
    `Cannot create a lock: onDeadlock must be "report" or "fail", got ${
      Deno.inspect(value)
    }`,
  );
}

/** An actor as reports name it. */
export function partyOf(thread: number): LockParty {
  return { name: nameOfThread(thread), thread };
}
