/**
 * The walk that turns bytes into a value.
 *
 * A container is made when its tag is met, given the next number and put in its
 * place at once, and filled afterwards: so references to it may come from inside
 * of it. The containers being filled are frames on a stack of the walk's own; see
 * `_writer.ts`, whose mirror image this is.
 *
 * @module
 */

import {
  ARRAY,
  BESIDE,
  DICTIONARY,
  HOLES,
  isObject,
  MAP,
  OBJECT,
  OBJECT_AGAIN,
  REFERENCE,
  SET,
} from "./_format.ts";
import { Input } from "./_input.ts";
import { type KeyList, readKeyList } from "./_key_lists.ts";
import { define } from "./_define.ts";
import { makeSparse } from "./_sparse.ts";
import { ReadFrame, type ReadFrameKind } from "./_read_frame.ts";

/** Stacks that have grown beyond this are given back after the message. */
const DEEP = 1024;

/**
 * The most address space that the resizable buffers of a message may set aside
 * together. Setting aside takes no memory, so a few bytes could ask for all there
 * is, and leave none to anything else.
 */
const MOST_ADDRESSES = 2 ** 38;

const NOTHING_BESIDE: readonly unknown[] = [];

/** Makes an object that is neither plain nor a container of other values. */
export type ReadSpecial = (reader: Reader, tag: number) => object;

/** Reads messages, one after another. */
export class Reader extends Input {
  readonly #readSpecial: ReadSpecial;
  #beside = NOTHING_BESIDE;
  #frames: ReadFrame[] = [];
  #depth = 0;
  /** The objects of the message by number; undefined while one is made. */
  #objects: (object | undefined)[] = [];
  #size = 0;
  /** The key lists of the message by number; outdated from `keyListCount` on. */
  #keyLists: KeyList[] = [];
  #keyListCount = 0;
  /** For how many more holes the arrays may take memory. */
  #holes = 0;
  #addresses = 0;

  /** Makes a reader that leaves special objects to `readSpecial`. */
  constructor(readSpecial: ReadSpecial) {
    super();
    this.#readSpecial = readSpecial;
  }

  /** Reads a whole message. */
  message(beside: readonly unknown[] | undefined): unknown {
    this.#beside = beside ?? NOTHING_BESIDE;
    this.#holes = this.end - this.position;
    this.#addresses = MOST_ADDRESSES;
    const root = this.value();
    while (this.#depth > 0) this.#continue(this.#frames[this.#depth - 1]!);
    if (this.position !== this.end) this.fail("something follows the value");
    return root;
  }

  /** Reads a whole message that holds no object; leaves nothing to clear. */
  leafMessage(): unknown {
    const root = this.leaf(this.byte());
    if (this.position !== this.end) this.fail("something follows the value");
    return root;
  }

  /** Lets go of all that the last message was about, finished or not. */
  clear(): void {
    this.close();
    this.#beside = NOTHING_BESIDE;
    for (; this.#depth > 0; this.#depth--) {
      this.#frames[this.#depth - 1]!.release();
    }
    if (this.#frames.length > DEEP) this.#frames = [];
    if (this.#size > DEEP) this.#objects = [];
    else for (let i = 0; i < this.#size; i++) this.#objects[i] = undefined;
    this.#size = 0;
    if (this.#keyListCount > DEEP) this.#keyLists = [];
    this.#keyListCount = 0;
  }

  /** Reads a value; a container is made, its children follow later. */
  value(): unknown {
    const tag = this.byte();
    return isObject(tag) ? this.#anyObject(tag) : this.leaf(tag);
  }

  #anyObject(tag: number): unknown {
    switch (tag) {
      case OBJECT:
        return this.#object(this.#keyList());
      case OBJECT_AGAIN:
        return this.#object(this.#keyListAgain());
      case ARRAY:
        return this.#array();
      case REFERENCE:
        return this.#reference();
      case BESIDE:
        return this.#fromBeside();
      case DICTIONARY:
        return this.fill(this.begin({}), "dictionary", this.#countOfPairs());
      case MAP:
        return this.fill(
          this.begin(new Map()),
          "map",
          this.#countOfPairs() * 2,
        );
      case SET:
        return this.fill(this.begin(new Set()), "set", this.countWithin());
      default:
        return this.#readSpecial(this, tag);
    }
  }

  /** Gives the next number to an object. */
  begin<T extends object>(object: T): T {
    this.#objects[this.#size++] = object;
    return object;
  }

  /** Takes the next number for an object that cannot be made yet. */
  reserve(): number {
    this.#objects[this.#size] = undefined;
    return this.#size++;
  }

  /** Gives an object the number that was taken for it. */
  finish<T extends object>(object: T, number: number): T {
    this.#objects[number] = object;
    return object;
  }

  /** Says what the children of the object just begun are. */
  fill<T extends object>(
    target: T,
    kind: ReadFrameKind,
    end: number,
    hidden = 0,
    keys?: KeyList,
  ): T {
    if (end === 0) return target;
    const depth = this.#depth++;
    if (depth === this.#frames.length) this.#frames.push(new ReadFrame());
    this.#frames[depth]!.open(kind, target, end, hidden, keys);
    return target;
  }

  /** Reads how many bytes of address space to set aside. */
  addresses(): number {
    const count = this.count();
    this.#addresses -= count;
    if (this.#addresses < 0) this.fail("a resizable buffer is too large");
    return count;
  }

  #countOfPairs(): number {
    const count = this.count();
    this.need(count * 2);
    return count;
  }

  #reference(): object {
    const object = this.#objects[this.count()];
    if (object === undefined) this.fail("a reference leads nowhere");
    return object;
  }

  #fromBeside(): unknown {
    const index = this.count();
    if (index >= this.#beside.length) this.fail("a thing beside it is missing");
    const thing = this.#beside[index];
    this.#objects[this.#size++] = thing as object;
    return thing;
  }

  #keyList(): KeyList {
    const list = readKeyList(this);
    this.#keyLists[this.#keyListCount++] = list;
    return list;
  }

  #keyListAgain(): KeyList {
    const number = this.count();
    if (number >= this.#keyListCount) this.fail("a list of keys is missing");
    return this.#keyLists[number]!;
  }

  #object(keys: KeyList): object {
    const target: Record<string, unknown> = {};
    this.begin(target);
    const { length } = keys.names;
    // Most objects hold no other objects, and are complete at once.
    const next = keys.assignable
      ? this.#assignLeaves(target, keys.names, 0)
      : 0;
    if (next < length) {
      this.fill(target, "object", length, 0, keys);
      this.#frames[this.#depth - 1]!.next = next;
    }
    return target;
  }

  /** Reads values into fields up to the first object, and says which it is. */
  #assignLeaves(
    target: Record<string, unknown>,
    names: readonly string[],
    first: number,
  ): number {
    for (let i = first; i < names.length; i++) {
      const tag = this.byte();
      if (isObject(tag)) {
        this.position--;
        return i;
      }
      target[names[i]!] = this.leaf(tag);
    }
    return names.length;
  }

  #array(): object {
    const length = this.count();
    if (length >= 2 ** 32) this.fail("an array is too long");
    return this.fill(this.begin([]), "array", length);
  }

  /** Reads children of the innermost container until one has its own. */
  #continue(frame: ReadFrame): void {
    switch (frame.kind) {
      case "object":
        return this.#fillObject(frame);
      case "array":
        return this.#fillArray(frame);
      case "map":
        return this.#fillMap(frame);
      case "set":
        return this.#fillSet(frame);
      default:
        return this.#fillNamed(frame);
    }
  }

