/**
 * The mailbox of a class actor: what bounds it, and what can be told of it.
 *
 * @module
 */

/** What happens to a message for an actor whose mailbox is full. */
export type WhenFull = "wait" | "fail" | "drop-oldest" | "drop-newest";

/** What bounds the mailbox of a class actor. */
export interface MailboxOptions {
  /** How many messages it holds, from 1 on. Default: 1,024. */
  capacity?: number;
  /**
   * What happens to a message that finds it full:
   *
   * - `"wait"`: the sender waits until there is room (the default);
   * - `"fail"`: the sender gets a `MailboxFullError`;
   * - `"drop-oldest"`: the oldest message goes; if that was an ask, its sender
   *   gets a `MailboxFullError`;
   * - `"drop-newest"`: the message itself goes; an ask gets a
   *   `MailboxFullError`, a tell resolves as if it had been accepted.
   *
   * What was dropped is counted in {@linkcode MailboxStats.dropped}.
   */
  whenFull?: WhenFull;
}

/**
 * A snapshot of a mailbox, which any actor can take at any time, also while the
 * one it belongs to is blocked. Counts are over all incarnations of the actor,
 * modulo 2^32.
 */
export interface MailboxStats {
  /** How many messages wait in it. */
  readonly depth: number;
  /** How many it holds at the most. */
  readonly capacity: number;
  /** How many messages were handled. */
  readonly handled: number;
  /** How many were dropped because it was full. */
  readonly dropped: number;
  /**
   * How many never reached a handler: the actor ended before, nobody waited
   * for the answer any more, or there was no such method.
   */
  readonly undelivered: number;
}

/** {@linkcode MailboxOptions} as they were checked. */
export interface Mailbox {
  /** See {@linkcode MailboxOptions}. */
  readonly capacity: number;
  /** See {@linkcode MailboxOptions}. */
  readonly whenFull: WhenFull;
}

const DEFAULT_CAPACITY = 1024;
const MOST_CAPACITY = 2 ** 31 - 1;
const POLICIES: readonly WhenFull[] = [
  "wait",
  "fail",
  "drop-oldest",
  "drop-newest",
];

/**
 * Checks the options of a mailbox and fills in the defaults.
 *
 * @throws {TypeError} If one is of the wrong type, or there is no such policy.
 * @throws {RangeError} If the capacity is no whole number from 1 on.
 */
export function checkMailbox(options: MailboxOptions = {}): Mailbox {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      "Cannot declare an actor: mailbox must be an object, such as " +
        "{ capacity: 100 }",
    );
  }
  const { capacity = DEFAULT_CAPACITY, whenFull = "wait" } = options;
  if (typeof capacity !== "number") {
    throw new TypeError(
      "Cannot declare an actor: mailbox.capacity must be a number, got " +
        typeof capacity,
    );
  }
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > MOST_CAPACITY) {
    throw new RangeError(
      "Cannot declare an actor: mailbox.capacity must be a whole number from " +
        `1 to ${MOST_CAPACITY}, got ${capacity}`,
    );
  }
  if (!POLICIES.includes(whenFull)) {
    throw new TypeError(
      `Cannot declare an actor: mailbox.whenFull must be one of ${
        POLICIES.map((policy) => `"${policy}"`).join(", ")
      }, got ${JSON.stringify(whenFull)}`,
    );
  }
  return { capacity, whenFull };
}
