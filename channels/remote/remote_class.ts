/**
 * Makes a kind of remote thing from a list of the members of its class.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { INSPECT } from "../inspect.ts";
import { CHECK, PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { movedBy, type SendOptions } from "../send_options.ts";
import { relocated } from "../relocated.ts";
import { timeoutError } from "../wait_options.ts";
import type { Imported } from "./imports.ts";
import {
  type HoldBound,
  type Member,
  optionsWith,
  type RemoteKind,
  type Way,
} from "./remote_kind.ts";

/** The members of a class, by how they are used from elsewhere. */
export interface ClassShape {
  /** What is awaited: the place of the options among the arguments. */
  readonly awaited?: Readonly<Record<string, number>>;
  /** What sends something, likewise: it may be held back where much waits. */
  readonly sending?: Readonly<Record<string, number>>;
  /** What blocks: the awaited member that does the same. */
  readonly blocking?: Readonly<Record<string, string>>;
  /** What is done at once. */
  readonly immediate?: readonly string[];
  /** What is read. */
  readonly read?: readonly string[];
  /** What is read and never changes. */
  readonly constant?: readonly string[];
  /** What else may be called, at home. */
  readonly members?: Readonly<Record<string, Member>>;
  /** What the far side does by itself. */
  readonly own?: PropertyDescriptorMap;
}

/** The property by which a remote thing is used. */
export const WAY: unique symbol = Symbol("way");

/** An object that stands for a thing elsewhere. */
export interface Remote {
  /** How that is used. */
  readonly [WAY]: Way;
}

/** Describes a remote thing for another thread of this process. */
let describe: (object: object) => Imported | undefined = () => undefined;
/** Makes what stands for it there. */
let take: (imported: Imported) => object = () => {
  throw new TypeError("Cannot receive a handle of another process here");
};

/** Says how remote things get from thread to thread within this process. */
export function shareRemotes(ways: {
  describe(object: object): Imported | undefined;
  take(imported: Imported): object;
}): void {
  describe = ways.describe;
  take = ways.take;
}

registerHandle("remote", {
  unpack: (packed) => take(packed.imported as Imported),
});

/**
 * The kind for a class.
 *
 * @param prototype What stands for an instance is an instance, too.
 */
export function remoteClass(
  prototype: object,
  shape: ClassShape,
): RemoteKind {
  const far = Object.create(prototype, farMembers(shape));
  const { constant = [] } = shape;
  return {
    members: homeMembers(shape),
    fields: (object) =>
      Object.fromEntries(
        constant.map((name) => [name, Reflect.get(object, name)]),
      ),
    make: (way) => Object.create(far, { [WAY]: { value: way } }),
  };
}

/** The member that tells how a thing looks when it is logged. */
const SHOWN = "shown";

function homeMembers(shape: ClassShape): Record<string, Member> {
  const { awaited = {}, sending = {}, immediate = [], read = [] } = shape;
  const members: Record<string, Member> = {
    ...shape.members,
    [SHOWN]: (object) =>
      Reflect.apply(Reflect.get(object, INSPECT), object, []),
  };
  for (const [name, at] of Object.entries({ ...awaited, ...sending })) {
    members[name] = (object, args, signal) => {
      const all: unknown[] = [...args];
      all[at] = optionsWith(signal, all[at]);
      return Reflect.apply(Reflect.get(object, name), object, all);
    };
  }
  for (const name of immediate) {
    members[name] = (object, args) =>
      Reflect.apply(Reflect.get(object, name), object, args);
  }
  for (const name of read) {
    members[name] = (object) => Reflect.get(object, name);
  }
  return members;
}

