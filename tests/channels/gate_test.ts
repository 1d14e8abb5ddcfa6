// The list of the threads that wait for one thing. Threads other than this one
// are played by slots of the thread table that no thread runs in.
import { assert, assertEquals } from "@std/assert";
import { Gate, GATE_WORDS } from "../../channels/gate.ts";
import type { Waiter } from "../../channels/callers.ts";
import {
  claimThread,
  fenceThread,
  ownThread,
  releaseThread,
  threadTable,
  wakeCount,
} from "../../channels/threads.ts";
import { GATE_HEAD, waitersAt } from "./inside.ts";

const ENTRIES = GATE_WORDS - GATE_HEAD;

/** A gate, its words, and threads to wait there. */
class Scene implements Disposable {
  readonly words = new Int32Array(new SharedArrayBuffer(GATE_WORDS * 4));
  readonly gate: Gate;
  readonly threads: number[] = [];
  isOpen = false;

  constructor(threads = 0) {
    this.gate = new Gate(this.words, 0, () => this.isOpen);
    for (let n = 0; n < threads; n++) this.threads.push(claimThread());
    this.threads.forEach((id, index) => this.words[GATE_HEAD + index] = id);
    this.words[0] = threads;
    this.words[3] = Math.min(threads, 1);
  }

  /** Who stands on the list, whether it lives or not. */
  get list(): number[] {
    return [...this.words.slice(GATE_HEAD)].filter((id) => id !== 0);
  }

  /** How many wake-ups each thread was given since the last look. */
  readonly #seen = new Map<number, number>();
  wakes(): number[] {
    const table = new Int32Array(threadTable());
    return this.threads.map((id) => {
      const count = table[((id & 4095) + 1) * 16 + 2]!;
      const before = this.#seen.get(id) ?? 0;
      this.#seen.set(id, count);
      return count - before;
    });
  }

  [Symbol.dispose](): void {
    for (const id of this.threads) releaseThread(id);
  }
}

function waiter(attempt: () => boolean): Waiter {
  return { attempt };
}

Deno.test("a thread stands on the list once, however many of its callers wait", () => {
  using scene = new Scene();
  const waiters = [1, 2, 3].map(() => waiter(() => false));
  const places = waiters.map((one) => scene.gate.add(one));
  assertEquals(scene.list, [ownThread()]);
  for (const place of places) {
    assertEquals(scene.list, [ownThread()]);
    scene.gate.remove(place);
  }
  assertEquals(scene.list, []);
});

Deno.test("Gate.wakeOne() takes one thread off the list and wakes it alone", () => {
  using scene = new Scene(3);
  scene.gate.wakeOne();
  assertEquals(scene.list.length, 2);
  assertEquals(scene.wakes().toSorted(), [0, 0, 1]);
});

Deno.test("Gate.wakeOne() lets all have their turn", () => {
  using scene = new Scene(3);
  const order: number[] = [];
  for (let round = 0; round < 6; round++) {
    scene.gate.wakeOne();
    const woken = scene.wakes().indexOf(1);
    order.push(woken);
    // Back to its place, as a thread that found nothing does.
    scene.words[GATE_HEAD + woken] = scene.threads[woken]!;
  }
  assertEquals(order, [0, 1, 2, 0, 1, 2]);
});

Deno.test("Gate.wakeOne() passes over threads that cannot act any more", () => {
  using scene = new Scene(3);
  const [fenced, gone, alive] = scene.threads as [number, number, number];
  fenceThread(fenced);
  releaseThread(gone);
  scene.gate.wakeOne();
  assertEquals(scene.wakes(), [0, 0, 1]);
  assertEquals(scene.list, []);
  assert(alive !== gone);
});

Deno.test("Gate.wakeAll() wakes everybody on the list, once", () => {
  using scene = new Scene(3);
  scene.gate.wakeAll();
  assertEquals(scene.wakes(), [1, 1, 1]);
  scene.gate.wakeAll();
  assertEquals(scene.wakes(), [0, 0, 0]);
});

Deno.test("the place of a thread that is gone is used again", () => {
  using scene = new Scene(2);
  releaseThread(scene.threads[0]!);
  const one = waiter(() => false);
  const place = scene.gate.add(one);
  assertEquals(scene.list, [ownThread(), scene.threads[1]]);
  scene.gate.remove(place);
});

Deno.test("a slot given out again is not taken for the thread before", () => {
  using scene = new Scene(1);
  const [before] = scene.threads;
  releaseThread(before!);
  const after = claimThread();
  scene.threads.push(after);
  assertEquals([after & 4095, after === before], [before! & 4095, false]);
  const start = scene.wakes();
  scene.gate.wakeOne();
  assertEquals(scene.wakes(), start.map(() => 0));
});

