/**
 * The asks of this thread that have no answer yet, and the line on which the
 * answers come.
 *
 * ```text
 *   ask ──▶ pending ◀── number ─── line of replies ◀── any actor
 *              ▲
 *              └── the end of the actor, a time-out, an abort
 * ```
 *
 * Whatever comes first takes the ask off the list and settles it; what comes
 * later finds nothing there. So none is settled twice, and none late.
 *
 * @module
 */

import { Answers } from "./answers.ts";
import { AskTable, type Numbered } from "./ask_table.ts";
import { Line, Reply, type ReplyMessage } from "./protocol.ts";

/** An ask without an answer. */
export interface PendingAsk extends Numbered {
  /** Whom it was sent to. */
  readonly recipient: Watching;
  /** Which incarnation of that. */
  readonly incarnation: number;
  /** Whether a later incarnation may answer. */
  readonly waits: boolean;
  /** The answer is there. */
  onReply(word: number, what: unknown): void;
  /** There will be none: the actor has ended. */
  onExit(): void;
}

/** One whose end must be seen while an answer of its is awaited. */
export interface Watching {
  /** Looks whether it has ended, and fails the asks that concerns. */
  look(): void;
}

/** Why an ask has no answer; made an error of where the caller is resumed. */
export class Failure {
  /** Makes the error; `stack` is where the caller stands. */
  readonly error: (stack: string) => unknown;

  /** See {@linkcode error}. */
  constructor(error: (stack: string) => unknown) {
    this.error = error;
  }
}

const pending = new AskTable<PendingAsk>();
const watched = new Set<Watching>();
let replies: Line<ReplyMessage> | undefined;
let answers: Answers | undefined;

/** Where this thread hears the answers to what it asks. */
export function ownReplies(): Line<ReplyMessage> {
  return replies ??= Line.own<ReplyMessage>();
}

/** A number for an ask; no other of this thread has it. */
export function nextAsk(): number {
  return pending.next();
}

/** Awaits the answer to an ask. */
export function awaitReply(ask: PendingAsk): void {
  pending.add(ask);
  watched.add(ask.recipient);
  answers ??= new Answers(ownReplies().ring, {
    count: () => pending.size,
    hear,
    look() {
      for (const recipient of watched) recipient.look();
      if (pending.size === 0) watched.clear();
    },
  });
  answers.expect();
}

/**
 * Awaits an answer no longer.
 *
 * @returns Whether it was awaited.
 */
export function settle(number: number): boolean {
  const wasPending = pending.delete(number);
  answers?.release();
  return wasPending;
}

/** Fails the asks to `recipient` that `concerns` says are without hope. */
export function failAsks(
  recipient: Watching,
  concerns: (ask: PendingAsk) => boolean,
): void {
  for (const ask of pending.all()) {
    if (ask.recipient !== recipient || !concerns(ask)) continue;
    pending.delete(ask.number);
    ask.onExit();
  }
}

/** Whether asks to `recipient` wait for its next incarnation. */
export function hasWaitingAsks(recipient: Watching): boolean {
  return pending.all().some((ask) => ask.recipient === recipient && ask.waits);
}

/** Looks at those whose end may have been missed. */
export function lookAgain(): void {
  answers?.lookAgain();
}

function hear(): void {
  replies!.hear(onReply);
}

function onReply([what, number, word]: ReplyMessage): void {
  const ask = pending.get(number);
  if (ask === undefined) return; // It was given up.
  if (word !== Reply.item) pending.delete(number);
  ask.onReply(word, what);
}