function farMembers(shape: ClassShape): PropertyDescriptorMap {
  const { awaited = {}, sending = {}, blocking = {}, immediate = [] } = shape;
  const members: PropertyDescriptorMap = {};
  const define = (
    name: string,
    value: (this: Remote, ...args: never[]) => unknown,
  ) => {
    members[name] = { value };
  };
  for (const [name, at] of Object.entries(awaited)) {
    define(name, function (...args: unknown[]) {
      const { rest, signal } = withoutSignal(args, at);
      if (signal?.aborted) return Promise.reject(signal.reason);
      return this[WAY].call(name, rest, signal);
    });
  }
  for (const [name, at] of Object.entries(sending)) {
    define(name, function (...args: unknown[]) {
      return post(this[WAY], name, args, at);
    });
  }
  for (const [name, other] of Object.entries(blocking)) {
    const isSent = other in sending;
    const at = isSent ? sending[other]! : awaited[other]!;
    define(name, function (...args: unknown[]) {
      const { rest } = withoutSignal(args, at);
      return isSent
        ? this[WAY].sendSync(other, rest)
        : this[WAY].callSync(other, rest);
    });
  }
  for (const name of immediate) {
    define(name, function (...args: unknown[]) {
      return this[WAY].callSync(name, args);
    });
  }
  for (const name of shape.read ?? []) {
    members[name] = {
      get(this: Remote) {
        return this[WAY].callSync(name, []);
      },
    };
  }
  for (const name of shape.constant ?? []) {
    members[name] = {
      get(this: Remote) {
        return this[WAY].fields[name];
      },
    };
  }
  return {
    ...members,
    [CHECK]: { value: () => {} },
    [PACK]: {
      value(this: object) {
        return packRemote(this);
      },
    },
    [INSPECT]: { value: inspect },
    ...shape.own,
  };
}

/** Where an item is among the arguments of what sends it. */
const ITEM = /^\$\[0\]/;

/** Sends what the first argument is; what is to be moved is copied, and gone. */
async function post(
  way: Way,
  name: string,
  args: unknown[],
  at: number,
): Promise<unknown> {
  const options = args[at] as SendOptions | undefined;
  const moved = movedBy(options);
  if (moved !== undefined && moved.things.size > 0) {
    throw new TypeError(
      "Cannot send: ports and streams cannot leave their process. Send what " +
        "they give as items",
    );
  }
  const { rest, signal } = withoutSignal(args, at);
  if (signal?.aborted) throw signal.reason;
  try {
    const value = await way.send(
      name,
      rest,
      signal,
      boundOf(way, name, options),
    );
    moved?.detach();
    return value;
  } catch (error) {
    throw relocated(error, ITEM);
  }
}

/** What is done with an item, for errors. */
const VERBS: Readonly<Record<string, string>> = {
  put: "put into",
  send: "send to",
};

/** How long an item may be held back; what is no time its home refuses. */
function boundOf(
  { fields }: Way,
  name: string,
  { timeout }: SendOptions = {},
): HoldBound | undefined {
  if (typeof timeout !== "number" || !(timeout >= 0)) return undefined;
  return {
    timeout,
    late() {
      const label = labelOf(`${fields.kind}`, fields.name as string);
      return timeoutError(
        `Cannot ${VERBS[name]} ${label}: it was full for ${timeout} ms`,
      );
    },
  };
}

/** The arguments as they can be sent, and what cannot. */
function withoutSignal(
  args: readonly unknown[],
  at: number,
): { rest: unknown[]; signal: AbortSignal | undefined } {
  const rest = [...args];
  const options = rest[at];
  if (typeof options !== "object" || options === null) {
    return { rest, signal: undefined };
  }
  const { signal, transfer: _, ...others } = options as SendOptions;
  rest[at] = others;
  return { rest, signal };
}

/** How a remote thing travels within the process that uses it. */
export function packRemote(remote: object): PackedHandle {
  const imported = describe(remote);
  if (imported !== undefined) return { kind: "remote", imported };
  throw new TypeError("Cannot send a handle of another process from here");
}

/** Looks as it does at home; where that cannot be asked, as what it is. */
function inspect(this: Remote): string {
  try {
    return `${this[WAY].callSync(SHOWN, [])}`;
  } catch {
    const { name } = this[WAY].fields;
    const { kind } = this as { kind?: unknown };
    return `${kind}${
      name === undefined ? "" : ` ${JSON.stringify(name)}`
    } (of another process)`;
  }
}
