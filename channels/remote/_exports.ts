/**
 * What another process may use of this one, by number.
 *
 * @module
 */

import { FrameError } from "./frame.ts";
import { type RemoteKind, remoteKind } from "./remote_kind.ts";

/** A thing that the other process may use. */
export interface Exported {
  /** What it is. */
  readonly object: object;
  /** What may be done with it. */
  readonly ways: RemoteKind;
}

interface Entry extends Exported {
  /** How many that stand for it the other side has, or will have. */
  count: number;
}

/** See the module. */
export class Exports {
  readonly #entries = new Map<number, Entry>();
  readonly #refs = new Map<object, number>();
  #last = 0;

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Hands a thing over; gives its number, which is the same each time. */
  add(kind: string, object: object): number {
    const ref = this.#refs.get(object) ?? ++this.#last;
    const entry = this.#entries.get(ref);
    if (entry === undefined) {
      this.#entries.set(ref, { object, ways: remoteKind(kind)!, count: 1 });
      this.#refs.set(object, ref);
    } else entry.count++;
    return ref;
  }

  /**
   * The thing of a number that the other side has said.
   *
   * @throws {FrameError} If it was not handed over.
   */
  get(ref: unknown): Exported {
    const entry = this.#entries.get(ref as number);
    if (entry !== undefined) return entry;
    throw new FrameError(
      `Cannot read a frame: ${named(ref)} was not handed over`,
    );
  }

  /** The other side uses a thing in so many places less; more, if negative. */
  drop(ref: unknown, count: unknown): void {
    const entry = this.#entries.get(ref as number);
    if (entry === undefined || !Number.isSafeInteger(count)) {
      throw new FrameError(
        `Cannot read a frame: ${named(ref)} cannot be let go`,
      );
    }
    entry.count -= count as number;
    if (entry.count > 0) return;
    this.#entries.delete(ref as number);
    this.#refs.delete(entry.object);
  }
}

/** What is no number may be anything, and is not looked at. */
function named(ref: unknown): string {
  return typeof ref === "number" ? `the thing ${ref}` : "what is no thing";
}
