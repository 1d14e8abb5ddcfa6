/**
 * Waiting for the start or the end of a thread, but not longer than asked.
 *
 * @module
 */

import { Callers } from "../channels/callers.ts";
import { checkWait, type WaitOptions } from "../channels/wait_options.ts";
import { waitAt } from "../channels/waiting.ts";
import type { Exit } from "./exit.ts";
import { waitForWord } from "./wait_for_word.ts";
import type { WatchedThread } from "./watched_thread.ts";

/** The time was over first. */
export const LATE: unique symbol = Symbol("late");

/**
 * Waits for the end of a thread. Leaves nothing behind, however it ends.
 *
 * @returns How it ended, or {@linkcode LATE} if it took longer than `timeout`.
 * @throws The signal's reason, if that came first.
 */
export async function waitForEnd<R>(
  thread: WatchedThread<R>,
  options: WaitOptions | undefined,
): Promise<Exit<R> | typeof LATE> {
  const timeout = checkWait(options);
  if (thread.ended !== undefined) return thread.ended;
  const hasEnded = await waitForWord(
    (tell) => thread.listeners.add(tell),
    timeout,
    options?.signal,
  );
  return hasEnded ? thread.exit : LATE;
}

/**
 * Waits until a thread does what it was started for, or has ended.
 *
 * @param onStart Called as soon as it is seen to do it.
 * @param late The text of the error when the time is over.
 * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout`.
 * @throws The signal's reason, if that came first.
 */
export async function waitForStart(
  thread: WatchedThread<unknown>,
  options: WaitOptions | undefined,
  onStart: (() => void) | undefined,
  late: () => string,
): Promise<void> {
  checkWait(options);
  thread.record.awaitStart();
  const own = new Callers();
  const stopListening = thread.listeners.add(() => own.serve());
  try {
    await waitAt([own], {
      attempt: () => {
        if (!thread.record.isStarted) return thread.ended !== undefined;
        onStart?.();
        return true;
      },
      options,
      late,
    });
  } finally {
    stopListening();
  }
}
