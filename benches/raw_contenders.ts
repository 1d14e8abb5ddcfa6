/**
 * The contenders that use workers and message ports as they are: Deno's, and in
 * a program of their own those of another engine (`raw_main.ts`).
 *
 * @module
 */

import { BareRing } from "./bare_ring.ts";
import type { Contender } from "./contender.ts";
import {
  type Flow,
  type FlowParties,
  type FlowParty,
  flowRunner,
} from "./flow.ts";
import type { FlowOrder, FlowReport } from "./flow_work.ts";
import { isOfBytes } from "./items.ts";
import { FarParty, PortLine } from "./party.ts";
import { type Medium, portConsumer, portProducer } from "./raw_ports.ts";
import { portAsker } from "./raw_trips.ts";
import type { RawTask } from "./raw_worker.ts";
import { type Heat, type TripOrder, tripRunner } from "./trip_work.ts";

/** Plain workers, which end together. */
export class Workers {
  readonly #workers: Worker[] = [];

  /** Starts a worker and gives it its task. */
  start(task: RawTask): Worker {
    const worker = new Worker(new URL("raw_worker.ts", import.meta.url), {
      type: "module",
    });
    this.#workers.push(worker);
    const moved = [task.control ?? [], task.ports ?? []].flat();
    worker.postMessage(task, moved);
    return worker;
  }

  /** Starts a worker that obeys orders. */
  party<O, R>(
    task: RawTask,
  ): { worker: Worker; party: FarParty<O, R> } {
    const { port1, port2 } = new MessageChannel();
    const worker = this.start({ ...task, control: port2 });
    this.#lines.push(port1);
    return { worker, party: new FarParty<O, R>(new PortLine(port1)) };
  }

  readonly #lines: MessagePort[] = [];

  /** Ends all of them. */
  readonly close = (): Promise<void> => {
    for (const line of this.#lines) line.close();
    for (const worker of this.#workers) worker.terminate();
    return Promise.resolve();
  };
}

type Side = "producers" | "consumers";

const roles = { producers: "producer", consumers: "consumer" } as const;

/** A flow between this thread, which is the sole `side`, and workers. */
function withThisThread(flow: Flow, side: Side): FlowParties {
  const workers = new Workers();
  const far = side === "producers" ? "consumers" : "producers";
  const others = Array.from(
    { length: flow[far] },
    () =>
      workers.party<FlowOrder, FlowReport>({
        role: roles[far],
        kind: flow.kind,
        medium: "copy",
      }),
  );
  const near = side === "producers" ? portProducer : portConsumer;
  const ports = others.map(({ worker }) => worker);
  const here: FlowParty[] = [near(ports, flow.kind, "copy")];
  const there = others.map(({ party }) => party);
  return {
    producers: side === "producers" ? here : there,
    consumers: side === "producers" ? there : here,
    close: workers.close,
  };
}

/** A flow between workers, with a channel from each producer to each consumer. */
function betweenWorkers(flow: Flow, medium: Medium): FlowParties {
  const workers = new Workers();
  const ways = Array.from(
    { length: flow.producers * flow.consumers },
    () => new MessageChannel(),
  );
  const parties = (side: Side) =>
    Array.from(
      { length: flow[side] },
      (_, i) =>
        workers.party<FlowOrder, FlowReport>({
          role: roles[side],
          kind: flow.kind,
          medium,
          ports: side === "producers"
            ? ways.slice(i * flow.consumers, (i + 1) * flow.consumers)
              .map(({ port1 }) => port1)
            : ways.filter((_, way) => way % flow.consumers === i)
              .map(({ port2 }) => port2),
        }).party,
    );
  return {
    producers: parties("producers"),
    consumers: parties("consumers"),
    close: workers.close,
  };
}

/** The plain contenders for a flow. */
export function rawFlows(flow: Flow): Contender[] {
  const { kind, producers, consumers } = flow;
  const canMove = isOfBytes(kind);
  const ways: [string, boolean, () => FlowParties][] = [
    [
      "bare ring",
      kind === "int",
      () => betweenWorkers(flow, new BareRing().memory),
    ],
    ["MessagePort", true, () => betweenWorkers(flow, "copy")],
    ["MessagePort, transfer", canMove, () => betweenWorkers(flow, "transfer")],
    [
      "postMessage to Worker",
      producers === 1,
      () => withThisThread(flow, "producers"),
    ],
    [
      "postMessage from Worker",
      consumers === 1,
      () => withThisThread(flow, "consumers"),
    ],
  ];
  return ways.filter(([, canCarry]) => canCarry).map(([name, , open]) => ({
    name,
    open: () => Promise.resolve(flowRunner(open())),
  }));
}

/** The plain contenders for round trips. */
export function rawTrips(heat: Heat): Contender[] {
  return [
    {
      name: "MessagePort",
      open() {
        const workers = new Workers();
        const { port1, port2 } = new MessageChannel();
        workers.start({ role: "answerer", ports: [port2] });
        const { party } = workers.party<TripOrder, number>({
          role: "asker",
          ports: [port1],
        });
        const { close } = workers;
        return Promise.resolve(tripRunner({ asker: party, close }, heat));
      },
    },
    {
      name: "postMessage",
      open() {
        const workers = new Workers();
        const asker = portAsker(workers.start({ role: "answerer" }));
        return Promise.resolve(
          tripRunner({ asker, close: workers.close }, heat),
        );
      },
    },
  ];
}
