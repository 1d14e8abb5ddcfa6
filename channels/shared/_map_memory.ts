/**
 * The memory of a shared map: a hash table of records.
 *
 * ```text
 *   word 0        the lock of the writers
 *   MONITOR       the monitor in which the sections below run
 *   ROOT          the word at which the region in use begins
 *   EMPTY         a region with no room, in use while the map is empty
 *   FIRST …       regions, of which one is in use; see `_map_records.ts`
 * ```
 *
 * A record that is in the map never changes, but for its NEXT. An entry is set by
 * writing a record behind all others and then pointing at it, with the NEXT of the
 * one that it replaces; it is deleted by pointing past it. Where there is no room
 * the living records are copied to another place, and ROOT points there. So each
 * change is done by one store, and a thread that dies before or after it leaves a
 * whole map; only the counts may be wrong then, and are counted again.
 *
 * Places are used in turns, so that a map whose entries are set again and again
 * takes no more memory than a few times what they need.
 *
 * @module
 */

import { LOCK_WORDS } from "../locks/lock.ts";
import { Monitor, MONITOR_WORDS } from "../locks/monitor.ts";
import {
  BUCKETS,
  BYTES,
  COUNT,
  FIRST_BUCKET,
  HASH,
  hashOf,
  KEY,
  LIVE,
  NEXT,
  NEXT_ORDER,
  ORDER,
  recordsOf,
  SIZE,
  sizeAt,
  sizeOf,
  TAIL,
  textOf,
  UNITS,
  valueAt,
} from "./_map_records.ts";

const MONITOR = LOCK_WORDS;
const ROOT = MONITOR + MONITOR_WORDS;
const EMPTY = ROOT + 1;

const LEAST_BUCKETS = 16;
const FIRST = EMPTY + FIRST_BUCKET + LEAST_BUCKETS;
/** More records than so many for each bucket, and it gets more buckets. */
const CROWDED = 3;
const LEAST_SIZE = 1024;
/** So many bytes are copied faster one by one. */
const FEW = 64;

/** The least a map may be bounded by, in bytes. */
export const LEAST_MAP_BYTES: number = (FIRST + LEAST_SIZE) * 4;

/** An entry, as it was when a snapshot was taken. */
export interface RawEntry {
  readonly key: string;
  /** The memory of the snapshot, and where in it the value lies. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Where a copy of a value goes: from its first byte on. */
export interface Copy {
  /** Another takes its place if it is too short. */
  bytes: Uint8Array;
}

/** Where a record is, or would be. */
interface Place {
  /** The word that points at it. */
  readonly link: number;
  /** Its first word; 0 if there is none. */
  readonly record: number;
}

/** A map of texts to bytes. One object a thread for each map. */
export class MapMemory {
  readonly memory: SharedArrayBuffer;
  readonly #monitor: Monitor;
  // Fixed views: those that follow the growth of the memory are slow.
  #words: Int32Array<SharedArrayBuffer>;
  #bytes: Uint8Array<SharedArrayBuffer>;
  #units: Uint16Array<SharedArrayBuffer>;

  /** @param memory What {@linkcode create} made, in this or another thread. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    const head = new Int32Array(memory, 0, ROOT);
    this.#monitor = new Monitor(head, MONITOR, () => this.#recount());
    const length = memory.byteLength;
    this.#words = new Int32Array(memory, 0, length / 4);
    this.#bytes = new Uint8Array(memory, 0, length);
    this.#units = new Uint16Array(memory, 0, length / 2);
  }

  /** An empty map of at most so many bytes. */
  static create(maxBytes: number): MapMemory {
    const memory = new SharedArrayBuffer(LEAST_MAP_BYTES, {
      maxByteLength: Math.floor(maxBytes / 4) * 4,
    });
    const map = new MapMemory(memory);
    map.#open(EMPTY, FIRST - EMPTY, LEAST_BUCKETS);
    map.clear();
    return map;
  }

  /** How many entries there are. */
  get count(): number {
    return this.#run(() => this.#words[this.#root + COUNT]!);
  }

