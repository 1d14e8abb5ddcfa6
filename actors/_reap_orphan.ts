/**
 * Seeing to the end of threads whose parents have ended.
 *
 * @module
 */

import {
  childrenOf,
  giveUpThread,
  releaseThread,
  wakeAllThreads,
} from "../channels/threads.ts";
import { lockIsFree, lockName } from "./_web_locks.ts";

/**
 * How long a thread may take to stop, in ms, until it is called stuck. One that
 * comes back to its event loop takes a few.
 */
export const STUCK_AFTER = 1500;

/**
 * Sees to the end of a thread whose parent has ended. Deno ends it with its
 * parent; here its slot is given back when it is gone.
 */
export async function reapOrphan(thread: number): Promise<void> {
  for (const child of childrenOf(thread)) reapOrphan(child);
  try {
    await lockIsFree(lockName(thread), AbortSignal.timeout(STUCK_AFTER));
  } catch {
    // Its slot is not given away while it may still run.
    giveUpThread(thread);
    wakeAllThreads();
    return;
  }
  releaseThread(thread);
  wakeAllThreads();
}
