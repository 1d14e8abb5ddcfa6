/**
 * The words of shared memory by name, read from the sources.
 *
 * @module
 */

import { readSource } from "./modules.ts";
import {
  GATE,
  GATE_HEAD,
  GATES,
  PAIRS,
  SIZES,
  SLOT_BITS,
  SLOT_HEAD,
  SLOT_WORDS,
  TABLE_HEAD,
  THREADS,
} from "./names.ts";

/** How the thread table is laid out. */
export interface TableLayout {
  /** The words of a slot. */
  readonly words: number;
  /** The bits of an id that say which slot. */
  readonly bits: number;
  /** The words of a slot, by name. */
  readonly slot: Readonly<Record<string, number>>;
  /** The words before the slots, by name. */
  readonly head: Readonly<Record<string, number>>;
}

let table: TableLayout | undefined;

/** Reads how the thread table is laid out. */
export function tableLayout(): TableLayout {
  if (table !== undefined) return table;
  const source = readSource(THREADS);
  const words = Number(source.match(SLOT_WORDS)?.[1]);
  const bits = Number(source.match(SLOT_BITS)?.[1]);
  const slot = constants(source, SLOT_HEAD);
  if (!words || !bits || slot.PARK === undefined) {
    throw new Error(`Cannot find the layout of ${THREADS}`);
  }
  return table = { words, bits, slot, head: constants(source, TABLE_HEAD) };
}

function constants(source: string, pattern: RegExp): Record<string, number> {
  return Object.fromEntries(
    [...source.matchAll(pattern)].map(([, name, at]) => [name!, Number(at)]),
  );
}

/** Names words of a world with one ring. */
export class WordNames {
  readonly #table: number;
  readonly #ring: number;
  readonly #threads: ReadonlyMap<number, string>;
  readonly #ringWords = new Map<number, string>();
  readonly #data: number;

  /**
   * @param tableAt The first word of the thread table.
   * @param ringAt The first word of the ring.
   * @param layout The exports of the ring's layout.
   * @param threads The names of the threads by their slots.
   */
  constructor(
    tableAt: number,
    ringAt: number,
    layout: Readonly<Record<string, unknown>>,
    threads: ReadonlyMap<number, string>,
  ) {
    this.#table = tableAt;
    this.#ring = ringAt;
    this.#threads = threads;
    this.#data = layout.HEADER_WORDS as number;
    for (const [name, at] of Object.entries(layout)) {
      if (typeof at !== "number" || SIZES.includes(name)) continue;
      if (GATES.includes(name)) this.#addGate(name, at);
      else if (PAIRS.includes(name)) {
        this.#ringWords.set(at, `${name}[0]`).set(at + 1, `${name}[1]`);
      } else if (!this.#ringWords.has(at)) this.#ringWords.set(at, name);
    }
  }

  #addGate(name: string, at: number): void {
    const head = constants(readSource(GATE), GATE_HEAD);
    const first = head.FIRST_ENTRY ?? 0;
    for (const [word, offset] of Object.entries(head)) {
      if (word !== "FIRST_ENTRY") {
        this.#ringWords.set(at + offset, `${name}.${word}`);
      }
    }
    for (let entry = 0; entry < 64 - first; entry++) {
      this.#ringWords.set(at + first + entry, `${name}.entry[${entry}]`);
    }
  }

  /** The name of a word of the world. */
  nameOf(word: number): string {
    if (word >= this.#ring) {
      const at = word - this.#ring;
      return at >= this.#data
        ? `data[${at - this.#data}]`
        : this.#ringWords.get(at) ?? `ring[${at}]`;
    }
    const { words, slot, head } = tableLayout();
    const at = word - this.#table;
    if (at < words) return nameIn(head, at) ?? `table[${at}]`;
    const thread = Math.trunc(at / words) - 1;
    const name = nameIn(slot, at % words) ?? String(at % words);
    return `${name} of ${this.#threads.get(thread) ?? `slot ${thread}`}`;
  }
}

function nameIn(names: Readonly<Record<string, number>>, at: number) {
  return Object.keys(names).find((name) => names[name] === at);
}
