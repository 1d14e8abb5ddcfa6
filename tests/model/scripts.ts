/**
 * What the threads of the scenarios do. Written as plain code over the real
 * modules, and rewritten as they are.
 *
 * The attempts are those of `sender.ts` and `receiver.ts`.
 *
 * @module
 */

import { EMPTY, ENDED, Put, Ring } from "../../channels/ring.ts";
import {
  claimThread,
  fenceThread,
  joinProgram,
  ownThread,
  releaseThread,
  threadTable,
  wakeAllThreads,
} from "../../channels/threads.ts";
import { blockAt, waitAt } from "../../channels/waiting.ts";
import { settled, VirtualSignal } from "./event_loop.ts";

/** Notes what this thread has done, for the check at the end. */
declare function note(what: string, item?: number): void;
/** Ends this thread. */
declare function stop(): void;
/** Waits for the end of a thread; true if it died or was stopped. */
declare function awaitEnd(thread: number): number;

/** A time-out in ms, longer than the clock shows before it is over. */
const TIME = 1e6;

// Set-up: run at once, before the exploration.

/** Makes the world: the threads and one ring. */
export function setUp(threads: number, mostItems: number, mostBytes: number) {
  const ids = [];
  for (let n = 0; n < threads; n++) ids.push(claimThread());
  const ring = Ring.create(mostItems, mostBytes);
  return { table: threadTable(), root: ownThread(), ids, ring: ring.memory };
}

/** Joins the world: the thread's own view of its ring. */
export function join(
  table: SharedArrayBuffer,
  id: number,
  memory: SharedArrayBuffer,
): Ring {
  joinProgram(table, id, () => stop());
  return Ring.at(memory);
}

/** Puts without waiting. */
export function fill(ring: Ring, items: number[], size: number): void {
  for (const item of items) {
    const bytes = encode(item, size);
    if (ring.put(bytes, size) !== Put.done) throw new Error("Cannot fill");
  }
}

/** Takes all that is there. */
export function drain(ring: Ring): number[] {
  const items = [];
  for (;;) {
    const length = ring.take();
    if (length === EMPTY || length === ENDED) return items;
    items.push(decode(ring, length));
  }
}

/** An item is a message that consists of nothing but its number. */
function encode(item: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.fill(item);
  return bytes;
}

function decode(ring: Ring, length: number): number {
  const { bytes, offset } = ring.reader;
  const item = bytes[offset]!;
  for (let i = 1; i < length; i++) {
    if (bytes[offset + i] !== item) throw new Error("A torn message");
  }
  return item;
}

// Threads.

/** Puts items one after another, blocking; ends at a close. */
export function produce(ring: Ring, items: number[], size: number): void {
  for (const item of items) {
    if (!putSync(ring, item, size)) {
      note("refused", item);
      return;
    }
    note("put", item);
  }
}

function putSync(ring: Ring, item: number, size: number): boolean {
  const { producers } = ring;
  const bytes = encode(item, size);
  let outcome: number = Put.full;
  const attempt = () => {
    // Behind the callers of this thread that waited before.
    producers.serve();
    if (producers.hasWaiters) return false;
    outcome = ring.put(bytes, size);
    return outcome !== Put.full;
  };
  if (!attempt()) blockAt([producers], attempt, Infinity);
  return outcome === Put.done;
}

/** Takes so many items, blocking; ends at a close. */
export function consume(ring: Ring, count: number): void {
  for (let n = 0; n < count; n++) {
    const item = getSync(ring);
    if (item < 0) {
      note("ended");
      return;
    }
    note("got", item);
  }
}

function getSync(ring: Ring, timeout = Infinity): number {
  const { consumers } = ring;
  let item = EMPTY;
  const attempt = () => {
    if (consumers.hasWaiters) {
      consumers.serve();
      if (consumers.hasWaiters) return false;
    }
    const length = ring.take();
    if (length === EMPTY) return false;
    item = length === ENDED ? ENDED : decode(ring, length);
    return true;
  };
  if (!attempt()) blockAt([consumers], attempt, timeout);
  return item;
}

/** Takes one item, awaiting. */
function get(ring: Ring, onItem: (item: number) => void, options: object) {
  return waitAt([ring.consumers], {
    attempt: () => {
      const length = ring.take();
      if (length === EMPTY) return false;
      onItem(length === ENDED ? ENDED : decode(ring, length));
      return true;
    },
    options,
    late: () => "late",
  });
}

/** Takes so many items one after another, awaiting each. */
export function consumeAwaiting(ring: Ring, count: number): void {
  for (let n = 0; n < count; n++) {
    let item = EMPTY;
    const { state, value } = settled(
      get(ring, (one) => item = one, {}) as never,
    );
    if (state === 2) throw value;
    if (item < 0) {
      note("ended");
      return;
    }
    note("got", item);
  }
}

/** Awaits an item, and may be cancelled at any moment. */
export function consumeCancelled(ring: Ring): void {
  const signal = new VirtualSignal();
  const { state, value } = settled(
    get(ring, (item) => note("got", item), { signal }) as never,
  );
  if (state === 2 && value !== "aborted") throw value;
  if (state === 2) note("cancelled");
}

/** Awaits an item for a time that may be over at any moment. */
export function consumeInTime(ring: Ring): void {
  const { state, value } = settled(
    get(ring, (item) => note("got", item), { timeout: TIME }) as never,
  );
  if (state === 2 && !(value instanceof DOMException)) throw value;
  if (state === 2) note("late");
}

/** Blocks for an item for a time that may be over at any moment. */
export function consumeInTimeSync(ring: Ring): void {
  const item = getSync(ring, TIME);
  if (item === EMPTY) note("late");
  else note("got", item);
}

/** One caller awaits an item while another blocks for one. */
export function consumeBothWays(ring: Ring): void {
  const promise = get(ring, (item) => note("got", item), {});
  const item = getSync(ring);
  if (item < 0) note("ended");
  else note("got", item);
  const { state, value } = settled(promise as never);
  if (state === 2) throw value;
}

/** Closes the ring. */
export function close(ring: Ring, entirely: boolean): void {
  ring.close(entirely);
}

/** What the starter of a thread does when that is seen to be gone. */
export function bury(_ring: Ring, thread: number, id: number): void {
  if (!awaitEnd(thread)) return;
  fenceThread(id);
  releaseThread(id);
  wakeAllThreads();
}

/** Fences a thread, and buries it when it is gone. */
export function terminate(_ring: Ring, thread: number, id: number): void {
  fenceThread(id);
  wakeAllThreads();
  if (!awaitEnd(thread)) return;
  releaseThread(id);
  wakeAllThreads();
}
