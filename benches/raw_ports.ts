/**
 * What goes over plain message ports: the work of the contenders that use no
 * framework.
 *
 * @module
 */

import { BareRing } from "./bare_ring.ts";
import type { FlowParty } from "./flow.ts";
import {
  consume,
  type FlowOrder,
  type FlowReport,
  NOTHING_SEEN,
  produce,
  Tally,
} from "./flow_work.ts";
import { type ItemKind, items } from "./items.ts";

/** A message port, or a worker, or what a worker is to itself. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
}

/** How items go: by a message that copies or moves them, or by a bare ring. */
export type Medium = "copy" | "transfer" | SharedArrayBuffer;

/** The mark of the end. */
const END = null;

/** A producer that deals its items to `ports` in turn. */
export function portProducer(
  ports: readonly Port[],
  kind: ItemKind,
  medium: Medium,
): FlowParty {
  const { make } = items[kind];
  const put = putTo(ports, medium);
  let order: FlowOrder;
  return {
    begin(given) {
      order = given;
      return Promise.resolve();
    },
    finish() {
      produce(order, make, put);
      if (order.marks > 0) { for (const port of ports) port.postMessage(END); }
      return Promise.resolve(NOTHING_SEEN);
    },
  };
}

function putTo(
  ports: readonly Port[],
  medium: Medium,
): (item: unknown) => void {
  if (medium instanceof SharedArrayBuffer) {
    const ring = new BareRing(medium);
    return (item) => ring.put(item as number);
  }
  let next = 0;
  const port = () => ports[next++ % ports.length]!;
  return medium === "copy"
    ? (item) => port().postMessage(item)
    : (item) =>
      port().postMessage(item, [(item as Uint8Array<ArrayBuffer>).buffer]);
}

/** A consumer of what comes from any of `ports`. */
export function portConsumer(
  ports: readonly Port[],
  kind: ItemKind,
  medium: Medium,
): FlowParty {
  const { touch } = items[kind];
  let tally: Tally;
  if (medium instanceof SharedArrayBuffer) {
    const ring = new BareRing(medium);
    return {
      begin({ limit }) {
        tally = new Tally(touch, limit);
        return Promise.resolve();
      },
      finish() {
        consume(tally, () => ring.get(), END);
        return Promise.resolve(tally.report());
      },
    };
  }
  let ended: Promise<FlowReport>;
  return {
    begin({ limit }) {
      tally = new Tally(touch, limit);
      ended = new Promise((resolve) => {
        const receive = ({ data }: MessageEvent) => {
          if (data === END || !tally.add(data)) resolve(tally.report());
        };
        for (const port of ports) port.onmessage = receive;
      });
      return Promise.resolve();
    },
    finish: () => ended,
  };
}
