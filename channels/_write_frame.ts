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

/**
 * A step on the way into a value: the key of a field, the index of an element, or
 * a frame, which knows how far it is.
 */
export type Step = string | number | WriteFrame;

/** A path longer than this is shown with its middle left out. */
const LONGEST_PATH = 100; // steps

/** Says where the first of the steps lead, as in `$.job.done[1]`. */
export function pathOf(steps: readonly Step[], count: number): string {
  if (count <= LONGEST_PATH) {
    return "$" + steps.slice(0, count).map(nameOf).join("");
  }
  const half = LONGEST_PATH / 2;
  const head = steps.slice(0, half).map(nameOf).join("");
  const tail = steps.slice(count - half, count).map(nameOf).join("");
  return `$${head} … ${count - LONGEST_PATH} more … ${tail}`;
}

function nameOf(step: Step): string {
  if (typeof step === "string") return nameOfKey(step);
  return typeof step === "number" ? `[${step}]` : nameOfChild(step);
}

/** Names the child that was taken last from a frame. */
function nameOfChild(frame: WriteFrame): string {
  const index = frame.next - 1 - frame.start;
  switch (frame.kind) {
    case "array":
      return `[${index}]`;
    case "set":
      return `.item(${index})`;
    case "map":
      return nameOfEntry(frame, index);
    default:
      return nameOfKey(frame.names?.[index] ?? "?");
  }
}

function nameOfKey(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
    ? `.${key}`
    : `[${JSON.stringify(key)}]`;
}

/** The list of a map holds key, value, key, value… */
function nameOfEntry(frame: WriteFrame, index: number): string {
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
