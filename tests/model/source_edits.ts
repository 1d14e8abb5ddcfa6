/**
 * Changes of a source, by place.
 *
 * @module
 */

import type { Tree } from "./syntax_tree.ts";

/**
 * Collects changes and makes them all at once.
 *
 * Text is put around outer nodes before inner ones, so what outer nodes put
 * before a place comes first, and what they put after it last.
 */
export class SourceEdits {
  readonly #source: string;
  readonly #opens = new Map<number, string[]>();
  readonly #closes = new Map<number, string[]>();
  readonly #cuts: { start: number; end: number; text: string }[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** Puts text around a node. */
  wrap(node: Tree, before: string, after: string): void {
    const opens = this.#opens.get(node.start);
    if (opens === undefined) this.#opens.set(node.start, [before]);
    else opens.push(before);
    const closes = this.#closes.get(node.end);
    if (closes === undefined) this.#closes.set(node.end, [after]);
    else closes.unshift(after);
  }

  /** Puts text at a place. */
  insert(at: number, text: string): void {
    this.#cuts.push({ start: at, end: at, text });
  }

  /** Puts text in the place of some other. */
  replace(start: number, end: number, text: string): void {
    this.#cuts.push({ start, end, text });
  }

  /** The changed source. */
  render(): string {
    const places = new Set([...this.#opens.keys(), ...this.#closes.keys()]);
    const cuts = this.#cuts.sort((a, b) => a.start - b.start);
    for (const { start, end } of cuts) places.add(start).add(end);
    let text = "";
    let done = 0;
    let next = 0;
    for (const at of [...places].sort((a, b) => a - b)) {
      if (at > done) {
        text += this.#source.slice(done, at);
        done = at;
      }
      text += (this.#closes.get(at) ?? []).join("");
      text += (this.#opens.get(at) ?? []).join("");
      for (; next < cuts.length && cuts[next]!.start === at; next++) {
        text += cuts[next]!.text;
        done = Math.max(done, cuts[next]!.end);
      }
    }
    return text + this.#source.slice(done);
  }

  /** Replaces what stands before a name that may be replaced itself. */
  replaceBefore(start: number, end: number, text: string): void {
    const own = this.#cuts.findIndex((cut) => cut.start === end);
    const cut = { start, end, text };
    if (own < 0) this.#cuts.push(cut);
    else this.#cuts.splice(own, 0, cut);
  }
}
