/**
 * A carrier over a stream of bytes in both directions: a descriptor that a child
 * was given, or a connection.
 *
 * @module
 */

import type { Carrier, CarrierEvents } from "../../channels/remote/carrier.ts";
import { FrameBatch } from "../../channels/remote/frame_batch.ts";
import { FrameReader } from "../../channels/remote/frame.ts";

/** The part of a duplex stream of Node's that is used. */
export interface ByteStream {
  write(bytes: Uint8Array): boolean;
  end(): void;
  destroy(): void;
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  on(event: "end" | "close" | "drain", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** See the module. */
export class StreamCarrier implements Carrier {
  readonly #stream: ByteStream;
  #events: CarrierEvents | undefined;
  /** What is sent in this turn of the event loop. */
  readonly #batch = new FrameBatch((bytes) => {
    if (this.#isOver || this.#stream.write(bytes)) return;
    this.#drained ??= Promise.withResolvers<void>();
  });
  #drained: PromiseWithResolvers<void> | undefined;
  #isOver = false;

  /** Carries frames over a stream that nobody else uses. */
  constructor(stream: ByteStream) {
    this.#stream = stream;
    // A stream fails if the other side is gone. To be heard in any case: an error
    // that nobody hears ends the program.
    stream.on("error", () => this.#end(undefined));
    stream.on("end", () => this.#end(undefined));
    stream.on("close", () => this.#end(undefined));
    stream.on("drain", () => {
      this.#drained?.resolve();
      this.#drained = undefined;
    });
  }

  /** See {@linkcode Carrier}. */
  get drained(): Promise<void> | undefined {
    return this.#drained?.promise;
  }

  /** See {@linkcode Carrier}. */
  start(events: CarrierEvents): void {
    this.#events = events;
    const reader = new FrameReader((frame) => {
      if (!this.#isOver) events.onFrame(frame);
    });
    this.#stream.on("data", (bytes) => {
      if (this.#isOver) return;
      try {
        reader.push(bytes as Uint8Array<ArrayBuffer>);
      } catch (error) {
        this.#end(error as Error);
        this.#stream.destroy();
      }
    });
  }

  /** See {@linkcode Carrier}. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOver) this.#batch.push(frame);
  }

  /** See {@linkcode Carrier}. */
  close(): void {
    this.#batch.flush();
    this.#isOver = true;
    this.#drained?.resolve();
    this.#stream.end();
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drained?.resolve();
    this.#events?.onEnd(error);
  }
}
