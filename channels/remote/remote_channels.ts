/**
 * Queues and pipes, used from another process.
 *
 * @module
 */

import { Connection } from "../connection.ts";
import { PipeClosedError } from "../errors.ts";
import { ItemIterator } from "../item_iterator.ts";
import { pipe } from "../pipe.ts";
import { Queue } from "../queue.ts";
import { isQueueEnd } from "../queue_channel.ts";
import { NOTHING, type Received } from "../receiver.ts";
import { SOURCE, type Source } from "../source.ts";
import type { UntilOptions } from "../until.ts";
import { waitAt } from "../waiting.ts";
import { registerMaker } from "./makers.ts";
import { type Remote, remoteClass, WAY } from "./remote_class.ts";
import { registerRemote } from "./remote_kind.ts";

/** Sends an item if there is room, and nothing sent before still waits here. */
function trying(name: string) {
  return {
    value(this: Remote, ...args: unknown[]): unknown {
      return !this[WAY].isCrowded && this[WAY].callSync(name, args);
    },
  };
}

/** Iterates by one call for each item. */
function iterate(
  { [WAY]: way }: Remote,
  name: string,
  isEnd: (error: unknown) => boolean,
  options?: UntilOptions,
): ItemIterator<unknown> {
  const { signal, ...others } = options ?? {};
  const source = {
    takeSoon: () => NOTHING,
    recvLater: () => way.call(name, [others], signal),
  };
  return new ItemIterator(source as never, isEnd, options);
}

/**
 * How `select` waits for a channel: it is asked once, and then only when its home
 * has said that there is something. To ask at each look would not end: the answer
 * wakes the thread, which then looks again.
 */
function sourceOf({ [WAY]: way }: Remote, name: string): Source<never> {
  let mayHave = true;
  let listen = () => {};
  return {
    places: [],
    take() {
      if (!mayHave) return undefined;
      const { state, value } = way.callSync(name, []) as Received<unknown>;
      if (state !== "empty") {
        return { done: state === "closed", value } as never;
      }
      mayHave = false;
      listen();
      return undefined;
    },
    start(look) {
      const ended = new AbortController();
      listen = () => {
        way.call("ready", [], ended.signal).then(() => {
          mayHave = true;
          look();
        }, () => {});
      };
      listen();
      return () => {
        listen = () => {};
        ended.abort();
      };
    },
  };
}

registerRemote(
  "queue",
  remoteClass(Queue.prototype, {
    constant: ["kind", "name", "capacity"],
    read: ["size", "empty", "full", "closed"],
    sending: { put: 1 },
    awaited: { get: 0, join: 0 },
    blocking: { putSync: "put", getSync: "get" },
    immediate: ["tryPut", "tryGet", "close", "taskDone", "stats"],
    members: {
      async ready(queue: Queue<unknown>, _, signal) {
        await waitAt(queue[SOURCE]().places, {
          attempt: () => !queue.empty || queue.closed,
          options: { signal },
          late: () => "",
        });
      },
    },
    own: {
      tryPut: trying("tryPut"),
      items: {
        value(this: Remote, options?: UntilOptions) {
          return iterate(this, "get", isQueueEnd, options);
        },
      },
      [Symbol.asyncIterator]: {
        value(this: Remote) {
          return iterate(this, "get", isQueueEnd);
        },
      },
      [SOURCE]: {
        value(this: Remote) {
          return sourceOf(this, "tryGet");
        },
      },
    },
  }),
  (object) => object instanceof Queue,
);
registerMaker("queue", (options: never) => new Queue(options));

registerRemote(
  "connection",
  remoteClass(Connection.prototype, {
    constant: ["kind", "name", "writable", "readable"],
    read: ["closed"],
    sending: { send: 1 },
    awaited: { recv: 0, poll: 0 },
    blocking: { sendSync: "send", recvSync: "recv" },
    immediate: ["trySend", "tryRecv", "close"],
    members: {
      ready: (connection: Connection<unknown, unknown>, _, signal) =>
        connection.poll({ signal }),
    },
    own: {
      trySend: trying("trySend"),
      [Symbol.asyncIterator]: {
        value(this: Remote) {
          const isEnd = (error: unknown) => error instanceof PipeClosedError;
          return iterate(this, "recv", isEnd);
        },
      },
      [SOURCE]: {
        value(this: Remote) {
          return sourceOf(this, "tryRecv");
        },
      },
    },
  }),
  (object) => object instanceof Connection,
);
registerMaker("pipe", (options: never) => pipe(options));
