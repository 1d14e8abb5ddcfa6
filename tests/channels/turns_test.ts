// Turns among consumers: who leads, and when the leader gives way. Consumers other
// than this thread are played by slots of the thread table that no thread runs in.
import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  LEAD,
  LEADER,
  RIVAL,
  RIVAL_TAKES,
} from "../../channels/_ring_layout.ts";
import { Ring } from "../../channels/ring.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
} from "../../channels/threads.ts";
import { LONGEST_LEAD, TOO_FAR, Turns } from "../../channels/_turns.ts";

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
      words[RIVAL_TAKES]!++;
      words[RIVAL] = this.rival;
    }
  }

  take(count: number): void {
    for (let n = 0; n < count; n++) this.turns.note();
  }

  /** Whether this thread gives way, that is: sleeps. */
  gives(): boolean {
    const { wait } = Atomics;
    let naps = 0;
    Atomics.wait = ((...args: Parameters<typeof wait>) => {
      naps++;
      return wait(...args);
    }) as typeof wait;
    try {
      this.turns.giveWay(this.ring.consumers);
    } finally {
      Atomics.wait = wait;
    }
    return naps > 0;
  }

  [Symbol.dispose](): void {
    releaseThread(this.rival);
  }
}

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
  scene.take(TOO_FAR);
  scene.rivalTakes(1);
  assertFalse(scene.gives());
  scene.take(1);
  assert(scene.gives());
});

Deno.test("a leader gives way until the others are half of the way there", () => {
  using scene = new Scene();
  scene.take(TOO_FAR + 1);
  scene.rivalTakes(1);
  assert(scene.gives());
  scene.rivalTakes(TOO_FAR / 2);
  assert(scene.gives());
  scene.rivalTakes(1);
  assertFalse(scene.gives());
  scene.take(TOO_FAR / 2);
  assertFalse(scene.gives());
  scene.take(1);
  assert(scene.gives());
});

Deno.test("a lead does not grow beyond what is ever given back", () => {
  using scene = new Scene();
  scene.take(3 * LONGEST_LEAD);
  assertEquals(scene.lead, LONGEST_LEAD);
});

Deno.test("a consumer alone never gives way", () => {
  using scene = new Scene();
  scene.take(10 * TOO_FAR);
  assertFalse(scene.gives());
  scene.rivalTakes(1);
  releaseThread(scene.rival);
  assertFalse(scene.gives());
});

Deno.test("a leader gives way more and more rarely when nobody uses it, and at once when they do", () => {
  using scene = new Scene();
  scene.take(TOO_FAR + 1);
  scene.rivalTakes(1);
  assert(scene.gives());
  for (const rest of [2 * TOO_FAR, 4 * TOO_FAR]) {
    scene.take(rest - 1);
    assertFalse(scene.gives());
    scene.take(1);
    assert(scene.gives());
  }
  scene.rivalTakes(1);
  assert(scene.gives());
});

Deno.test("the takes of a ring count", () => {
  const ring = Ring.create(0, 1000);
  for (let n = 0; n < 3; n++) ring.put(new Uint8Array(1), 1);
  while (ring.take() >= 0);
  assertEquals([ring.words[LEAD], ring.words[LEADER]], [3, ownThread()]);
});
