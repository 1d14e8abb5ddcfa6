/**
 * Shared values and maps, used from another process.
 *
 * Each use is a call: some ten thousand a second. What is seldom changed and often
 * read belongs into a variable of the actor's own.
 *
 * @module
 */

import { SharedMap } from "../shared/shared_map.ts";
import { Value } from "../shared/value.ts";
import { registerMaker } from "./makers.ts";
import { type Remote, remoteClass, WAY } from "./remote_class.ts";
import { type Member, registerRemote } from "./remote_kind.ts";

registerRemote(
  "shared-value",
  remoteClass(Value.prototype, {
    constant: ["kind", "type"],
    read: ["lock"],
    immediate: [
      "add",
      "sub",
      "and",
      "or",
      "xor",
      "exchange",
      "compareExchange",
    ],
    members: {
      value: (value: Value<"int32">) => value.value,
      setValue(value: Value<"int32">, [number]) {
        value.value = number as number;
      },
    },
    own: {
      value: {
        get(this: Remote) {
          return this[WAY].callSync("value", []);
        },
        set(this: Remote, number: number | bigint) {
          this[WAY].callSync("setValue", [number]);
        },
      },
      toString: {
        value(this: Value<"int32">) {
          return `${this.value}`;
        },
      },
    },
  }),
  (object) => object instanceof Value,
);
registerMaker(
  "shared-value",
  (type: never, initial: never, options: never) =>
    new Value(type, initial, options),
);

/**
 * A change of a map, as it is done at home: it waits for the map's lock without
 * blocking, since other calls of the actor may be what frees it.
 */
function change(name: "set" | "delete" | "clear"): Member {
  return async (map: SharedMap<unknown>, args, signal) => {
    using _guard = await map.lock.acquire({ signal });
    const result = Reflect.apply(map[name], map, args);
    return result === map ? undefined : result;
  };
}

/** What gives a list at home, and an iterator elsewhere. */
function listed(name: "entries" | "keys" | "values") {
  return {
    value(this: Remote) {
      return (this[WAY].callSync(name, []) as unknown[]).values();
    },
  };
}

registerRemote(
  "shared-map",
  remoteClass(SharedMap.prototype, {
    constant: ["kind"],
    read: ["size", "lock"],
    immediate: ["get", "has"],
    members: {
      set: change("set"),
      delete: change("delete"),
      clear: change("clear"),
      entries: (map: SharedMap<unknown>) => [...map.entries()],
      keys: (map: SharedMap<unknown>) => [...map.keys()],
      values: (map: SharedMap<unknown>) => [...map.values()],
    },
    own: {
      set: {
        value(this: Remote, key: string, value: unknown) {
          this[WAY].callSync("set", [key, value]);
          return this;
        },
      },
      delete: {
        value(this: Remote, key: string) {
          return this[WAY].callSync("delete", [key]);
        },
      },
      clear: {
        value(this: Remote) {
          this[WAY].callSync("clear", []);
        },
      },
      update: { value: update },
      entries: listed("entries"),
      keys: listed("keys"),
      values: listed("values"),
      [Symbol.iterator]: listed("entries"),
    },
  }),
  (object) => object instanceof SharedMap,
);
registerMaker(
  "shared-map",
  (entries: Iterable<[string, unknown]>, options: never) =>
    // A list without its holes, which take no bytes on the way and memory here.
    new SharedMap(
      Array.isArray(entries) ? Object.values(entries) : entries,
      options,
    ),
);

/** The function stays with its actor, which holds the lock meanwhile. */
function update<V>(
  this: SharedMap<V>,
  key: string,
  change: (value: V | undefined) => V,
): V {
  return this.lock.runSync(() => {
    const value = change(this.get(key));
    if (typeof (value as PromiseLike<V> | null)?.then === "function") {
      throw new TypeError(
        `Cannot update ${JSON.stringify(key)} of a shared map: the function ` +
          "gave a promise. Hold the lock, and get and set instead",
      );
    }
    this.set(key, value);
    return value;
  });
}
