// Signing for the messages of a ring. See seeded.ts for how a failure of the
// stress test is repeated.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Ledger } from "../../channels/ledger.ts";
import {
  GET_LOCK,
  GETS,
  GETS_SEEN,
  PUTS,
  PUTS_SEEN,
} from "../../channels/_ring_layout.ts";
import { EMPTY, Put, Ring } from "../../channels/ring.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
} from "../../channels/threads.ts";
import { waitAt } from "../../channels/waiting.ts";
import type { Process } from "../../mod.ts";
import {
  numberIn,
  type Shared,
  takeSigned,
} from "../fixtures/channels/ledger_actors.ts";
import { soon } from "./inside.ts";
import { type Round, stress } from "./seeded.ts";

const NOBODY = 0;
const WITHDRAWN = -1;
const MOST_BYTES = 2 ** 20;

/** A ring with a ledger, whose counts stand at a value. */
function signedRing(
  { places = 8, messages = 16, count = 0 } = {},
): { ring: Ring; ledger: Ledger } {
  const ring = Ring.create(places, MOST_BYTES);
  const { words } = ring;
  words[PUTS] =
    words[GETS] =
    words[PUTS_SEEN] =
    words[GETS_SEEN] =
      count;
  const ledger = ring.ledger = Ledger.create(messages);
  return { ring, ledger };
}

/** Puts a number, as who uses a ledger does; gives its place. */
function put(ring: Ring, ledger: Ledger, n: number): number {
  const place = ring.puts;
  ledger.clear(place);
  const bytes = new Uint8Array(new Int32Array([n]).buffer);
  assertEquals(ring.put(bytes, 4), Put.done);
  return place;
}

function take(ring: Ring): number {
  assertEquals(ring.take(), 4);
  return numberIn(ring);
}

Deno.test("a message that nobody took has no taker, and can be withdrawn once", () => {
  const ledger = Ledger.create(4);
  assertEquals([ledger.size, ledger.takerOf(2)], [4, NOBODY]);
  assertEquals([ledger.withdraw(2), ledger.takerOf(2)], [true, WITHDRAWN]);
  assertEquals(ledger.withdraw(2), false);
  assertEquals([1, 3].map((message) => ledger.takerOf(message)), [0, 0]);
});

Deno.test("who signs first for a message may keep it, and it cannot be withdrawn", () => {
  const ledger = Ledger.create(4);
  const other = new Ledger(ledger.memory);
  ledger.sign(1);
  assertEquals([ledger.isGranted, ledger.takerOf(1)], [true, ownThread()]);
  assertEquals([ledger.withdraw(1), other.withdraw(1)], [false, false]);
  other.sign(1);
  assertEquals([other.isGranted, other.takerOf(1)], [false, ownThread()]);
  assert(ledger.isGranted, "what another thread is told is its own affair");
});

Deno.test("who signs for a message that was withdrawn may not keep it", () => {
  const ledger = Ledger.create(4);
  ledger.withdraw(3);
  ledger.sign(3);
  assertEquals([ledger.isGranted, ledger.takerOf(3)], [false, WITHDRAWN]);
  ledger.sign(0);
  assertEquals(ledger.isGranted, true, "the next one is another matter");
});

Deno.test("a word is used again after it was cleared, and only that word", () => {
  const ledger = Ledger.create(4);
  for (const message of [0, 1, 2, 3]) ledger.sign(message);
  ledger.sign(5);
  assertEquals(ledger.isGranted, false);
  ledger.clear(5);
  assertEquals([5, 6].map((n) => ledger.takerOf(n)), [NOBODY, ownThread()]);
  ledger.sign(5);
  assertEquals([ledger.isGranted, ledger.takerOf(1)], [true, ownThread()]);
});

Deno.test("the numbers of messages run over without a trace", () => {
  const ledger = Ledger.create(8);
  const last = 0x7fff_ffff;
  const around = Array.from({ length: 8 }, (_, i) => (last - 3 + i) | 0);
  assert(around.includes(last) && around.some((message) => message < 0));
  for (const message of around) {
    assertEquals(ledger.takerOf(message), NOBODY);
    if ((message & 1) === 0) ledger.sign(message);
    else assert(ledger.withdraw(message));
  }
  assertEquals(
    around.map((message) => ledger.takerOf(message)),
    around.map((n) => (n & 1) === 0 ? ownThread() : WITHDRAWN),
  );
});

Deno.test("a ring signs for each message that it gives", () => {
  for (const count of [0, 0x7fff_fffd]) {
    const { ring, ledger } = signedRing({ places: 4, count });
    for (let n = 0; n < 20; n += 2) {
      const [first, second] = [put(ring, ledger, n), put(ring, ledger, n + 1)];
      assert(ledger.withdraw(first));
      assertEquals([take(ring), ledger.isGranted], [n, false]);
      assertEquals([take(ring), ledger.isGranted], [n + 1, true]);
      assertEquals(
        [first, second].map((place) => ledger.takerOf(place)),
        [WITHDRAWN, ownThread()],
      );
    }
    assertEquals(ring.take(), EMPTY);
  }
});

Deno.test("a take is signed for before it is real", () => {
  const { ring, ledger } = signedRing();
  const place = put(ring, ledger, 7);
  const { store } = Atomics;
  const seen: number[] = [];
  Atomics.store = ((array: Int32Array, at: number, value: number) => {
    if (array === ring.words && at === GETS) seen.push(ledger.takerOf(place));
    return store(array, at, value);
  }) as typeof Atomics.store;
  try {
    take(ring);
  } finally {
    Atomics.store = store;
  }
  assertEquals(seen, [ownThread()]);
});

