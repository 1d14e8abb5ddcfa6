// The word that is the heart of every lock, in each of its states. Others are
// played by slots of the thread table that no thread runs in.
import { assert, assertEquals } from "@std/assert";
import { Mutex, MUTEX_WORDS, Taken } from "../../../channels/locks/mutex.ts";
import {
  claimThread,
  fenceThread,
  ownThread,
  releaseThread,
  slotOf,
  tableWords,
} from "../../../channels/threads.ts";
import { GATE_HEAD, waitersAt } from "../inside.ts";

const OWNER = 0;
const STARVED = 1;
const GATE = 4;
const [USED, ANYONE] = [GATE, GATE + 3];
const CONTENDED = 1 << 31;
/** In the table, of each slot: counts the wake-ups of its thread. */
const PARK = 2;
/** In the table, of each slot: its id as long as its thread may act. */
const LIFE = 3;

/** When a wait began that lasts for so many ms now. */
const since = (ms: number) => Date.now() - ms;

/** A mutex, and threads that others play. */
class Scene implements Disposable {
  readonly words = new Int32Array(new SharedArrayBuffer(MUTEX_WORDS * 4));
  readonly mutex = new Mutex(this.words, 0);
  readonly own = ownThread();
  readonly #played: number[] = [];

  /** A thread that exists. */
  other(): number {
    const id = claimThread();
    this.#played.push(id);
    return id;
  }

  /** A thread that is gone. */
  dead(): number {
    const id = claimThread();
    releaseThread(id);
    return id;
  }

  /** Has a thread stand at the gate. */
  enter(id: number): void {
    const place = this.words[USED]!++;
    this.words[GATE + GATE_HEAD + place] = id;
    this.words[ANYONE] = 1;
  }

  /** How often a thread was woken. */
  wakes(id: number): number {
    return tableWords()[slotOf(id) + PARK]!;
  }

  [Symbol.dispose](): void {
    for (const id of this.#played) releaseThread(id);
  }
}

Deno.test("Mutex.tryTake() takes a free one, and give() leaves no trace of it", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  assertEquals(mutex.holder, 0);
  assert(mutex.tryTake());
  assertEquals([mutex.holder, words[OWNER]], [own, own]);
  assert(!mutex.tryTake());
  assert(mutex.give());
  assertEquals([...words], new Array(MUTEX_WORDS).fill(0));
});

Deno.test("Mutex.give() by who does not hold it changes nothing", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  const other = scene.other();
  for (const word of [0, CONTENDED, other, other | CONTENDED]) {
    words[OWNER] = word;
    assert(!mutex.give());
    assertEquals(words[OWNER], word);
  }
});

Deno.test("Mutex.takeOrWait() marks one that is held, so that its holder wakes", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  const other = scene.other();
  words[OWNER] = other;
  assert(!mutex.tryTake());
  assertEquals(words[OWNER], other);
  assertEquals(mutex.takeOrWait(since(0)), Taken.not);
  assertEquals(words[OWNER], other | CONTENDED);
  assertEquals(mutex.holder, other);
  // A free one that was contended is taken as such: more may wait.
  words[OWNER] = CONTENDED;
  assertEquals(mutex.takeOrWait(since(0)), Taken.fresh);
  assertEquals(words[OWNER], scene.own | CONTENDED);
  assert(mutex.give()); // Nobody stands at the gate, which it finds now.
  assertEquals(words[OWNER], 0);
});

Deno.test("Mutex.takeOrWait() tells one who takes it after a dead holder, and no other", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  for (const mark of [0, CONTENDED]) {
    words[OWNER] = scene.dead() | mark;
    assert(!mutex.tryTake());
    assertEquals(mutex.takeOrWait(since(0)), Taken.abandoned);
    assert(mutex.give());
    assertEquals(mutex.takeOrWait(since(0)), Taken.fresh);
    assert(mutex.give());
  }
});

Deno.test("a holder that was told to end, and has not, still holds the mutex", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  const other = words[OWNER] = scene.other();
  fenceThread(other);
  assertEquals(mutex.takeOrWait(since(100)), Taken.not);
  assertEquals(mutex.holder, other);
  releaseThread(other);
  assertEquals(mutex.takeOrWait(since(100)), Taken.abandoned);
});

Deno.test("who has waited for a while claims the next turn, and gives it up again", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  words[OWNER] = scene.other();
  assertEquals(mutex.takeOrWait(Infinity), Taken.not); // It does not wait.
  assertEquals(words[STARVED], 0);
  assertEquals(mutex.takeOrWait(since(5)), Taken.not);
  assertEquals(words[STARVED], own);
  words[OWNER] = CONTENDED;
  assertEquals(mutex.takeOrWait(since(5)), Taken.fresh);
  assertEquals(words[STARVED], 0);
  // Nor does one keep it that gave up.
  words[OWNER] = scene.other();
  mutex.gate.enter();
  assertEquals(mutex.takeOrWait(since(5)), Taken.not);
  assertEquals(words[STARVED], own);
  mutex.gate.leave();
  assertEquals(words[STARVED], 0);
  assertEquals(waitersAt(words, GATE), []);
});

