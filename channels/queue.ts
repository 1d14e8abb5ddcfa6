/**
 * The queue: many producers, many consumers, in any actors.
 *
 * @module
 */

import { QueueClosedError } from "./errors.ts";
import { PACK, type PackedHandle, registerHandle } from "./handle.ts";
import { INSPECT } from "./inspect.ts";
import { Identity } from "./identity.ts";
import { type Received, Receiver } from "./receiver.ts";
import { ItemIterator } from "./_item_iterator.ts";
import { Ring } from "./ring.ts";
import { Closed, USER_WORD } from "./_ring_layout.ts";
import {
  checkBound,
  MOST_BYTES_LIMIT,
  MOST_ITEMS_LIMIT,
  nameChannel,
} from "./_bounds.ts";
import {
  type Ended,
  type Selectable,
  SOURCE,
  type Source,
  type Taken,
} from "./source.ts";
import { Sender } from "./sender.ts";
import { EXIT, type Sentinel } from "./sentinel.ts";
import {
  type BlockOptions,
  checkWait,
  type WaitOptions,
} from "./wait_options.ts";
import { waitAt } from "./waiting.ts";

/** How a {@linkcode Queue} is bounded and named. */
export interface QueueOptions {
  /**
   * The greatest number of items it holds: a put then waits. A whole number of
   * at least 1. Without it only `maxBytes` bounds the queue.
   */
  capacity?: number;
  /**
   * The greatest size of what it holds, in bytes as encoded. At most, and by
   * default, 1 GiB. The memory is reserved, not used: it grows with what the
   * queue really held at its fullest, and is given back with the queue.
   */
  maxBytes?: number;
  /** What error messages call it. It need not be unique. */
  name?: string;
}

/** What the words "closed" and "discard" do to a {@linkcode Queue}. */
export interface QueueCloseOptions {
  /** Whether to throw away the items still in it; `false` by default. */
  discard?: boolean;
}

/** The number of task-done calls (and of `EXIT`s taken) so far. */
const DONE = USER_WORD;

/** The ring of a queue that came from another thread. */
const RING: unique symbol = Symbol("ring");

interface Adopted extends QueueOptions {
  [RING]?: Ring;
}

const queues = new Identity<Queue<unknown>>();

/**
 * A queue of items between any number of actors.
 *
 * Put by any actor, got by any actor: pass the queue itself as an argument.
 * Items of one producer come out in the order they were put, and each goes to
 * exactly one consumer. The queue holds its items itself, in shared memory: a
 * producer may end before anyone reads what it put, so joining it first never
 * deadlocks.
 *
 * An item is any data that structured clone carries, and `EXIT`. What cannot be
 * sent is refused by the put, with the path of the bad part. An actor that dies
 * at any point neither blocks the queue nor damages it: a dead consumer loses
 * at most the item it had taken, a dead producer at most the one it was putting.
 *
 * In the spirit of Python's `multiprocessing.Queue` and `JoinableQueue`.
 *
 * @example One actor puts, this one gets
 * ```ts ignore
 * import { actor, EXIT, Queue } from "@troupe/troupe";
 *
 * const count = actor(import.meta, async function count(to: Queue<number>) {
 *   for (let n = 1; n <= 3; n++) await to.put(n);
 *   await to.put(EXIT);
 * });
 *
 * if (import.meta.main) {
 *   const queue = new Queue<number>();
 *   await using counter = count.spawn([queue]);
 *   for await (const n of queue) console.log(n); // 1, 2, 3
 *   await counter.join();
 * }
 * ```
 *
 * @typeParam T The items.
 */
