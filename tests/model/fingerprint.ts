/**
 * What a virtual thread still knows: all that its future can depend on beside
 * the results of its coming steps.
 *
 * Two histories that leave a thread standing at the same place, with the same
 * values in all variables that it can still read and in all objects that it can
 * reach, go on alike: they are one local state. The rewritten code tells the
 * variables (see `rewrite.ts`); private fields are plain ones after rewriting.
 *
 * @module
 */

import { SharedMemory, SharedView, Step } from "./shared_memory.ts";

/** A function of a rewritten module that is kept as a value. */
export interface Kept {
  /** The place that made it. */
  $id?: number;
  /** Its `this`, if it is bound. */
  $self?: unknown;
  /** What it can read of the functions around it. */
  $around?: readonly (() => unknown)[];
}

/**
 * Counts of wake-ups begin here, so that one is told from any other number.
 * All that is ever asked of them is whether two are equal.
 */
export const FIRST_COUNT = 2 ** 30;
const LAST_COUNT = FIRST_COUNT + 1000;

/** Writes values out so that equal texts mean equal values. */
export class Fingerprint {
  readonly #known = new Map<object, number>();
  #text = "";
  /** The counts of wake-ups among the values. */
  readonly counts = new Set<number>();

  /** The text so far. */
  get text(): string {
    return this.#text;
  }

  /** Adds a mark that no value is written as. */
  mark(text: string | number): void {
    this.#text += `|${text}`;
  }

  /** Adds a variable, which may not have its value yet. */
  variable(read: () => unknown): void {
    let value: unknown;
    try {
      value = read();
    } catch {
      this.#text += "?";
      return;
    }
    this.value(value);
  }

  /** Adds a value, with all that it leads to. */
  value(value: unknown): void {
    switch (typeof value) {
      case "number":
        this.#text += `${value},`;
        if (value >= FIRST_COUNT && value < LAST_COUNT) this.counts.add(value);
        return;
      case "string":
        this.#text += JSON.stringify(value);
        return;
      case "undefined":
        this.#text += "u";
        return;
      case "boolean":
        this.#text += value ? "t" : "f";
        return;
      case "object":
        if (value === null) this.#text += "n";
        else this.#object(value);
        return;
      case "function":
        this.#function(value as Kept & object);
        return;
    }
    this.#text += String(value);
  }

  #isKnown(value: object): boolean {
    const known = this.#known.get(value);
    if (known !== undefined) {
      this.#text += `#${known},`;
      return true;
    }
    this.#known.set(value, this.#known.size);
    return false;
  }

  #function(value: Kept & { name?: string } & object): void {
    if (value.$id === undefined) {
      this.#text += `F${value.name}`;
      return;
    }
    if (this.#isKnown(value)) return;
    this.#text += `f${value.$id}(`;
    this.value(value.$self);
    for (const read of value.$around!) this.variable(read);
    this.#text += ")";
  }

  #object(value: object): void {
    if (this.#isKnown(value)) return;
    if (value instanceof SharedMemory) this.#text += `M${value.base},`;
    else if (value instanceof SharedView) {
      const { buffer, size, start, length } = value;
      this.#text += `V${buffer.base}.${size}.${start}.${length},`;
    } else if (value instanceof Step) {
      this.#text += `S${value.kind}.${value.at}.`;
      this.value(value.a);
      this.value(value.b);
    } else if (ArrayBuffer.isView(value)) {
      this.#text += `B${value.byteOffset}.${value.byteLength}`;
      this.value(value.buffer);
    } else if (value instanceof ArrayBuffer) {
      this.#text += `A${new Uint8Array(value).join()}`;
    } else if (Array.isArray(value)) {
      this.#text += "[";
      for (const one of value) this.value(one);
      this.#text += "]";
    } else if (value instanceof Map) {
      this.#text += "M{";
      for (const [key, one] of value) {
        this.value(key);
        this.value(one);
      }
      this.#text += "}";
    } else if (value instanceof Set) {
      this.#text += "S{";
      for (const one of value) this.value(one);
      this.#text += "}";
    } else if (value instanceof Error) {
      this.value(`${value.name}: ${value.message}`);
    } else this.#fields(value);
  }

  #fields(value: object): void {
    const prototype = Object.getPrototypeOf(value);
    if (prototype?.[Symbol.toStringTag] === "Generator") {
      // Under way; where it stands is said by the places on the stack.
      this.#text += "g";
      return;
    }
    this.#text += `${prototype?.constructor?.name}{`;
    for (const [key, one] of Object.entries(value)) {
      this.#text += `${key}:`;
      this.value(one);
    }
    this.#text += "}";
  }
}