Deno.test("what a thread signed for that is gone is nobody else's", () => {
  const { ring, ledger } = signedRing();
  const [first, second] = [put(ring, ledger, 1), put(ring, ledger, 2)];
  // It stopped after it had signed, and before the take was real.
  const gone = claimThread();
  Atomics.store(ring.words, GET_LOCK, gone);
  new Int32Array(ledger.memory)[first] = gone;
  releaseThread(gone);
  assertEquals([take(ring), ledger.isGranted], [1, false]);
  assertEquals([ledger.takerOf(first), ledger.withdraw(first)], [gone, false]);
  assertEquals([take(ring), ledger.isGranted], [2, true]);
  assertEquals(ledger.takerOf(second), ownThread());
});

/** Numbers on their way through a ring, and what became of each. */
class Scene {
  readonly takers = new Map<number, Process<number>>();
  deaths = 0;
  readonly withdrawn = new Set<number>();
  readonly ring: Ring;
  readonly #round: Round;
  readonly #ledger: Ledger;
  readonly #first: number;
  readonly #notes: Int32Array<SharedArrayBuffer>;
  /** Who took each, as the ledger had it. */
  readonly #named: number[] = [];
  #count = 0;

  constructor(round: Round, most: number) {
    this.#round = round;
    const places = round.of(1, 3, 64);
    this.#first = round.of(0, -most >> 1, (0x7fff_ffff - most / 2) | 0);
    const { ring, ledger } = signedRing({
      places,
      messages: round.of(2, 4) * 2 ** Math.ceil(Math.log2(places)),
      count: this.#first,
    });
    this.ring = ring;
    this.#ledger = ledger;
    this.#notes = new Int32Array(new SharedArrayBuffer(8 * most));
  }

  addTaker(): void {
    const shared: Shared = {
      ring: this.ring.memory,
      ledger: this.#ledger.memory,
      notes: this.#notes.buffer,
    };
    const taker = takeSigned.spawn([shared, this.#round.seed()]);
    this.#round.use(taker);
    this.takers.set(taker.id, taker);
  }

  /** Puts the next number, when there is room. */
  async put(): Promise<void> {
    const { ring } = this;
    if (!ring.isWritable) {
      await soon(waitAt([ring.producers], {
        attempt: () => ring.isWritable,
        options: undefined,
        late: () => "",
      }));
    }
    const before = this.#count - this.#ledger.size;
    if (before >= 0) this.#note(before);
    const place = put(ring, this.#ledger, this.#count);
    assertEquals(place, this.#placeOf(this.#count));
    this.#count++;
  }

  /** Takes a number back, if nobody has it: the next in turn, or a late one. */
  withdraw(): void {
    const next = (this.ring.gets - this.#first) | 0;
    const late = this.#count - 1 - this.#round.below(8);
    const n = this.#round.random() < 0.7 ? next : late;
    const oldest = Math.max(0, this.#count - this.#ledger.size);
    if (n < oldest || n >= this.#count) return;
    const before = this.#ledger.takerOf(this.#placeOf(n));
    const isDone = this.#ledger.withdraw(this.#placeOf(n));
    if (isDone) assert(!this.withdrawn.has(n), `${n} was withdrawn twice`);
    if (isDone) this.withdrawn.add(n);
    if (before !== NOBODY) assert(!isDone, `${n} was taken, and withdrawn`);
  }

  /** Terminates a taker. */
  async kill(): Promise<void> {
    const victim = this.#round.of(...this.takers.values());
    this.takers.delete(victim.id);
    this.deaths++;
    victim.terminate();
    await soon(victim.join());
  }

  /** Lets the takers come to the end, and checks what became of the numbers. */
  async finish(): Promise<void> {
    this.ring.close(false);
    let refused = 0;
    for (const taker of this.takers.values()) {
      refused += await soon(taker.result());
    }
    const named = this.#named.length;
    for (let n = named; n < this.#count; n++) this.#note(n);
    let lost = 0;
    for (let n = 0; n < this.#count; n++) {
      const [times, taker] = this.#notes.subarray(2 * n, 2 * n + 2);
      if (this.withdrawn.has(n)) {
        assertEquals([times, this.#named[n]], [0, WITHDRAWN], `${n}`);
      } else if (times === 0) {
        // Its taker did not live to say so.
        assert(this.#named[n]! > 0, `${n} went to nobody`);
        lost++;
      } else assertEquals([times, this.#named[n]], [1, taker], `${n}`);
    }
    assertLessOrEqual(lost, this.deaths);
    if (this.deaths === 0) assertEquals(refused, this.withdrawn.size);
  }

  #note(n: number): void {
    this.#named[n] = this.#ledger.takerOf(this.#placeOf(n));
  }

  #placeOf(n: number): number {
    return (this.#first + n) | 0;
  }
}

stress(
  "each message is withdrawn, or taken by one alone, whom the ledger names",
  async (round) => {
    const most = round.of(100, 2000, 10_000);
    const scene = new Scene(round, most);
    for (let n = 1 + round.below(3); n > 0; n--) scene.addTaker();
    const mayDie = round.random() < 0.5;
    const withdraws = round.of(0, 0.1, 0.9);
    for (let n = 0; n < most; n++) {
      await scene.put();
      if (round.random() < withdraws) scene.withdraw();
      if (mayDie && round.random() < 3 / most) {
        scene.addTaker();
        await scene.kill();
      }
    }
    await scene.finish();
  },
);
