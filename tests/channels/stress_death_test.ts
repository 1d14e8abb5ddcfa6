// Channels whose users are terminated at random instants: the others neither
// stall nor see items that are torn, doubled or out of order, and no more is
// lost than what the dead held. See seeded.ts for how a failure is repeated.
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import {
  BrokenPipeError,
  EXIT,
  pipe,
  PipeClosedError,
  type Process,
  Queue,
} from "../../mod.ts";
import {
  checkItem,
  consumeLogged,
  type Item,
  produceCounted,
  STOP,
  streamIn,
  streamOut,
  type Style,
} from "../fixtures/channels/stress_actors.ts";
import { settledTo } from "../leaks.ts";
import { isLocked, soon, waiterCount } from "./inside.ts";
import type { Chance } from "./chance.ts";
import { type Round, stress } from "./seeded.ts";

const MOST_PRODUCERS = 16;

function randomStyle(chance: Chance, largest: number): Style {
  return {
    seed: chance.seed(),
    calls: chance.of("await", "block", "mixed"),
    pauses: chance.of(0, 0, 0.02),
    givesUp: chance.of(0, 0, 0.1),
    largest,
  };
}

/** A pause in which anything may happen to an actor. */
function aWhile(chance: Chance): Promise<void> {
  const ms = chance.random() < 0.5 ? 0 : chance.random() * 15;
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Terminates an actor and waits until it is gone, which must not take long. */
async function kill(process: Process): Promise<void> {
  process.terminate();
  const exit = await soon(process.join());
  assert(exit?.reason === "terminated");
  assert(exit.threadStopped, `${process.name} did not stop`);
}

/** A queue, its users, and what they say they did. */
class Scene {
  readonly queue: Queue<Item>;
  readonly producers = new Map<number, Process>();
  readonly consumers = new Map<number, Process>();
  /** How many items each producer put, from word 1 on. */
  readonly counts = new Int32Array(
    new SharedArrayBuffer(4 * (1 + MOST_PRODUCERS)),
  );
  readonly log = new Queue<[own: number, by: number, n: number]>();
  readonly seen: Uint8Array[] = [];
  deadConsumers = 0;

  readonly #round: Round;
  readonly #largest: number;
  readonly #last = new Map<string, number>();
  #made = 0;

  constructor(round: Round) {
    this.#round = round;
    this.#largest = round.of(0, 20, 2000, 200_000);
    this.queue = new Queue({
      capacity: round.of(undefined, 1, 2, 50),
      maxBytes: 4 * this.#largest + 4000,
    });
  }

  addProducer(): void {
    const by = this.producers.size + 1;
    const style = randomStyle(this.#round, this.#largest);
    const args = [this.queue, by, this.counts, style] as const;
    this.producers.set(by, this.#round.use(produceCounted.spawn([...args])));
  }

  addConsumer(): void {
    const own = ++this.#made;
    const style = randomStyle(this.#round, this.#largest);
    const args = [this.queue, own, this.log, style] as const;
    this.consumers.set(own, this.#round.use(consumeLogged.spawn([...args])));
  }

  /** Reads one entry of the log, which checks the order. */
  async read(): Promise<void> {
    const entry = await soon(this.log.get());
    assert(entry !== EXIT);
    this.#note(entry);
  }

  #note([own, by, n]: [number, number, number]): void {
    const key = `${own} ${by}`;
    const last = this.#last.get(key) ?? -1;
    assertGreater(n, last, `Item ${n} of ${by} came after ${last}`);
    this.#last.set(key, n);
    let seen = this.seen[by] ??= new Uint8Array(1024);
    while (n >= seen.length) {
      const longer = new Uint8Array(2 * seen.length);
      longer.set(seen);
      seen = this.seen[by] = longer;
    }
    assertEquals(seen[n]!++, 0, `Item ${n} of ${by} came twice`);
  }

  /** Lets the living finish, and checks what came against what was put. */
  async finish(living: readonly Process[]): Promise<void> {
    Atomics.store(this.counts, STOP, 1);
    for (const process of living) {
      if (this.#isProducer(process)) await soon(process.result());
    }
    this.queue.close();
    for (const process of living) {
      if (!this.#isProducer(process)) await soon(process.result());
    }
    this.log.close();
    for await (const entry of this.log) this.#note(entry);
    let lost = 0;
    for (const [by, process] of this.producers) {
      const put = Atomics.load(this.counts, by);
      const seen = this.seen[by] ?? new Uint8Array();
      for (let n = 0; n < put; n++) if (!seen[n]) lost++;
      // One that died may not have lived to count its last.
      const isDead = process.exitCode !== 0;
      const more = seen.lastIndexOf(1) + 1 - put;
      assertLessOrEqual(more, isDead ? 1 : 0, `${by} put more than it says`);
    }
    assertLessOrEqual(lost, this.deadConsumers, `${lost} items were lost`);
    assertEquals(this.queue.size, 0);
    assertEquals(await settledTo(() => waiterCount(this.queue), 0), 0);
    assert(!isLocked(this.queue));
  }

  #isProducer(process: Process): boolean {
    return [...this.producers.values()].includes(process);
  }
}

stress("producers and consumers die, and the queue goes on", async (round) => {
  const scene = new Scene(round);
  for (let n = 0; n < 2; n++) {
    scene.addProducer();
    scene.addConsumer();
  }
  const living = new Set([
    ...scene.producers.values(),
    ...scene.consumers.values(),
  ]);
  const rounds = 3 + round.below(5);
  for (let n = 0; n < rounds; n++) {
    // Were anybody stalled by the last death, nothing would come any more.
    const reads = round.below(60);
    for (let read = 0; read < reads; read++) await scene.read();
    await aWhile(round);
    const victims = [...living].filter((process) => process.isAlive());
    const victim = round.of(...victims);
    const isProducer = [...scene.producers.values()].includes(victim);
    living.delete(victim);
    if (isProducer) scene.addProducer();
    else {
      scene.deadConsumers++;
      scene.addConsumer();
    }
    const users = isProducer ? scene.producers : scene.consumers;
    living.add([...users.values()].at(-1)!);
    await kill(victim);
  }
  for (let read = 0; read < 30; read++) await scene.read();
  await scene.finish([...living]);
});

stress(
  "a pipe's owner dies, and the other end comes to its end",
  async (round) => {
    const largest = round.of(0, 20, 3000, 300_000);
    const [receiver, sender] = pipe<Item>({
      duplex: false,
      capacity: round.of(undefined, 1, 10),
      maxBytes: 4 * largest + 4000,
    });
    const style = () => randomStyle(round, largest);
    const from = round.use(streamOut.spawn([sender, style()]));
    const to = round.use(streamIn.spawn([receiver, style()]));
    await aWhile(round);
    await new Promise((resolve) => setTimeout(resolve, round.below(60)));
    // One way or the other the numbers of the survivor are whole and in order,
    // which it checks itself.
    if (round.random() < 0.5) {
      await kill(from);
      assertGreaterOrEqual(await soon(to.result()), 0);
    } else {
      await kill(to);
      assertGreaterOrEqual(await soon(from.result()), 0);
    }
  },
);

stress(
  "an actor at the other end dies, and this thread goes on",
  async (round) => {
    const largest = round.of(0, 20, 3000, 300_000);
    const options = {
      capacity: round.of(undefined, 1, 10),
      maxBytes: 4 * largest + 4000,
    };
    const style = randomStyle(round, largest);
    const [receiver, theirs] = pipe<Item>({ ...options, duplex: false });
    const [their, sender] = pipe<Item>({ ...options, duplex: false });
    const from = round.use(streamOut.spawn([theirs, style]));
    const to = round.use(streamIn.spawn([their, style]));
    const receiving = (async () => {
      for (let n = 0;; n++) {
        try {
          const item = await soon(receiver.recv());
          checkItem(item);
          assertEquals(item[1], n);
        } catch (error) {
          if (error instanceof PipeClosedError) return;
          throw error;
        }
      }
    })();
    const sending = (async () => {
      for (let n = 0;; n++) {
        const pad = new Uint8Array(round.below(largest + 1)).fill(n & 255);
        try {
          await soon(sender.send([0, n, pad]));
        } catch (error) {
          if (!(error instanceof BrokenPipeError)) throw error;
          return assertEquals((error.item as Item)[1], n);
        }
      }
    })();
    await aWhile(round);
    await new Promise((resolve) => setTimeout(resolve, round.below(60)));
    await Promise.all([kill(from), kill(to), receiving, sending]);
  },
);
