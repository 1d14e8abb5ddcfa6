/**
 * Deliberately broken variants of the real code. Each must be found, or the
 * explorer proves nothing.
 *
 * A variant replaces a text of a source, which must be there exactly once: when
 * the source changes, the variant fails loudly and is to be adapted here.
 *
 * @module
 */

import type { Change } from "./modules.ts";

/** A broken variant. */
export interface Broken {
  /** What is wrong in it. */
  readonly name: string;
  /** The scenario that finds it. */
  readonly scenario: string;
  readonly changes: readonly Change[];
}

const RING = "channels/ring.ts";
const GATE = "channels/gate.ts";
const LOCK = "channels/_lock.ts";
const THREADS = "channels/threads.ts";
const WAITING = "channels/waiting.ts";

/** All of them. */
export const BROKEN: readonly Broken[] = [
  {
    name: "a blocking waiter that does not look after it entered the list",
    scenario: "a producer and a consumer",
    changes: [{
      file: WAITING,
      from:
        "for (const gate of gates) gate.enter();\n      if (attempt()) return true;",
      to:
        "if (attempt()) return true;\n      for (const gate of gates) gate.enter();",
    }],
  },
  {
    name: "an awaiting waiter that does not look after it entered the list",
    scenario: "a producer and an awaiting consumer",
    changes: [{
      file: WAITING,
      from: `    const seen = wakeCount();
    serveAll();
    if (!isAttending()) return;`,
      to: `    if (!isAttending()) return;
    const seen = wakeCount();`,
    }, {
      file: WAITING,
      from: `  for (const gate of gates) places.push(gate.add(waiter));
  // After entering the lists, the look that rule 1 asks for.
  for (let i = 0; i < gates.length; i++) {
    if (places[i]!.before === undefined) gates[i]!.serve();
  }`,
      to: `  waiter.attempt();
  if (!isWaiting) return promise;
  for (const gate of gates) places.push(gate.add(waiter));`,
    }],
  },
  {
    name: "a put that wakes no consumer",
    scenario: "a producer and a consumer",
    changes: [{ file: RING, from: "this.consumers.wakeOne();", to: "" }],
  },
  {
    name: "a put that is made real before its bytes are there",
    scenario: "a producer and a consumer",
    changes: [{
      file: RING,
      from:
        "if (extension === undefined) this.bytes.write(tail, source, length);",
      to: `Atomics.store(words, PUTS, (puts + 1) | 0);
    if (extension === undefined) this.bytes.write(tail, source, length);`,
    }],
  },
  {
    name: "a put whose number is stored before its tail",
    scenario: "a producer of two items that may die",
    changes: [{
      file: RING,
      from: `    words[TAIL + ((puts + 1) & 1)] = (tail + need) | 0;
    Atomics.store(words, PUTS, (puts + 1) | 0);`,
      to: `    Atomics.store(words, PUTS, (puts + 1) | 0);
    words[TAIL + ((puts + 1) & 1)] = (tail + need) | 0;`,
    }],
  },
  {
    name: "a cancelled waiter that keeps the wake-up it was given",
    scenario: "a sleeping consumer that is cancelled, and another",
    changes: [{
      file: GATE,
      from: "if (this.#isOpen()) this.wakeOne();",
      to: "",
    }],
  },
  {
    name: "a lock whose owner is gone and that nobody takes over",
    scenario: "a consumer that may die, and another",
    changes: [{ file: LOCK, from: "!threadExists(owner) &&", to: "false &&" }],
  },
  {
    name: "a dead thread that is buried without waking the others",
    scenario: "a consumer that may die, and another",
    changes: [{
      file: THREADS,
      from: "    if (id > 0) wakeThread(id);",
      to: "    if (id < 0) wakeThread(id);",
    }],
  },
  {
    name: "a lock that is given back without a look for those who wait for it",
    scenario: "two producers and a consumer",
    changes: [{
      file: RING,
      from: "      this.putWaiters.wakeOne();\n",
      to: "",
    }],
  },
  {
    name: "a flag that is taken down without another look at the list",
    scenario: "a producer and a consumer",
    changes: [{
      file: GATE,
      from: "    this.#lowerFlag();\n    if (!this.#wakeFirst()) return;",
      to: "    this.#lowerFlag();\n    if (this.#at >= 0) return;",
    }],
  },
  {
    name: "a thread that reads its count of wake-ups after the look",
    scenario: "a sleeping consumer that may die, another, and a producer",
    changes: [{
      file: WAITING,
      from: `      const seen = wakeCount();
      stopIfFenced();
      for (const gate of gates) gate.enter();
      if (attempt()) return true;`,
      to: `      stopIfFenced();
      for (const gate of gates) gate.enter();
      if (attempt()) return true;
      const seen = wakeCount();`,
    }],
  },
];
