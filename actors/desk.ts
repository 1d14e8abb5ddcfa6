/**
 * The desk of an actor: what it has in hand, for others to see.
 *
 * Lies in the actor's record, so that whoever watches the actor sees it without
 * the actor's help: also while it computes without end, and after it died.
 *
 * ```text
 *   word 16  STATE     one of `Doing`
 *   word 17  NUMBER    of the message it took last; counts from 1
 *   word 18  METHOD    where in the names the method's name stands
 *   word 19  SENDER    where the sender's name stands
 *   word 20  USED      how many bytes of the names are in use
 *   word 21  ASKED     counts how often somebody asked for a sign of life
 *   word 22  ANSWERED  what ASKED was when its event loop last came by
 *   byte 128…          names: each a byte with its length, then its text
 * ```
 *
 * A name is written once and referred to by its place, so that to begin a
 * message costs a few stores. The sign of life costs nothing while nobody asks:
 * there is no timer, the one who asks wakes the thread, and a thread that gets
 * back to its event loop, or waits in a channel, answers by that alone.
 *
 * @module
 */

import type { Handling } from "./handling.ts";

const STATE = 16;
const NUMBER = 17;
const METHOD = 18;
const SENDER = 19;
const USED = 20;
const ASKED = 21;
const ANSWERED = 22;
const NAMES = 128;
/** Where the names end, and the outcome of the actor begins. */
export const NAMES_END = 4096;
const LONGEST = 255;

/** What an actor does at the moment. */
export const Doing = {
  /** It is being loaded, or waits for a message. */
  nothing: 0,
  /** It handles a message, or runs its function. */
  handling: 1,
  /** It runs its `onStart`. */
  starting: 2,
  /** It runs its `onStop`. */
  stopping: 3,
} as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** See the module. */
export class Desk {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  #isFrozen = false;
  readonly #places = new Map<string, number>();

  /** The desk in the memory of a record. */
  constructor(record: SharedArrayBuffer) {
    this.#words = new Int32Array(record, 0, NAMES / 4);
    this.#bytes = new Uint8Array(record, 0, NAMES_END);
  }

  /** Begins to handle a message. For the actor itself. */
  begin(method: string, sender: string): void {
    const words = this.#words;
    words[METHOD] = this.#place(method);
    words[SENDER] = this.#place(sender);
    words[NUMBER] = (words[NUMBER]! + 1) & 0x7fffffff;
    Atomics.store(words, STATE, Doing.handling);
  }

  /** Says who sent the message in hand, once that is known. */
  setSender(sender: string): void {
    this.#words[SENDER] = this.#place(sender);
  }

  /** Begins what is no message. For the actor itself. */
  enter(doing: number, method: string, sender: string): void {
    this.#words[METHOD] = this.#place(method);
    this.#words[SENDER] = this.#place(sender);
    Atomics.store(this.#words, STATE, doing);
  }

  /** Shows from now on what the actor has in hand now: it ends. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Is done with a message, and with all of them. For the actor itself. */
  end(withAll: boolean): void {
    if (withAll && !this.#isFrozen) this.#words[STATE] = Doing.nothing;
  }

  /** Is done with what is no message. For the actor itself. */
  leave(): void {
    if (this.#isFrozen) return;
    Atomics.store(this.#words, STATE, Doing.nothing);
  }

  /**
   * Gives the sign of life, if somebody asked for it. For the actor itself.
   *
   * @returns Whether somebody did.
   */
  answer(): boolean {
    const asked = Atomics.load(this.#words, ASKED);
    if (asked === this.#words[ANSWERED]) return false;
    Atomics.store(this.#words, ANSWERED, asked);
    return true;
  }

  /** Asks for a sign of life. The thread must be woken to give it. */
  ask(): void {
    Atomics.add(this.#words, ASKED, 1);
  }

  /** Whether the sign of life was given since it was last asked for. */
  get isAnswered(): boolean {
    return Atomics.load(this.#words, ASKED) ===
      Atomics.load(this.#words, ANSWERED);
  }

  /** One of {@linkcode Doing}. */
  get doing(): number {
    return Atomics.load(this.#words, STATE);
  }

  /** The number of the message it took last. */
  get number(): number {
    return Atomics.load(this.#words, NUMBER);
  }

  /** What it has in hand; `undefined` if nothing. */
  get handling(): Handling | undefined {
    const words = this.#words;
    for (;;) {
      const number = Atomics.load(words, NUMBER);
      const doing = Atomics.load(words, STATE);
      if (doing === Doing.nothing) return undefined;
      const method = this.#nameAt(Atomics.load(words, METHOD));
      const sender = this.#nameAt(Atomics.load(words, SENDER));
      // It may have gone on to another one meanwhile.
      if (Atomics.load(words, NUMBER) !== number) continue;
      return {
        method,
        number: doing === Doing.handling ? number : 0,
        sender,
      };
    }
  }

  /** Where a name stands; 0, which is no place, if there is no room for it. */
  #place(name: string): number {
    return this.#places.get(name) ?? this.#write(name);
  }

  #write(name: string): number {
    const at = NAMES + this.#words[USED]!;
    const text = encoder.encode(name).subarray(0, LONGEST);
    const end = at + 1 + text.length;
    const place = end > NAMES_END ? 0 : at;
    if (place !== 0) {
      this.#bytes[at] = text.length;
      this.#bytes.set(text, at + 1);
      this.#words[USED] = end - NAMES;
    }
    this.#places.set(name, place);
    return place;
  }

  #nameAt(place: number): string {
    if (place === 0) return "?";
    const length = this.#bytes[place]!;
    return decoder.decode(this.#bytes.slice(place + 1, place + 1 + length));
  }
}
