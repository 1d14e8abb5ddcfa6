/**
 * Making room in a full mailbox that drops its oldest message.
 *
 * @module
 */

import { sweepParcels } from "../channels/broker.ts";
import { decode } from "../channels/decode.ts";
import type { Address } from "./address.ts";
import { Control, type ControlMessage, type Line } from "./protocol.ts";

/** Stands for what was beside a message that is dropped. */
const NOTHING = {};

/**
 * Takes the oldest message from the mailbox, in place of its actor, and has the
 * actor tell who asked.
 */
export function dropOldest(
  address: Address,
  control: Line<ControlMessage>,
): void {
  const { mailbox } = address;
  const length = mailbox.take();
  if (length < 0) return; // The actor was faster.
  address.noteDropped();
  const { bytes, offset, beside } = mailbox.reader;
  mailbox.reader.beside = undefined;
  if (beside !== undefined && beside.parcel !== 0) sweepParcels(mailbox);
  const message = decode(
    bytes,
    offset,
    offset + length,
    new Array(length).fill(NOTHING),
    beside?.bulk as Uint8Array<ArrayBuffer>[] | undefined,
  ) as unknown[];
  const [client, number] = message.slice(-4, -2) as [number, number];
  if (number !== 0) control.say([Control.dropped, client, number, undefined]);
}
