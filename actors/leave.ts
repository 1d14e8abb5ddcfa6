/**
 * Leaving: the last that is done in an actor's thread before it closes.
 *
 * @module
 */

import { packAll } from "../channels/handle.ts";
import { ownHome } from "../channels/home.ts";
import { childrenOf, fenceThread, ownThread } from "../channels/threads.ts";
import { untieAll } from "./links.ts";
import type { LeaveReason, Record } from "./record.ts";
import type { StartMessage } from "./start_message.ts";

/** How an actor leaves, and what it leaves behind. */
export interface Farewell {
  /** How it leaves. */
  readonly reason: LeaveReason;
  /** Its exit code. */
  readonly code: number;
  /** Holds its value or its error, encoded, in the first `length` bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** See `bytes`. */
  readonly length: number;
  /** What goes beside these. */
  readonly beside: readonly object[];
}

/** Says how the actor of this thread leaves, and takes its children along. */
export function sayFarewell(
  { port, parentThread }: StartMessage,
  record: Record,
  { reason, code, bytes, length, beside }: Farewell,
): void {
  ownHome()?.flush();
  for (const child of childrenOf(ownThread())) fenceThread(child);
  if (code === 0 || record.stopAsked) untieAll();
  if (beside.length > 0) {
    // Posted before the record says so: the parent then waits for it.
    const moved: Transferable[] = [];
    const packed = packAll(beside, parentThread, moved);
    port.postMessage({ beside: packed }, moved);
  }
  record.leave(reason, code, bytes, length, beside.length > 0);
}
