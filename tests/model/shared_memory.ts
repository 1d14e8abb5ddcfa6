/**
 * The platform's shared memory as the rewritten modules see it: the same calls,
 * but what they give is a {@linkcode Step}, which the scheduler performs when
 * it likes.
 *
 * @module
 */

/** What a step does. */
export const Kind = {
  load: 0,
  store: 1,
  compareExchange: 2,
  add: 3,
  sub: 4,
  and: 5,
  or: 6,
  xor: 7,
  exchange: 8,
  notify: 9,
  wait: 10,
  waitAsync: 11,
  /** A plain `a[i]`. */
  read: 12,
  /** A plain `a[i] = v`. */
  write: 13,
  /** Bytes to or from memory of the thread's own. */
  readBytes: 14,
  writeBytes: 15,
  copyBytes: 16,
  grow: 17,
  /** The event loop has nothing to do. */
  idle: 18,
  /** Until another thread has ended, in one way or another. */
  awaitEnd: 19,
  /** The thread is over at once: it found itself fenced. */
  stop: 20,
  /** The thread's script returned. */
  returned: 21,
  /** The thread's script threw. */
  threw: 22,
} as const;

const NAMES = Object.keys(Kind);

/** How a kind of step is called. */
export function nameOfKind(kind: number): string {
  return NAMES[kind]!;
}

/** Whether the kind is a plain access, which orders nothing. */
export function isPlain(kind: number): boolean {
  return kind >= Kind.read && kind <= Kind.copyBytes;
}

/** One operation that a thread is about to do. */
export class Step {
  /** Whether the result is thrown away, and so need not be known. */
  isDropped = false;
  /** What a stand-in of the platform holds meanwhile: for fingerprints. */
  holds: unknown = undefined;

  /**
   * @param kind One of {@linkcode Kind}.
   * @param at The word, or for bytes the byte, in the memory of the world.
   */
  constructor(
    readonly kind: number,
    readonly at: number,
    readonly a = 0,
    readonly b = 0,
    readonly data: Uint8Array | undefined = undefined,
  ) {}

  /** Says how its result is used; called where the step is handed over. */
  from(isDropped: boolean): this {
    this.isDropped = isDropped;
    return this;
  }
}

/** Words that steps are performed on. */
export interface Words {
  get(at: number): number;
  set(at: number, value: number): void;
  /** Wakes all who sleep on the word. */
  notify(at: number, count: number): void;
}

/** Performs a step that can neither sleep nor end a thread. */
export function perform(step: Step, words: Words): number | string {
  const { kind, at, a, b } = step;
  switch (kind) {
    case Kind.load:
    case Kind.read:
      return words.get(at);
    case Kind.store:
    case Kind.write:
      words.set(at, a | 0);
      return 0;
    case Kind.compareExchange: {
      const found = words.get(at);
      if (found === (a | 0)) words.set(at, b | 0);
      return found;
    }
    case Kind.notify:
      words.notify(at, a);
      return 0;
    case Kind.readBytes: {
      let text = "";
      for (let i = 0; i < a; i++) {
        text += String.fromCharCode(byte(words, at + i));
      }
      return text;
    }
    case Kind.writeBytes:
      for (let i = 0; i < a; i++) setByte(words, at + i, step.data![i]!);
      return 0;
    case Kind.copyBytes: {
      const bytes: number[] = [];
      for (let i = 0; i < b; i++) bytes.push(byte(words, a + i));
      bytes.forEach((value, i) => setByte(words, at + i, value));
      return 0;
    }
    case Kind.grow:
      if (words.get(at) > a) return 1;
      words.set(at, a);
      return 0;
  }
  const found = words.get(at);
  words.set(at, changed(kind, found, a));
  return found;
}

function changed(kind: number, found: number, by: number): number {
  switch (kind) {
    case Kind.add:
      return (found + by) | 0;
    case Kind.sub:
      return (found - by) | 0;
    case Kind.and:
      return found & by;
    case Kind.or:
      return found | by;
    case Kind.xor:
      return found ^ by;
    case Kind.exchange:
      return by | 0;
  }
  throw new Error(`Cannot perform ${nameOfKind(kind)} at once`);
}

function byte(words: Words, at: number): number {
  return (words.get(at >> 2) >>> ((at & 3) * 8)) & 255;
}

function setByte(words: Words, at: number, value: number): void {
  const shift = (at & 3) * 8;
  const rest = words.get(at >> 2) & ~(255 << shift);
  words.set(at >> 2, rest | (value << shift));
}

/** Memory that no other thread sees: what a module makes for itself alone. */
export class OwnWords implements Words {
  readonly #words = new Map<number, number>();
  get(at: number): number {
    return this.#words.get(at) ?? 0;
  }
  set(at: number, value: number): void {
    this.#words.set(at, value);
  }
  notify(): void {}
}

/** Stands for a `SharedArrayBuffer`. */
export class SharedMemory {
  /**
   * @param base The first of its words in the memory of the world. The word
   *   before holds its length in bytes.
   * @param own Instead of the world, memory for this thread alone.
   */
  constructor(
    readonly base: number,
    readonly byteLength: number,
    readonly maxByteLength: number,
    readonly own: OwnWords | undefined,
  ) {}

