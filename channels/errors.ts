/**
 * The errors of the channels.
 *
 * @module
 */

/**
 * Thrown when a value holds something that cannot be sent to another actor.
 *
 * Nothing has been sent: an item is sent whole or not at all.
 *
 * @example The path says which part of the value it was
 * ```ts
 * import { NotSendableError, Queue } from "@troupe/troupe";
 *
 * const queue = new Queue<unknown>();
 * try {
 *   await queue.put({ job: { done: [1, () => {}] } });
 * } catch (error) {
 *   if (!(error instanceof NotSendableError)) throw error;
 *   console.log(error.path); // $.job.done[1]
 * }
 * ```
 */
export class NotSendableError extends TypeError {
  /** The class name, `"NotSendableError"`. */
  override readonly name = "NotSendableError";
  /** Where in the value it was found: `$` is the value itself. */
  readonly path: string;
  /** What was found there, such as `a function`. */
  readonly found: string;
  /** What to do instead, where there is something to say. */
  readonly advice: string | undefined;

  /** Builds the error from the place and the thing found there. */
  constructor(path: string, found: string, advice?: string) {
    super(
      `Cannot send a value: ${path} is ${found}` +
        (advice === undefined ? "" : `. ${advice}`),
    );
    this.path = path;
    this.found = found;
    this.advice = advice;
  }
}

/**
 * Thrown when an item is put into a queue that is closed, and when a queue that
 * is closed and empty is asked for one.
 *
 * @example A put that came too late gets its item back
 * ```ts
 * import { Queue, QueueClosedError } from "@troupe/troupe";
 *
 * const queue = new Queue<number>();
 * queue.close();
 * try {
 *   await queue.put(7);
 * } catch (error) {
 *   if (!(error instanceof QueueClosedError)) throw error;
 *   console.log(error.item); // 7
 * }
 * ```
 */
export class QueueClosedError extends Error {
  /** The class name, `"QueueClosedError"`. */
  override readonly name = "QueueClosedError";
  /** The item that was not put; `undefined` where the call was a get. */
  readonly item: unknown;

  /** Builds the error; `item` is what could not be put. */
  constructor(message: string, item?: unknown) {
    super(message);
    this.item = item;
  }
}

/**
 * Thrown by a get that waits `until` some processes have ended, once they have
 * and the queue is empty. The queue is still open: others may put into it.
 *
 * @example A producer that may die does not leave its consumer waiting
 * ```ts ignore
 * import { actor, ProducersEndedError, Queue } from "@troupe/troupe";
 *
 * const count = actor(import.meta, async function count(to: Queue<number>) {
 *   for (let n = 1; n <= 3; n++) await to.put(n);
 * });
 *
 * if (import.meta.main) {
 *   const queue = new Queue<number>();
 *   const producer = count.spawn([queue]);
 *   try {
 *     for (;;) console.log(await queue.get({ until: producer })); // 1, 2, 3
 *   } catch (error) {
 *     if (!(error instanceof ProducersEndedError)) throw error;
 *   }
 * }
 * ```
 */
export class ProducersEndedError extends Error {
  /** The class name, `"ProducersEndedError"`. */
  override readonly name = "ProducersEndedError";
}

/**
 * Thrown by a receive when nothing can come any more (the other end was closed
 * or its actor ended, and all it had sent was received), and by every use of an
 * end that was itself closed or given away.
 *
 * Python's `EOFError` and its `OSError: handle is closed`.
 */
export class PipeClosedError extends Error {
  /** The class name, `"PipeClosedError"`. */
  override readonly name = "PipeClosedError";
  /** Whose doing it was: `"peer"`, or `"self"` for an end of one's own. */
  readonly closedBy: "peer" | "self";

  /** Builds the error. */
  constructor(message: string, closedBy: "peer" | "self") {
    super(message);
    this.closedBy = closedBy;
  }
}

/**
 * Thrown by a send when nobody can receive it: the other end was closed, or the
 * actor that owned it ended.
 */
export class BrokenPipeError extends Error {
  /** The class name, `"BrokenPipeError"`. */
  override readonly name = "BrokenPipeError";
  /** The item that was not sent. */
  readonly item: unknown;

  /** Builds the error; `item` is what could not be sent. */
  constructor(message: string, item: unknown) {
    super(message);
    this.item = item;
  }
}
