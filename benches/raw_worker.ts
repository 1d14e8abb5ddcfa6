/**
 * The module of every plain worker: told by its first message what to do.
 *
 * @module
 */

import type { ItemKind } from "./items.ts";
import { type Party, serve } from "./party.ts";
import {
  type Medium,
  type Port,
  portConsumer,
  portProducer,
} from "./raw_ports.ts";
import { type RawForm, rawIncrementer } from "./raw_increments.ts";
import { portAnswerer, portAsker } from "./raw_trips.ts";

/** What a plain worker is to do. */
export type RawTask =
  & {
    /** Over which orders come; a worker that answers gets none. */
    readonly control?: MessagePort;
    /** Over which data go; without them, over the worker itself. */
    readonly ports?: readonly MessagePort[];
  }
  & (
    | {
      readonly role: "producer" | "consumer";
      readonly kind: ItemKind;
      readonly medium: Medium;
    }
    | { readonly role: "asker" | "answerer" }
    | {
      readonly role: "incrementer";
      readonly form: RawForm;
      readonly memory: SharedArrayBuffer;
      readonly lockName: string;
    }
  );

const own = globalThis as unknown as Port;

own.onmessage = ({ data }: MessageEvent<RawTask>) => {
  const ports: readonly Port[] = data.ports ?? [own];
  switch (data.role) {
    case "producer":
      return obey(data, portProducer(ports, data.kind, data.medium));
    case "consumer":
      return obey(data, portConsumer(ports, data.kind, data.medium));
    case "asker":
      return obey(data, portAsker(ports[0]!));
    case "answerer":
      return portAnswerer(ports[0]!);
    case "incrementer":
      return obey(data, rawIncrementer(data.memory, data.form, data.lockName));
  }
};

function obey<O, R>({ control }: RawTask, party: Party<O, R>): void {
  control!.onmessage = ({ data }: MessageEvent<O>) =>
    serve(party, data, (said) => control!.postMessage(said));
}
