/**
 * What supervisors tell, for tests to wait for and to compare.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Queue, Supervisor, SupervisorEvent } from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";

/** The event of this type. */
export type Told<T extends SupervisorEvent["type"]> = Extract<
  SupervisorEvent,
  { type: T }
>;

/** Waits for the next event of a type, and passes over those before it. */
export type Next = <T extends SupervisorEvent["type"]>(
  type: T,
) => Promise<Told<T>>;

/** Gives the events from now on, each once. */
export function listen(supervisor: Supervisor): Next {
  const events = supervisor.events[Symbol.asyncIterator]();
  return async <T extends SupervisorEvent["type"]>(type: T) => {
    for (;;) {
      const { done, value } = await soon(events.next());
      assert(!done, `No "${type}" came`);
      if (value.type === type) return value as Told<T>;
    }
  };
}

/** The events from now on, as they come: `exited a`. */
export function record(supervisor: Supervisor): string[] {
  const told: string[] = [];
  (async () => {
    for await (const event of supervisor.events) {
      told.push("id" in event ? `${event.type} ${event.id}` : event.type);
    }
  })();
  return told;
}

/** The next `count` items of a queue. */
export async function take<T>(queue: Queue<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  while (items.length < count) items.push(await soon(queue.get()) as T);
  return items;
}

/** What is in a queue now. */
export function drain<T>(queue: Queue<T>): T[] {
  const items: T[] = [];
  for (;;) {
    const got = queue.tryGet();
    if (got.state !== "ok") return items;
    items.push(got.value as T);
  }
}
