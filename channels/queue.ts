/**
 * The queue: many producers, many consumers, in any actors.
 *
 * @module
 */

import { sweepParcels } from "./broker.ts";
import { PACK, type PackedHandle, registerHandle } from "./handle.ts";
import { madeAtHome } from "./home.ts";
import { arrive, depart, hold } from "./holders.ts";
import { INSPECT } from "./inspect.ts";
import { Identity } from "./identity.ts";
import { type Received, Receiver } from "./receiver.ts";
import { ItemIterator } from "./item_iterator.ts";
import { isQueueEnd, queueChannel } from "./queue_channel.ts";
import type { QueueCloseOptions, QueueOptions } from "./queue_options.ts";
import { type QueueStats, statsOf } from "./queue_stats.ts";
import { Ring } from "./ring.ts";
import { Closed } from "./_ring_layout.ts";
import {
  checkBound,
  labelOf,
  MOST_BYTES_LIMIT,
  MOST_ITEMS_LIMIT,
} from "./bounds.ts";
import {
  type Ended,
  type Selectable,
  SOURCE,
  type Source,
  type Taken,
} from "./source.ts";
import { Sender } from "./sender.ts";
import type {
  SendOptions,
  SendSyncOptions,
  TransferOptions,
} from "./send_options.ts";
import type { Sentinel } from "./sentinel.ts";
import type { BlockUntilOptions, UntilOptions } from "./until.ts";
import { joinTasks, markDone } from "./_tasks.ts";
import type { WaitOptions } from "./wait_options.ts";

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
 * An item is any data that structured clone carries, and `EXIT`; and it may hold
 * queues, connections, processes and shared memory, which work where they arrive,
 * also when their sender has ended since. What cannot be sent is refused by the
 * put, with the path of the bad part. An actor that dies at any point neither
 * blocks the queue nor damages it: a dead consumer loses at most the item it had
 * taken, a dead producer at most the one it was putting.
 *
 * What is all bytes goes from thread to thread with nobody's help. A handle goes
 * by way of the program's first thread: while that computes without coming back
 * to its event loop, items that hold one are late, and so is what the same
 * consumer gets after them; others are not held up. A get that gives up before
 * such an item is complete leaves it to the next get of the same actor.
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
 * @example A job says where its answer goes
 * ```ts ignore
 * import { actor, Queue } from "@troupe/troupe";
 *
 * interface Job {
 *   n: number;
 *   reply: Queue<number>;
 * }
 *
 * const square = actor(import.meta, async function square(jobs: Queue<Job>) {
 *   for await (const { n, reply } of jobs) await reply.put(n * n);
 * });
 *
 * if (import.meta.main) {
 *   const jobs = new Queue<Job>();
 *   await using worker = square.spawn([jobs]);
 *   const reply = new Queue<number>();
 *   await jobs.put({ n: 7, reply });
 *   console.log(await reply.get()); // 49
 *   jobs.close();
 *   await worker.join();
 * }
 * ```
 *
 * @typeParam T The items.
 */
