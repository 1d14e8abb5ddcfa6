/**
 * The walk that turns a value into bytes.
 *
 * The containers that the walk is inside of are frames on a stack of its own, not
 * calls of a function, so that a list linked 100,000 times over can be sent. Each
 * frame has the list of its children; primitives among these are written on the
 * spot, and a child that is a container becomes the next frame.
 *
 * The fields of an object are read all at once, into a stack of values, before
 * any of them is written: `for…in` with `object[key]` in it is the one way of
 * reading the fields of any object that engines make fast, and it cannot be left
 * and resumed.
 *
 * @module
 */

import {
  ARRAY,
  DICTIONARY,
  FALSE,
  HOLES,
  NULL,
  OBJECT,
  OBJECT_AGAIN,
  REFERENCE,
  SENTINEL,
  TRUE,
  UNDEFINED,
} from "./_format.ts";
import { type KeyNode, noKeys } from "./_key_trie.ts";
import { Output } from "./_output.ts";
import {
  describe,
  describeThrown,
  type Refusal,
  refuseObject,
  refusePrimitive,
  refuseRevoked,
} from "./_refusal.ts";
import { Seen } from "./_seen.ts";
import { hasInheritedKeys, isArray } from "./_look.ts";
import { presentFrom } from "./_sparse.ts";
import { type FrameKind, pathOf, WriteFrame } from "./_write_frame.ts";
import { NotSendableError } from "./errors.ts";
import { EXIT } from "./sentinel.ts";

/** Stacks that have grown beyond this are given back after the message. */
const DEEP = 1024;

/** Writes an object that is neither plain nor an array. */
export type WriteSpecial = (writer: Writer, object: object) => void;

let messages = 0;

/** Writes messages, one after another. */
export class Writer extends Output {
  /** What travels beside the bytes, where something may. */
  beside: object[] | undefined = undefined;
  /** Whether a text takes the place of what cannot be sent. */
  lossy = false;

  readonly #writeSpecial: WriteSpecial;
  readonly #seen = new Seen();
  #frames: WriteFrame[] = [];
  #depth = 0;
  /** The values of the containers that are being written. */
  #stack: unknown[] = [];
  #top = 0;
  /** The most that the stack held; above `top` they are outdated. */
  #high = 0;
  #message = 0;
  #keyLists = 0;
  #inherited = false;
  #finished = true;

  /** Makes a writer that leaves special objects to `writeSpecial`. */
  constructor(writeSpecial: WriteSpecial) {
    super();
    this.#writeSpecial = writeSpecial;
  }

  /** Writes a whole message. */
  message(root: unknown): void {
    this.rewind();
    if (typeof root !== "object" || root === null) return this.value(root);
    this.#finished = false;
    this.#message = ++messages;
    this.#keyLists = 0;
    this.#inherited = hasInheritedKeys();
    this.value(root);
    while (this.#depth > 0) this.#continue(this.#frames[this.#depth - 1]!);
    this.#finished = true;
  }

  /** Lets go of all that the last message was about. */
  clear(): void {
    this.beside = undefined;
    this.shrink();
    this.#seen.clear();
    if (!this.#finished || this.#high > DEEP || this.#frames.length > DEEP) {
      this.#stack = [];
      this.#frames = [];
      this.#depth = 0;
      this.#finished = true;
    } else {
      for (let i = 0; i < this.#high; i++) this.#stack[i] = undefined;
    }
    this.#high = 0;
    this.#top = 0;
  }

  /** Writes a value; a container is opened, its children follow later. */
  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return this.number(value);
      case "object":
        if (value === null) return this.byte(NULL);
        return this.#object(value);
      case "boolean":
        return this.byte(value ? TRUE : FALSE);
      case "undefined":
        return this.byte(UNDEFINED);
      case "bigint":
        return this.bigint(value);
      default:
        if (value === EXIT) return this.byte(SENTINEL);
        return this.refuse(value, refusePrimitive(value));
    }
  }

  /** Starts an object: gives it the next number and writes its tag. */
  begin(object: object, tag: number): void {
    this.#seen.add(object);
    this.byte(tag);
  }

  /** Writes a reference, if the object is in the message already. */
  again(object: object): boolean {
    const number = this.#seen.find(object);
    if (number < 0) return false;
    this.byte(REFERENCE);
    this.count(number);
    return true;
  }

  /** Says what the children of the object just begun are. */
  children(
    kind: FrameKind,
    values: readonly unknown[],
    names?: readonly string[],
  ): void {
    const start = this.#top;
    for (const value of values) this.#stack[this.#top++] = value;
    if (this.#top > this.#high) this.#high = this.#top;
    this.#enter(kind, this.#stack, start, start, this.#top, names);
  }

  /** Throws for a value that cannot be sent, or writes a text in its place. */
  refuse(value: unknown, refusal: Refusal): void {
    if (this.lossy) return this.text(describe(value, refusal));
    const path = pathOf(this.#frames, this.#depth);
    throw new NotSendableError(path, refusal.found, refusal.advice);
  }

  #object(object: object): void {
    if (this.again(object)) return;
    if (this.lossy) this.#openLossy(object);
    else this.#open(object);
  }

  #open(object: object): void {
    const array = isArray(object);
    if (array === undefined) return this.refuse(object, refuseRevoked());
    if (array) return this.#openArray(object as unknown[]);
    const prototype = Object.getPrototypeOf(object);
    if (prototype === Object.prototype || prototype === null) {
      return this.#inherited || this.lossy
        ? this.#openByKeys(object)
        : this.#openObject(object);
    }
    this.#writeSpecial(this, object);
  }

