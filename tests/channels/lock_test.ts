// The lock of the engine, and what becomes of it when its owner ends. Owners
// are played by slots of the thread table that no thread runs in.
import { assert, assertEquals } from "@std/assert";
import { acquireLock, releaseLock } from "../../channels/_lock.ts";
import { Gate, GATE_WORDS } from "../../channels/gate.ts";
import {
  GET_LOCK,
  GET_WAITERS,
  PUT_LOCK,
  PUT_WAITERS,
  WAITING,
  Waiting,
} from "../../channels/_ring_layout.ts";
import {
  claimThread,
  fenceThread,
  ownThread,
  releaseThread,
  wakeAllThreads,
} from "../../channels/threads.ts";
import { Queue } from "../../mod.ts";
import {
  getOneSync,
  putLarge,
  putOneSync,
} from "../fixtures/channels/queue_actors.ts";
import { settledTo } from "../leaks.ts";
import { isLocked, ringOf, soon, waitersAt } from "./inside.ts";

const LOCK = GATE_WORDS;

/** A lock on its own: the word at `LOCK`, its waiters before it. */
function makeLock(): { words: Int32Array; gate: Gate } {
  const words = new Int32Array(new SharedArrayBuffer((GATE_WORDS + 1) * 4));
  return { words, gate: new Gate(words, 0, () => false) };
}

/** A queue, one of whose locks is held by a thread that exists. */
class Held implements AsyncDisposable {
  readonly queue = new Queue<string>();
  readonly ready = new Queue<string>();
  readonly owner = claimThread();
  readonly words = ringOf(this.queue).words;
  readonly #side: "put" | "get";

  constructor(side: "put" | "get") {
    this.#side = side;
    if (side === "get") this.queue.tryPut("item");
    Atomics.store(this.words, this.lock, this.owner);
  }

  get lock(): number {
    return this.#side === "put" ? PUT_LOCK : GET_LOCK;
  }

  get #waiters(): number {
    return this.#side === "put" ? PUT_WAITERS : GET_WAITERS;
  }

  /** An actor that needs the lock, once it has begun to sleep for it. */
  async sleeper() {
    const actor = this.#side === "put"
      ? putOneSync.spawn([this.ready, this.queue, "item"])
      : getOneSync.spawn([this.ready, this.queue]);
    await soon(this.ready.get());
    assertEquals(await settledTo(() => this.waiting, 1), 1);
    return actor;
  }

  get waiting(): number {
    return waitersAt(this.words, this.#waiters).length;
  }

  /** Gives the lock back as its owner would. */
  release(): void {
    const bit = this.#side === "put" ? Waiting.putLock : Waiting.getLock;
    const flag = { word: WAITING, bit };
    const gate = new Gate(this.words, this.#waiters, () => false, flag);
    releaseLock(this.words, this.lock, gate);
  }

  [Symbol.asyncDispose](): Promise<void> {
    releaseThread(this.owner);
    wakeAllThreads();
    return Promise.resolve();
  }
}

Deno.test("a lock that is free is taken, and names its owner", () => {
  const { words, gate } = makeLock();
  assert(acquireLock(words, LOCK, gate));
  assertEquals(words[LOCK], ownThread());
  releaseLock(words, LOCK, gate);
  assertEquals(words[LOCK], 0);
});

Deno.test("a lock whose owner is gone is taken over", () => {
  const { words, gate } = makeLock();
  const gone = claimThread();
  words[LOCK] = gone;
  releaseThread(gone);
  assert(acquireLock(words, LOCK, gate));
  assertEquals(words[LOCK], ownThread());
  assertEquals(waitersAt(words, 0), []);
});

Deno.test("a queue whose locks name a thread that is gone works on", () => {
  const queue = new Queue<number>();
  const { words } = ringOf(queue);
  for (let n = 0; n < 10; n++) {
    const gone = claimThread();
    words[PUT_LOCK] = gone;
    words[GET_LOCK] = gone;
    releaseThread(gone);
    assert(queue.tryPut(n));
    assertEquals(queue.getSync({ timeout: 0 }), n);
  }
  queue.close();
  assert(!isLocked(queue));
});

for (const side of ["put", "get"] as const) {
  Deno.test(`the ${side} lock of an owner that exists is waited for`, async () => {
    await using held = new Held(side);
    await using sleeper = await held.sleeper();
    // Woken for nothing, and with an owner that was told to end, it waits on.
    wakeAllThreads();
    fenceThread(held.owner);
    wakeAllThreads();
    assertEquals(await sleeper.join({ timeout: 50 }), undefined);
    assertEquals(held.words[held.lock], held.owner);
    held.release();
    const exit = await soon(sleeper.join());
    assertEquals(exit?.reason, "returned");
    assertEquals(held.waiting, 0);
  });

  Deno.test(`the ${side} lock is taken over in its sleep by who waits for it`, async () => {
    await using held = new Held(side);
    await using sleeper = await held.sleeper();
    releaseThread(held.owner);
    wakeAllThreads();
    const exit = await soon(sleeper.join());
    assertEquals(exit?.reason, "returned");
    assert(!isLocked(held.queue));
  });

  Deno.test(`an actor that is terminated while it waits for the ${side} lock ends`, async () => {
    await using held = new Held(side);
    await using sleeper = await held.sleeper();
    sleeper.terminate();
    const exit = await soon(sleeper.join());
    assert(exit?.reason === "terminated" && exit.threadStopped);
    assertEquals(held.words[held.lock], held.owner);
    // It did not take the wake-up of the one behind it with it.
    await using next = await held.sleeper();
    held.release();
    assertEquals((await soon(next.join()))?.reason, "returned");
    assertEquals(held.queue.size, side === "put" ? 1 : 0);
  });
}

Deno.test("an actor terminated amid large copies of others ends, and they go on", async () => {
  for (let round = 0; round < 3; round++) {
    const queue = new Queue<Uint8Array>({ maxBytes: 2 ** 27 });
    await using doomed = putLarge.spawn([queue, 2 ** 24]);
    await using other = putLarge.spawn([queue, 2 ** 24]);
    for (let n = 0; n < 3 + round; n++) await soon(queue.get());
    doomed.terminate();
    const exit = await soon(doomed.join());
    assert(exit?.reason === "terminated" && exit.threadStopped);
    for (let n = 0; n < 5; n++) await soon(queue.get());
    assertEquals(other.exitCode, null);
  }
});