  #fillObject(frame: ReadFrame): void {
    const depth = this.#depth;
    const target = frame.target as Record<string, unknown>;
    const { names, assignable } = frame.keys!;
    let { next } = frame;
    while (next < names.length) {
      if (assignable) {
        next = this.#assignLeaves(target, names, next);
        if (next === names.length) break;
      }
      const name = names[next++]!;
      frame.next = next;
      const value = this.value();
      if (assignable) target[name] = value;
      else define(target, name, value, true);
      if (this.#depth !== depth) return;
    }
    this.#leave(frame);
  }

  #fillArray(frame: ReadFrame): void {
    const depth = this.#depth;
    const target = frame.target as unknown[];
    const { end } = frame;
    let { next } = frame;
    while (next < end) {
      if (this.peek() === HOLES) {
        next += this.#holesWithin(end - next);
        continue;
      }
      target[next++] = this.value();
      if (this.#depth === depth) continue;
      frame.next = next;
      return;
    }
    if (target.length < end) this.#lengthen(target, end);
    this.#leave(frame);
  }

  #holesWithin(limit: number): number {
    this.byte();
    const count = this.count();
    if (count === 0 || count > limit) this.fail("a run of holes is too long");
    return count;
  }

  #lengthen(array: unknown[], length: number): void {
    this.#holes -= length - array.length;
    if (this.#holes < 0) makeSparse(array);
    array.length = length;
  }

  #fillMap(frame: ReadFrame): void {
    const depth = this.#depth;
    const target = frame.target as Map<unknown, unknown>;
    while (frame.next < frame.end) {
      const value = this.value();
      if (frame.next++ % 2 === 0) frame.key = value;
      else target.set(frame.key, value);
      if (this.#depth !== depth) return;
    }
    this.#leave(frame);
  }

  #fillSet(frame: ReadFrame): void {
    const depth = this.#depth;
    const target = frame.target as Set<unknown>;
    while (frame.next < frame.end) {
      frame.next++;
      target.add(this.value());
      if (this.#depth !== depth) return;
    }
    this.#leave(frame);
  }

  #fillNamed(frame: ReadFrame): void {
    const depth = this.#depth;
    const { target, hidden } = frame;
    while (frame.next < frame.end) {
      const name = this.text();
      const visible = frame.next++ >= hidden;
      const value = this.value();
      if (visible && !(name in target)) {
        (target as Record<string, unknown>)[name] = value;
      } else define(target, name, value, visible);
      if (this.#depth !== depth) return;
    }
    this.#leave(frame);
  }

  #leave(frame: ReadFrame): void {
    this.#depth--;
    frame.release();
  }
}
