/**
 * The sending side of a stream: calls a generator no faster than its client
 * reads.
 *
 * @module
 */

import type { Callers } from "../channels/callers.ts";
import { threadCanAct } from "../channels/threads.ts";
import { waitAt } from "../channels/waiting.ts";
import { type MessageContext, runMessage } from "./current_message.ts";
import { Reply } from "./protocol.ts";

/** A message that is being handled. */
export interface InHand {
  /** What the handler can ask for. */
  readonly context: MessageContext;
  /** Who sent it. */
  readonly client: number;
  /** The number that the client gave it; 0 for a tell. */
  readonly number: number;
  /** How many more items the client is ready for, if it reads a stream. */
  credit: number;
}

/** What a generator method gives. */
export type AnyGenerator =
  | Generator<unknown, unknown, unknown>
  | AsyncGenerator<unknown, unknown, unknown>;

/** A queue, say, can be iterated over too, but it is a value. */
export function isGenerator(value: unknown): value is AnyGenerator {
  return typeof value === "object" && value !== null &&
    // The quick look, since every answer that is an object comes by here.
    typeof (value as { next?: unknown }).next === "function" &&
    /Generator\]$/.test(Object.prototype.toString.call(value));
}

/**
 * Sends what a generator yields, until it ends, cannot be sent, or nobody wants
 * it any more.
 *
 * @param readers Served when a client may be ready for more, or gone.
 * @param say Gives the client a word; `false` if it cannot be sent.
 * @throws What the generator throws.
 */
export async function sendItems(
  inHand: InHand,
  items: AnyGenerator,
  readers: Callers,
  say: (word: number, what: unknown) => boolean,
): Promise<void> {
  const { client, context } = inHand;
  for (;;) {
    if (inHand.credit === 0) await readersTurn(inHand, readers);
    if (context.isCancelled || !threadCanAct(client)) {
      return await leaveItems(inHand, items);
    }
    const { done, value } = await runMessage(context, () => items.next());
    const wasSaid = say(done ? Reply.end : Reply.item, value);
    if (done) return;
    if (!wasSaid) return await leaveItems(inHand, items);
    inHand.credit--;
  }
}

/** Ends a generator before its end: its `finally` runs. */
export async function leaveItems(
  { context }: InHand,
  items: AnyGenerator,
): Promise<void> {
  await runMessage(context, () => items.return(undefined));
}

/** Waits until the client of a stream is ready for more, or gone. */
function readersTurn(inHand: InHand, readers: Callers): Promise<void> {
  return waitAt([readers], {
    attempt: () =>
      inHand.credit > 0 || inHand.context.isCancelled ||
      !threadCanAct(inHand.client),
    options: undefined,
    late: () => "",
  });
}