Deno.test("the claim of a thread is left alone by others, while that can act", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  words[OWNER] = scene.other();
  const claimant = words[STARVED] = scene.other();
  assertEquals(mutex.takeOrWait(since(5)), Taken.not);
  assertEquals(words[STARVED], claimant);
  fenceThread(claimant);
  assertEquals(mutex.takeOrWait(since(5)), Taken.not);
  assertEquals(words[STARVED], own);
});

Deno.test("a thread that was told to end looks once, and does not claim for ever", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  words[OWNER] = scene.other();
  const life = slotOf(own) + LIFE;
  tableWords()[life] = -1;
  try {
    assertEquals(mutex.takeOrWait(since(5)), Taken.not);
    assertEquals(mutex.takeOrWait(since(5)), Taken.not);
  } finally {
    tableWords()[life] = own;
  }
});

Deno.test("a free mutex is kept for who claims it, if that one comes", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  words[OWNER] = CONTENDED;
  words[STARVED] = scene.other();
  assertEquals(mutex.takeOrWait(since(5)), Taken.not);
  assertEquals(mutex.takeOrWait(Infinity), Taken.not);
  // It may compute on: who has waited for long does not wait for that.
  assertEquals(mutex.takeOrWait(since(30)), Taken.fresh);
  mutex.give();
});

for (const how of ["dead", "terminated"] as const) {
  Deno.test(`a free mutex is not kept for who is ${how}, nor called abandoned`, () => {
    using scene = new Scene();
    const { mutex, words } = scene;
    words[OWNER] = CONTENDED;
    const claimant = words[STARVED] = scene.other();
    if (how === "dead") releaseThread(claimant);
    else fenceThread(claimant);
    assertEquals(mutex.takeOrWait(since(0)), Taken.fresh);
  });
}

Deno.test("Mutex.give() wakes who claims it and nobody else, or else one of the others", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  const [claimant, one, two] = [scene.other(), scene.other(), scene.other()];
  const give = () => {
    words[OWNER] = own | CONTENDED;
    assert(mutex.give());
    assertEquals(words[OWNER], CONTENDED);
    return [claimant, one, two].map((id) => scene.wakes(id));
  };
  scene.enter(one);
  scene.enter(two);
  words[STARVED] = claimant;
  assertEquals(give(), [1, 0, 0]);
  assertEquals(waitersAt(words, GATE), [one, two]);
  // Nobody waits for a thread that will never come.
  fenceThread(claimant);
  assertEquals(give(), [1, 1, 0]);
  assertEquals(give(), [1, 1, 1]);
  assertEquals(waitersAt(words, GATE), []);
});

Deno.test("Mutex.give() passes over those at the gate that are gone", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  scene.enter(scene.dead());
  const living = scene.other();
  scene.enter(living);
  words[OWNER] = own | CONTENDED;
  assert(mutex.give());
  assertEquals(scene.wakes(living), 1);
});

Deno.test("who gives up passes on the wake-up it was given", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  const next = scene.other();
  mutex.gate.enter();
  scene.enter(next);
  // Its holder gave it back, and took this thread off the list to wake it.
  words[OWNER] = CONTENDED;
  words[GATE + GATE_HEAD] = 0;
  mutex.gate.leave();
  assertEquals(scene.wakes(next), 1);
});

Deno.test("who gives up after another took the mutex leaves the waking to that one", () => {
  using scene = new Scene();
  const { mutex, words } = scene;
  const [holder, next] = [scene.other(), scene.other()];
  mutex.gate.enter();
  scene.enter(next);
  // Another took it before this thread came, and knows of nobody.
  words[OWNER] = holder;
  words[GATE + GATE_HEAD] = 0;
  mutex.gate.leave();
  assertEquals(scene.wakes(next), 0);
  assertEquals(words[OWNER], holder | CONTENDED);
});

Deno.test("who gives up its claim to a mutex that lies free wakes the next", () => {
  using scene = new Scene();
  const { mutex, words, own } = scene;
  const next = scene.other();
  mutex.gate.enter();
  scene.enter(next);
  words[OWNER] = CONTENDED;
  words[STARVED] = own;
  mutex.gate.leave();
  assert(scene.wakes(next) >= 1);
  assertEquals([words[OWNER], words[STARVED]], [CONTENDED, 0]);
});
