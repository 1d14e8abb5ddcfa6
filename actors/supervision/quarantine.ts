/**
 * Messages that were set aside, since they killed their actor again and again.
 *
 * @module
 */

import type { ChildExit } from "./supervisor_exit.ts";

/** One time that a message was in hand when its actor died. */
export interface MessageDeath {
  /** When it was, in ms since 1970. */
  readonly at: number;
  /** How the actor ended; of an error, with both stacks. */
  readonly exit: ChildExit;
}

/**
 * A message that was set aside. Messaging systems call the place where such ones
 * go a dead-letter queue.
 */
export interface QuarantinedMessage {
  /** The id of the child it was sent to. */
  readonly child: string;
  /** The method it calls. */
  readonly method: string;
  /**
   * Its arguments; `undefined` if they hold queues or other handles, which the
   * dead actor had taken.
   */
  readonly args: readonly unknown[] | undefined;
  /** The name of the process that sent it. */
  readonly sender: string;
  /** The deaths at which it was in hand, oldest first. */
  readonly deaths: readonly MessageDeath[];
  /**
   * Sends it again, as a tell, and takes it out of the quarantine.
   *
   * @throws {Error} If its arguments are gone, or it was replayed or dropped
   *   before.
   * @throws {ActorExitedError} If the child is over. It stays in quarantine.
   */
  replay(): Promise<void>;
  /** Takes it out of the quarantine for good. */
  drop(): void;
}

/** How many messages are kept; of more, the oldest go. */
const KEPT = 1000;

/** What one message is made of. */
export interface SetAside extends Omit<QuarantinedMessage, "replay" | "drop"> {
  /** Sends it again. */
  readonly send: (args: readonly unknown[]) => Promise<void>;
}

/** The quarantine of a supervisor. */
export class Quarantine {
  readonly #messages = new Set<QuarantinedMessage>();

  /** Its messages, oldest first: a new list. */
  get all(): QuarantinedMessage[] {
    return [...this.#messages];
  }

  /** Sets a message aside. */
  add({ send, ...told }: SetAside): QuarantinedMessage {
    const messages = this.#messages;
    let isLeaving = false;
    const message: QuarantinedMessage = {
      ...told,
      async replay() {
        if (told.args === undefined) {
          throw new Error(
            `Cannot replay ${told.method}() of child "${told.child}": its ` +
              "arguments held handles, which ended with the actor. Send it anew",
          );
        }
        if (isLeaving || !messages.has(message)) {
          throw new Error(
            `Cannot replay ${told.method}() of child "${told.child}": it is ` +
              (isLeaving ? "being replayed" : "not in quarantine any more"),
          );
        }
        isLeaving = true;
        try {
          await send(told.args);
          messages.delete(message);
        } finally {
          isLeaving = false;
        }
      },
      drop: () => void messages.delete(message),
    };
    messages.add(message);
    if (messages.size > KEPT) messages.delete(this.all[0]!);
    return message;
  }
}
