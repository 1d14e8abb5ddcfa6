/**
 * The pipe: two ends, each with one owner.
 *
 * ```text
 *        Connection a                             Connection b
 *   send ─▶ ring 1  (SENDER: owner of a, RECEIVER: owner of b) ─▶ recv
 *   recv ◀─ ring 2  (RECEIVER: owner of a, SENDER: owner of b) ◀─ send
 * ```
 *
 * Each ring names the threads that own its two sides. That is how an end that
 * waits learns of the death of the other: every death wakes every thread, and
 * a look at the table tells whether the peer can still act.
 *
 * @module
 */

import {
  checkBound,
  labelOf,
  MOST_BYTES_LIMIT,
  MOST_ITEMS_LIMIT,
} from "./bounds.ts";
import { madeAtHome } from "./home.ts";
import { Connection, type Ends } from "./connection.ts";
import { Ring } from "./ring.ts";

/** How a {@linkcode pipe} is made. */
export interface PipeOptions {
  /** Whether both ends send and receive; `true` by default. */
  duplex?: boolean;
  /**
   * The greatest number of items under way in one direction: a send then
   * waits. A whole number of at least 1; not bounded by default.
   */
  capacity?: number;
  /**
   * The greatest size of what is under way in one direction, in bytes as
   * encoded. At most, and by default, 1 GiB: reserved, not used. What is moved
   * (`transfer`) takes no memory of the pipe's, and does not count.
   */
  maxBytes?: number;
  /** What error messages call it. It need not be unique. */
  name?: string;
}

/**
 * Makes a pipe and gives its two ends: what is sent into one is received from
 * the other, in order.
 *
 * Each end belongs to one actor at a time. Passed to another actor, it is that
 * actor's alone: using it here is an error from then on. When an end is closed,
 * or its owner ends in whatever way, the other end receives what was sent and
 * then learns of it: `recv` rejects with a `PipeClosedError`, `send` at once
 * with a `BrokenPipeError`.
 *
 * In the spirit of Python's `multiprocessing.Pipe`.
 *
 * @example Ask an actor through a pipe
 * ```ts ignore
 * import { actor, type Connection, pipe } from "@troupe/troupe";
 *
 * const doubler = actor(
 *   import.meta,
 *   async function doubler(end: Connection<number, number>) {
 *     for await (const n of end) await end.send(2 * n);
 *   },
 * );
 *
 * if (import.meta.main) {
 *   const [here, there] = pipe<number, number>();
 *   await using worker = doubler.spawn([there]);
 *   await here.send(21);
 *   console.log(await here.recv()); // 42
 *   here.close();
 *   await worker.join();
 * }
 * ```
 *
 * @typeParam A What the first end sends.
 * @typeParam B What the second end sends; the same by default.
 * @throws {RangeError} If a bound is no whole number in its range.
 * @throws {TypeError} If an option is of the wrong type.
 */
export function pipe<A, B = A>(
  options?: PipeOptions & { duplex?: true },
): [Connection<A, B>, Connection<B, A>];
/**
 * Makes a pipe of one direction: a receiver and a sender, in this order.
 *
 * @example The receiver comes first
 * ```ts
 * import { pipe } from "@troupe/troupe";
 *
 * const [receiver, sender] = pipe<string>({ duplex: false });
 * await sender.send("hello");
 * console.log(await receiver.recv()); // hello
 * ```
 *
 * @typeParam A What the sender sends.
 */
export function pipe<A>(
  options: PipeOptions & { duplex: false },
): [Connection<never, A>, Connection<A, never>];
/** Makes a pipe of a kind that is known only when the program runs. */
export function pipe<A, B = A>(
  options?: PipeOptions,
): [Connection<A, B>, Connection<B, A>];
export function pipe(
  options: PipeOptions = {},
): [Connection<unknown, unknown>, Connection<unknown, unknown>] {
  const remote = madeAtHome<
    [Connection<unknown, unknown>, Connection<unknown, unknown>]
  >("pipe", options);
  if (remote !== undefined) return remote;
  const { duplex = true, capacity, maxBytes = MOST_BYTES_LIMIT, name } =
    options;
  if (typeof duplex !== "boolean") {
    throw new TypeError("Cannot create a pipe: duplex must be a boolean");
  }
  labelOf("pipe", name);
  const mostItems = capacity === undefined
    ? 0
    : checkBound("capacity", capacity, MOST_ITEMS_LIMIT);
  const mostBytes = checkBound("maxBytes", maxBytes, MOST_BYTES_LIMIT);
  const there = Ring.create(mostItems, mostBytes);
  const ends: [Ends, Ends] = duplex
    ? [
      { out: there, in: Ring.create(mostItems, mostBytes) },
      { in: there },
    ]
    : [{ in: there }, { out: there }];
  if (duplex) ends[1].out = ends[0].in;
  return [new Connection(ends[0], name), new Connection(ends[1], name)];
}
