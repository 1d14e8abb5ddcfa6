/**
 * Flows through a queue of Troupe's between the program and an actor, which runs
 * in a process of its own, or in a thread to compare.
 *
 * @module
 */

import { Queue } from "../mod.ts";
import type { Contender } from "./contender.ts";
import { type FlowParties, flowRunner } from "./flow.ts";
import { type Form, roles, startFlowActor } from "./flow_troupe.ts";
import type { ItemKind } from "./items.ts";

/** Whether the items go to the actor or come from it. */
export type Way = "to" | "from";

async function open(
  kind: ItemKind,
  way: Way,
  form: Form,
  isolation: "thread" | "process",
): Promise<FlowParties> {
  const queue = new Queue<unknown>();
  const [near, far] = way === "to"
    ? ["producer", "consumer"] as const
    : ["consumer", "producer"] as const;
  const actor = startFlowActor(queue, far, kind, form, isolation);
  // A process takes longer to start than a sample does.
  await actor.ready();
  const here = roles[near](queue, kind, form);
  return {
    producers: [way === "to" ? here : actor.party],
    consumers: [way === "to" ? actor.party : here],
    async close() {
      await actor.close();
    },
  };
}

/** Troupe's contenders for a flow between the program and an actor. */
export function processFlows(kind: ItemKind, way: Way): Contender[] {
  const contender = (
    name: string,
    form: Form,
    isolation: "thread" | "process",
  ): Contender => ({
    name: `${name}, ${form}`,
    open: async () => flowRunner(await open(kind, way, form, isolation)),
  });
  const forms: Form[] = kind === "1 MiB"
    ? ["for await"]
    : ["for await", "for await, 100 puts under way"];
  return [
    ...forms.map((form) => contender("Troupe process", form, "process")),
    contender("Troupe", "for await", "thread"),
  ];
}
