/**
 * Where in a message the decoder is: the containers it is filling.
 *
 * @module
 */

import type { KeyList } from "./shapes.ts";

const NOTHING = {};

/** What kind of container is being filled. */
export type ReadFrameKind =
  | "object"
  | "dictionary"
  | "error"
  | "array"
  | "map"
  | "set";

/**
 * A container that is being filled.
 *
 * The frames form a stack, so that the depth of a message is limited by memory
 * only. They are used again and again: what they hold is mutable.
 */
export class ReadFrame {
  /** What is being filled. */
  kind: ReadFrameKind = "object";
  /** The container itself. */
  target: object = NOTHING;
  /** The next child to come. */
  next = 0;
  /** How many children there are. */
  end = 0;
  /** The keys of an object. */
  keys: KeyList | undefined = undefined;
  /** The key of a map that waits for its value. */
  key: unknown = undefined;
  /** How many fields of an error do not show. */
  hidden = 0;

  /** Takes up a container. */
  open(
    kind: ReadFrameKind,
    target: object,
    end: number,
    hidden: number,
    keys: KeyList | undefined,
    next: number,
  ): void {
    this.kind = kind;
    this.target = target;
    this.next = next;
    this.end = end;
    this.keys = keys;
    this.hidden = hidden;
  }

  /** Lets go of the container. */
  release(): void {
    this.target = NOTHING;
    this.keys = undefined;
    this.key = undefined;
  }
}
