/**
 * The key lists of the objects that this thread sends.
 *
 * Programs send many objects and few kinds of them. The keys of a kind are
 * written out once; afterwards their bytes are copied. To find them without
 * hashing, the lists form a tree, walked along while the keys of an object are
 * enumerated, as engines find the hidden class of an object by its transitions:
 *
 * ```text
 *   (root) ─id─▶ [id] ─msg─▶ [id, msg]
 *     └─name─▶ [name]    └─at─▶ [id, at]
 * ```
 *
 * @module
 */

import { LONGEST_SHORT_TEXT, MOST_KEYS } from "./_format.ts";
import type { Output } from "./_output.ts";

/**
 * The tree starts anew when it has so many nodes: a program that sends objects
 * with ever new keys must not fill memory.
 */
const MOST_NODES = 4096;

/** The bytes of a list are kept from its second use on: some come only once. */
const OFTEN = 2;

/** A list of keys, and how it may go on. */
export class KeyNode {
  /** The last message that spelled the list out. */
  message = 0;
  /** The number that the list has in that message. */
  number = 0;
  /** How many keys the list has. */
  readonly size: number;
  readonly #key: string;
  readonly #parent: KeyNode | undefined;
  #lastKey: string | undefined = undefined;
  #lastChild: KeyNode | undefined = undefined;
  #children: Map<string, KeyNode> | undefined = undefined;
  #names: readonly string[] | undefined = undefined;
  /** The bytes of the list, in words to be copied quickly, and their number. */
  #words: Int32Array | undefined = undefined;
  #length = 0;
  #uses = 0;

  /** The empty list, or `parent` with `key` after it. */
  constructor(parent?: KeyNode, key: string = "") {
    this.#parent = parent;
    this.#key = key;
    this.size = parent === undefined ? 0 : parent.size + 1;
  }

  /** The list with one key more; `undefined` if that is not worth remembering. */
  with(key: string): KeyNode | undefined {
    // The children of most nodes are few, and the same one is meant most times.
    if (this.#lastKey === key) return this.#lastChild;
    const child = this.#children?.get(key) ?? this.#grow(key);
    if (child !== undefined) {
      this.#lastKey = key;
      this.#lastChild = child;
    }
    return child;
  }

  #grow(key: string): KeyNode | undefined {
    if (key.length > LONGEST_SHORT_TEXT || this.size === MOST_KEYS) {
      return undefined;
    }
    const child = new KeyNode(this, key);
    this.#children ??= new Map();
    this.#children.set(key, child);
    if (++nodes === MOST_NODES) plant();
    return child;
  }

  /** The keys. */
  get names(): readonly string[] {
    return this.#names ??= this.#collect([]);
  }

  #collect(names: string[]): string[] {
    if (this.#parent === undefined) return names;
    this.#parent.#collect(names).push(this.#key);
    return names;
  }

  /** Writes the list. */
  write(output: Output): void {
    if (this.#words === undefined) this.#spell(output);
    else output.words(this.#words, this.#length);
  }

  #spell(output: Output): void {
    const start = output.position;
    output.byte(0); // where the length goes
    output.count(this.size);
    for (const name of this.names) output.text(name);
    const length = output.position - start - 1;
    if (length > 0x7f) {
      output.byte(0); // makes room: such a length takes two bytes
      output.bytes.copyWithin(start + 2, start + 1, output.position - 1);
    }
    const end = output.position;
    output.position = start;
    output.count(length);
    output.position = end;
    if (++this.#uses < OFTEN) return;
    this.#length = end - start;
    const words = new Int32Array((this.#length + 3) >> 2);
    new Uint8Array(words.buffer).set(output.bytes.subarray(start, end));
    this.#words = words;
  }
}

let nodes = 0;
let root = new KeyNode();

/** The empty list, where the keys of an object are looked up from. */
export function noKeys(): KeyNode {
  return root;
}

/** Starts a new tree; a node of the old one goes on working while it is used. */
function plant(): void {
  nodes = 0;
  root = new KeyNode();
}
