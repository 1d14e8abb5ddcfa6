/**
 * The asks without an answer, by their numbers.
 *
 * As a `Map` from number to ask, but one that leaves nothing behind: a `Map`
 * through which many entries pass makes new tables all the time, and each of
 * them keeps the next one, and what that held, until the whole heap is
 * collected.
 *
 * The place of an ask is its number modulo the places, of which there are more
 * than asks. Numbers only grow, so that an old one is never taken for another.
 *
 * @module
 */

/** What has a number. */
export interface Numbered {
  /** No other has it. */
  readonly number: number;
}

const FEWEST_PLACES = 64;

/** See the module. */
export class AskTable<A extends Numbered> {
  #places: (A | undefined)[] = places(FEWEST_PLACES);
  #last = 0;
  /** How many there are. */
  size = 0;

  /** A number whose place is free. */
  next(): number {
    const mask = this.#places.length - 1;
    // There are more places than asks.
    do this.#last++; while (this.#places[this.#last & mask] !== undefined);
    return this.#last;
  }

  /** Adds an ask, by a number that was given out. */
  add(ask: A): void {
    // The place may have been taken since the number was given out.
    while (
      2 * this.size >= this.#places.length || this.#at(ask) !== undefined
    ) {
      this.#grow();
    }
    this.#places[ask.number & (this.#places.length - 1)] = ask;
    this.size++;
  }

  /** The ask of that number, if there is one. */
  get(number: number): A | undefined {
    const ask = this.#places[number & (this.#places.length - 1)];
    return ask !== undefined && ask.number === number ? ask : undefined;
  }

  /** Takes an ask away; tells whether it was there. */
  delete(number: number): boolean {
    if (this.get(number) === undefined) return false;
    this.#places[number & (this.#places.length - 1)] = undefined;
    this.size--;
    return true;
  }

  /** All of them as they are now, in the order of their numbers. */
  all(): A[] {
    return this.#places.filter((ask) => ask !== undefined)
      .sort((one, other) => one.number - other.number);
  }

  #at({ number }: A): A | undefined {
    return this.#places[number & (this.#places.length - 1)];
  }

  /** Numbers that have different places have them among twice as many, too. */
  #grow(): void {
    const all = this.all();
    this.#places = places(2 * this.#places.length);
    for (const ask of all) {
      this.#places[ask.number & (this.#places.length - 1)] = ask;
    }
  }
}

function places<A>(count: number): (A | undefined)[] {
  return new Array<A | undefined>(count).fill(undefined);
}
