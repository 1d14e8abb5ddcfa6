/**
 * A stream of items that an actor in a process of its own yields, as it gets to
 * the actor's agent.
 *
 * ```text
 *   host                                     agent
 *     │◀── ask [method, …, sink] ──────────────│
 *     │── item ─▶ item ─▶ … ──────────────────▶│ sink ─▶ generator ─▶ client
 *     │◀───────── answered as they are taken ──│
 *     │── the answer of the ask: the end ─────▶│
 * ```
 *
 * The host does not wait to be asked for items, so that those an actor has yielded
 * before its end arrive before that; but no more than {@linkcode AHEAD} are on
 * their way.
 *
 * @module
 */

import { registerRemote, type Way } from "../../channels/remote/remote_kind.ts";

/** How many items may be on their way. */
export const AHEAD = 32;

/** An item on its way, and who waits until it is taken. */
interface Arrived {
  readonly value: unknown;
  readonly onTaken: () => void;
}

/** The agent's side. */
export class StreamSink {
  readonly #items: Arrived[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  /** Takes an item; resolves when somebody has it. */
  item(value: unknown): Promise<void> {
    return new Promise((onTaken) => {
      this.#items.push({ value, onTaken });
      this.#wake?.();
    });
  }

  /** Nothing will come any more. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** The next item; `undefined` at the end. */
  async next(): Promise<{ readonly value: unknown } | undefined> {
    while (this.#items.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const arrived = this.#items.shift();
    arrived?.onTaken();
    return arrived;
  }
}

/** The host's side: sends the items of a stream, and gives what it returned. */
export async function pour(
  items: AsyncIterator<unknown>,
  sink: Way,
): Promise<unknown> {
  const underway: Promise<unknown>[] = [];
  for (;;) {
    const { done, value } = await items.next();
    if (done) return value;
    const taken = sink.call("item", [value]);
    underway.push(taken);
    taken.catch(() => {});
    if (underway.length >= AHEAD) await underway.shift();
  }
}

registerRemote("stream sink", {
  members: {
    item: (sink: StreamSink, [value]) => sink.item(value),
  },
  make: (way) => way,
}, () => false);
