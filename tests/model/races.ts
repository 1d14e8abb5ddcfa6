/**
 * Data races: two threads that may touch one word at once, one of them by a
 * plain access and one of them to change it.
 *
 * @module
 */

import { type End, Status } from "./plan.ts";
import { Kind, type Step } from "./shared_memory.ts";

/**
 * Adds the words with a race in this state, with the places of both threads.
 *
 * Complete only if every order is tried.
 */
export function findRaces(
  { states, status }: End,
  found: Map<number, string>,
): void {
  for (const [one, state] of states.entries()) {
    if (!state.isPlain || status[one] !== Status.ready) continue;
    for (const [two, other] of states.entries()) {
      if (two === one || status[two] !== Status.ready) continue;
      const word = sharedWord(state.step, other.step);
      if (word === undefined || found.has(word)) continue;
      found.set(word, `${state.sites.at(-1)},${other.sites.at(-1)}`);
    }
  }
}

/** A word that both steps touch and one changes. */
function sharedWord(one: Step, two: Step): number | undefined {
  const [from1, to1, changes1] = extent(one);
  const [from2, to2, changes2] = extent(two);
  if (!changes1 && !changes2) return undefined;
  const from = Math.max(from1, from2);
  return from < Math.min(to1, to2) ? from : undefined;
}

function extent({ kind, at, a, b }: Step): [number, number, boolean] {
  if (kind === Kind.readBytes) return [at >> 2, (at + a + 3) >> 2, false];
  if (kind === Kind.writeBytes) return [at >> 2, (at + a + 3) >> 2, true];
  if (kind === Kind.copyBytes) return [at >> 2, (at + b + 3) >> 2, true];
  if (kind >= Kind.idle) return [0, 0, false];
  const changes = !(kind === Kind.load || kind === Kind.read ||
    kind === Kind.wait || kind === Kind.waitAsync);
  return [at, at + 1, changes && kind !== Kind.notify];
}
