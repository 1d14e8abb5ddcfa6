/**
 * The shared map: values of any kind, by a text.
 *
 * @module
 */

import { checkWhole, labelOf, MOST_BYTES_LIMIT } from "../bounds.ts";
import { decode } from "../decode.ts";
import { Encoder } from "../encode.ts";
import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { madeAtHome } from "../home.ts";
import { INSPECT } from "../inspect.ts";
import { type Lock, lockAt } from "../locks/lock.ts";
import { RecursiveLock } from "../locks/recursive_lock.ts";
import { nextRing } from "../numbers.ts";
import { stopIfFenced } from "../threads.ts";
import {
  type Copy,
  LEAST_MAP_BYTES,
  MapMemory,
  type RawEntry,
} from "./_map_memory.ts";
import { ADOPTED } from "./_shared_memory.ts";

/** Options of a {@linkcode SharedMap}. */
export interface SharedMapOptions {
  /** What messages call it. */
  name?: string;
  /**
   * The most shared memory that it takes, in bytes: whole numbers from 8 KiB to
   * 1 GiB, which is the default. It is taken as it is needed. Count on half of it
   * for what the map holds: the other half is needed to tidy up.
   */
  maxBytes?: number;
}

interface Adopted extends SharedMapOptions {
  [ADOPTED]?: { memory: MapMemory; number: number };
}

const maps = new Identity<SharedMap<unknown>>();
const encoder = new Encoder();

/** What the next value that is got may be copied to; of these sizes. */
let spare: Copy | undefined;
const SPARE_BYTES = 1024;
const MOST_SPARE_BYTES = 2 ** 16;

/** So many characters of a key are shown in messages. */
const MOST_SHOWN = 60;

/**
 * A map in memory that actors share: from texts to values of any kind that can be
 * sent as data.
 *
 * Made by any actor and passed to others; all of them see one map, and no thread
 * serves it. What is got is a copy: to change something in a value, set it again,
 * or use {@linkcode update}. Values that bytes cannot carry (queues, other shared
 * things, ports) are refused.
 *
 * Each call is one atomic step. Those that change the map hold its
 * {@linkcode lock} meanwhile, so they block the thread while another actor's
 * `update` runs or another actor has the lock; those that only read never wait
 * for it. To make one step of several calls, hold the lock around them. An actor
 * that is not to block awaits the lock first.
 *
 * An actor that dies at any point leaves a whole map: each change is done, or not
 * begun.
 *
 * In the spirit of the dict of Python's `multiprocessing.Manager`.
 *
 * @example Two actors count words in one map
 * ```ts ignore
 * import { actor, SharedMap } from "@troupe/troupe";
 *
 * const count = actor(
 *   import.meta,
 *   function count(words: SharedMap<number>, text: string) {
 *     for (const word of text.split(" ")) {
 *       words.update(word, (times) => (times ?? 0) + 1);
 *     }
 *   },
 * );
 *
 * if (import.meta.main) {
 *   const words = new SharedMap<number>();
 *   const counters = ["to be or not", "to be"]
 *     .map((text) => count.spawn([words, text]));
 *   for (const one of counters) await one.join();
 *   console.log(words.get("to"), words.get("or")); // 2 1
 * }
 * ```
 *
 * @typeParam V The values.
 */
export class SharedMap<V> implements Iterable<[string, V]> {
  /** The kind of handle this is. */
  readonly kind = "shared-map";

  readonly #name: string | undefined;
  readonly #label!: string;
  readonly #number!: number;
  readonly #memory!: MapMemory;
  readonly #lock!: RecursiveLock;

  /**
   * Makes a map.
   *
   * @param entries What it holds at first. Default: nothing.
   * @throws {NotSendableError} If a value holds what bytes cannot carry.
   * @throws {RangeError} If `maxBytes` is out of range, or too little.
   * @throws {TypeError} If a key is no text, or an option is of the wrong type.
   */
  constructor(
    entries?: Iterable<readonly [string, V]>,
    options: SharedMapOptions = {},
  ) {
    const list = entries && [...entries];
    const remote = madeAtHome<this>("shared-map", list, options);
    if (remote !== undefined) return remote;
    const { name, maxBytes = MOST_BYTES_LIMIT } = options;
    this.#label = labelOf("shared map", name);
    const what = `Cannot create a ${this.#label}: maxBytes`;
    checkWhole(what, maxBytes, LEAST_MAP_BYTES, MOST_BYTES_LIMIT);
    const { memory, number } = (options as Adopted)[ADOPTED] ??
      { memory: MapMemory.create(maxBytes), number: nextRing() };
    this.#name = name;
    this.#number = number;
    this.#memory = memory;
    const words = new Int32Array(memory.memory, 0, LEAST_MAP_BYTES / 4);
    this.#lock = lockAt(RecursiveLock, { words, at: 0, number }, { name });
    for (const [key, value] of list ?? []) this.set(key, value);
    maps.add(number, this as SharedMap<unknown>);
  }

  /** How many entries it has. */
  get size(): number {
    return this.#memory.count;
  }

  /**
   * The lock that each call which changes the map holds: a recursive one, so that
   * its holder can make these calls. If a holder dies between two of them, whoever
   * has the lock next is told: who acquires it, or a call of the map, to which it
   * is all the same.
   */
  get lock(): Lock {
    return this.#lock;
  }

