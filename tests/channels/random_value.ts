/**
 * Random values of every kind that can be sent.
 *
 * @module
 */
import { BULK_BYTES } from "../../channels/_format.ts";
import { EXIT } from "../../channels/sentinel.ts";

export { difference } from "./difference.ts";

/** Random numbers that come in the same order for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 random bits, by the mixing steps of mulberry32. */
  bits(): number {
    this.#state = this.#state + 0x6d2b79f5 >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return (mixed ^ mixed >>> 14) >>> 0;
  }

  /** An integer from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor(this.bits() / 2 ** 32 * limit);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

/** Whether a random value is to hold great buffers, and how often. */
export type Greatness = "never" | "sometimes" | "often";

export interface RandomValueOptions {
  /** How many containers deep a value may be. */
  depth?: number;
  /** About how many values a value may hold in all. */
  size?: number;
  /** The most containers to put around the value, one in the other. */
  wrap?: number;
  /** Whether buffers may be great enough to travel apart. */
  great?: Greatness;
}

/** Makes a random value; the same for the same state of `random`. */
export function randomValue(
  random: Random,
  { depth = 5, size = 40, wrap = 0, great = "never" }: RandomValueOptions = {},
): unknown {
  const maker = new Maker(random, size, great);
  const value = random.oneIn(10) ? maker.value(0) : maker.object(depth);
  return wrap === 0 ? value : maker.wrapped(value, random.below(wrap));
}

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  127,
  128,
  -128,
  -129,
  32767,
  32768,
  -32768,
  -32769,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  0.1,
  1e300,
  5e-324,
  NaN,
  Infinity,
  -Infinity,
];

const BIGINTS = [0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -5n];

const KEYS = [
  "id",
  "msg",
  "name",
  "at",
  "",
  "0",
  "17",
  "odd key",
  "ключ",
  "__proto__",
  "constructor",
  "toString",
  "\ud800",
];

const RECORDS = [
  ["id", "msg"],
  ["id", "at", "name"],
  ["x", "y"],
  ["left", "right"],
  ["job", "done", "reply", "tries", "name"],
  ["été", "0", "a longer key than most objects have, but still no long one"],
  [],
];

const ERRORS = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Deno.errors.NotFound,
  Deno.errors.BrokenPipe,
];

const ARRAYS = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
];

class Maker {
  readonly #random: Random;
  /** Everything made so far: some of it is used again. */
  readonly #objects: object[] = [];
  #left: number;
  readonly #great: Greatness;

  constructor(random: Random, size: number, great: Greatness) {
    this.#random = random;
    this.#left = size;
    this.#great = great;
  }

