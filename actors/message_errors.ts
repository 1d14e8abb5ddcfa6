/**
 * The errors of messages to class actors.
 *
 * @module
 */

import { registerErrorClass } from "../channels/error_classes.ts";

/**
 * Thrown when a message found the mailbox of an actor full, and the actor's
 * mailbox is not declared to make senders wait; and for an ask that was dropped
 * for that reason.
 *
 * @example
 * ```ts ignore
 * import { actor, MailboxFullError } from "@troupe/troupe";
 *
 * const slow = actor(import.meta, class Slow {
 *   async wait(ms: number) {
 *     await new Promise((resolve) => setTimeout(resolve, ms));
 *   }
 * }, { mailbox: { capacity: 1, whenFull: "fail" } });
 *
 * if (import.meta.main) {
 *   await using p = slow.spawn();
 *   const many = [1, 2, 3, 4].map(() => p.tell.wait(50));
 *   for (const { reason } of await Promise.allSettled(many) as { reason?: unknown }[]) {
 *     if (reason !== undefined) console.log(reason instanceof MailboxFullError); // true
 *   }
 * }
 * ```
 */
export class MailboxFullError extends Error {
  /** The class name, `"MailboxFullError"`. */
  override readonly name = "MailboxFullError";
  /** The actor's name. */
  readonly actor: string;
  /** How many messages its mailbox holds. */
  readonly capacity: number;

  /** Builds the error; `action` is what could not be done. */
  constructor(action: string, actor: string, capacity: number) {
    super(
      `Cannot ${action} actor ${JSON.stringify(actor)}: its mailbox is full ` +
        `(${capacity} messages). Send less at once, raise its capacity, or ` +
        'let senders wait (whenFull: "wait")',
    );
    this.actor = actor;
    this.capacity = capacity;
  }
}

/**
 * Thrown when an actor asks itself while it handles a message: the answer could
 * only come after that message, which waits for it. Also when it does so while
 * it starts or stops, and takes no messages.
 */
export class SelfAskError extends Error {
  /** The class name, `"SelfAskError"`. */
  override readonly name = "SelfAskError";
  /** The actor's name. */
  readonly actor: string;

  /**
   * Builds the error; `action` is what could not be done.
   *
   * @param takesMessages Whether the actor takes messages at all.
   */
  constructor(action: string, actor: string, takesMessages = true) {
    super(
      `Cannot ${action} actor ${JSON.stringify(actor)} from within itself: ` +
        (takesMessages
          ? "it handles one message at a time, and this one would wait for " +
            "its own end. Call the method directly, tell instead of asking, " +
            "or declare the actor reentrant"
          : "it takes no messages while it starts or stops. Call the method " +
            "directly"),
    );
    this.actor = actor;
  }
}

for (const ErrorClass of [MailboxFullError, SelfAskError]) {
  registerErrorClass(ErrorClass);
}
