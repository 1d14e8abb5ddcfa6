/**
 * The carrier: what takes frames from one process to another.
 *
 * Whatever it is made of (a descriptor that a child was given, a connection), all
 * that is built on it needs is in this interface, so that another can take its
 * place.
 *
 * @module
 */

import type { Frame } from "./frame.ts";

/** What a carrier tells of. */
export interface CarrierEvents {
  /**
   * A frame has come. What it throws is the end of the carrier: the other side
   * is not to be trusted any longer.
   */
  onFrame(frame: Frame): void;
  /**
   * Nothing will come any more, as the other side has ended, or by the error. Said
   * once, after all frames that came.
   */
  onEnd(error: Error | undefined): void;
}

/** See the module. */
export interface Carrier {
  /**
   * Sends a frame. Frames arrive whole and in their order, or not at all where
   * the other side ends. What is sent in one turn of the event loop goes at once.
   */
  send(frame: Uint8Array<ArrayBuffer>): void;
  /**
   * Resolves when what was sent has left this process up to a measure, so that
   * who awaits it before it sends more does not fill the memory; `undefined` if
   * that is so now.
   */
  readonly drained: Promise<void> | undefined;
  /** Begins to tell. What came before is kept. */
  start(events: CarrierEvents): void;
  /**
   * Ends it. What was sent before goes out; nothing is told any more.
   */
  close(): void;
}
