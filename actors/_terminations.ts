/**
 * Ending many workers, a few at a time.
 *
 * The time Deno takes to end workers grows with the square of how many end at
 * once (16 ms for 10, 3.5 s for 200), so they are ended in turns. By then they
 * are fenced: what waits here has no more effect on anything.
 *
 * @module
 */

const AT_ONCE = 8;

let underway = 0;
const waiting: (() => Promise<void>)[] = [];

/**
 * Calls `end` when its turn has come; the turn lasts until its promise settles.
 */
export function endInTurn(end: () => Promise<void>): void {
  waiting.push(end);
  next();
}

/** How many are to be ended now, with those whose turn has not come. */
export function endingCount(): number {
  return underway + waiting.length;
}

function next(): void {
  if (underway === AT_ONCE) return;
  const end = waiting.shift();
  if (end === undefined) return;
  underway++;
  end().finally(() => {
    underway--;
    next();
  });
}
