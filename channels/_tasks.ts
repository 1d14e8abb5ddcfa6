/**
 * The items of a queue that were got and not yet dealt with, for `taskDone` and
 * `join`: a count in the ring's own words, since any actor may add to it.
 *
 * @module
 */

import type { Ring } from "./ring.ts";
import { Closed, USER_WORD } from "./_ring_layout.ts";
import { checkWait, type WaitOptions } from "./wait_options.ts";
import { waitAt } from "./waiting.ts";

/** How many items were marked as done (and `EXIT`s taken) so far. */
const DONE = USER_WORD;

/** How many items are neither marked as done nor thrown away. */
function openTasks({ words, closed, gets, puts }: Ring): number {
  const due = closed === Closed.entirely ? gets : puts;
  return (due - Atomics.load(words, DONE)) | 0;
}

/** Counts one more item as done; `false` if all that were put are. */
export function markDone(ring: Ring): boolean {
  const { words } = ring;
  for (;;) {
    const done = Atomics.load(words, DONE);
    if (done === ring.puts) return false;
    const next = (done + 1) | 0;
    if (Atomics.compareExchange(words, DONE, done, next) !== done) continue;
    if (openTasks(ring) <= 0) ring.watchers.wakeAll();
    return true;
  }
}

/** Waits until every item is done. */
export async function joinTasks(
  ring: Ring,
  label: string,
  options: WaitOptions | undefined,
): Promise<void> {
  checkWait(options);
  const isDone = () => openTasks(ring) <= 0;
  if (isDone()) return;
  await waitAt([ring.watchers], {
    attempt: isDone,
    options,
    late: () =>
      `Cannot join ${label}: tasks were not done after ${options?.timeout} ms`,
  });
}
