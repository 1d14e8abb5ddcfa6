/**
 * Who waits for whom: the circles in which no wait can ever end.
 *
 * Each thread that has waited for a lock for a while tells of it in its notes
 * (`thread_notes.ts`): the lock, and who was seen to hold it. These notes are the
 * edges of a graph of threads, and a circle in it is a deadlock, once none of its
 * edges is out of date. In one that is real nothing moves any more, so all it
 * takes is that each looks once more: who finds that its own edge has changed
 * follows the path from there on, and wakes each thread on it to do the same.
 *
 * An edge that was seen before the last wait of the circle began may be out of
 * date: a thread that was given its lock is still to be woken, and has not said
 * so. If each was seen since then the circle is real, for none of its threads has
 * left its wait meanwhile, and so none has given back what it holds.
 *
 * ```text
 *   "a" ──waits for lock x, held by──▶ "b" ──waits for lock y, held by──▶ "c"
 *    ▲                                                                     │
 *    └──────────────────held by, waits for lock z──────────────────────────┘
 * ```
 *
 * That a thread holds what one of its waits needs is all that the graph knows. Of
 * two tasks of one thread, one may hold and the other wait, and no circle is there;
 * so a thread that awaits a lock of its own is no edge, and a circle in which any
 * wait leaves its thread free must prove itself by standing still.
 *
 * After the wait-for graphs of database systems.
 *
 * @module
 */

import { readWaits, type WaitNote } from "../thread_notes.ts";
import { ownThread, threadCanAct, wakeThread } from "../threads.ts";

/** One edge: a thread and its wait. */
export interface Edge {
  readonly thread: number;
  readonly wait: WaitNote;
}

/**
 * Finds a circle that a wait of this thread is part of.
 *
 * @param wait The wait.
 * @param holders The threads it waits for.
 * @param wakes Whether to wake each thread on the way, so that it looks again.
 * @returns The edges of the circle, the wait's own first.
 */
export function findCircle(
  wait: WaitNote,
  holders: readonly number[],
  wakes: boolean,
): Edge[] | undefined {
  const own = ownThread();
  const seen = new Set<number>();
  const follow = (thread: number): Edge[] | undefined => {
    if (thread === own) return [];
    if (seen.has(thread) || !threadCanAct(thread)) return undefined;
    seen.add(thread);
    const waits = readWaits(thread);
    if (wakes && waits.length > 0) wakeThread(thread);
    for (const next of waits) {
      const rest = follow(next.holder);
      if (rest !== undefined) return [{ thread, wait: next }, ...rest];
    }
    return undefined;
  };
  for (const holder of holders) {
    if (holder === own) continue;
    const rest = follow(holder);
    if (rest !== undefined) {
      return [{ thread: own, wait: { ...wait, holder } }, ...rest];
    }
  }
  return undefined;
}

/** Whether an edge was seen since a turn: that of the wait that closed the circle. */
export function wasSeen({ wait }: Edge, turn: number): boolean {
  // The turns may have gone round.
  return (wait.seen - turn | 0) >= 0;
}

/** What tells one circle from another, and from itself at another time. */
export function markOf(circle: readonly Edge[]): string {
  return circle.map(({ thread, wait }) => `${thread}:${wait.turn}`).join();
}
