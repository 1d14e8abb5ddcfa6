/**
 * The heads of objects whose keys must be spelled out.
 *
 * @module
 */

import { OBJECT, OBJECT_AGAIN } from "./_format.ts";
import type { KeyNode } from "./_key_trie.ts";
import { Output } from "./_output.ts";

/** What a head takes before its keys are known. */
const FREE = 2;

/** An object that spells its keys. */
interface Head {
  /** Where the free bytes are. */
  position: number;
  keys: KeyNode;
  /** Where the spelled head ends. */
  end: number;
}

/** The most heads that are kept for the next message. */
const MOST_KEPT = 256;

let messages = 0;

/** Where heads are spelled, one after another, before they go to their places. */
const spelled = new Output();

/** The heads of one message that are still to be written. */
export class Heads {
  /** How many there are. */
  count = 0;
  /** These are used again and again. */
  #heads: Head[] = [];

  /** Adds the head of an object whose keys are known now. */
  add(position: number, keys: KeyNode): void {
    const head = this.#heads[this.count++];
    if (head === undefined) this.#heads.push({ position, keys, end: 0 });
    else {
      head.position = position;
      head.keys = keys;
    }
  }

  /** Forgets all. */
  clear(): void {
    this.count = 0;
    if (this.#heads.length > MOST_KEPT) this.#heads = [];
  }

  /** Writes the heads to their places in a message. */
  insertInto(message: Output): void {
    // An object is complete only after those inside of it.
    const heads = this.#heads.slice(0, this.count);
    if (heads.length > 1) heads.sort((a, b) => a.position - b.position);
    spell(heads);
    const growth = spelled.position - heads.length * FREE;
    message.reserve(growth);
    const { bytes } = message;
    const source = spelled.bytes;
    let end = message.position;
    let target = end + growth;
    message.position = target;
    // From the end, so that each byte is moved once, to where none is needed.
    for (let i = heads.length - 1; i >= 0; i--) {
      const start = heads[i]!.position + FREE;
      target -= end - start;
      move(bytes, start, end, target);
      const from = i === 0 ? 0 : heads[i - 1]!.end;
      // Heads are short, and a view of one takes longer than all of its bytes.
      for (let k = heads[i]!.end - 1; k >= from; k--) {
        bytes[--target] = source[k]!;
      }
      end = start - FREE;
    }
    spelled.shrink();
    this.clear();
  }
}

/** Writes all heads, one after another. */
function spell(heads: readonly Head[]): void {
  const message = ++messages;
  spelled.rewind();
  let lists = 0;
  for (const head of heads) {
    const { keys } = head;
    if (keys.message === message) {
      spelled.byte(OBJECT_AGAIN);
      spelled.count(keys.number);
    } else {
      keys.message = message;
      keys.number = lists++;
      spelled.byte(OBJECT);
      keys.write(spelled);
    }
    head.end = spelled.position;
  }
}

/** Up to this many bytes a loop moves faster than the platform's call. */
const SHORT = 48;

/** Moves bytes towards the end, to where they may overlap themselves. */
function move(
  bytes: Uint8Array,
  start: number,
  end: number,
  target: number,
): void {
  const length = end - start;
  if (length > SHORT) bytes.copyWithin(target, start, end);
  else {for (let i = length - 1; i >= 0; i--) {
      bytes[target + i] = bytes[start + i]!;
    }}
}