  /**
   * Copies the value of a key.
   *
   * @returns How many bytes it has, or −1 if there is no entry.
   */
  get(key: string, copy: Copy): number {
    const hash = hashOf(key);
    return this.#run(() => {
      const { record } = this.#find(key, hash);
      if (record === 0) return -1;
      const start = valueAt(this.#words, record) * 4;
      const length = this.#words[record + BYTES]!;
      if (length > copy.bytes.length) copy.bytes = new Uint8Array(length);
      const { bytes } = copy;
      if (length <= FEW) {
        for (let i = 0; i < length; i++) bytes[i] = this.#bytes[start + i]!;
      } else bytes.set(this.#bytes.subarray(start, start + length));
      return length;
    });
  }

  /** Whether there is an entry. */
  has(key: string): boolean {
    const hash = hashOf(key);
    return this.#run(() => this.#find(key, hash).record !== 0);
  }

  /**
   * Sets an entry. Only for who holds the lock of the writers.
   *
   * @param length How many of the bytes are the value.
   * @returns Whether there was room.
   */
  set(key: string, value: Uint8Array, length: number): boolean {
    const hash = hashOf(key);
    const size = sizeOf(key.length, length);
    return this.#run(() => {
      if (!this.#makeRoom(size)) return false;
      const words = this.#words;
      const root = this.#root;
      const { link, record: old } = this.#find(key, hash);
      const tail = words[root + TAIL]!;
      const record = root + tail;
      words[record + NEXT] = old === 0 ? 0 : words[old + NEXT]!;
      words[record + HASH] = hash;
      words[record + ORDER] = old === 0
        ? words[root + NEXT_ORDER]!++
        : words[old + ORDER]!;
      words[record + UNITS] = key.length;
      words[record + BYTES] = length;
      const first = (record + KEY) * 2;
      for (let i = 0; i < key.length; i++) {
        this.#units[first + i] = key.charCodeAt(i);
      }
      const start = valueAt(words, record) * 4;
      if (length <= FEW) {
        for (let i = 0; i < length; i++) this.#bytes[start + i] = value[i]!;
      } else this.#bytes.set(value.subarray(0, length), start);
      const added = old === 0 ? size : size - sizeAt(words, old);
      words[root + TAIL] = tail + size;
      // No calls from here on, which fail where there is no stack left.
      Atomics.store(words, link, tail);
      words[root + LIVE]! += added;
      if (old === 0) words[root + COUNT]!++;
      return true;
    });
  }

