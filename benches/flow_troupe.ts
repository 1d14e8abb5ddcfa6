/**
 * Flows through Troupe's queues and pipes, between actors.
 *
 * @module
 */

import {
  actor,
  type Connection,
  EXIT,
  pipe,
  Queue,
  type SendOptions,
} from "../mod.ts";
import type { Contender } from "./contender.ts";
import {
  type Flow,
  type FlowParties,
  type FlowParty,
  flowRunner,
} from "./flow.ts";
import {
  consume,
  consumeAwaiting,
  consumeIterating,
  type FlowOrder,
  type FlowReport,
  NOTHING_SEEN,
  produce,
  produceAwaiting,
  produceLoosely,
  Tally,
} from "./flow_work.ts";
import { isOfBytes, type ItemKind, items, type Make } from "./items.ts";
import { type Party, type Said, serve } from "./party.ts";
import { partyOf } from "./troupe_line.ts";

/** How items are put and got. */
export type Form =
  | "get"
  | "get, transfer"
  | "for await"
  | "for await, 100 puts under way"
  | "getSync"
  | "recv"
  | "recv, transfer";

type Channel = Queue<unknown> | Connection<unknown, unknown>;

/** The ways of a producer in each form. */
function putting(
  channel: Channel,
  form: Form,
): (order: FlowOrder, make: Make) => void | Promise<void> {
  if (form === "getSync") {
    const queue = channel as Queue<unknown>;
    return (order, make) => produce(order, make, (item) => queue.putSync(item));
  }
  const put = form.endsWith("transfer")
    ? puttingMoved(channel)
    : channel.kind === "connection"
    ? (item: unknown) => channel.send(item)
    : (item: unknown) => channel.put(item);
  const work = form === "for await, 100 puts under way"
    ? produceLoosely
    : produceAwaiting;
  return (order, make) => work(order, make, put);
}

/** Puts bytes by moving them. */
function puttingMoved(channel: Channel): (item: unknown) => Promise<void> {
  return channel.kind === "connection"
    ? (item) => channel.send(item, moving(item))
    : (item) => channel.put(item, moving(item));
}

function moving(item: unknown): SendOptions {
  return { transfer: [(item as Uint8Array<ArrayBuffer>).buffer] };
}

/** The ways of a consumer in each form. */
function getting(
  channel: Channel,
  form: Form,
): (tally: Tally) => void | Promise<void> {
  if (channel.kind === "connection") {
    return (tally) => consumeAwaiting(tally, () => channel.recv(), EXIT);
  }
  switch (form) {
    case "getSync":
      return (tally) => consume(tally, () => channel.getSync(), EXIT);
    case "for await":
    case "for await, 100 puts under way":
      return (tally) => consumeIterating(tally, channel);
    default:
      return (tally) => consumeAwaiting(tally, () => channel.get(), EXIT);
  }
}

function producer(
  channel: Channel,
  kind: ItemKind,
  form: Form,
): Party<FlowOrder, FlowReport> {
  const work = putting(channel, form);
  let order: FlowOrder;
  return {
    begin(given) {
      order = given;
      return Promise.resolve();
    },
    async finish() {
      await work(order, items[kind].make);
      for (let i = 0; i < order.marks; i++) {
        await (channel as Queue<unknown>).put(EXIT);
      }
      return NOTHING_SEEN;
    },
  };
}

function consumer(
  channel: Channel,
  kind: ItemKind,
  form: Form,
): Party<FlowOrder, FlowReport> {
  const work = getting(channel, form);
  let tally: Tally;
  return {
    begin({ limit }) {
      tally = new Tally(items[kind].touch, limit);
      return Promise.resolve();
    },
    async finish() {
      await work(tally);
      return tally.report();
    },
  };
}

/** The parties of a flow in the thread that makes them, by their roles. */
export const roles = { producer, consumer };

/** What a party does. */
export type Role = keyof typeof roles;

/** A party that is an actor, and how to end it. */
export interface FlowActor {
  readonly party: FlowParty;
  ready(): Promise<unknown>;
  close(): Promise<unknown>;
}

const flowActor = actor(
  import.meta,
  async function flowActor(
    line: Connection<Said<FlowReport>, FlowOrder>,
    channel: Channel,
    role: Role,
    kind: ItemKind,
    form: Form,
  ) {
    const party = roles[role](channel, kind, form);
    for await (const order of line) {
      await serve(party, order, (said) => line.send(said));
    }
  },
);

/** Starts an actor that is a party of a flow. */
export function startFlowActor(
  channel: Channel,
  role: Role,
  kind: ItemKind,
  form: Form,
  isolation?: "thread" | "process",
): FlowActor {
  const [line, there] = pipe<FlowOrder, Said<FlowReport>>();
  const process = flowActor.spawn(
    [there, channel, role, kind, form],
    { name: role, isolation },
  );
  return {
    party: partyOf(process, line),
    ready: () => process.ready(),
    close() {
      line.close();
      return process.join();
    },
  };
}

function queueEnds(): Record<Role, Channel> {
  const queue = new Queue<unknown>();
  return { producer: queue, consumer: queue };
}

function pipeEnds(): Record<Role, Channel> {
  const [consumer, producer] = pipe<unknown>({ duplex: false });
  return { producer, consumer };
}

function open(flow: Flow, form: Form): FlowParties {
  const ends = form.startsWith("recv") ? pipeEnds() : queueEnds();
  const start = (role: Role, count: number) =>
    Array.from(
      { length: count },
      () => startFlowActor(ends[role], role, flow.kind, form),
    );
  const consumers = start("consumer", flow.consumers);
  const producers = start("producer", flow.producers);
  return {
    consumers: consumers.map(({ party }) => party),
    producers: producers.map(({ party }) => party),
    async close() {
      for (const actor of [...consumers, ...producers]) await actor.close();
    },
  };
}

/** Troupe's contenders for a flow: one for each form that can carry it. */
export function troupeFlows(flow: Flow): Contender[] {
  const forms: Form[] = ["get", "for await", "getSync"];
  const isPair = flow.producers + flow.consumers === 2;
  if (isPair) forms.push("recv");
  if (isOfBytes(flow.kind)) {
    forms.push("get, transfer");
    if (isPair) forms.push("recv, transfer");
  }
  return forms.map((form) => ({
    name: `Troupe, ${form}`,
    open: () => Promise.resolve(flowRunner(open(flow, form))),
  }));
}
