/**
 * Where the encoder is in a value: the containers that it is inside of.
 *
 * @module
 */

import { Output } from "./_output.ts";
import {
  type FrameKind,
  pathOf,
  type Step,
  WriteFrame,
} from "./_write_frame.ts";

/** Stacks that have grown beyond this are given back after the message. */
const DEEP = 1024;

/**
 * The way from the root of a value to the container that is being written. Each
 * step is a call of the recursion or a frame.
 */
export abstract class WriteStack extends Output {
  /** How many containers the walk is inside of. */
  protected level = 0;
  /** How the walk got there; outdated from `level` on. */
  protected steps: Step[] = [];
  /** From this level on frames take the place of recursion. */
  protected shallow = 0;
  /** How many frames there are. */
  protected depth = 0;
  /** The values of containers that are frames, one after another. */
  protected stack: unknown[] = [];
  /** Where the next value of a container goes; above they are outdated. */
  protected top = 0;
  #frames: WriteFrame[] = [];

  /** Writes children of the innermost frame until one has its own. */
  protected abstract continue(frame: WriteFrame): void;

  /** Says what the children of the object just begun are. */
  children(
    kind: FrameKind,
    values: readonly unknown[],
    names?: readonly string[],
  ): void {
    const start = this.top;
    for (const value of values) this.stack[this.top++] = value;
    this.enter(kind, this.stack, start, start, this.top, names);
  }

  /** Takes up a frame; where no loop goes on with it, to its end. */
  protected enter(
    kind: FrameKind,
    list: readonly unknown[],
    start: number,
    next: number,
    end: number,
    names: readonly string[] | undefined,
  ): void {
    if (next === end) return;
    const depth = this.depth++;
    if (depth === this.#frames.length) this.#frames.push(new WriteFrame());
    const frame = this.#frames[depth]!;
    frame.open(kind, list, start, next, end, names);
    const level = this.level++;
    this.steps[level] = frame;
    if (level < this.shallow) this.drive(depth);
  }

  /** Goes on with the frames until so many are left. */
  protected drive(depth: number): void {
    while (this.depth > depth) this.continue(this.#frames[this.depth - 1]!);
  }

  /** Ends with the innermost frame. */
  protected leave(frame: WriteFrame): void {
    this.depth--;
    this.level--;
    frame.release();
  }

  /** Says where the walk is, as in `$.job.done[1]`. */
  protected path(): string {
    return pathOf(this.steps, this.level);
  }

  /** Lets go of the values that were on the stack. */
  protected clearStack(): void {
    const { stack } = this;
    if (stack.length === 0) return;
    if (stack.length > DEEP || this.#frames.length > DEEP) this.abandonStack();
    else stack.length = 0;
  }

  /** The same where the walk may have broken off. */
  protected abandonStack(): void {
    this.stack = [];
    this.steps = [];
    this.#frames = [];
    this.depth = 0;
    this.level = 0;
    this.top = 0;
  }
}
