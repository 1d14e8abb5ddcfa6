/**
 * The kinds of tasks that the stress test of pools submits.
 *
 * @module
 */
import type { FunctionActor, Queue } from "../../../mod.ts";
import * as tasks from "../../fixtures/actors/pool_stress.ts";
import type { Chance } from "../../channels/chance.ts";
import type { Around, OwnEnd, Story } from "./pool_story.ts";

/** What the tasks of a pool have around them. */
export interface Setting {
  readonly around: Around;
  readonly queue: Queue<0>;
}

/** A kind of tasks. */
export interface Kind {
  readonly actor: FunctionActor<never, unknown>;
  readonly end: OwnEnd;
  /** How often it is chosen, beside the others. */
  readonly weight?: number;
  /** What it is given besides its mark. */
  readonly more?: (chance: Chance, story: Story, setting: Setting) => unknown[];
}

const some = (chance: Chance) => [chance.random() * 6];

/** The kinds by their names. */
export const KINDS: Readonly<Record<string, Kind>> = {
  returns: { actor: tasks.returns, end: "returns", weight: 4 },
  computes: { actor: tasks.computes, end: "returns", more: some },
  returnsLater: {
    actor: tasks.returnsLater,
    end: "returns",
    weight: 2,
    more: some,
  },
  withRights: {
    actor: tasks.withRights,
    end: "returns",
    weight: 2,
    more: (chance) => [chance.of(0, chance.random() * 6)],
  },
  throws: { actor: tasks.throws, end: "throws" },
  rejects: { actor: tasks.rejects, end: "throws", more: some },
  exits: {
    actor: tasks.exits,
    end: "exits",
    weight: 0.5,
    more: (chance, story, { around }) => {
      around.hasExits = true;
      return [story.code = chance.below(3)];
    },
  },
  poisons: {
    actor: tasks.poisons,
    end: "returns",
    weight: 0.3,
    more: (_, { n }, { around }) => {
      around.poisons.add(n);
      return [];
    },
  },
  blocks: {
    actor: tasks.blocks,
    end: "ends with the queue",
    weight: 0.3,
    more: (_chance, _story, { queue }) => [queue],
  },
  waits: {
    actor: tasks.waits,
    end: "ends with the queue",
    weight: 0.3,
    more: (_chance, _story, { queue }) => [queue],
  },
  hears: {
    actor: tasks.hears,
    end: "returns",
    more: (chance) => [chance.of(5, 50)],
  },
  ignores: { actor: tasks.ignores, end: "returns", more: some },
  reports: {
    actor: tasks.reports,
    end: "returns",
    more: (chance, story) => [story.reportCount = chance.below(20)],
  },
  reads: {
    actor: tasks.reads,
    end: "returns",
    more: (chance, story) => {
      const length = chance.of(10, 3000, 200_000, 2_000_000);
      const bytes = new Uint8Array(length).fill(story.n);
      if (chance.random() < 0.5) story.transfer = [bytes.buffer];
      return [bytes];
    },
  },
  returnsFunction: { actor: tasks.returnsFunction, end: "unsendable" },
  takesFunction: {
    actor: tasks.returns,
    end: "unsendable",
    weight: 0.5,
    more: () => [() => {}],
  },
  nests: {
    actor: tasks.nests,
    end: "nests",
    weight: 2,
    more: (chance, _, { around }) => {
      const depth = 1 + chance.below(3);
      const count = 1 + chance.below(3);
      around.outers += 1 + count * (depth - 1);
      return [{ count, depth, late: chance.random() < 0.3 }];
    },
  },
  nestsWithRights: {
    actor: tasks.nestsWithRights,
    end: "nests",
    more: (_chance, _story, { around }) => {
      around.outers++;
      return [];
    },
  },
};

/** The name of a kind. */
export function randomKind(chance: Chance): string {
  const all = Object.entries(KINDS);
  const total = all.reduce((sum, [, { weight = 1 }]) => sum + weight, 0);
  let left = chance.random() * total;
  return all.find(([, { weight = 1 }]) => (left -= weight) < 0)![0];
}
