// Semaphores, event flags and barriers whose users are terminated at random
// instants. See ../seeded.ts for how a failure is repeated.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  Barrier,
  EventFlag,
  EXIT,
  type Process,
  Queue,
  Semaphore,
} from "../../../mod.ts";
import {
  enterAndLeave,
  ENTRIES,
  STOP,
  THREADS,
  volley,
  type Walk,
  walker,
  watchFlags,
} from "../../fixtures/channels/signals_stress.ts";
import { settledTo } from "../../leaks.ts";
import type { Chance } from "../chance.ts";
import { soon } from "../inside.ts";
import { type Round, stress } from "../seeded.ts";

/** A pause in which anything may happen to an actor. */
function aWhile(chance: Chance): Promise<void> {
  const ms = chance.random() < 0.3 ? 0 : chance.random() * 60;
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function kill(process: Process): Promise<void> {
  process.terminate();
  const exit = await soon(process.join());
  assert(exit?.reason === "terminated", Deno.inspect(exit));
  // On a busy machine one that is just starting may take its time.
  const isAlive = () => process.isAlive();
  assertEquals(await settledTo(isAlive, false, { timeout: 20_000 }), false);
}

/** No more have a permit than may, and all permits are there at the end. */
async function semaphores(round: Round): Promise<void> {
  const most = 1 + round.below(3);
  const semaphore = new Semaphore(most, { bounded: round.random() < 0.5 });
  const words = new Int32Array(new SharedArrayBuffer((THREADS + 32) * 4));
  let place = 0;
  const enter = () =>
    round.use(enterAndLeave.spawn([semaphore, words, {
      most,
      place: place++,
      seed: round.seed(),
    }]));
  const actors = [enter(), enter(), enter()];
  for (let n = 1 + round.below(3); n > 0; n--) {
    await aWhile(round);
    const victim = round.below(actors.length);
    const [dead] = actors.splice(victim, 1, enter());
    await kill(dead!);
    (await soon(semaphore.acquire())).release();
  }
  const isUsed = () => Atomics.load(words, ENTRIES) >= 50;
  assertEquals(await settledTo(isUsed, true, { timeout: 20_000 }), true);
  Atomics.store(words, STOP, 1);
  for (const actor of actors) await soon(actor.result());
  assertEquals([semaphore.available, semaphore.inspect().holders], [most, []]);
}

/** No word is lost between two that answer each other, while others die. */
async function flags(round: Round): Promise<void> {
  const pair = [new EventFlag(), new EventFlag()] as const;
  const watch = () => round.use(watchFlags.spawn([pair, round.random() < 0.5]));
  let watcher = watch();
  const count = 150;
  const [a, b] = pair;
  const players = [
    volley.spawn([a, b, { count, begins: true, seed: round.seed() }]),
    volley.spawn([b, a, { count, begins: false, seed: round.seed() }]),
  ].map((player) => round.use(player));
  for (let n = 1 + round.below(2); n > 0; n--) {
    await aWhile(round);
    const dead = watcher;
    watcher = watch();
    await kill(dead);
  }
  for (const player of players) await soon(player.result());
}

/** Whenever one dies, all others are told, and all are in the same round. */
async function barriers(round: Round): Promise<void> {
  const parties = 2 + round.below(2);
  const barrier = new Barrier(parties);
  const walks = new Queue<Walk>();
  const acted = new Int32Array(new SharedArrayBuffer(4));
  const go = new Map<number, Queue<boolean>>();
  const walkers = new Map<number, Process>();
  let last = 0;
  const add = () => {
    const own = last++;
    const orders = new Queue<boolean>();
    const options = { own, seed: round.seed(), acted };
    go.set(own, orders);
    const process = walker.spawn([barrier, walks, orders, options]);
    walkers.set(own, round.use(process));
  };
  for (let n = 0; n < parties; n++) add();
  for (let n = 1 + round.below(3); n > 0; n--) {
    await aWhile(round);
    const victim = round.of(...walkers.keys());
    const dead = walkers.get(victim)!;
    const died = kill(dead);
    walkers.delete(victim);
    const told = new Map<number, Walk>();
    while (told.size < walkers.size) {
      const walk = await soon(walks.get());
      assert(walk !== EXIT);
      if (walk[0] !== victim) told.set(walk[0], walk);
    }
    await died;
    assert(barrier.broken);
    const [[, rounds] = []] = told.values();
    for (const [, passed, end, by] of told.values()) {
      assertEquals(passed, rounds, `they are not in step: ${[...told]}`);
      assert(["died", "timeout", "gave up"].includes(end), end);
      // Its name is not known if it died before it began, or if another has
      // its place in the table already.
      if (end === "died" && !by.startsWith("thread ")) {
        assertEquals(by, dead.name);
      }
    }
    // One may have died between its action and the end of the round.
    assertLessOrEqual(Atomics.exchange(acted, 0, 0) - rounds!, 1);
    // It may have said something before it died.
    while (walks.tryGet().state === "ok") { /* drain */ }
    barrier.reset();
    add();
    for (const own of told.keys()) await go.get(own)!.put(true);
  }
  barrier.abort();
  for (const own of walkers.keys()) await go.get(own)!.put(false);
  for (const process of walkers.values()) await soon(process.result());
  assertEquals(barrier.waiting, 0);
}

stress(
  "users of semaphores, flags and barriers die, and the others go on",
  async (round) => {
    await semaphores(round);
    await flags(round);
    await barriers(round);
  },
);