Deno.test("who was woken and leaves without a look wakes the next, if there is reason", () => {
  for (const isOpen of [true, false]) {
    using scene = new Scene();
    const gaveUp = waiter(() => false);
    const place = scene.gate.add(gaveUp);
    // Another thread takes this one off the list, for an item it has put…
    scene.words[GATE_HEAD] = 0;
    const other = claimThread();
    scene.threads.push(other);
    scene.words[GATE_HEAD + 1] = other;
    scene.words[0] = 2;
    // …and the caller it was meant for has just been aborted.
    scene.isOpen = isOpen;
    scene.gate.remove(place);
    assertEquals(scene.wakes(), [isOpen ? 1 : 0]);
  }
});

Deno.test("who was not woken leaves without waking anybody", () => {
  using scene = new Scene(1);
  scene.isOpen = true;
  const one = waiter(() => false);
  const place = scene.gate.add(one);
  scene.gate.remove(place);
  assertEquals(scene.wakes(), [0]);
});

Deno.test("callers are asked in their order, up to the first that is not done", () => {
  using scene = new Scene();
  const asked: string[] = [];
  let places = 0;
  const take = (name: string) =>
    waiter(() => {
      asked.push(name);
      return places-- > 0;
    });
  for (const name of ["a", "b", "c"]) scene.gate.add(take(name));
  scene.gate.serve();
  assertEquals(asked.splice(0), ["a"]);
  places = 2;
  scene.gate.serve();
  assertEquals(asked, ["a", "b", "c"]);
  places = 1;
  scene.gate.serve();
  assert(!scene.gate.hasWaiters);
});

Deno.test("a caller that is woken while its thread was off the list is asked again", () => {
  using scene = new Scene();
  let looks = 0;
  const one = waiter(() => {
    // The first look comes just too early, and the thread is woken meanwhile.
    if (looks++ === 0) scene.words[GATE_HEAD] = 0;
    return looks === 2;
  });
  scene.gate.add(one);
  scene.gate.serve();
  assertEquals([looks, scene.gate.hasWaiters], [2, false]);
});

Deno.test("the gate's own thread is served without a wake-up", () => {
  using scene = new Scene();
  let isThere = false;
  scene.gate.add(waiter(() => isThere));
  isThere = true;
  const count = wakeCount();
  scene.gate.wakeOne();
  assertEquals([scene.gate.hasWaiters, wakeCount()], [false, count]);
});

Deno.test("with more threads than places, those without one are woken too", () => {
  using scene = new Scene(ENTRIES);
  const one = waiter(() => false);
  const place = scene.gate.add(one);
  assertEquals(waitersAt(scene.words, 0).includes(ownThread()), false);
  // First those who have a place…
  const count = wakeCount();
  for (let n = 0; n < ENTRIES; n++) scene.gate.wakeOne();
  assertEquals(scene.wakes().reduce((a, b) => a + b), ENTRIES);
  assertEquals(wakeCount(), count);
  // …then all threads at once, so that this one looks too.
  scene.gate.wakeOne();
  assertEquals(wakeCount(), count + 1);
  scene.gate.remove(place);
});

Deno.test("Gate.wakeAll() reaches those without a place as well", () => {
  using scene = new Scene(ENTRIES);
  const one = waiter(() => false);
  const place = scene.gate.add(one);
  const count = wakeCount();
  scene.gate.wakeAll();
  assertEquals(wakeCount(), count + 1);
  scene.gate.remove(place);
});

Deno.test("a wake-up given while another waker finds the list empty is not lost", () => {
  using scene = new Scene();
  const { words, gate } = scene;
  const other = new Gate(words, 0, () => false);
  for (let n = 0; n < 2; n++) scene.threads.push(claimThread());
  // As if somebody had waited here before.
  const one = waiter(() => false);
  const place = gate.add(one);
  gate.remove(place);
  const { and, or } = Atomics;
  const before = words.slice(GATE_HEAD).findIndex((id) => id !== 0);
  assertEquals(before, -1);
  let isDone = false;
  // Between the waker's look at the list and its note that nobody is there, two
  // threads come. Whatever it notes next, another waker comes before.
  Atomics.and = ((array: Int32Array, at: number, mask: number) => {
    if (array.buffer === words.buffer && !isDone) {
      scene.threads.forEach((id, index) => words[GATE_HEAD + index] = id);
      Atomics.store(words, 0, 2);
      or(words, at, 1);
    }
    return and(array, at, mask);
  }) as typeof Atomics.and;
  Atomics.or = ((array: Int32Array, at: number, bits: number) => {
    if (array.buffer === words.buffer && !isDone) {
      isDone = true;
      other.wakeOne();
    }
    return or(array, at, bits);
  }) as typeof Atomics.or;
  try {
    gate.wakeOne();
  } finally {
    Object.assign(Atomics, { and, or });
  }
  assertEquals([scene.wakes(), scene.list], [[1, 1], []]);
});

Deno.test("a waker that ended amid a wake-up leaves nobody asleep for ever", () => {
  using scene = new Scene();
  const { words, gate } = scene;
  let isThere = false;
  gate.add(waiter(() => isThere));
  // It had noted that nobody waits, and did not live to put that right.
  words[GATE_HEAD - 1] = 0;
  // What every thread does once the end of that one was seen.
  gate.serve();
  isThere = true;
  gate.wakeOne();
  assert(!gate.hasWaiters);
});
