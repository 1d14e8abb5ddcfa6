/**
 * Tasks that wait for room in a ring, in their order, each with the bytes to be
 * put for it.
 *
 * The bytes stand one after the other in pages. An array for each task would
 * cost more than the task itself: an array with memory of its own is three
 * objects, and as many as there are tasks is what a garbage collector finds
 * hardest.
 *
 * @module
 */

import type { Letter } from "../../channels/sender.ts";

const PAGE_WORDS = 2 ** 14;

/** What is more than bytes, or more than a page holds. */
type Kept = Letter | Int32Array<ArrayBuffer>;

/** See the module. */
export class Backlog<T> {
  #tasks: (T | undefined)[] = [];
  /** For each task the page its bytes are in, or a letter of its own. */
  #kept: (Kept | undefined)[] = [];
  /** Where in the page they begin, by words, and how many bytes they are. */
  #places: number[] = [];
  #first = 0;
  #page = new Int32Array(0);
  #used = 0;
  /** The bytes of the first task, at the beginning of a buffer. */
  readonly #out = new Int32Array(PAGE_WORDS);
  readonly #outBytes = new Uint8Array(this.#out.buffer);
  #words: Int32Array<ArrayBuffer> | undefined;
  #source: Uint8Array<ArrayBuffer> | undefined;

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#first === this.#tasks.length;
  }

  /** The task that has waited longest. */
  get first(): T {
    return this.#tasks[this.#first]!;
  }

  /** What is to be put for it; holds until the next such question. */
  get letter(): Letter {
    const kept = this.#kept[this.#first]!;
    if (!(kept instanceof Int32Array)) return kept;
    const at = this.#places[2 * this.#first]!;
    const length = this.#places[2 * this.#first + 1]!;
    const words = (length + 3) >> 2;
    for (let i = 0; i < words; i++) this.#out[i] = kept[at + i]!;
    return {
      item: undefined,
      bytes: this.#outBytes,
      length,
      extension: undefined,
      moved: undefined,
    };
  }

  /**
   * Adds a task.
   *
   * @param letter What is to be put for it; holds only now.
   * @param keep Has a letter hold for longer.
   */
  add(task: T, letter: Letter, keep: (letter: Letter) => Letter): void {
    const { bytes, length, extension, moved } = letter;
    const words = (length + 3) >> 2;
    const isPlain = extension === undefined && moved === undefined &&
      words <= PAGE_WORDS / 8 && 4 * words <= bytes.length;
    this.#tasks.push(task);
    if (!isPlain) {
      this.#kept.push(keep(letter));
      this.#places.push(0, 0);
      return;
    }
    if (this.#used + words > this.#page.length) {
      this.#page = new Int32Array(PAGE_WORDS);
      this.#used = 0;
    }
    const source = this.#wordsOf(bytes);
    for (let i = 0; i < words; i++) this.#page[this.#used + i] = source[i]!;
    this.#kept.push(this.#page);
    this.#places.push(this.#used, length);
    this.#used += words;
  }

  /** Takes the first task away. */
  shift(): void {
    this.#tasks[this.#first] = undefined;
    this.#kept[this.#first++] = undefined;
    if (this.isEmpty) this.clear();
  }

  /** Takes all tasks away. */
  clear(): void {
    this.#tasks = [];
    this.#kept = [];
    this.#places = [];
    this.#first = 0;
    this.#page = new Int32Array(0);
    this.#used = 0;
  }

  /** The bytes of the encoder, which are nearly always the same, as words. */
  #wordsOf(bytes: Uint8Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
    if (this.#source === bytes) return this.#words!;
    this.#source = bytes;
    return this.#words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  }
}
