/**
 * A carrier over a stream of bytes in both directions: a descriptor that a child
 * was given, or a connection.
 *
 * @module
 */

import type { Carrier, CarrierEvents } from "../../channels/remote/carrier.ts";
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

/** Frames up to this size are put together, in bytes. */
const SMALL = 16 * 1024;

/** See the module. */
export class StreamCarrier implements Carrier {
  readonly #stream: ByteStream;
  #events: CarrierEvents | undefined;
  /** What is sent in this turn of the event loop. */
  #batch: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
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
    if (this.#isOver) return;
    if (this.#batch.length === 0) queueMicrotask(() => this.#flush());
    this.#batch.push(frame);
    this.#size += frame.length;
  }

  /** See {@linkcode Carrier}. */
  close(): void {
    this.#flush();
    this.#isOver = true;
    this.#drained?.resolve();
    this.#stream.end();
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch.length === 0 || this.#isOver) return;
    this.#batch = [];
    const isFree = batch.length > 1 && this.#size <= SMALL
      ? this.#stream.write(joined(batch, this.#size))
      : batch.map((frame) => this.#stream.write(frame)).at(-1);
    this.#size = 0;
    if (!isFree) this.#drained ??= Promise.withResolvers<void>();
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drained?.resolve();
    this.#events?.onEnd(error);
  }
}

function joined(
  frames: readonly Uint8Array<ArrayBuffer>[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}
