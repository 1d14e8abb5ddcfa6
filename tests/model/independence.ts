/**
 * Which steps need not be tried in every order.
 *
 * If what a thread does next touches no word that another thread may change
 * from now on, and changes none that another may look at, then it commutes with
 * everything the others can do before it: it is enough to let it go first. (It
 * is a persistent set of one thread, in Godefroid's words. There is nothing
 * that would be put off for ever, since a path that goes round is an error.)
 *
 * What a thread "may do from now on" is learnt: for each place where it can
 * stand (the stack of calls, the kind of step, the number of notes) the words
 * touched there and the places that follow. The exploration is repeated until
 * one finds no place, word or way that was not known when it began; that one
 * used nothing but what holds.
 *
 * @module
 */

import { Kind, type Step } from "./shared_memory.ts";

interface Place {
  /** The words that are read there, and that are changed. */
  reads: bigint;
  writes: bigint;
  readonly next: Set<Place>;
  /** Does not end the step before it: a plain access, or the thread's end. */
  readonly isFollowed: boolean;
  /** Of the whole step that begins here. */
  stepReads: bigint;
  stepWrites: bigint;
  /** Of all that may come from here on. */
  laterReads: bigint;
  laterWrites: bigint;
  readonly index: number;
}

const LEAST_END = -100;

/** What is known of the places of all threads. */
export class Independence {
  /** Whether something was learnt since the last {@linkcode conclude}. */
  hasLearnt = false;

  readonly #threads: Place[][];
  readonly #places: Place[] = [];
  readonly #bits = new Map<number, bigint>();
  readonly #asyncWords: bigint[];
  readonly #mortals: readonly boolean[];
  #conflicts = new Uint8Array(0);
  #concluded = 0;

  constructor(threads: number, mortals: readonly boolean[]) {
    this.#threads = Array.from({ length: threads }, () => []);
    this.#asyncWords = Array(threads).fill(0n);
    this.#mortals = mortals;
  }

  /** Tells of a place, of what is done there, and of the place before it. */
  learn(
    thread: number,
    from: number | undefined,
    to: number,
    step: Step,
    isFollowed: boolean,
  ): void {
    const place = this.#place(thread, to, isFollowed);
    const [reads, writes] = this.#accesses(thread, step);
    if ((place.reads | reads) !== place.reads) {
      place.reads |= reads;
      this.hasLearnt = true;
    }
    if ((place.writes | writes) !== place.writes) {
      place.writes |= writes;
      this.hasLearnt = true;
    }
    if (from === undefined) return;
    const before = this.#threads[thread]![from]!;
    if (before.next.has(place)) return;
    before.next.add(place);
    this.hasLearnt = true;
  }

  #place(thread: number, at: number, isFollowed: boolean): Place {
    const known = this.#threads[thread]![at];
    if (known !== undefined) return known;
    const place: Place = {
      reads: 0n,
      writes: 0n,
      next: new Set(),
      isFollowed,
      stepReads: 0n,
      stepWrites: 0n,
      laterReads: 0n,
      laterWrites: 0n,
      index: this.#places.length,
    };
    this.#places.push(place);
    this.#threads[thread]![at] = place;
    this.hasLearnt = true;
    return place;
  }

  #bit(word: number): bigint {
    let bit = this.#bits.get(word);
    if (bit === undefined) {
      bit = 1n << BigInt(this.#bits.size);
      this.#bits.set(word, bit);
    }
    return bit;
  }

  #words(first: number, bytes: number): bigint {
    let bits = 0n;
    const last = (first + bytes - 1) >> 2;
    for (let word = first >> 2; word <= last; word++) bits |= this.#bit(word);
    return bits;
  }

  #accesses(thread: number, step: Step): [reads: bigint, writes: bigint] {
    const { kind, at, a, b } = step;
    // The end of a thread is a change of a word of its own.
    const end = this.#mortals[thread] ? this.#bit(LEAST_END + thread) : 0n;
    switch (kind) {
      case Kind.load:
      case Kind.read:
        return [this.#bit(at), end];
      case Kind.readBytes:
        return [this.#words(at, a), end];
      case Kind.writeBytes:
        return [0n, end | this.#words(at, a)];
      case Kind.copyBytes:
        return [this.#words(a, b), end | this.#words(at, b)];
      case Kind.waitAsync:
        this.#asyncWords[thread]! |= this.#bit(at);
        break;
      case Kind.idle: {
        const words = this.#asyncWords[thread]!;
        return [words, end | words];
      }
      case Kind.awaitEnd:
        return [this.#bit(LEAST_END + a), end];
      case Kind.stop:
      case Kind.returned:
      case Kind.threw:
        return [0n, this.#bit(LEAST_END + thread)];
    }
    // Sleeping is a change too: it makes a difference to who wakes.
    const bit = this.#bit(at);
    return [bit, end | bit];
  }

  /** Draws the conclusions from what was learnt. */
  conclude(): void {
    for (const place of this.#places) {
      place.stepReads = place.laterReads = place.reads;
      place.stepWrites = place.laterWrites = place.writes;
    }
    for (let changes = true; changes;) {
      changes = false;
      for (const place of this.#places) {
        let { stepReads, stepWrites, laterReads, laterWrites } = place;
        for (const next of place.next) {
          laterReads |= next.laterReads;
          laterWrites |= next.laterWrites;
          if (!next.isFollowed) continue;
          stepReads |= next.stepReads;
          stepWrites |= next.stepWrites;
        }
        if (
          laterReads === place.laterReads &&
          laterWrites === place.laterWrites &&
          stepReads === place.stepReads && stepWrites === place.stepWrites
        ) continue;
        changes = true;
        Object.assign(place, {
          stepReads,
          stepWrites,
          laterReads,
          laterWrites,
        });
      }
    }
    this.#concluded = this.#places.length;
    this.#conflicts = new Uint8Array(this.#concluded ** 2);
    this.hasLearnt = false;
  }

  /** Whether a step of one thread matters to what another may yet do. */
  isInTheWay(
    thread: number,
    place: number,
    other: number,
    otherPlace: number,
  ): boolean {
    const one = this.#threads[thread]![place]!;
    const two = this.#threads[other]![otherPlace]!;
    const size = this.#concluded;
    // Of places learnt since nothing is known: this run will not be the last.
    if (one.index >= size || two.index >= size) return false;
    const index = one.index * size + two.index;
    let known = this.#conflicts[index]!;
    if (known === 0) {
      const isConflict =
        (one.stepWrites & (two.laterReads | two.laterWrites)) !== 0n ||
        (one.stepReads & two.laterWrites) !== 0n;
      known = isConflict ? 2 : 1;
      this.#conflicts[index] = known;
    }
    return known === 2;
  }
}
