/**
 * The lane of a pipe: a message port beside one of its rings, over which large
 * buffers are moved instead of copied.
 *
 * ```text
 *   sender ── frame: "the piece comes over the lane" ──▶ ring ──▶ receiver
 *      └───── [buffer, …], one message for each such frame ──▶ port ──┘
 * ```
 *
 * A pipe's ring has one sender and one receiver, so the n-th frame that says so
 * and the n-th message of the port belong together; and a message is posted
 * before its frame is put, so it is there when the frame is taken.
 *
 * The lane is opened by the first item that needs it: its far port goes with that
 * item as a parcel. When an end of the pipe is given to another actor, its ports
 * go along. A queue has none: who will take an item is not known when it is put,
 * so there a buffer is copied, and then taken from its sender.
 *
 * @module
 */

/** From this length on, in bytes, moving beats two copies. */
export const MOVED_BYTES: number = 64 * 1024;

/** The sending side. */
export class OutLane {
  #port: MessagePort | undefined;

  /** Takes over a lane that was opened before. */
  constructor(port?: MessagePort) {
    this.#port = port;
  }

  /**
   * Moves buffers, all or none.
   *
   * @returns The far port, if this opened the lane.
   * @throws {DOMException} A `DataCloneError`, if one cannot be moved.
   */
  move(buffers: ArrayBuffer[]): MessagePort | undefined {
    if (this.#port !== undefined) {
      this.#port.postMessage(buffers, buffers);
      return undefined;
    }
    const { port1, port2 } = new MessageChannel();
    try {
      port1.postMessage(buffers, buffers);
    } catch (error) {
      port1.close();
      port2.close();
      throw error;
    }
    this.#port = port1;
    return port2;
  }

  /** Gives the lane away, if it is open. */
  handOver(): MessagePort | undefined {
    const port = this.#port;
    this.#port = undefined;
    return port;
  }
}
