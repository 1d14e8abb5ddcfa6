/**
 * The walk that turns a value into bytes.
 *
 * Down to a certain depth the walk is a recursion: an object is enumerated, and
 * each field written as soon as it is read. What is deeper is walked with a stack
 * of frames of its own, so that a list linked 100,000 times over can be sent.
 *
 * The keys of an object come before its values, but are known only after them.
 * So two bytes are left free for the number of the object's shape. Keys that have
 * no such number are spelled out, which takes more room; where, is remembered, and
 * when all else is written the message is moved apart there, in one go:
 *
 * ```text
 *   written    ··│values│··│values│··│values│
 *                 └─────┐   └───────┐   └──────────┐
 *   finished   OBJECT id msg│values│21 07│values│OBJECT at│values│
 * ```
 *
 * Nothing of a value is read twice: reading may run code of the caller's.
 *
 * @module
 */

import {
  ARRAY,
  DICTIONARY,
  FALSE,
  HOLES,
  NULL,
  REFERENCE,
  SENTINEL,
  SHAPE,
  TRUE,
  UNDEFINED,
} from "./_format.ts";
import { Apart } from "./_apart.ts";
import { Heads } from "./_heads.ts";
import { type KeyNode, noKeys } from "./_key_trie.ts";
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
import { IDLE, type State } from "./_state.ts";
import { presentFrom } from "./_sparse.ts";
import type { Step, WriteFrame } from "./_write_frame.ts";
import { WriteStack } from "./_write_stack.ts";
import { NotSendableError } from "./errors.ts";
import { EXIT } from "./sentinel.ts";

/** Containers that are deeper than this are walked without recursion. */
const SHALLOW = 64;

/** Writes an object that is neither plain nor an array. */
export type WriteSpecial = (writer: Writer, object: object) => void;

type Fields = Record<string, unknown>;

/**
 * Reads a field inside of `for…in`. Written there it would be as fast until an
 * object without the usual inner form comes by, such as one with indices for keys,
 * and many times slower ever after; a function is only half as fast then.
 */
function read(object: Fields, key: string): unknown {
  return object[key];
}

/** Writes messages, one after another. */
export class Writer extends WriteStack {
  /** Whether a message is being written, or was given up. */
  state: State = IDLE;
  /** What travels beside the bytes, where something may. */
  beside: object[] | undefined = undefined;
  /** What travels apart, where something may. */
  bulk: Uint8Array[] | undefined = undefined;
  /** What goes beside as such. */
  transfer: ReadonlySet<object> | undefined = undefined;
  /** Whether a text takes the place of what cannot be sent. */
  lossy = false;

  readonly #writeSpecial: WriteSpecial;
  readonly #isSelfContained: boolean;
  readonly #seen = new Seen();
  readonly #heads = new Heads();
  #apart: Apart | undefined = undefined;
  /** Whether a loop goes on with the frames that are opened. */
  #isDriven = false;
  /** Whether anything goes beside or apart. */
  #hasMore = false;
  #inherited = false;

  /** Makes a writer that leaves special objects to `writeSpecial`. */
  constructor(writeSpecial: WriteSpecial, isSelfContained: boolean) {
    super();
    this.#writeSpecial = writeSpecial;
    this.#isSelfContained = isSelfContained;
  }

  /** Writes a whole message. */
  message(root: unknown): void {
    this.rewind();
    this.#hasMore = this.transfer !== undefined;
    this.pools = false;
    if (typeof root !== "object" || root === null) return this.value(root);
    this.#inherited = hasInheritedKeys();
    // Where a field's error must not spoil its object, and where fields must be
    // told from inherited ones, objects are read before they are written.
    this.shallow = this.lossy || this.#inherited ? 0 : SHALLOW;
    this.pools = !this.lossy;
    this.#object(root);
    if (this.#apart !== undefined) this.#checkApart(this.#apart);
    if (this.#heads.count > 0) this.#heads.insertInto(this);
    this.finishPools();
  }

  #checkApart(apart: Apart): void {
    apart.check();
    this.#apart = undefined;
  }

  /** Lets go of all that the last message was about. */
  clear(): void {
    this.shrink();
    this.#seen.clear();
    this.clearStack();
    if (this.#hasMore) this.#release();
  }

  /** A caller's lists are kept while they are empty: most are given each time. */
  #release(): void {
    this.beside = this.bulk = this.transfer = undefined;
    this.#hasMore = false;
  }

  /** The same for a message that may be unfinished. */
  abandon(): void {
    this.shrink();
    this.#seen.clear();
    this.#heads.clear();
    this.#apart = undefined;
    this.#isDriven = false;
    this.#release();
    this.abandonStack();
    this.state = IDLE;
  }

  /** Writes a value. A container that is deep is opened, its children follow. */
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

  /** Puts an object beside the bytes, and gives its number there. */
  setBeside(object: object): number {
    this.#hasMore = true;
    return this.beside!.push(object) - 1;
  }

  /** Sets bytes apart, and gives the number under which they travel. */
  setApart(bytes: Uint8Array<ArrayBuffer>): number {
    this.#apart ??= new Apart();
    this.#apart.add(bytes, this.path());
    this.#hasMore = true;
    return this.bulk!.push(bytes) - 1;
  }

  /** Throws for a value that cannot be sent, or writes a text in its place. */
  refuse(value: unknown, refusal: Refusal): void {
    if (this.lossy) return this.text(describe(value, refusal));
    throw new NotSendableError(this.path(), refusal.found, refusal.advice);
  }

  #object(object: object): void {
    if (this.again(object)) return;
    if (this.level < this.shallow) return this.#open(object);
    if (this.#isDriven) return this.#openDeep(object);
    this.#isDriven = true;
    const depth = this.depth;
    this.#openDeep(object);
    this.drive(depth);
    this.#isDriven = false;
  }

  #openDeep(object: object): void {
    if (this.lossy) this.#openLossy(object);
    else this.#open(object);
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

  #open(object: object): void {
    const array = isArray(object);
    if (array === undefined) return this.refuse(object, refuseRevoked());
    if (array) return this.#openArray(object as unknown[]);
    const prototype = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
      return this.#writeSpecial(this, object);
    }
    if (this.level < this.shallow) this.#writeObject(object as Fields);
    else if (this.#inherited || this.lossy) this.#openByKeys(object);
    else this.#openObject(object as Fields);
  }

