/**
 * Where in a value the encoder is: the containers it is inside of.
 *
 * @module
 */

const NOTHING: readonly unknown[] = [];

/** What kind of container is being written, which says how steps are named. */
export type FrameKind =
  | "object"
  | "dictionary"
  | "error"
  | "array"
  | "map"
  | "set";

/**
 * A container whose children are being written.
 *
 * The frames of a walk form a stack, so that the depth of a value is limited by
 * memory only. They are used again and again: what they hold is mutable.
 */
export class WriteFrame {
  /** What is being written. */
  kind: FrameKind = "object";
  /** The children: the array itself, or the encoder's stack of values. */
  list: readonly unknown[] = NOTHING;
  /** Where the children begin in the list. */
  start = 0;
  /** The next child to write. */
  next = 0;
  /** Where the children end. */
  end = 0;
  /**
   * The names of the children, where they have any. For an array with a long run
   * of holes its keys, in order.
   */
  names: readonly string[] | undefined = undefined;
  /** How far the keys of such an array were looked through. */
  cursor = 0;

  /** Takes up a container. */
  open(
    kind: FrameKind,
    list: readonly unknown[],
    start: number,
    next: number,
    end: number,
    names: readonly string[] | undefined,
  ): void {
    this.kind = kind;
    this.list = list;
    this.start = start;
    this.next = next;
    this.end = end;
    this.names = names;
    this.cursor = 0;
  }

  /** Lets go of the container. */
  release(): void {
    this.list = NOTHING;
    this.names = undefined;
  }
}

/** A path longer than this is shown with its middle left out. */
const LONGEST_PATH = 100; // steps

/** Says where the innermost of the frames is, as in `$.job.done[1]`. */
export function pathOf(frames: readonly WriteFrame[], depth: number): string {
  if (depth <= LONGEST_PATH) {
    return "$" + frames.slice(0, depth).map(stepOf).join("");
  }
  const half = LONGEST_PATH / 2;
  const head = frames.slice(0, half).map(stepOf).join("");
  const tail = frames.slice(depth - half, depth).map(stepOf).join("");
  return `$${head} … ${depth - LONGEST_PATH} more … ${tail}`;
}

/** Names the child that was taken last from a frame. */
function stepOf(frame: WriteFrame): string {
  const index = frame.next - 1 - frame.start;
  switch (frame.kind) {
    case "array":
      return `[${index}]`;
    case "set":
      return `.item(${index})`;
    case "map":
      return stepOfMap(frame, index);
    default:
      return stepOfKey(frame.names?.[index] ?? "?");
  }
}

function stepOfKey(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
    ? `.${key}`
    : `[${JSON.stringify(key)}]`;
}

/** The list of a map holds key, value, key, value… */
function stepOfMap(frame: WriteFrame, index: number): string {
  const entry = index >> 1;
  if (index % 2 === 0) return `.key(${entry})`;
  const key = frame.list[frame.next - 2];
  switch (typeof key) {
    case "string":
      return `.get(${JSON.stringify(key)})`;
    case "number":
    case "boolean":
    case "undefined":
      return `.get(${key})`;
    case "bigint":
      return `.get(${key}n)`;
    default:
      return key === null ? ".get(null)" : `.value(${entry})`;
  }
}
