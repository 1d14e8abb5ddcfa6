/**
 * What can be used from another process, and how.
 *
 * A thing stays in the process that made it, its *home*. What stands for it
 * elsewhere is an object of the same class whose members are calls:
 *
 * ```text
 *   at home                            elsewhere
 *     Queue ◀── members[name] ── call ──── what `make` makes: a Queue, too
 * ```
 *
 * Only what a kind lists can be called: what comes from the other process is
 * bytes, and names no other member.
 *
 * @module
 */

import { PACK } from "../handle.ts";

/** How long a call may be held back, and what it ends with then. */
export interface HoldBound {
  /** In milliseconds. */
  readonly timeout: number;
  /** Makes the error. */
  late(): Error;
}

/** How the far side uses the object that it stands for. */
export interface Way {
  /** The number of the object, by its home's count. */
  readonly ref: number;
  /** What its home said of it when it was handed over. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether something sent to it is held back here; see {@linkcode send}. */
  readonly isCrowded: boolean;
  /**
   * Calls a member and waits for its value.
   *
   * @param signal Gives the call up. What it had done by then it has done: only
   *   the answer says how it went.
   */
  call(
    member: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** Calls a member and blocks the thread until its value is there. */
  callSync(member: string, args: readonly unknown[]): unknown;
  /**
   * As {@linkcode call}, for what sends something: held back here while much of
   * that has no answer, so that neither process fills its memory with it.
   *
   * @param bound For a call that is held back, as its home counts no time then.
   */
  send(
    member: string,
    args: readonly unknown[],
    signal?: AbortSignal,
    bound?: HoldBound,
  ): Promise<unknown>;
  /** As {@linkcode callSync}, likewise. */
  sendSync(member: string, args: readonly unknown[]): unknown;
  /**
   * Says what stands for it here. That is not collected, and so its home not
   * told that it may let go, while anybody has a member of this in hand, or a
   * call has no answer.
   */
  keep(object: object): void;
}

/** Does what a member does, with an object that is at home. */
export type Member = (
  object: never,
  args: readonly unknown[],
  signal: AbortSignal | undefined,
) => unknown;

/** The most items of a list among options. */
const MOST_LISTED = 100_000;

/**
 * The options of a call, as the other side said them, with the call's signal.
 *
 * @throws {TypeError} If they are none. A long text or many bytes would become as
 *   many properties.
 * @throws {RangeError} If a list among them is too long. One of nothing but holes
 *   takes a few bytes, and to walk over it minutes.
 */
export function optionsWith(
  signal: AbortSignal | undefined,
  options: unknown,
): object {
  if (options === undefined) return { signal };
  if (
    typeof options !== "object" || options === null ||
    Array.isArray(options) || ArrayBuffer.isView(options)
  ) {
    throw new TypeError("Cannot wait: options must be an object");
  }
  const isTooLong = (value: unknown) =>
    Array.isArray(value) && value.length > MOST_LISTED;
  if (Object.values(options).some(isTooLong)) {
    throw new RangeError("Cannot wait: an option has too many items");
  }
  return { ...options, signal };
}

/** The most arguments that a call may bring. */
const MOST_ARGUMENTS = 10_000;

/**
 * A list of arguments that another process has sent.
 *
 * @throws {TypeError} If it is none.
 * @throws {RangeError} If it is too long; see {@linkcode optionsWith}.
 */
export function argumentsIn(list: unknown): unknown[] {
  if (!Array.isArray(list)) {
    throw new TypeError("Cannot call: the arguments must be a list");
  }
  if (list.length > MOST_ARGUMENTS) {
    throw new RangeError("Cannot call: there are too many arguments");
  }
  return list;
}

/** A kind of thing that can be used from another process. */
export interface RemoteKind {
  /** What may be called, by name. */
  readonly members: Readonly<Record<string, Member>>;
  /** What never changes, for the far side to know without a call. */
  fields?(object: never): Readonly<Record<string, unknown>>;
  /** Makes what stands for one, on the far side. */
  make(way: Way): object;
}

const kinds = new Map<string, RemoteKind>();
const finders: ((object: object) => string | undefined)[] = [];

/**
 * Says how things of a kind are used from another process.
 *
 * @param is Whether an object is one.
 */
export function registerRemote(
  kind: string,
  ways: RemoteKind,
  is: (object: object) => boolean,
): void {
  kinds.set(kind, ways);
  finders.push((object) => is(object) ? kind : undefined);
}

/** The kind of an object; `undefined` if it cannot be used from elsewhere. */
export function remoteKindOf(object: object): string | undefined {
  for (const find of finders) {
    const kind = find(object);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** How things of a kind are used; `undefined` if there is none of that name. */
export function remoteKind(kind: string): RemoteKind | undefined {
  return kinds.get(kind);
}

/**
 * A result that is used from the other process, though it is nothing that could
 * be sent on: the guard of a lock, say.
 */
export class Result {
  /** The name of its kind. */
  readonly kind: string;
  /** What it is. */
  readonly object: object;

  /** See the class. */
  constructor(kind: string, object: object) {
    this.kind = kind;
    this.object = object;
  }

  /** Makes it go beside a message; it leaves its process by a number only. */
  [PACK](): never {
    throw new TypeError(`Cannot send a ${this.kind}: it belongs to one actor`);
  }
}
