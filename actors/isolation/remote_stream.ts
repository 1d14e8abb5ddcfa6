/**
 * A stream of items that an actor of the program yields, as another in a process
 * of its own reads it: item by item.
 *
 * @module
 */

import { registerRemote, type Way } from "../../channels/remote/remote_kind.ts";

/** A stream at home. */
export class HomeStream {
  /** The items. */
  readonly items: AsyncIterator<unknown>;
  /** Ends them with a reason. */
  readonly aborter: AbortController;

  /** See the class. */
  constructor(items: AsyncIterator<unknown>, aborter: AbortController) {
    this.items = items;
    this.aborter = aborter;
  }
}

/** The same elsewhere. */
export interface FarStream extends AsyncIterableIterator<unknown> {
  /** Ends it with a reason. */
  abort(reason: unknown): void;
}

registerRemote("stream", {
  members: {
    next: ({ items }: HomeStream) => items.next(),
    return: async ({ items }: HomeStream) => void await items.return?.(),
    abort: ({ aborter }: HomeStream, [reason]) => aborter.abort(reason),
  },
  make: ({ call }: Way): FarStream => ({
    next: () => call("next", []) as Promise<IteratorResult<unknown>>,
    async return() {
      await call("return", []);
      return { done: true, value: undefined };
    },
    abort: (reason) => void call("abort", [reason]).catch(() => {}),
    [Symbol.asyncIterator]() {
      return this;
    },
  }),
}, () => false);
