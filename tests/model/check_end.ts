/**
 * What must hold in every final state.
 *
 * @module
 */

import { type End, Status } from "./plan.ts";
import { GETS, LOCKING, LOCKS, PUTS } from "./names.ts";
import type { Scenario } from "./scenario.ts";
import type { Program } from "./modules.ts";
import { Kind } from "./shared_memory.ts";
import type { World } from "./world.ts";

interface Prepared {
  readonly scenario: Scenario;
  readonly program: Program;
  readonly ids: readonly number[];
  readonly layout: Record<string, unknown>;
  readonly ring: number;
}

/** Says what is wrong with a final state, if anything is. */
export function checkEnd(
  prepared: Prepared,
  end: End,
  drain: (world: World) => readonly number[],
): string | undefined {
  const { scenario, ids, ring, layout } = prepared;
  const word = (name: string) => end.world.get(ring + (layout[name] as number));
  for (const lock of LOCKS) {
    const owner = ids.indexOf(word(lock));
    if (word(lock) !== 0 && (owner < 0 || end.status[owner] !== Status.dead)) {
      const is = owner < 0 ? "nobody" : scenario.threads[owner]!.name;
      return `${lock} is held by ${is}`;
    }
  }
  const size = (word(PUTS) - word(GETS)) | 0;
  if (size < 0) return `it holds ${size} items`;
  let left: readonly number[];
  try {
    left = drain(end.world);
  } catch (error) {
    return `what is left cannot be taken: ${(error as Error).message}`;
  }
  const closed = word("CLOSED");
  if (closed !== 2 && left.length !== size) {
    return `it holds ${size} items, and gives ${left.length}`;
  }
  return findSleeper(prepared, end, left.length, closed) ??
    checkItems(scenario, end, left, closed);
}

/** Nobody may be asleep while what it waits for is there. */
function findSleeper(
  { scenario, program }: Prepared,
  end: End,
  left: number,
  closed: number,
): string | undefined {
  for (const [index, { name, script }] of scenario.threads.entries()) {
    const status = end.status[index]!;
    if (status >= Status.dead) continue;
    const { sites, step } = end.states[index]!;
    if (step.kind === Kind.awaitEnd) continue;
    const places = sites.map((site) => program.sites[site]!.inside);
    if (places.includes(LOCKING)) return `${name} sleeps for a lock`;
    const how = step.kind === Kind.idle ? "awaits" : "sleeps";
    if (closed !== 0) return `${name} ${how}, and the ring is closed`;
    if (script.startsWith("consume") && left > 0) {
      return `${name} ${how} for an item, and there are ${left}`;
    }
    const { capacity } = scenario;
    if (script.startsWith("produce") && (capacity === 0 || left < capacity)) {
      return `${name} ${how} for room, and there is some`;
    }
  }
  return undefined;
}

function checkItems(
  scenario: Scenario,
  end: End,
  left: readonly number[],
  closed: number,
): string | undefined {
  const isDiscarded = closed === 2;
  const early = end.states.findIndex(({ log }) =>
    closed === 0 && (log.includes("ended") || log.some(isRefusal))
  );
  if (early >= 0) {
    return `${scenario.threads[early]!.name} ended without a close`;
  }
  const noted = (index: number, what: string) =>
    end.states[index]!.log.filter((note) => note.startsWith(`${what} `))
      .map((note) => Number(note.slice(what.length + 1)));
  const all = scenario.threads.map((_, index) => index);
  const got = all.map((index) => noted(index, "got"));
  const seen = [...got.flat(), ...left];
  for (const [n, item] of seen.entries()) {
    if (seen.indexOf(item) !== n) return `item ${item} was taken twice`;
  }
  // In order: the items of a producer are numbered upwards, and so are its tens.
  for (const items of [...got.map((one) => [...one, ...left]), left]) {
    for (const [n, item] of items.entries()) {
      const earlier = items.slice(n + 1).find((other) =>
        Math.trunc(other / 10) === Math.trunc(item / 10) && other < item
      );
      if (earlier !== undefined) return `${earlier} came after ${item}`;
    }
  }
  const put = new Set([
    ...scenario.holds ?? [],
    ...all.flatMap((index) => noted(index, "put")),
  ]);
  const lost = [...put].filter((item) => !seen.includes(item));
  if (lost.length > (scenario.mayLose ?? 0) && !isDiscarded) {
    return `lost: ${lost.join(", ")}`;
  }
  const extra = seen.filter((item) => !put.has(item));
  // One that died may have put an item without getting to note it.
  const isGone = end.states.some(({ step }, index) =>
    end.status[index] === Status.dead || step.kind === Kind.stop
  );
  if (extra.length > (isGone ? 1 : 0)) return `made up: ${extra.join(", ")}`;
  return undefined;
}

function isRefusal(note: string): boolean {
  return note.startsWith("refused");
}
