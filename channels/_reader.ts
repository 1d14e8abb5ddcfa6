/**
 * The walk that turns bytes into a value.
 *
 * A container is made when its tag is met, given the next number, and filled
 * afterwards: so references to it may come from inside of it. Down to a certain
 * depth it is filled by recursion; what is deeper is put in its place at once and
 * filled later, with a stack of frames of the walk's own. See `_writer.ts`, whose
 * mirror image this is.
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
  SHAPE,
  SHORT_TEXT,
  SMALL_INT,
} from "./_format.ts";
import { readKeyList } from "./_key_lists.ts";
import { IDLE, type State } from "./_state.ts";
import { ReadStack, SHALLOW } from "./_read_stack.ts";
import { type KeyList, shapeAt } from "./shapes.ts";

/** Stacks that have grown beyond this are given back after the message. */
const DEEP = 1024;

/**
 * The most address space that the resizable buffers of a message may set aside
 * together. Setting aside takes no memory, so a few bytes could ask for all there
 * is, and leave none to anything else.
 */
const MOST_ADDRESSES = 2 ** 38;

const NOTHING_BESIDE: readonly unknown[] = [];
const NOTHING_APART: readonly Uint8Array<ArrayBuffer>[] = [];

/** Makes an object that is neither plain nor a container of other values. */
export type ReadSpecial = (reader: Reader, tag: number) => object;

/** Reads messages, one after another. */
export class Reader extends ReadStack {
  /** Whether a message is being read, or was given up. */
  state: State = IDLE;
  readonly #readSpecial: ReadSpecial;
  #beside = NOTHING_BESIDE;
  #bulk = NOTHING_APART;
  /** The first of the bytes apart that no buffer was made of. */
  #bulkNext = 0;
  /** Whether a loop goes on with the frames that are opened. */
  #isDriven = false;
  /** The objects of the message by number; undefined while one is made. */
  #objects: (object | undefined)[] = [];
  #size = 0;
  /** The key lists of the message by number; outdated from `keyListCount` on. */
  #keyLists: KeyList[] = [];
  #keyListCount = 0;
  #addresses = 0;

  /** Makes a reader that leaves special objects to `readSpecial`. */
  constructor(readSpecial: ReadSpecial) {
    super();
    this.#readSpecial = readSpecial;
  }

  /** Reads a whole message. */
  message(
    beside: readonly unknown[] | undefined,
    bulk: readonly Uint8Array<ArrayBuffer>[] | undefined,
  ): unknown {
    if (beside !== undefined) this.#beside = beside;
    if (bulk !== undefined) this.#bulk = bulk;
    this.holes = this.end - this.position;
    this.#addresses = MOST_ADDRESSES;
    const root = this.value();
    this.checkEnd();
    return root;
  }

  /** Reads a whole message that holds no object; leaves nothing to clear. */
  leafMessage(): unknown {
    const root = this.leaf(this.byte());
    this.checkEnd();
    return root;
  }

  /** Lets go of all that the last message was about. */
  clear(): void {
    this.close();
    if (this.#beside !== NOTHING_BESIDE) this.#beside = NOTHING_BESIDE;
    if (this.#bulk !== NOTHING_APART) this.#bulk = NOTHING_APART;
    this.#bulkNext = 0;
    const size = this.#size;
    if (size > DEEP) this.#objects = [];
    else for (let i = 0; i < size; i++) this.#objects[i] = undefined;
    this.#size = 0;
    if (this.#keyListCount > DEEP) this.#keyLists = [];
    this.#keyListCount = 0;
    this.clearStack();
  }

  /** The same for a message that may be unfinished. */
  abandon(): void {
    this.clear();
    this.abandonStack();
    this.#isDriven = false;
    this.state = IDLE;
  }

  /** Reads a value. A container that is deep is made, its children follow. */
  override value(): unknown {
    const tag = this.byte();
    return isObject(tag) ? this.#anyObject(tag) : this.leaf(tag);
  }

  #anyObject(tag: number): unknown {
    if (this.level < SHALLOW || this.#isDriven) return this.#oneObject(tag);
    this.#isDriven = true;
    const depth = this.depth;
    const object = this.#oneObject(tag);
    this.drive(depth);
    this.#isDriven = false;
    return object;
  }

  #oneObject(tag: number): unknown {
    switch (tag) {
      case SHAPE:
      case SHAPE + 1:
      case SHAPE + 2:
      case SHAPE + 3:
        return this.#object(this.#shape(tag));
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

  /** Takes a buffer whose bytes travelled apart. */
  apart(): ArrayBuffer {
    const index = this.count();
    const length = this.count();
    const bytes = this.#bulk[index];
    // A buffer that is used twice would be shared by what is not.
    if (index < this.#bulkNext || bytes?.length !== length) {
      return this.fail("bytes that travel apart are missing");
    }
    const { buffer } = bytes;
    if (buffer.byteLength !== length || buffer.resizable) {
      return this.fail("bytes that travel apart are of another length");
    }
    this.#bulkNext = index + 1;
    return buffer;
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

  #shape(tag: number): KeyList {
    const number = (tag - SHAPE) << 8 | this.byte();
    return shapeAt(number) ?? this.fail("its shape is not known");
  }

  #object(keys: KeyList): object {
    const target: Record<string, unknown> = {};
    const number = this.#size++;
    // To note a new object in an old list is slow. The root is noted only when
    // something comes that may refer to it.
    if (number > 0 || !keys.assignable) this.#objects[number] = target;
    const { names } = keys;
    if (this.level >= SHALLOW || !keys.assignable) {
      return this.fill(target, "object", names.length, 0, keys);
    }
    const level = this.level++;
    for (let i = 0; i < names.length; i++) {
      const tag = this.byte();
      target[names[i]!] = tag >= SMALL_INT
        ? tag - SMALL_INT
        : tag >= SHORT_TEXT
        ? this.shortText(tag)
        : tag >= OBJECT
        ? this.#child(tag, target, level)
        : this.leaf(tag);
    }
    this.level = level;
    return target;
  }

  /** Reads an object into a field of a plain one. */
  #child(tag: number, parent: object, level: number): unknown {
    if (level === 0) this.#objects[0] = parent;
    return this.#anyObject(tag);
  }

  #array(): object {
    const length = this.count();
    if (length >= 2 ** 32) this.fail("an array is too long");
    const array: unknown[] = this.begin([]);
    if (this.level >= SHALLOW) return this.fill(array, "array", length);
    const level = this.level++;
    for (let i = 0; i < length; i++) {
      const tag = this.byte();
      if (tag === HOLES) {
        this.position--;
        this.level = level;
        this.fill(array, "array", length, 0, undefined, i);
        break;
      }
      array[i] = tag >= OBJECT && tag < SHORT_TEXT
        ? this.#anyObject(tag)
        : this.leaf(tag);
    }
    this.level = level;
    return array;
  }
}