export class Queue<T>
  implements AsyncIterable<T>, Selectable<Taken<T | Sentinel> | Ended> {
  /** The kind of handle this is. */
  readonly kind = "queue";

  readonly #ring: Ring;
  readonly #name: string | undefined;
  readonly #label: string;
  readonly #sender: Sender;
  readonly #receiver: Receiver<T | Sentinel>;

  /**
   * Makes an empty queue.
   *
   * @throws {RangeError} If `capacity` or `maxBytes` is no whole number in its
   *   range.
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(options: QueueOptions = {}) {
    const { capacity, maxBytes = MOST_BYTES_LIMIT, name } = options;
    const label = nameChannel("queue", name);
    this.#label = label;
    this.#name = name;
    this.#ring = (options as Adopted)[RING] ?? Ring.create(
      capacity === undefined
        ? 0
        : checkBound("capacity", capacity, MOST_ITEMS_LIMIT),
      checkBound("maxBytes", maxBytes, MOST_BYTES_LIMIT),
    );
    const channel = {
      label,
      check: () => {},
      isBroken: () => false,
      isOver: () => false,
      closedError: (item: unknown) =>
        new QueueClosedError(
          `Cannot put into ${label}: it was closed. The item is in the ` +
            "error's `item`",
          item,
        ),
      endedError: () =>
        new QueueClosedError(
          `Cannot get from ${label}: it was closed and is empty`,
        ),
      onReceived: (item: unknown) => {
        // Nobody marks an `EXIT` as done, since it is no task.
        if (item === EXIT) this.#markDone();
      },
    };
    this.#sender = new Sender(this.#ring, { ...channel, verb: "put into" });
    this.#receiver = new Receiver(this.#ring, { ...channel, verb: "get from" });
    queues.add(this.#ring.number, this as Queue<unknown>);
  }

  /**
   * The number of items in it.
   *
   * Exact for the caller's own puts and gets; others may change it at once.
   */
  get size(): number {
    return this.#ring.size;
  }

  /** Whether it holds no item. See {@linkcode size}. */
  get empty(): boolean {
    return this.#ring.size === 0;
  }

  /**
   * Whether a put would have to wait. See {@linkcode size}.
   *
   * Where bytes are what bounds it: whether an item found too little room since
   * the last one was got. A smaller one may still find enough.
   */
  get full(): boolean {
    return this.#ring.isFull;
  }

  /** Whether it was closed: it takes no more items. */
  get closed(): boolean {
    return this.#ring.closed !== Closed.open;
  }

  /** The greatest number of items it holds; `Infinity` if not bounded so. */
  get capacity(): number {
    return this.#ring.mostItems || Infinity;
  }

  /**
   * Puts an item at the end, waiting while the queue is full.
   *
   * The item is copied at the call: changing it later changes nothing. Calls
   * made one after another keep their order, awaited or not.
   *
   * @returns Resolves when the queue has the item.
   * @throws {NotSendableError} If the item holds what cannot be sent.
   * @throws {QueueClosedError} If the queue is closed, or gets closed meanwhile.
   * @throws {RangeError} If the item alone is larger than `maxBytes`, or the
   *   time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it stayed full for `timeout` ms.
   */
  put(item: T | Sentinel, options?: WaitOptions): Promise<void> {
    return this.#sender.send(item, options);
  }

  /**
   * Puts an item if there is room now.
   *
   * @returns Whether it was put.
   * @throws {NotSendableError} If the item holds what cannot be sent.
   * @throws {QueueClosedError} If the queue is closed.
   * @throws {RangeError} If the item alone is larger than `maxBytes`.
   */
  tryPut(item: T | Sentinel): boolean {
    return this.#sender.trySend(item);
  }

  /**
   * Puts an item, blocking the whole thread while the queue is full.
   *
   * For actors that do nothing else meanwhile; ends when the actor is
   * terminated. On the main thread it stops everything, so await `put` there.
   *
   * @throws {NotSendableError} If the item holds what cannot be sent.
   * @throws {QueueClosedError} If the queue is closed, or gets closed meanwhile.
   * @throws {RangeError} If the item alone is larger than `maxBytes`, or the
   *   time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it stayed full for `timeout` ms.
   */
  putSync(item: T | Sentinel, options?: BlockOptions): void {
    this.#sender.sendSync(item, options);
  }

  /**
   * Removes the oldest item, waiting for one.
   *
   * @returns The item, or `EXIT` if that is what was put.
   * @throws {QueueClosedError} If the queue is closed and empty.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if nothing came in `timeout` ms.
   */
  get(options?: WaitOptions): Promise<T | Sentinel> {
    return this.#receiver.recv(options);
  }

  /** Removes the oldest item if there is one now. */
  tryGet(): Received<T | Sentinel> {
    return this.#receiver.tryRecv();
  }

  /**
   * Removes the oldest item, blocking the whole thread until there is one.
   *
   * See {@linkcode putSync} for when to use it.
   *
   * @returns The item, or `EXIT` if that is what was put.
   * @throws {QueueClosedError} If the queue is closed and empty.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if nothing came in `timeout` ms.
   */
  getSync(options?: BlockOptions): T | Sentinel {
    return this.#receiver.recvSync(options);
  }

  /**
   * Closes the queue: puts are refused from now on, here and in every actor.
   *
   * What it holds can still be got, unless `discard` throws it away. Puts that
   * wait are rejected with their items; gets that wait are rejected when the
   * queue is empty. Closing twice does nothing.
   */
  close(options: QueueCloseOptions = {}): void {
    this.#ring.close(options.discard === true);
  }

  /**
   * Says that one item that was got has been dealt with. See {@linkcode join}.
   *
   * @throws {RangeError} If there were more calls than items put.
   */
  taskDone(): void {
    if (this.#markDone() || this.#ring.closed === Closed.entirely) return;
    throw new RangeError(
      `Cannot mark a task of ${this.#label} as done: taskDone() was called ` +
        "more often than items were put",
    );
  }

  /**
   * Waits until every item ever put was got and marked by
   * {@linkcode taskDone}; items that were thrown away by a close count as done.
   *
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  async join(options?: WaitOptions): Promise<void> {
    checkWait(options);
    const isDone = () => this.#tasks <= 0;
    if (isDone()) return;
    await waitAt([this.#ring.watchers], {
      attempt: isDone,
      options,
      late: () =>
        `Cannot join ${this.#label}: tasks were not done after ` +
        `${options?.timeout} ms`,
    });
  }

  /**
   * Iterates over the items until an `EXIT` comes, or until the queue is closed
   * and empty. Several consumers may iterate, each gets other items.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new ItemIterator(
      this.#receiver,
      (error) => error instanceof QueueClosedError,
    );
  }

  /** Closes the queue; see {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * How it is logged: `queue "jobs" (3 items)`.
   *
   * @internal
   */
  [INSPECT](): string {
    return `${this.#label} (${this.size} items${
      this.closed ? ", closed" : ""
    })`;
  }

  /**
   * How `select` waits for it.
   *
   * @internal
   */
  [SOURCE](): Source<Taken<T | Sentinel> | Ended> {
    return this.#receiver.source;
  }

  /** How many items are neither marked as done nor thrown away. */
  get #tasks(): number {
    const { words, closed, gets, puts } = this.#ring;
    const due = closed === Closed.entirely ? gets : puts;
    return (due - Atomics.load(words, DONE)) | 0;
  }

  /** Counts one more item as done; `false` if all that were put are. */
  #markDone(): boolean {
    const { words, watchers } = this.#ring;
    for (;;) {
      const done = Atomics.load(words, DONE);
      if (done === this.#ring.puts) return false;
      const next = (done + 1) | 0;
      if (Atomics.compareExchange(words, DONE, done, next) !== done) continue;
      if (this.#tasks <= 0) watchers.wakeAll();
      return true;
    }
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return {
      kind: "queue",
      memory: this.#ring.memory,
      name: this.#name,
    };
  }
}

registerHandle("queue", ({ memory, name }) => {
  const ring = Ring.at(memory as SharedArrayBuffer);
  const known = queues.get(ring.number);
  if (known !== undefined) return known;
  return new Queue({ [RING]: ring, name } as Adopted);
});
