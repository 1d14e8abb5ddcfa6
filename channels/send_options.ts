/**
 * What a send may be told beside how long to wait.
 *
 * @module
 */

import type { BlockOptions, WaitOptions } from "./wait_options.ts";

/** What is moved along with an item, instead of being copied or refused. */
export interface TransferOptions {
  /**
   * Parts of the item that its sender gives away: ports, streams and array
   * buffers, as in `postMessage`. Ports and streams can be sent no other way. A
   * buffer is detached here once the item was sent: through a pipe a large one
   * is moved, which saves two copies; through a queue it is copied all the same.
   *
   * When the call fails, nothing was given away.
   */
  transfer?: readonly Transferable[];
}

/** How long a send may wait, and what it moves. */
export interface SendOptions extends WaitOptions, TransferOptions {}

/** How long a send may block its thread, and what it moves. */
export interface SendSyncOptions extends BlockOptions, TransferOptions {}

/** What one send moves. */
export interface Moved {
  /** What has to be moved by the platform. */
  readonly things: ReadonlySet<Transferable>;
  /** What is copied, and then taken from its sender. */
  readonly buffers: ReadonlySet<ArrayBufferLike>;
  /** Takes the buffers from their sender. */
  detach(): void;
}

/**
 * Checks what is to be moved.
 *
 * @throws {TypeError} If it is no list, or something in it cannot be moved.
 * @throws {DOMException} A `DataCloneError`, if a buffer was moved before.
 */
export function movedBy(
  options: TransferOptions | undefined,
): Moved | undefined {
  const transfer = options?.transfer;
  if (transfer === undefined) return undefined;
  if (!Array.isArray(transfer)) {
    throw new TypeError("Cannot send: transfer must be an array");
  }
  const things = new Set<Transferable>();
  const buffers = new Set<ArrayBuffer>();
  for (const [i, thing] of transfer.entries()) {
    if (thing instanceof ArrayBuffer) {
      if (thing.detached) throw detachedError(i);
      buffers.add(thing);
    } else if (isMovable(thing)) things.add(thing);
    else {
      throw new TypeError(
        `Cannot send: transfer[${i}] is no ArrayBuffer, MessagePort, ` +
          "ReadableStream, WritableStream or TransformStream",
      );
    }
  }
  return {
    things,
    buffers,
    detach: () => buffers.forEach(detach),
  };
}

function isMovable(thing: unknown): thing is Transferable {
  return thing instanceof MessagePort || thing instanceof ReadableStream ||
    thing instanceof WritableStream || thing instanceof TransformStream;
}

/** A buffer that the platform does not let go (WebAssembly's) stays a copy. */
function detach(buffer: ArrayBuffer): void {
  if (buffer.detached) return; // it was moved
  try {
    buffer.transfer(0);
  } catch {
    // It was sent all the same.
  }
}

function detachedError(index: number): DOMException {
  return new DOMException(
    `Cannot send: transfer[${index}] is a detached ArrayBuffer`,
    "DataCloneError",
  );
}