  value(depth: number): unknown {
    const random = this.#random;
    this.#left--;
    if (depth === 0 || this.#left <= 0 || random.oneIn(3)) {
      return this.#primitive();
    }
    if (this.#objects.length > 0 && random.oneIn(8)) {
      return random.pick(this.#objects);
    }
    return this.object(depth - 1);
  }

  #primitive(): unknown {
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
        return undefined;
      case 1:
        return null;
      case 2:
        return random.oneIn(2);
      case 3:
        return random.pick(NUMBERS);
      case 4:
        return random.bits() / 2 ** random.below(40);
      case 5:
        return random.below(1000) - 300;
      case 6:
        return this.#bigint();
      case 7:
        return EXIT;
      default:
        return this.#text();
    }
  }

  #bigint(): bigint {
    const random = this.#random;
    if (random.oneIn(2)) return random.pick(BIGINTS);
    let value = 1n;
    for (let i = random.below(12); i >= 0; i--) {
      value = value << 32n | BigInt(random.bits());
    }
    return random.oneIn(2) ? value : -value;
  }

  #text(): string {
    const random = this.#random;
    const length = random.oneIn(8) ? random.below(300) : random.below(30);
    const highest = random.pick([0x80, 0x100, 0x800, 0xd800, 0x10000]);
    let text = "";
    for (let i = 0; i < length; i++) {
      text += String.fromCharCode(random.below(highest));
    }
    return text;
  }

  #keep<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  object(depth: number): object {
    const random = this.#random;
    switch (random.below(12)) {
      case 0:
        return this.#keep(
          new Date(random.oneIn(5) ? NaN : random.bits() * 900),
        );
      case 1:
        return this.#keep(
          new RegExp(random.pick(["", "a/b", "[é日]+", "\\d"]), "giu"),
        );
      case 2:
        return this.#keep(
          Object(random.pick<unknown>([1.5, "text", true, false, 7n, -0])),
        );
      case 3:
        return this.#view();
      case 4:
        return this.#map(depth);
      case 5:
        return this.#set(depth);
      case 6:
        return this.#error(depth);
      case 7:
      case 8:
        return this.#array(depth);
      default:
        return this.#plain(depth);
    }
  }

  /** Puts a value into so many containers. */
  wrapped(value: unknown, depth: number): unknown {
    const random = this.#random;
    let outer = value;
    for (let i = 0; i < depth; i++) {
      const inner = outer;
      outer = random.pick([
        () => ({ id: i, msg: inner }),
        () => ({ msg: inner, id: i }),
        () => ({ a: inner, ["k".repeat(70)]: i }),
        () => [i, inner, ...random.oneIn(3) ? this.#objects : []],
        () => [, inner],
        () => new Map([[i, inner]]),
        () => new Map([[inner, i]]),
        () => new Set([inner]),
        () => new Error("around", { cause: inner }),
      ])();
    }
    return outer;
  }

  /** One of the kinds of object that a program has. */
  #record(depth: number): object {
    const object = this.#keep<Record<string, unknown>>({});
    for (const key of this.#random.pick(RECORDS)) {
      object[key] = this.value(depth);
    }
    return object;
  }

  #plain(depth: number): object {
    const random = this.#random;
    if (random.oneIn(2)) return this.#record(depth);
    const object = this.#keep<object>(
      random.oneIn(6) ? Object.create(null) : {},
    );
    this.#fields(object, depth);
    return object;
  }

  #fields(object: object, depth: number): void {
    const random = this.#random;
    const count = random.oneIn(30) ? 60 : random.below(6);
    for (let i = 0; i < count; i++) {
      const key = random.oneIn(4) ? this.#text() : random.pick(KEYS);
      // So that "__proto__" becomes a field, as in JSON.
      Object.defineProperty(object, key, {
        value: this.value(depth),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }

  #array(depth: number): unknown[] {
    const random = this.#random;
    const array = this.#keep<unknown[]>([]);
    const length = random.below(8);
    for (let i = 0; i < length; i++) {
      if (random.oneIn(10)) array.length += random.below(200);
      else array.push(this.value(depth));
    }
    return array;
  }

  #map(depth: number): Map<unknown, unknown> {
    const map = this.#keep(new Map<unknown, unknown>());
    for (let i = this.#random.below(5); i > 0; i--) {
      map.set(this.value(depth), this.value(depth));
    }
    return map;
  }

  #set(depth: number): Set<unknown> {
    const set = this.#keep(new Set<unknown>());
    for (let i = this.#random.below(5); i > 0; i--) set.add(this.value(depth));
    return set;
  }

  #error(depth: number): Error {
    const random = this.#random;
    const text = this.#text();
    if (random.oneIn(6)) {
      return this.#keep(new DOMException(text, random.pick(KEYS)));
    }
    if (random.oneIn(6)) {
      const errors = [this.value(depth), this.value(depth)];
      return this.#keep(new AggregateError(errors, text));
    }
    const error = this.#keep(new (random.pick(ERRORS))(text));
    if (random.oneIn(2)) error.cause = this.value(depth);
    if (random.oneIn(3)) Object.assign(error, { code: this.value(depth) });
    return error;
  }

  #view(): object {
    const random = this.#random;
    const size = this.#isGreat()
      ? BULK_BYTES - 80 + random.below(30) * 8
      : random.below(10) * 8;
    const buffer = this.#keep(
      random.oneIn(3)
        ? new ArrayBuffer(size, { maxByteLength: size + 100 })
        : new ArrayBuffer(size),
    );
    const bytes = new Uint8Array(buffer);
    for (let i = 0; i < size && i < 80; i++) bytes[i] = random.bits();
    if (size > 80) bytes.fill(random.bits(), 80);
    if (random.oneIn(4)) return buffer;
    if (random.oneIn(6)) return this.#keep(new DataView(buffer));
    const kind = random.pick(ARRAYS);
    if (size < 32 || random.oneIn(2)) return this.#keep(new kind(buffer));
    const length = (size - 16) / kind.BYTES_PER_ELEMENT;
    return this.#keep(new kind(buffer, 8, random.oneIn(2) ? 1 : length));
  }

  #isGreat(): boolean {
    if (this.#great === "never") return false;
    return this.#random.oneIn(this.#great === "often" ? 2 : 4);
  }
}