  /** Writes a plain object, reading each field when it is written. */
  #writeObject(object: Fields): void {
    const head = this.#head(object);
    const level = this.level++;
    let keys = noKeys();
    for (const key in object) {
      const value = read(object, key);
      keys = keys.lastKey === key ? keys.lastChild! : keys.with(key);
      if (typeof value === "string") this.text(value);
      else if (typeof value === "number") this.number(value);
      else this.#child(value, key, level, object);
    }
    this.level = level;
    this.#finishHead(head, keys);
  }

  /** Writes what is neither a text nor a number. */
  #child(value: unknown, step: Step, level: number, parent: object): void {
    if (typeof value === "object") {
      if (value === null) return this.byte(NULL);
      if (level === 0) this.#seen.noteRoot(parent);
      this.steps[level] = step;
      return this.#object(value);
    }
    if (typeof value === "boolean") return this.byte(value ? TRUE : FALSE);
    this.steps[level] = step;
    this.value(value);
  }

  /** Begins a plain object, whose keys will be known later. */
  #head(object: object): number {
    if (this.level === 0) this.#seen.addRoot();
    else this.#seen.add(object);
    this.reserve(2);
    const { position } = this;
    this.position = position + 2;
    return position;
  }

  #finishHead(head: number, keys: KeyNode): void {
    if (!this.#isSelfContained) {
      const shape = keys.shape >= 0 ? keys.shape : keys.enlist();
      if (shape >= 0) {
        this.bytes[head] = SHAPE + (shape >> 8);
        this.bytes[head + 1] = shape;
        return;
      }
    }
    this.#heads.add(head, keys);
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
    if (this.level < this.shallow) this.#writeElements(array, length);
    else this.enter("array", array, 0, 0, length, undefined);
  }

  #writeElements(array: unknown[], length: number): void {
    const level = this.level++;
    for (let i = 0; i < length; i++) {
      const value = array[i];
      if (typeof value === "string") this.text(value);
      else if (typeof value === "number") this.number(value);
      else if (value === undefined && !Object.hasOwn(array, i)) {
        this.level = level;
        return this.enter("array", array, 0, i, length, undefined);
      } else this.#child(value, i, level, array);
    }
    this.level = level;
  }

  /** Reads a plain object at once, and leaves its fields to a frame. */
  #openObject(object: Fields): void {
    const head = this.#head(object);
    if (this.level === 0) this.#seen.noteRoot(object);
    const stack = this.stack;
    const start = this.top;
    let top = start;
    let keys = noKeys();
    for (const key in object) {
      stack[top++] = read(object, key);
      keys = keys.with(key);
    }
    this.top = top;
    this.#finishHead(head, keys);
    this.enter("object", stack, start, start, top, keys.names);
  }

  /** The thorough way, for when `for…in` would show more than own fields. */
  #openByKeys(object: object): void {
    const names = Object.keys(object);
    const values = names.map((name) => this.read(object, name));
    this.begin(object, DICTIONARY);
    this.count(names.length);
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

  /** Writes children of the innermost container until one has its own. */
  protected override continue(frame: WriteFrame): void {
    if (frame.kind === "array") return this.#continueArray(frame);
    const depth = this.depth;
    const { list, start, end, names } = frame;
    const named = frame.kind === "dictionary" || frame.kind === "error";
    while (frame.next < end) {
      if (named) this.text(names![frame.next - start]!);
      this.value(list[frame.next++]);
      if (this.depth !== depth) return;
    }
    this.top = start;
    this.leave(frame);
  }

  #continueArray(frame: WriteFrame): void {
    const depth = this.depth;
    const { list, end } = frame;
    while (frame.next < end) {
      const { next } = frame;
      const value = this.lossy ? this.read(list, next) : list[next];
      if (value === undefined && !Object.hasOwn(list, next)) {
        const present = presentFrom(frame, next);
        this.byte(HOLES);
        this.count(present - next);
        frame.next = present;
        continue;
      }
      frame.next++;
      this.value(value);
      if (this.depth !== depth) return;
    }
    this.leave(frame);
  }
}
