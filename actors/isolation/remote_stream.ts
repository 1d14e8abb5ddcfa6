/**
 * A stream of items that an actor in another process yields.
 *
 * @module
 */

import { registerRemote, type Way } from "../../channels/remote/remote_kind.ts";

type Items = AsyncIterator<unknown>;

registerRemote("stream", {
  members: {
    next: (items: Items) => items.next(),
    return: async (items: Items) => void await items.return?.(),
  },
  make: ({ call }: Way): AsyncIterableIterator<unknown> => ({
    next: () => call("next", []) as Promise<IteratorResult<unknown>>,
    async return() {
      await call("return", []);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  }),
}, () => false);