  /** The code of an object's getters or traps must not keep it from arriving. */
  #openLossy(object: object): void {
    const { position } = this;
    try {
      this.#open(object);
    } catch (error) {
      this.position = position;
      this.text(describeThrown(error));
    }
  }

  #openArray(array: unknown[]): void {
    const { length } = array;
    if (
      Object.getPrototypeOf(array) !== Array.prototype ||
      // A proxy may say anything.
      length !== length >>> 0
    ) {
      return this.refuse(array, refuseObject(array));
    }
    this.begin(array, ARRAY);
    this.count(length);
    this.#enter("array", array, 0, 0, length, undefined);
  }

  #openObject(object: object): void {
    const stack = this.#stack;
    const start = this.#top;
    let top = start;
    let keys = noKeys();
    let names: string[] | undefined;
    for (const key in object) {
      stack[top++] = (object as Record<string, unknown>)[key];
      if (names !== undefined) {
        names.push(key);
        continue;
      }
      const longer = keys.with(key);
      if (longer !== undefined) keys = longer;
      else names = [...keys.names, key];
    }
    if (top > this.#high) this.#high = top;
    if (names !== undefined) {
      this.#beginDictionary(object, names.length);
      this.#top = top;
      return this.#enter("dictionary", stack, start, start, top, names);
    }
    this.#beginObject(object, keys);
    // Most objects hold no other objects, and are complete at once.
    const next = this.#leaves(stack, start, top);
    if (next === top) return;
    this.#top = top;
    this.#enter("object", stack, start, next, top, keys.names);
  }

  #beginObject(object: object, keys: KeyNode): void {
    if (keys.message === this.#message) {
      this.begin(object, OBJECT_AGAIN);
      this.count(keys.number);
    } else {
      keys.message = this.#message;
      keys.number = this.#keyLists++;
      this.begin(object, OBJECT);
      keys.write(this);
    }
  }

  #beginDictionary(object: object, size: number): void {
    this.begin(object, DICTIONARY);
    this.count(size);
  }

  /** The thorough way, for when `for…in` would show more than own fields. */
  #openByKeys(object: object): void {
    const names = Object.keys(object);
    const values = names.map((name) => this.read(object, name));
    this.#beginDictionary(object, names.length);
    this.children("dictionary", values, names);
  }

  /** Reads a field, which may run code of the caller's. */
  read(object: object, name: PropertyKey): unknown {
    if (!this.lossy) return Reflect.get(object, name);
    try {
      return Reflect.get(object, name);
    } catch (error) {
      return describeThrown(error);
    }
  }

  #enter(
    kind: FrameKind,
    list: readonly unknown[],
    start: number,
    next: number,
    end: number,
    names: readonly string[] | undefined,
  ): void {
    if (next === end) return;
    const depth = this.#depth++;
    if (depth === this.#frames.length) this.#frames.push(new WriteFrame());
    this.#frames[depth]!.open(kind, list, start, next, end, names);
  }

  #leave(frame: WriteFrame): void {
    this.#depth--;
    frame.release();
  }

  /**
   * Writes children up to the first that is an object, or is anything rare, and
   * says which it is.
   */
  #leaves(list: readonly unknown[], first: number, end: number): number {
    for (let i = first; i < end; i++) {
      const value = list[i];
      switch (typeof value) {
        case "string":
          this.text(value);
          break;
        case "number":
          this.number(value);
          break;
        case "boolean":
          this.byte(value ? TRUE : FALSE);
          break;
        case "object":
          if (value !== null) return i;
          this.byte(NULL);
          break;
        default:
          return i;
      }
    }
    return end;
  }

  /** Writes children of the innermost container until one has its own. */
  #continue(frame: WriteFrame): void {
    if (frame.kind === "array") return this.#continueArray(frame);
    const depth = this.#depth;
    const { list, start, end, names } = frame;
    const named = frame.kind === "dictionary" || frame.kind === "error";
    let { next } = frame;
    while (next < end) {
      if (named) this.text(names![next - start]!);
      else {
        next = this.#leaves(list, next, end);
        if (next === end) break;
      }
      const value = list[next++];
      frame.next = next;
      this.value(value);
      if (this.#depth !== depth) return;
    }
    this.#top = start;
    this.#leave(frame);
  }

  #continueArray(frame: WriteFrame): void {
    const depth = this.#depth;
    const { list, end } = frame;
    let { next } = frame;
    while (next < end) {
      if (!this.lossy) next = this.#leaves(list, next, end);
      if (next === end) break;
      const value = this.lossy ? this.read(list, next) : list[next];
      if (value === undefined && !Object.hasOwn(list, next)) {
        const present = presentFrom(frame, next);
        this.byte(HOLES);
        this.count(present - next);
        frame.next = next = present;
        continue;
      }
      frame.next = ++next;
      this.value(value);
      if (this.#depth !== depth) return;
    }
    this.#leave(frame);
  }
}
