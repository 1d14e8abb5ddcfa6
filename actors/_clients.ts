/**
 * The clients of a class actor: who they are, and where they hear.
 *
 * @module
 */

import { NotSendableError } from "../channels/errors.ts";
import { ownHome } from "../channels/home.ts";
import { ROOT, threadCanAct } from "../channels/threads.ts";
import { errorBytes, ofResult } from "./error_bytes.ts";
import { PassedWord } from "./passed_word.ts";
import { type Hello, type Line, Reply, type ReplyMessage } from "./protocol.ts";

/** What a client is called that has not said who it is. */
export function strangerName(client: number): string {
  return `thread ${client}`;
}

/** See the module. */
export class Clients {
  readonly #known = new Map<number, Hello>();
  readonly #isHosted = ownHome() !== undefined;
  /** What is to be said to clients that have not said who they are. */
  readonly #early = new Map<number, ((to: Line<ReplyMessage>) => void)[]>();

  /** Makes a client known, by the id of its thread. */
  add(client: number, hello: Hello): void {
    for (const known of this.#known.keys()) {
      if (!threadCanAct(known)) this.#known.delete(known);
    }
    this.#known.set(client, hello);
    const early = this.#early.get(client) ?? [];
    this.#early.delete(client);
    for (const say of early) say(hello.replies);
  }

  /**
   * The name of a client's process, if it has said who it is.
   *
   * @param message What it sent. The main thread of a child process passes on what
   *   others have sent, and names them in it.
   */
  nameOf(client: number, message?: unknown[]): string | undefined {
    if (this.#isHosted && client === ROOT) return message?.pop() as string;
    return this.#known.get(client)?.name;
  }

  /**
   * Says something to a client.
   *
   * @throws {NotSendableError} If it holds what cannot be sent. Where the client
   *   is not known yet, that is told to the client instead.
   */
  reply(client: number, what: unknown, number: number, word: number): void {
    const known = this.#known.get(client);
    if (known === undefined) {
      this.#sayLater(client, (line) => {
        try {
          line.say([what, number, word]);
        } catch (error) {
          line.say(unsent(error, number));
        }
      });
      return;
    }
    known.replies.say([what, number, word]);
  }

  /** Tells a client what was thrown, whatever that holds. */
  replyError(client: number, error: unknown, number: number): void {
    if (error instanceof PassedWord) {
      return this.reply(client, error.what, number, error.word);
    }
    this.reply(client, errorBytes(error), number, Reply.threw);
  }

  /** Tells a client that the answer to an ask could not be sent, and why. */
  replyUnsent(client: number, error: unknown, number: number): void {
    const [what, , word] = unsent(error, number);
    this.reply(client, what, number, word);
  }

  #sayLater(client: number, say: (line: Line<ReplyMessage>) => void): void {
    if (!threadCanAct(client)) return;
    const early = this.#early.get(client);
    if (early === undefined) this.#early.set(client, [say]);
    else early.push(say);
  }
}

/** What is said where an answer could not be sent. */
function unsent(error: unknown, number: number): ReplyMessage {
  return error instanceof NotSendableError
    ? [errorBytes(ofResult(error)), number, Reply.unsendable]
    : [errorBytes(error), number, Reply.threw];
}
