/**
 * What of one thing's calls is under way at a time.
 *
 * What is sent to a queue that is full waits there, at its home. Without a bound
 * the home would hold all that an actor sends, however much; so from a measure on
 * frames are held back here, in their order, until earlier ones have answers.
 *
 * @module
 */

/** How many bytes may wait for their answers; one frame always may. */
const WINDOW = 2 ** 20;

interface Held {
  readonly number: number;
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** See the module. */
export class SendWindow {
  readonly #send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly #sizes = new Map<number, number>();
  #held: Held[] = [];
  #bytes = 0;

  /** `send` sends a frame. */
  constructor(send: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  /** Whether frames are held back. */
  get isCrowded(): boolean {
    return this.#held.length > 0;
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#sizes.size === 0 && this.#held.length === 0;
  }

  /** Sends the frame of a call, now or when it is its turn. */
  push(number: number, frame: Uint8Array<ArrayBuffer>): void {
    this.#held.push({ number, frame });
    this.#flush();
  }

  /** The call has its answer. */
  done(number: number): void {
    this.#bytes -= this.#sizes.get(number) ?? 0;
    this.#sizes.delete(number);
    this.#flush();
  }

  /** Takes back a call, if it is held; tells whether it was. */
  takeBack(number: number): boolean {
    const before = this.#held.length;
    this.#held = this.#held.filter((held) => held.number !== number);
    return this.#held.length < before;
  }

  #flush(): void {
    while (this.#held.length > 0) {
      const { number, frame } = this.#held[0]!;
      if (this.#bytes > 0 && this.#bytes + frame.length > WINDOW) return;
      this.#held.shift();
      this.#bytes += frame.length;
      this.#sizes.set(number, frame.length);
      this.#send(frame);
    }
  }
}
