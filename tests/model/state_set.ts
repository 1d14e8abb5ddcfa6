/**
 * The states that were seen, by 64 bits of hash each.
 *
 * Two different states could have one hash, and one of them would then be
 * passed over: with ten million states the chance is one in 400,000.
 *
 * @module
 */

/** How full the table may be. */
const MOST_FULL = 0.6;

/** A set of states; each with the least depth it was reached at. */
export class StateSet {
  #keys = new Int32Array(2 << 12);
  #depths = new Uint16Array(1 << 12);
  #onPath = new Uint8Array(1 << 12);
  #mask = (1 << 12) - 1;

  /** How many states it has. */
  size = 0;

  /**
   * Adds a state.
   *
   * @param again Whether one is new, too, that was only reached deeper before.
   * @returns `NEW`, `SEEN` or `ON_PATH`.
   */
  add(key1: number, key2: number, depth: number, again: boolean): number {
    if (key1 === 0 && key2 === 0) key1 = 1;
    const slot = this.#slot(key1, key2);
    if (this.#keys[2 * slot] === 0 && this.#keys[2 * slot + 1] === 0) {
      this.#keys[2 * slot] = key1;
      this.#keys[2 * slot + 1] = key2;
      this.#depths[slot] = depth;
      this.#onPath[slot] = 1;
      if (++this.size > this.#mask * MOST_FULL) this.#grow();
      return NEW;
    }
    if (this.#onPath[slot] === 1) return ON_PATH;
    if (!again || depth >= this.#depths[slot]!) return SEEN;
    this.#depths[slot] = depth;
    this.#onPath[slot] = 1;
    return NEW;
  }

  /** The path that is being looked at leaves the state. */
  leave(key1: number, key2: number): void {
    if (key1 === 0 && key2 === 0) key1 = 1;
    this.#onPath[this.#slot(key1, key2)] = 0;
  }

  #slot(key1: number, key2: number): number {
    let slot = (key1 ^ Math.imul(key2, 0x9e3779b1)) & this.#mask;
    for (;;) {
      const found1 = this.#keys[2 * slot]!;
      const found2 = this.#keys[2 * slot + 1]!;
      if (found1 === key1 && found2 === key2) return slot;
      if (found1 === 0 && found2 === 0) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const keys = this.#keys;
    const depths = this.#depths;
    const onPath = this.#onPath;
    const slots = depths.length * 2;
    this.#keys = new Int32Array(slots * 2);
    this.#depths = new Uint16Array(slots);
    this.#onPath = new Uint8Array(slots);
    this.#mask = slots - 1;
    for (let old = 0; old < depths.length; old++) {
      const key1 = keys[2 * old]!;
      const key2 = keys[2 * old + 1]!;
      if (key1 === 0 && key2 === 0) continue;
      const slot = this.#slot(key1, key2);
      this.#keys[2 * slot] = key1;
      this.#keys[2 * slot + 1] = key2;
      this.#depths[slot] = depths[old]!;
      this.#onPath[slot] = onPath[old]!;
    }
  }
}

/** Not seen before. */
export const NEW = 0;
/** Seen before. */
export const SEEN = 1;
/** On the path that leads here: the path goes round. */
export const ON_PATH = 2;