  /**
   * Deletes an entry. Only for who holds the lock of the writers.
   *
   * @returns Whether there was one.
   */
  delete(key: string): boolean {
    const hash = hashOf(key);
    return this.#run(() => {
      const words = this.#words;
      const root = this.#root;
      const { link, record } = this.#find(key, hash);
      if (record === 0) return false;
      const size = sizeAt(words, record);
      // As in `set`, no calls from here on.
      Atomics.store(words, link, words[record + NEXT]!);
      words[root + COUNT]!--;
      words[root + LIVE]! -= size;
      return true;
    });
  }

  /** Deletes all entries. Only for who holds the lock of the writers. */
  clear(): void {
    this.#run(() => Atomics.store(this.#words, ROOT, EMPTY));
  }

  /** All entries as they are now, in the order in which the keys were added. */
  snapshot(): RawEntry[] {
    const words = this.#run(() =>
      this.#words.slice(
        this.#root,
        this.#root + this.#words[this.#root + TAIL]!,
      )
    );
    const bytes = new Uint8Array(words.buffer);
    const units = new Uint16Array(words.buffer);
    const entries: RawEntry[] = [];
    for (const record of recordsOf(words, 0)) {
      const start = valueAt(words, record) * 4;
      entries.push({
        key: textOf(units, (record + KEY) * 2, words[record + UNITS]!),
        bytes,
        start,
        end: start + words[record + BYTES]!,
      });
    }
    return entries;
  }

  get #root(): number {
    return this.#words[ROOT]!;
  }

  #run<T>(section: () => T): T {
    return this.#monitor.run(() => {
      this.#look();
      return section();
    });
  }

  /** Makes views of what another thread has added to the memory. */
  #look(): void {
    const { memory } = this;
    const length = memory.byteLength;
    if (length === this.#bytes.length) return;
    this.#words = new Int32Array(memory, 0, length / 4);
    this.#bytes = new Uint8Array(memory, 0, length);
    this.#units = new Uint16Array(memory, 0, length / 2);
  }

  #find(key: string, hash: number): Place {
    const words = this.#words;
    const root = this.#root;
    let link = root + FIRST_BUCKET + (hash & (words[root + BUCKETS]! - 1));
    for (;;) {
      const next = words[link]!;
      if (next === 0) return { link, record: 0 };
      const record = root + next;
      if (words[record + HASH] === hash && this.#hasKey(record, key)) {
        return { link, record };
      }
      link = record + NEXT;
    }
  }

  #hasKey(record: number, key: string): boolean {
    if (this.#words[record + UNITS] !== key.length) return false;
    const first = (record + KEY) * 2;
    for (let i = 0; i < key.length; i++) {
      if (this.#units[first + i] !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Makes an empty region, which is not in use yet. */
  #open(at: number, size: number, buckets: number): void {
    const words = this.#words;
    words.fill(0, at, at + FIRST_BUCKET + buckets);
    words[at + SIZE] = size;
    words[at + BUCKETS] = buckets;
    words[at + TAIL] = FIRST_BUCKET + buckets;
  }

  /** Sees to it that a record of so many words can be added. */
  #makeRoom(size: number): boolean {
    const words = this.#words;
    const root = this.#root;
    const fits = words[root + TAIL]! + size <= words[root + SIZE]!;
    const count = words[root + COUNT]!;
    if (fits && count < words[root + BUCKETS]! * CROWDED) return true;
    let buckets = LEAST_BUCKETS;
    while (buckets <= count) buckets *= 2;
    const least = FIRST_BUCKET + buckets + words[root + LIVE]! + size;
    // Twice what it holds, so that this is rare; less where that is too much.
    const most = Math.max(LEAST_SIZE, 2 * least);
    for (const wanted of [most, Math.ceil(least * 1.25), least]) {
      const at = this.#placeFor(wanted);
      if (at === 0) continue;
      this.#move(at, wanted, buckets);
      return true;
    }
    return fits;
  }

  /**
   * Where a region of so many words may be, beside the one in use; or 0. Each lies
   * in one half of what the map may take, so that there is always a place for one
   * of half of it.
   */
  #placeFor(size: number): number {
    const half = Math.floor((this.memory.maxByteLength / 4 - FIRST) / 2);
    if (size > half) return 0;
    const root = this.#root;
    if (FIRST + size <= root) return FIRST;
    const after = root + this.#words[root + SIZE]!;
    const at = after + size <= FIRST + half ? after : FIRST + half;
    const end = (at + size) * 4;
    if (end > this.memory.byteLength) {
      this.memory.grow(end);
      this.#look();
    }
    return at;
  }

  /** Copies what is in the map to another region, and uses that. */
  #move(at: number, size: number, buckets: number): void {
    const words = this.#words;
    const root = this.#root;
    this.#open(at, size, buckets);
    let tail = words[at + TAIL]!;
    const records = recordsOf(words, root);
    records.forEach((record, order) => {
      const copy = at + tail;
      const length = sizeAt(words, record);
      words.copyWithin(copy, record, record + length);
      const bucket = at + FIRST_BUCKET + (words[copy + HASH]! & (buckets - 1));
      words[copy + NEXT] = words[bucket]!;
      words[copy + ORDER] = order;
      words[bucket] = tail;
      tail += length;
    });
    words[at + LIVE] = tail - words[at + TAIL]!;
    words[at + COUNT] = records.length;
    words[at + NEXT_ORDER] = records.length;
    words[at + TAIL] = tail;
    Atomics.store(words, ROOT, at);
  }

  /** Counts what a thread may have left uncounted that died in a section. */
  #recount(): void {
    this.#look();
    const words = this.#words;
    const root = this.#root;
    const records = recordsOf(words, root);
    words[root + COUNT] = records.length;
    words[root + LIVE] = records.reduce(
      (sum, record) => sum + sizeAt(words, record),
      0,
    );
  }
}
