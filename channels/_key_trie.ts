/**
 * The key lists of the objects that this thread sends.
 *
 * Programs send many objects and few kinds of them. To find the list of an object
 * without hashing, the lists form a tree, walked along while the keys of an
 * object are enumerated, as engines find the hidden class of an object by its
 * transitions:
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
import { shapeOf } from "./shapes.ts";

/**
 * The tree starts anew when it has so many nodes: a program that sends objects
 * with ever new keys must not fill memory.
 */
const MOST_NODES = 4096;

/** A list goes into the table at its second use: some come only once. */
const OFTEN = 2;

/** The bytes of a list are kept once it was spelled out so many times. */
const VERY_OFTEN = 4;

/** So few children are looked through one by one. */
const FEW = 8;

const NO_KEYS: string[] = [];
const NO_NODES: KeyNode[] = [];

/** A list of keys, and how it may go on. */
export class KeyNode {
  /** The key that came next the last time, and the list with it. */
  lastKey: string | undefined = undefined;
  /** See `lastKey`. */
  lastChild: KeyNode | undefined = undefined;
  /** The number of the list in the shape table, or −1. */
  shape: number = -1;
  /** The last message that spelled the list out. */
  message = 0;
  /** The number that the list has in that message. */
  number = 0;
  /** How many keys the list has. */
  readonly size: number;
  readonly #key: string;
  readonly #parent: KeyNode | undefined;
  #keys: string[] = NO_KEYS;
  #nodes: KeyNode[] = NO_NODES;
  #more: Map<string, KeyNode> | undefined = undefined;
  #names: string[] | undefined = undefined;
  /** Whether the list is one object's own, and not part of the tree. */
  #isLoose = false;
  /** The bytes of the list as an OBJECT spells it. */
  #bytes: Uint8Array | undefined = undefined;
  #uses = 0;
  #spelled = 0;

  /** The empty list, or `parent` with `key` after it. */
  constructor(parent?: KeyNode, key: string = "") {
    this.#parent = parent;
    this.#key = key;
    this.size = parent === undefined ? 0 : parent.size + 1;
  }

  /** The list with one key more. */
  with(key: string): KeyNode {
    if (this.#isLoose) {
      this.#names!.push(key);
      return this;
    }
    const child = this.#find(key) ?? this.#grow(key);
    if (!child.#isLoose) {
      this.lastKey = key;
      this.lastChild = child;
    }
    return child;
  }

  #find(key: string): KeyNode | undefined {
    const keys = this.#keys;
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === key) return this.#nodes[i];
    }
    return this.#more?.get(key);
  }

  #grow(key: string): KeyNode {
    const child = new KeyNode(this, key);
    if (key.length > LONGEST_SHORT_TEXT || this.size === MOST_KEYS) {
      child.#isLoose = true;
      child.#names = [...this.names, key];
      return child;
    }
    if (this.#keys.length === 0) {
      this.#nodes = [child];
      this.#keys = [key];
    } else if (this.#keys.length < FEW) {
      // Not pushed: if the stack ends in between, they still belong together.
      const at = this.#keys.length;
      this.#nodes[at] = child;
      this.#keys[at] = key;
    } else {
      this.#more ??= new Map();
      this.#more.set(key, child);
    }
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

  /** Counts a use of the list; at the second one it goes into the table. */
  enlist(): number {
    if (this.#isLoose) return -1;
    if (++this.#uses === OFTEN) this.shape = shapeOf(this.names);
    return this.shape;
  }

  /** Writes the list. */
  write(output: Output): void {
    if (this.#bytes !== undefined) return output.raw(this.#bytes);
    const start = output.position;
    writeKeyList(output, this.names);
    if (this.#isLoose || ++this.#spelled < VERY_OFTEN) return;
    this.#bytes = output.bytes.slice(start, output.position);
  }
}

/** Writes a list of keys as an OBJECT spells it. */
function writeKeyList(output: Output, names: readonly string[]): void {
  const start = output.position;
  output.count(names.length);
  for (const name of names) output.text(name);
  const length = output.position - start;
  // The length goes before the list; it is known only now.
  output.count(length);
  const size = output.position - start - length;
  const { bytes, position } = output;
  bytes.copyWithin(start + size, start, position - size);
  output.position = start;
  output.count(length);
  output.position = position;
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
