/**
 * Flows: items from producers to consumers, as fast as they go.
 *
 * @module
 */

import type { Runner } from "./contender.ts";
import type { FlowOrder, FlowReport } from "./flow_work.ts";
import type { ItemKind } from "./items.ts";
import type { Party } from "./party.ts";

/** What flows, and between how many. */
export interface Flow {
  readonly kind: ItemKind;
  readonly producers: number;
  readonly consumers: number;
}

/** A producer or a consumer. */
export type FlowParty = Party<FlowOrder, FlowReport>;

/** Everybody who takes part in a flow, and how to end them. */
export interface FlowParties {
  readonly producers: readonly FlowParty[];
  readonly consumers: readonly FlowParty[];
  close(): Promise<void>;
}

/** Runs a flow between `parties`. */
export function flowRunner(parties: FlowParties): Runner {
  const { producers, consumers } = parties;
  return {
    async run(count) {
      const share = Math.ceil(count / producers.length);
      const total = share * producers.length;
      // A sole consumer knows how many items are its; of several each knows
      // the end by a mark.
      const isSole = consumers.length === 1;
      const order = {
        first: 0,
        count: share,
        marks: isSole ? 0 : consumers.length,
        limit: isSole ? total : Infinity,
      };
      await Promise.all(consumers.map((one) => one.begin(order)));
      await Promise.all(
        producers.map((one, i) => one.begin({ ...order, first: i * share })),
      );
      // The consumers first: one in this thread must listen before a producer
      // in this thread works.
      const seen = Promise.all(consumers.map((one) => one.finish()));
      await Promise.all(producers.map((one) => one.finish()));
      return elapsed(await seen, total);
    },
    close: () => parties.close(),
  };
}

/**
 * The time from the first item to the last, and what that comes to for all of
 * them: the first item itself is received when the clock starts.
 *
 * @throws {Error} If an item was lost, doubled or changed.
 */
export function elapsed(reports: readonly FlowReport[], total: number): number {
  let count = 0;
  let sum = 0;
  let first = Infinity;
  let last = 0;
  for (const report of reports) {
    if (report.count === 0) continue;
    count += report.count;
    sum += report.sum;
    first = Math.min(first, report.first);
    last = Math.max(last, report.last);
  }
  const expected = total * (total - 1) / 2;
  if (count !== total || sum !== expected) {
    throw new Error(
      `Items went wrong: ${count} of ${total} came, the sum of their ids is ` +
        `${sum}, expected ${expected}`,
    );
  }
  return (last - first) * total / (total - 1);
}
