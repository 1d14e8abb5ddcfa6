/**
 * The actors that the tasks of a pool are calls of: a list that only grows, in
 * shared memory, so that a task names its actor by a number.
 *
 * ```text
 *   word 0    USED   how many bytes of the text are whole
 *   byte 4…   lines of JSON: [module, name]
 * ```
 *
 * An actor is on the list before a task that names it can be taken. So a worker
 * that does not know a number finds it by reading on.
 *
 * @module
 */

/** An actor, by where it is declared. */
export interface ActorName {
  /** The URL of the module. */
  readonly module: string;
  /** The name it is declared under there. */
  readonly name: string;
}

const HEADER = 4;
const FIRST_BYTES = 2 ** 12;
const MOST_BYTES = 2 ** 26;

/** See the module. */
export class Catalogue {
  /** The memory, which is all that another thread needs. */
  readonly memory: SharedArrayBuffer;
  readonly #used: Int32Array<SharedArrayBuffer>;
  readonly #names: ActorName[] = [];
  #read = 0;

  /** The catalogue in `memory`, or a new one. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ??
      new SharedArrayBuffer(FIRST_BYTES, { maxByteLength: MOST_BYTES });
    this.#used = new Int32Array(this.memory, 0, 1);
  }

  /** Adds an actor; gives its number. For the one who made the catalogue. */
  add({ module, name }: ActorName): number {
    const line = new TextEncoder().encode(
      `${JSON.stringify([module, name])}\n`,
    );
    const used = this.#used[0]!;
    const end = HEADER + used + line.length;
    let size = this.memory.byteLength;
    while (size < end) size *= 2;
    if (size > this.memory.byteLength) this.memory.grow(size);
    new Uint8Array(this.memory).set(line, HEADER + used);
    Atomics.store(this.#used, 0, used + line.length);
    this.#readOn();
    return this.#names.length - 1;
  }

  /** The actor of a number. */
  get(number: number): ActorName {
    if (number >= this.#names.length) this.#readOn();
    return this.#names[number]!;
  }

  #readOn(): void {
    const used = Atomics.load(this.#used, 0);
    const fresh = new Uint8Array(used - this.#read);
    fresh.set(new Uint8Array(this.memory, HEADER + this.#read, fresh.length));
    this.#read = used;
    const lines = new TextDecoder().decode(fresh).trimEnd().split("\n");
    for (const line of lines) {
      if (line === "") continue;
      const [module, name] = JSON.parse(line) as [string, string];
      this.#names.push({ module, name });
    }
  }
}
