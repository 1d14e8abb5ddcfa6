// Locks whose users are terminated at random instants, or end with what they hold.
// See seeded.ts for how a failure is repeated.
import { assert, assertEquals } from "@std/assert";
import { Condition, Lock, type Process, RwLock, Value } from "../../../mod.ts";
import {
  contend,
  moveTokens,
  readAndWrite,
  Word,
} from "../../fixtures/channels/lock_actors.ts";
import { settledTo } from "../../leaks.ts";
import { soon } from "../inside.ts";
import { stress } from "../seeded.ts";

stress(
  "a lock lets in one at a time, and outlives all that die",
  async (round) => {
    const lock = new Lock();
    const words = new Int32Array(new SharedArrayBuffer(16));
    const users: Process[] = [];
    const add = () => {
      const own = users.length + 1;
      users.push(
        round.use(contend.spawn([lock, words, own, 3000, round.seed()])),
      );
    };
    for (let n = 0; n < 3; n++) add();
    for (let kill = 0; kill < 5; kill++) {
      const ms = round.below(8);
      await new Promise((done) => setTimeout(done, ms));
      round.of(...users).terminate();
      add();
    }
    for (const one of users) {
      const exit = await soon(one.join());
      assert(exit?.reason === "terminated" || exit?.reason === "returned");
    }
    // All are gone: what the last of them held is free.
    const guard = await soon(lock.acquire());
    if (guard.abandoned) Atomics.add(words, Word.abandoned, 1);
    guard.release();
    assert(!lock.isLocked);
    assertEquals(lock.inspect().waiters, []);
    // Each that got in added one, and no addition was lost but, at most, the last
    // one of each that was terminated within.
    const missing = words[Word.sum]! - words[Word.done]!;
    assert(missing >= 0 && missing <= users.length, `${missing}`);
  },
);

stress(
  "a read-write lock keeps writers alone, and outlives all that die",
  async (round) => {
    const lock = new RwLock();
    const words = new Int32Array(new SharedArrayBuffer(16));
    const users: Process[] = [];
    const add = () =>
      users.push(
        round.use(readAndWrite.spawn([lock, words, 800, round.seed()])),
      );
    for (let n = 0; n < 3; n++) add();
    for (let kill = 0; kill < 4; kill++) {
      await new Promise((done) => setTimeout(done, round.below(8)));
      round.of(...users).terminate();
      add();
    }
    for (const one of users) {
      const exit = await soon(one.join());
      assert(exit?.reason === "terminated" || exit?.reason === "returned");
    }
    (await soon(lock.acquireWrite())).release();
    assertEquals(lock.inspect().holders, []);
    assertEquals(lock.inspect().waiters, []);
  },
);

stress("a condition loses no notification to those that die", async (round) => {
  const condition = new Condition({ lock: round.of(new Lock(), undefined) });
  const tokens = new Value("int32", 0, { lock: false });
  const taken = new Value("int32", 0, { lock: false });
  const takers: Process[] = [];
  const add = () =>
    takers.push(
      round.use(moveTokens.spawn([condition, tokens, taken, round.seed()])),
    );
  for (let n = 0; n < 3; n++) add();
  // One that is terminated may have a token in its hand, and not have said so.
  let given = 0;
  let killed = 0;
  for (let step = 0; step < 60; step++) {
    const count = 1 + round.below(3);
    using _ = await soon(condition.lock.acquire());
    tokens.add(count);
    given += count;
    condition.notify(count);
    if (round.below(15) !== 0) continue;
    round.of(...takers).terminate();
    killed++;
    add();
  }
  // Nobody is notified any more: each token is taken by whoever was before.
  assertEquals(await settledTo(() => tokens.value, 0), 0);
  const lost = given - taken.value;
  assert(lost >= 0 && lost <= killed, `${lost} of ${given} were lost`);
});