  /** Grows the memory: a step. */
  *grow(length: number): Generator<Step, void, number> {
    if (length > this.maxByteLength) throw new RangeError("Invalid length");
    const step = new Step(Kind.grow, this.base - 1, length);
    const isShorter = this.own ? perform(step, this.own) : yield step;
    if (isShorter) throw new RangeError("Invalid length");
  }
}

/** Stands for a typed array on shared memory, of words or of bytes. */
export class SharedView {
  readonly length: number;
  /**
   * @param size The bytes of an element: 1 or 4.
   * @param start The first byte.
   */
  constructor(
    readonly buffer: SharedMemory,
    readonly size: number,
    readonly start: number,
    length: number | undefined,
  ) {
    this.length = length ?? (buffer.maxByteLength - start) / size;
    if (start + this.length * size > buffer.maxByteLength) {
      throw new RangeError("Invalid length");
    }
  }

  /** The place of an element: its word, or its byte. */
  at(index: number): number {
    if (!(index >= 0 && index < this.length)) {
      throw new RangeError(`Cannot access element ${index} of ${this.length}`);
    }
    const start = this.buffer.base * 4 + this.start;
    return this.size === 4 ? (start >> 2) + index : start + index;
  }

  get byteLength(): number {
    return this.length * this.size;
  }

  subarray(from: number, to: number): SharedView {
    return new SharedView(
      this.buffer,
      this.size,
      this.start + from * this.size,
      to - from,
    );
  }

  /** Copies bytes in: a step. */
  set(source: Uint8Array, at: number): unknown {
    const data = Uint8Array.from(source);
    if (data.length === 0) return undefined;
    const place = this.at(at);
    this.at(at + data.length - 1);
    return this.step(Kind.writeBytes, place, data.length, 0, data);
  }

  /** Copies bytes within: a step. */
  copyWithin(to: number, from: number, end: number): unknown {
    return this.step(Kind.copyBytes, this.at(to), this.at(from), end - from);
  }

  /** A step on this memory; done at once where no other thread sees it. */
  step(kind: number, at: number, a = 0, b = 0, data?: Uint8Array): unknown {
    const step = new Step(kind, at, a, b, data);
    const { own } = this.buffer;
    return own === undefined ? step : perform(step, own);
  }
}

/** A `Uint8Array` of the thread's own, which can be filled from shared memory. */
export class OwnBytes extends Uint8Array<ArrayBuffer> {
  // deno-lint-ignore no-explicit-any
  override set(source: any, at = 0): any {
    if (!(source instanceof SharedView)) return super.set(source, at);
    return this.#fill(source, at);
  }

  *#fill(source: SharedView, at: number): Generator<Step, void, string> {
    const { length } = source;
    if (length === 0) return;
    const step = new Step(Kind.readBytes, source.at(0), length);
    step.holds = [this, at];
    const text = yield step;
    for (let i = 0; i < length; i++) this[at + i] = text.charCodeAt(i);
  }
}

/** What `Atomics` is to a rewritten module, but for `waitAsync`. */
export const atomics = {
  load: (view: SharedView, i: number) => view.step(Kind.load, view.at(i)),
  store: (view: SharedView, i: number, v: number) =>
    result(view.step(Kind.store, view.at(i), v), v),
  compareExchange: (view: SharedView, i: number, a: number, b: number) =>
    view.step(Kind.compareExchange, view.at(i), a, b),
  add: (view: SharedView, i: number, v: number) =>
    view.step(Kind.add, view.at(i), v),
  sub: (view: SharedView, i: number, v: number) =>
    view.step(Kind.sub, view.at(i), v),
  and: (view: SharedView, i: number, v: number) =>
    view.step(Kind.and, view.at(i), v),
  or: (view: SharedView, i: number, v: number) =>
    view.step(Kind.or, view.at(i), v),
  xor: (view: SharedView, i: number, v: number) =>
    view.step(Kind.xor, view.at(i), v),
  exchange: (view: SharedView, i: number, v: number) =>
    view.step(Kind.exchange, view.at(i), v),
  notify: (view: SharedView, i: number, count = Infinity) =>
    view.step(Kind.notify, view.at(i), count),
  wait: (view: SharedView, i: number, v: number, timeout = Infinity) =>
    view.step(Kind.wait, view.at(i), v, timeout),
  pause: () => {},
};

/** A store gives the value that was stored: known without the scheduler. */
function result(done: unknown, value: number): unknown {
  return done instanceof Step ? done : value;
}

/** A read `a[i]`: a step where `a` is shared memory. */
// deno-lint-ignore no-explicit-any
export function getElement(list: any, index: any): unknown {
  return list instanceof SharedView
    ? list.step(list.size === 4 ? Kind.read : Kind.readBytes, list.at(index), 1)
    : list[index];
}

/** A write `a[i] = v`: a step where `a` is shared memory. */
// deno-lint-ignore no-explicit-any
export function setElement(list: any, index: any, value: any): unknown {
  if (!(list instanceof SharedView)) return list[index] = value;
  if (list.size === 4) return list.step(Kind.write, list.at(index), value);
  const data = Uint8Array.of(value);
  return list.step(Kind.writeBytes, list.at(index), 1, 0, data);
}
