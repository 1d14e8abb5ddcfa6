/**
 * Which objects a message holds already, and their numbers.
 *
 * @module
 */

/** So few are compared by hand: up to here that is faster than any call. */
const NEAR = 24;

/** From here on a `Map` beats looking through a list. */
const MANY = 192;

/**
 * The objects of a message, numbered in the order in which they were met.
 *
 * A `Map` would do, but putting an object into one costs some 40 ns, because the
 * object must first be given a hash: half of what writing a small object takes. So
 * the first are compared one by one, the next ones by `indexOf`, which the engine
 * does several at a time, and only the objects of a large message go into a `Map`.
 */
export class Seen {
  readonly #near: (object | undefined)[] = Array(NEAR).fill(undefined);
  readonly #far: object[] = [];
  #numbers: Map<object, number> | undefined = undefined;
  #size = 0;

  /** The number of an object, or −1 if it was not met. */
  find(object: object): number {
    const near = this.#near;
    const size = this.#size;
    for (let i = 0; i < size && i < NEAR; i++) {
      if (near[i] === object) return i;
    }
    return size <= NEAR ? -1 : this.#findFar(object);
  }

  #findFar(object: object): number {
    if (this.#numbers !== undefined) return this.#numbers.get(object) ?? -1;
    const index = this.#far.indexOf(object);
    return index === -1 ? -1 : NEAR + index;
  }

  /** Gives the next number to an object that was not met before. */
  add(object: object): void {
    const number = this.#size++;
    if (number < NEAR) this.#near[number] = object;
    else this.#addFar(object, number);
  }

  /**
   * Gives the first number to an object that is noted later, by `noteRoot`: to
   * note a new object in an old list is slow, and most are alone in their message.
   */
  addRoot(): void {
    this.#size = 1;
  }

  /** Notes the object that has the first number. */
  noteRoot(object: object): void {
    this.#near[0] = object;
  }

  #addFar(object: object, number: number): void {
    if (this.#numbers !== undefined) {
      this.#numbers.set(object, number);
      return;
    }
    this.#far.push(object);
    if (number < MANY) return;
    this.#numbers = new Map();
    for (const [index, one] of this.#far.entries()) {
      this.#numbers.set(one, NEAR + index);
    }
  }

  /** Forgets all, so that a message keeps nothing of the caller's alive. */
  clear(): void {
    const near = this.#near;
    for (let i = 0; i < this.#size && i < NEAR; i++) near[i] = undefined;
    if (this.#size > NEAR) {
      this.#far.length = 0;
      this.#numbers = undefined;
    }
    this.#size = 0;
  }
}
