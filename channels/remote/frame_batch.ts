/**
 * Frames that go together: what is sent in one turn costs one message.
 *
 * @module
 */

/** So much is put together, in bytes; to copy more costs more than it saves. */
const MOST = 64 * 1024;

/** See the module. */
export class FrameBatch {
  readonly #send: (bytes: Uint8Array<ArrayBuffer>) => void;
  #frames: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  /** `send` is given the bytes of one frame or more. */
  constructor(send: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  /** Sends a frame, with what else is sent before the microtasks are done. */
  push(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#size + frame.length > MOST) this.flush();
    if (this.#frames.length === 0) queueMicrotask(() => this.flush());
    this.#frames.push(frame);
    this.#size += frame.length;
  }

  /** Sends at once what was to be sent together. */
  flush(): void {
    const frames = this.#frames;
    if (frames.length === 0) return;
    const size = this.#size;
    this.#frames = [];
    this.#size = 0;
    this.#send(frames.length === 1 ? frames[0]! : joined(frames, size));
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
