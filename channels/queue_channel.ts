/**
 * What the two sides of a queue's ring must know of the queue.
 *
 * @module
 */

import { ProducersEndedError, QueueClosedError } from "./errors.ts";
import type { ReceiverChannel } from "./receiver.ts";
import type { Ring } from "./ring.ts";
import type { SenderChannel } from "./sender.ts";
import { EXIT } from "./sentinel.ts";
import { markDone } from "./_tasks.ts";

/** The channel of a queue that errors call `label`, but for the verb. */
export function queueChannel(
  ring: Ring,
  label: string,
): Omit<SenderChannel & ReceiverChannel, "verb"> {
  return {
    label,
    isPipe: false,
    // A queue has no owner whose end would be the end of it.
    check: () => {},
    isBroken: () => false,
    isOver: () => false,
    closedError: (item) =>
      new QueueClosedError(
        `Cannot put into ${label}: it was closed. The item is in the ` +
          "error's `item`",
        item,
      ),
    endedError: () =>
      new QueueClosedError(
        `Cannot get from ${label}: it was closed and is empty`,
      ),
    abandonedError: () =>
      new ProducersEndedError(
        `Cannot get from ${label}: it is empty, and all the processes have ` +
          "ended that were to be waited for",
      ),
    onReceived(item) {
      // Nobody marks an `EXIT` as done, since it is no task.
      if (item === EXIT) markDone(ring);
    },
  };
}

/** Whether an error of a get is the end of an iteration. */
export function isQueueEnd(error: unknown): boolean {
  return error instanceof QueueClosedError ||
    error instanceof ProducersEndedError;
}
