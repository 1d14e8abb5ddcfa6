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
  /** In their order, from `#first` on; those taken back are in it, too. */
  #line: Held[] = [];
  #first = 0;
  /** The numbers of those that were not taken back. */
  readonly #held = new Set<number>();
  #bytes = 0;

  /** `send` sends a frame. */
  constructor(send: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  /** Whether frames are held back. */
  get isCrowded(): boolean {
    return this.#held.size > 0;
  }

  /** Whether this call is held back. */
  holds(number: number): boolean {
    return this.#held.has(number);
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#sizes.size === 0 && this.#held.size === 0;
  }

  /** Sends the frame of a call, now or when it is its turn. */
  push(number: number, frame: Uint8Array<ArrayBuffer>): void {
    this.#line.push({ number, frame });
    this.#held.add(number);
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
    if (!this.#held.delete(number)) return false;
    // Now and then, since each time looks at all: their bytes are let go.
    if (this.#held.size * 2 < this.#line.length - this.#first) {
      this.#line = this.#line.slice(this.#first)
        .filter((held) => this.#held.has(held.number));
      this.#first = 0;
    }
    return true;
  }

  #flush(): void {
    for (; this.#first < this.#line.length; this.#first++) {
      const { number, frame } = this.#line[this.#first]!;
      if (!this.#held.has(number)) continue;
      if (this.#bytes > 0 && this.#bytes + frame.length > WINDOW) break;
      this.#held.delete(number);
      this.#bytes += frame.length;
      this.#sizes.set(number, frame.length);
      this.#send(frame);
    }
    // Now and then, since each time moves all that are left.
    if (this.#first * 2 < this.#line.length) return;
    this.#line = this.#line.slice(this.#first);
    this.#first = 0;
  }
}