export class Queue<T>
  implements AsyncIterable<T>, Selectable<Taken<T | Sentinel> | Ended> {
  /** The kind of handle this is. */
  readonly kind = "queue";

  readonly #ring!: Ring;
  readonly #name: string | undefined;
  readonly #label!: string;
  readonly #sender!: Sender;
  readonly #receiver!: Receiver<T | Sentinel>;

  /**
   * Makes an empty queue.
   *
   * @throws {RangeError} If `capacity` or `maxBytes` is no whole number in its
   *   range.
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(options: QueueOptions = {}) {
    const remote = madeAtHome<this>("queue", options);
    if (remote) return remote;
    const { capacity, maxBytes = MOST_BYTES_LIMIT, name } = options;
    const label = labelOf("queue", name);
    this.#label = label;
    this.#name = name;
    this.#ring = (options as Adopted)[RING] ?? Ring.create(
      capacity === undefined
        ? 0
        : checkBound("capacity", capacity, MOST_ITEMS_LIMIT),
      checkBound("maxBytes", maxBytes, MOST_BYTES_LIMIT),
    );
    const channel = queueChannel(this.#ring, label);
    this.#sender = new Sender(this.#ring, { ...channel, verb: "put into" });
    this.#receiver = new Receiver(this.#ring, { ...channel, verb: "get from" });
    queues.add(this.#ring.number, this as Queue<unknown>);
    hold(this, handleOf(this.#ring));
  }

  /**
   * The number of items in it. Exact for the caller's own puts and gets; others
   * may change it at once.
   */
  get size(): number {
    return this.#ring.size;
  }

  /** Whether it holds no item. See {@linkcode size}. */
  get empty(): boolean {
    return this.#ring.size === 0;
  }

  /**
   * Whether a put would have to wait. See {@linkcode size}. Where bytes are what
   * bounds it: whether an item found too little room since the last one was got.
   * A smaller one may still find enough.
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
   * made one after another keep their order, awaited or not. What `transfer`
   * names is moved instead, once the queue has the item.
   *
   * @returns Resolves when the queue has the item.
   * @throws {NotSendableError} If the item holds what cannot be sent.
   * @throws {QueueClosedError} If the queue is closed, or gets closed meanwhile.
   * @throws {RangeError} If the item alone is larger than `maxBytes`, or the
   *   time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if it stayed full for `timeout` ms.
   */
  put(item: T | Sentinel, options?: SendOptions): Promise<void> {
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
  tryPut(item: T | Sentinel, options?: TransferOptions): boolean {
    return this.#sender.trySend(item, options);
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
  putSync(item: T | Sentinel, options?: SendSyncOptions): void {
    this.#sender.sendSync(item, options);
  }

  /**
   * Removes the oldest item, waiting for one.
   *
   * @returns The item, or `EXIT` if that is what was put.
   * @throws {QueueClosedError} If the queue is closed and empty.
   * @throws {ProducersEndedError} If the queue is empty, and all processes that
   *   `until` names have ended.
   * @throws {ProcessStateError} If one of these was not started.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if nothing came in `timeout` ms.
   */
  get(options?: UntilOptions): Promise<T | Sentinel> {
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
   * @throws {ProducersEndedError} If the queue is empty, and all processes that
   *   `until` names have ended.
   * @throws {RangeError} If the time-out is negative or NaN.
   * @throws {DOMException} A `TimeoutError`, if nothing came in `timeout` ms.
   */
  getSync(options?: BlockUntilOptions): T | Sentinel {
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
    const discard = options.discard === true;
    this.#ring.close(discard);
    if (discard) sweepParcels(this.#ring);
  }

  /**
   * Says that one item that was got has been dealt with. See {@linkcode join}.
   *
   * @throws {RangeError} If there were more calls than items put.
   */
  taskDone(): void {
    if (markDone(this.#ring) || this.#ring.closed === Closed.entirely) return;
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
  join(options?: WaitOptions): Promise<void> {
    return joinTasks(this.#ring, this.#label, options);
  }

  /**
   * Iterates over the items until an `EXIT` comes, or until the queue is closed
   * and empty. Several consumers may iterate, each gets other items.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new ItemIterator(this.#receiver, isQueueEnd);
  }

  /**
   * Iterates as the queue itself does, with the options of a {@linkcode get} for
   * each item: an end of all the processes it waits `until` is the end of the
   * iteration, an abort or a time-out is an error.
   *
   * @example Stop when the producer is gone, however it went
   * ```ts ignore
   * import { actor, Queue } from "@troupe/troupe";
   *
   * const count = actor(import.meta, async function count(to: Queue<number>) {
   *   for (let n = 1; n <= 3; n++) await to.put(n);
   * });
   *
   * if (import.meta.main) {
   *   const queue = new Queue<number>();
   *   const until = count.spawn([queue]);
   *   for await (const n of queue.items({ until })) console.log(n); // 1, 2, 3
   * }
   * ```
   */
  items(options?: UntilOptions): AsyncIterableIterator<T> {
    return new ItemIterator(this.#receiver, isQueueEnd, options);
  }

  /**
   * What it holds, who waits at it, and what it has seen: a snapshot that any
   * actor can take at any time, also while all others are blocked.
   */
  stats(): QueueStats {
    return statsOf(this.#ring);
  }

  /** Closes the queue; see {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** How it is logged: `queue "jobs" (3 items)`. @internal */
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

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    depart(this.#ring.words);
    return {
      kind: "queue",
      memory: this.#ring.memory,
      name: this.#name,
    };
  }
}

/** What is to be known of a ring, but not the ring, to see that it goes. */
const handleOf = ({ number, words, memory }: Ring) => (
  { number, words, onLast: () => sweepParcels({ words, memory }) }
);

registerHandle("queue", {
  unpack({ memory, name }) {
    const ring = Ring.at(memory as SharedArrayBuffer);
    const queue = queues.get(ring.number) ??
      new Queue({ [RING]: ring, name } as Adopted);
    arrive(ring.words);
    return queue;
  },
});
