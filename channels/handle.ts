/**
 * How an object that is more than data travels to another thread.
 *
 * A queue, a connection or a process cannot be written as bytes: what makes it
 * work on the other side is memory that both threads share. So the bytes of a
 * message hold only a number, and the thing itself goes beside them, through a
 * channel of the platform that can carry shared memory:
 *
 * ```text
 *   value ──encode──▶ bytes   { job: 1, reply: #0 }
 *              └────▶ beside  [ replyQueue ]  ──pack──▶ [ { kind, … } ]
 *                                                            │ structured clone
 *   value ◀─decode──  bytes + beside  ◀──────unpack──────────┘
 * ```
 *
 * Packing is a step of its own, done once the whole message is known to be
 * sendable, since it may have an effect (a connection changes its owner).
 *
 * @module
 */

/** The method by which a handle describes itself to the thread it goes to. */
export const PACK: unique symbol = Symbol.for("troupe.pack");

/** The method by which a handle says that it cannot be sent now. */
export const CHECK: unique symbol = Symbol.for("troupe.check");

/** What crosses the thread border in place of a handle: plain, cloneable data. */
export interface PackedHandle {
  /** Which kind of handle this is; names the function that rebuilds it. */
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** An object that can be sent to another thread and works there. */
export interface Handle {
  /**
   * Describes the handle for the thread `receiver` (a thread id, see
   * `threads.ts`). Called when the message is certain to be sent.
   *
   * @param moved Receives the ports that the description holds.
   */
  [PACK](receiver: number, moved: Transferable[]): PackedHandle;
  /** Throws if the handle cannot be sent now. */
  [CHECK]?(): void;
}

/**
 * Checks that handles can be packed, before anything is done that could not be
 * taken back.
 *
 * @throws What the first that cannot be sent says of itself.
 */
export function checkAll(beside: readonly object[]): void {
  for (const value of beside) {
    if (isHandle(value)) value[CHECK]?.();
  }
}

/** What is done with handles on their way that belong to one thread at a time. */
export interface Custody {
  /** What whoever has one in keeping must know of it. */
  deposit(packed: PackedHandle): PackedHandle;
  /** Says that one belongs to the thread `receiver` from now on. */
  give(deposited: PackedHandle, receiver: number): void;
  /** Ends one that will never arrive, so that nobody waits for it. */
  drop(deposited: PackedHandle): void;
}

/** What is done with the handles of a kind. */
export interface HandleKind {
  /** Rebuilds one, on the receiving side. */
  unpack(packed: PackedHandle): unknown;
  /** Only for handles that belong to one thread at a time. */
  readonly custody?: Custody;
}

const kinds = new Map<string, HandleKind>();

/** Says how handles of a kind are dealt with. */
export function registerHandle(kind: string, ways: HandleKind): void {
  kinds.set(kind, ways);
}

/** What is done with a handle of this kind. */
export function kindOf({ kind }: PackedHandle): HandleKind {
  const ways = kinds.get(kind);
  if (ways !== undefined) return ways;
  throw new TypeError(`Cannot receive a handle: unknown kind "${kind}"`);
}

/** Whether a value is a handle. */
export function isHandle(value: object): value is Handle {
  return PACK in value;
}

/** A view of shared memory, taken apart. */
interface PackedView {
  readonly class: string;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  /** In elements; in bytes for a `DataView`. */
  readonly length: number;
}

/** What travels in place of a thing; one field for each kind of thing. */
type Packed = {
  readonly handle?: PackedHandle;
  readonly view?: PackedView;
  readonly value?: unknown;
};

/**
 * Turns what goes beside a message into something structured clone carries.
 *
 * @param moved Receives the ports that are to be moved with it.
 */
export function packAll(
  beside: readonly object[],
  receiver: number,
  moved: Transferable[],
): unknown[] {
  return beside.map((thing) =>
    isHandle(thing)
      ? { handle: thing[PACK](receiver, moved) }
      : packValue(thing)
  );
}

/** As {@linkcode packAll}, for what is no handle; leaves the handles out. */
export function packValues(beside: readonly object[]): unknown[] {
  return beside.map((thing) => isHandle(thing) ? {} : packValue(thing));
}

/**
 * A view goes as its parts: where a message is received at once, the platform
 * walks over all that is enumerable in it, and so over each element of a view.
 */
function packValue(value: object): Packed {
  if (!ArrayBuffer.isView(value)) return { value };
  const { buffer, byteOffset } = value;
  const name = Object.prototype.toString.call(value).slice(8, -1);
  const length = (value as Uint8Array).length ?? value.byteLength;
  return { view: { class: name, buffer, byteOffset, length } };
}

/** The reverse of {@linkcode packAll}, on the receiving thread. */
export function unpackAll(packed: readonly unknown[]): unknown[] {
  return packed.map((entry) => {
    const { handle, view, value } = entry as Packed;
    if (handle !== undefined) return kindOf(handle).unpack(handle);
    return view === undefined ? value : unpackView(view);
  });
}

/** The handle that was packed. */
export function unpackHandle(packed: PackedHandle): object {
  return kindOf(packed).unpack(packed) as object;
}

function unpackView(
  { class: name, buffer, byteOffset, length }: PackedView,
): unknown {
  const view = Reflect.get(globalThis, name) as new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) => ArrayBufferView;
  return new view(buffer, byteOffset, length);
}
