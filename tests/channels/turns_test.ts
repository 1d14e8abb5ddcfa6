// Turns among consumers: who leads, and when the leader gives way. Consumers other
// than this thread are played by slots of the thread table that no thread runs in.
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { LEAD, LEADER, RIVAL } from "../../channels/_ring_layout.ts";
import { Ring } from "../../channels/ring.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
} from "../../channels/threads.ts";
import { TOO_FAR, Turns } from "../../channels/_turns.ts";

/** A ring from which others take, too. */
class Scene implements Disposable {
  readonly ring = Ring.create(0, 1000);
  readonly turns = new Turns(this.ring.words);
  readonly rival = claimThread();

  get lead(): number {
    return this.ring.words[LEAD]!;
  }

  /** As the rival notes its takes. */
  rivalTakes(count: number): void {
    const { words } = this.ring;
    for (let n = 0; n < count; n++) {
      words[LEAD]!--;
      words[RIVAL] = this.rival;
    }
  }

  take(count: number): void {
    for (let n = 0; n < count; n++) this.turns.note();
  }

  /** How long this thread gives way for, in ms. */
  give(): number {
    const start = performance.now();
    this.turns.giveWay(this.ring.consumers);
    return performance.now() - start;
  }

  [Symbol.dispose](): void {
    releaseThread(this.rival);
  }
}

/** Less than a moment, more than a look. */
const AT_ONCE = 0.05;

Deno.test("the lead is how many more a consumer took than all others", () => {
  using scene = new Scene();
  scene.take(10);
  scene.rivalTakes(3);
  scene.take(1);
  assertEquals([scene.lead, scene.ring.words[LEADER]], [8, ownThread()]);
});

Deno.test("who takes when nobody leads is the leader", () => {
  using scene = new Scene();
  const { words } = scene.ring;
  words[LEADER] = scene.rival;
  words[LEAD] = 1;
  scene.take(1);
  assertEquals([words[LEAD], words[LEADER]], [0, scene.rival]);
  scene.take(1);
  assertEquals([words[LEAD], words[LEADER]], [1, ownThread()]);
  assertEquals(words[RIVAL], scene.rival);
});

Deno.test("a leader that is too far ahead gives way for a moment", () => {
  using scene = new Scene();
  scene.take(TOO_FAR - 1);
  scene.ring.words[RIVAL] = scene.rival;
  assertLess(scene.give(), AT_ONCE);
  scene.take(1);
  assertGreater(scene.give(), AT_ONCE);
});

Deno.test("a consumer alone never gives way", () => {
  using scene = new Scene();
  scene.take(10 * TOO_FAR);
  assertLess(scene.give(), AT_ONCE);
  scene.ring.words[RIVAL] = scene.rival;
  releaseThread(scene.rival);
  assertLess(scene.give(), AT_ONCE);
});

Deno.test("a leader gives way more rarely when nobody uses it, and as often again when they do", () => {
  using scene = new Scene();
  scene.take(TOO_FAR);
  scene.ring.words[RIVAL] = scene.rival;
  assertGreater(scene.give(), AT_ONCE);
  scene.take(TOO_FAR + 1); // nobody else took anything
  assertLess(scene.give(), AT_ONCE);
  scene.take(TOO_FAR);
  assertGreater(scene.give(), AT_ONCE);
  scene.rivalTakes(500);
  scene.take(500);
  assert(scene.lead >= TOO_FAR);
  assertGreater(scene.give(), AT_ONCE);
});

Deno.test("the takes of a ring count", () => {
  const ring = Ring.create(0, 1000);
  for (let n = 0; n < 3; n++) ring.put(new Uint8Array(1), 1);
  while (ring.take() >= 0);
  assertEquals([ring.words[LEAD], ring.words[LEADER]], [3, ownThread()]);
});