  /**
   * The value of a key, as a copy; `undefined` if there is none.
   *
   * @throws {TypeError} If the key is no text.
   */
  get(key: string): V | undefined {
    this.#check("get", key);
    // What making a value leads to, by a hook of the program's, may get another.
    const copy = spare ?? { bytes: new Uint8Array(SPARE_BYTES) };
    spare = undefined;
    const length = this.#memory.get(key, copy);
    const value = length < 0 ? undefined : decode(copy.bytes, 0, length) as V;
    if (copy.bytes.length <= MOST_SPARE_BYTES) spare = copy;
    return value;
  }

  /**
   * Whether there is an entry for a key.
   *
   * @throws {TypeError} If the key is no text.
   */
  has(key: string): boolean {
    this.#check("look for", key);
    return this.#memory.has(key);
  }

  /**
   * Sets the value of a key to a copy of what is given. A key that is there keeps
   * its place in the order.
   *
   * @throws {NotSendableError} If the value holds what bytes cannot carry.
   * @throws {RangeError} If there is no room left; see `maxBytes`.
   * @throws {TypeError} If the key is no text.
   */
  set(key: string, value: V): this {
    this.#check("set", key);
    const length = encoder.encode(value);
    const { bytes } = encoder;
    this.#lock.runSync(() => this.#write(key, bytes, length));
    return this;
  }

  /**
   * Deletes an entry.
   *
   * @returns Whether there was one.
   * @throws {TypeError} If the key is no text.
   */
  delete(key: string): boolean {
    this.#check("delete", key);
    return this.#lock.runSync(() => this.#memory.delete(key));
  }

  /** Deletes all entries. */
  clear(): void {
    this.#lock.runSync(() => this.#memory.clear());
  }

  /**
   * Sets the value of a key to what a function makes of the one that is there, in
   * one step: nobody else changes the map meanwhile. The function is called once.
   * If it throws, or the actor dies in it, nothing has changed.
   *
   * @param change Gets the value, or `undefined` if there is none. It holds up all
   *   others that change the map, so it should be short.
   * @returns The new value.
   * @throws {NotSendableError} If the new value holds what bytes cannot carry.
   * @throws {RangeError} If there is no room left; see `maxBytes`.
   * @throws {TypeError} If the key is no text, or the function gives a promise.
   * @throws What the function throws.
   */
  update(key: string, change: (value: V | undefined) => V): V {
    this.#check("update", key);
    return this.#lock.runSync(() => {
      const value = change(this.get(key));
      if (typeof (value as PromiseLike<V> | null)?.then === "function") {
        throw new TypeError(
          `Cannot update ${shown(key)} of ${this.#label}: the ` +
            "function gave a promise. Hold the lock, and get and set instead",
        );
      }
      const length = encoder.encode(value);
      // Within the program's own function it may have been terminated.
      stopIfFenced();
      this.#write(key, encoder.bytes, length);
      return value;
    });
  }

  /**
   * The entries as they are at the call, in the order in which their keys were
   * added. What changes afterwards is not seen.
   */
  entries(): IterableIterator<[string, V]> {
    return entriesOf<V>(this.#memory.snapshot());
  }

  /** The keys, as {@linkcode entries} has them. */
  keys(): IterableIterator<string> {
    return this.#memory.snapshot().values().map(({ key }) => key);
  }

  /** The values, as {@linkcode entries} has them. */
  values(): IterableIterator<V> {
    return valuesOf(this.entries());
  }

  /** Iterates over {@linkcode entries}. */
  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.entries();
  }

  #write(key: string, bytes: Uint8Array, length: number): void {
    if (this.#memory.set(key, bytes, length)) return;
    const { maxByteLength } = this.#memory.memory;
    throw new RangeError(
      `Cannot set ${shown(key)} of ${this.#label} to a value of ` +
        `${length} bytes: the map may take ${maxByteLength} bytes of memory, ` +
        "half of them for what it holds. Delete entries, or make it with a " +
        "greater maxBytes",
    );
  }

  #check(action: string, key: unknown): void {
    if (typeof key === "string") return;
    throw new TypeError(
      `Cannot ${action} an entry of ${this.#label}: the key must be a ` +
        `string, got ${key === null ? "null" : typeof key}`,
    );
  }

  /**
   * How it is logged: `shared map "settings" (3 entries)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#label} (${this.size} entries)`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return {
      kind: this.kind,
      memory: this.#memory.memory,
      number: this.#number,
      name: this.#name,
    };
  }
}

/** A key as messages show it: a long one by its beginning and its length. */
function shown(key: string): string {
  if (key.length <= MOST_SHOWN) return JSON.stringify(key);
  const beginning = JSON.stringify(`${key.slice(0, MOST_SHOWN)}…`);
  return `${beginning} (${key.length} characters)`;
}

function* entriesOf<V>(
  entries: readonly RawEntry[],
): IterableIterator<[string, V]> {
  for (const { key, bytes, start, end } of entries) {
    yield [key, decode(bytes, start, end) as V];
  }
}

function* valuesOf<V>(
  entries: Iterable<readonly [string, V]>,
): IterableIterator<V> {
  for (const [, value] of entries) yield value;
}

registerHandle("shared-map", {
  unpack({ memory, number, name }) {
    const known = maps.get(number as number);
    if (known !== undefined) return known;
    const adopted = {
      memory: new MapMemory(memory as SharedArrayBuffer),
      number: number as number,
    };
    return new SharedMap(undefined, { name, [ADOPTED]: adopted } as Adopted);
  },
});
