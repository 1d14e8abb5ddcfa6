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
   */
  [PACK](receiver: number): PackedHandle;
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

type Unpack = (packed: PackedHandle) => unknown;

const unpackers = new Map<string, Unpack>();

/** Says how a handle of this kind is rebuilt on the receiving side. */
export function registerHandle(kind: string, unpack: Unpack): void {
  unpackers.set(kind, unpack);
}

/** Whether a value is a handle. */
export function isHandle(value: object): value is Handle {
  return PACK in value;
}

/** Turns what goes beside a message into something structured clone carries. */
export function packAll(
  beside: readonly object[],
  receiver: number,
): unknown[] {
  return beside.map((value) =>
    isHandle(value) ? { handle: value[PACK](receiver) } : { value }
  );
}

/** The reverse of {@linkcode packAll}, on the receiving thread. */
export function unpackAll(packed: readonly unknown[]): unknown[] {
  return packed.map((entry) => {
    const { handle, value } = entry as {
      handle?: PackedHandle;
      value?: unknown;
    };
    if (handle === undefined) return value;
    const unpack = unpackers.get(handle.kind);
    if (unpack === undefined) {
      throw new TypeError(
        `Cannot receive a handle: unknown kind "${handle.kind}"`,
      );
    }
    return unpack(handle);
  });
}
