/**
 * The containers that the decoder fills without recursion.
 *
 * @module
 */

import { HOLES } from "./_format.ts";
import { Input } from "./_input.ts";
import { define } from "./_define.ts";
import { makeSparse } from "./_sparse.ts";
import { ReadFrame, type ReadFrameKind } from "./_read_frame.ts";
import type { KeyList } from "./shapes.ts";

/** Containers that are deeper than this are filled without recursion. */
export const SHALLOW = 64;

/** Stacks that have grown beyond this are given back after the message. */
const DEEP = 1024;

/** A message, and where in it the decoder is. */
export abstract class ReadStack extends Input {
  /** How many containers the walk is inside of. */
  protected level = 0;
  /** How many of them are frames. */
  protected depth = 0;
  /** For how many more holes the arrays may take memory. */
  protected holes = 0;
  #frames: ReadFrame[] = [];

  /** Reads a value. */
  abstract value(): unknown;

  /** Says what the children of the object just begun are. */
  fill<T extends object>(
    target: T,
    kind: ReadFrameKind,
    end: number,
    hidden = 0,
    keys?: KeyList,
    next = 0,
  ): T {
    if (end === 0) return target;
    const depth = this.depth++;
    if (depth === this.#frames.length) this.#frames.push(new ReadFrame());
    this.#frames[depth]!.open(kind, target, end, hidden, keys, next);
    if (this.level++ < SHALLOW) this.drive(depth);
    return target;
  }

  /** Goes on with the frames until so many are left. */
  protected drive(depth: number): void {
    while (this.depth > depth) this.#continue(this.#frames[this.depth - 1]!);
  }

  /** Lets go of a stack that has become large. */
  protected clearStack(): void {
    if (this.#frames.length > DEEP) this.#frames = [];
  }

  /** Lets go of the stack where the walk may have broken off. */
  protected abandonStack(): void {
    this.#frames = [];
    this.depth = 0;
    this.level = 0;
  }

  /** Reads children of the innermost container until one has its own. */
  #continue(frame: ReadFrame): void {
    switch (frame.kind) {
      case "object":
        return this.#fillObject(frame);
      case "array":
        return this.#fillArray(frame);
      case "map":
        return this.#fillMap(frame);
      case "set":
        return this.#fillSet(frame);
      default:
        return this.#fillNamed(frame);
    }
  }

  #fillObject(frame: ReadFrame): void {
    const depth = this.depth;
    const target = frame.target as Record<string, unknown>;
    const { names, assignable } = frame.keys!;
    while (frame.next < names.length) {
      const name = names[frame.next++]!;
      const value = this.value();
      if (assignable) target[name] = value;
      else define(target, name, value, true);
      if (this.depth !== depth) return;
    }
    this.#leave(frame);
  }

  #fillArray(frame: ReadFrame): void {
    const depth = this.depth;
    const target = frame.target as unknown[];
    const { end } = frame;
    let { next } = frame;
    while (next < end) {
      if (this.peek() === HOLES) {
        next += this.#holesWithin(end - next);
        continue;
      }
      target[next++] = this.value();
      if (this.depth === depth) continue;
      frame.next = next;
      return;
    }
    if (target.length < end) this.#lengthen(target, end);
    this.#leave(frame);
  }

  #holesWithin(limit: number): number {
    this.byte();
    const count = this.count();
    if (count === 0 || count > limit) this.fail("a run of holes is too long");
    return count;
  }

  #lengthen(array: unknown[], length: number): void {
    this.holes -= length - array.length;
    if (this.holes < 0) makeSparse(array);
    array.length = length;
  }

  #fillMap(frame: ReadFrame): void {
    const depth = this.depth;
    const target = frame.target as Map<unknown, unknown>;
    while (frame.next < frame.end) {
      const value = this.value();
      if (frame.next++ % 2 === 0) frame.key = value;
      else target.set(frame.key, value);
      if (this.depth !== depth) return;
    }
    this.#leave(frame);
  }

  #fillSet(frame: ReadFrame): void {
    const depth = this.depth;
    const target = frame.target as Set<unknown>;
    while (frame.next < frame.end) {
      frame.next++;
      target.add(this.value());
      if (this.depth !== depth) return;
    }
    this.#leave(frame);
  }

  #fillNamed(frame: ReadFrame): void {
    const depth = this.depth;
    const { target, hidden } = frame;
    while (frame.next < frame.end) {
      const name = this.text();
      const visible = frame.next++ >= hidden;
      const value = this.value();
      if (visible && !(name in target)) {
        (target as Record<string, unknown>)[name] = value;
      } else define(target, name, value, visible);
      if (this.depth !== depth) return;
    }
    this.#leave(frame);
  }

  #leave(frame: ReadFrame): void {
    this.depth--;
    this.level--;
    frame.release();
  }
}
