/**
 * The scenarios: few threads, few items, everything that can happen to them.
 *
 * Items are numbered 11, 12, … for the first producer, 21, … for the second.
 *
 * @module
 */

import { ONE_ENTRY } from "./names.ts";
import type { Scenario, Thread } from "./scenario.ts";

const SIZE = 4;

function producer(items: number[], more: Partial<Thread> = {}): Thread {
  const name = `producer ${Math.trunc(items[0]! / 10)}`;
  return { name, script: "produce", given: [items, SIZE], ...more };
}

function consumer(
  n: number,
  count: number,
  more: Partial<Thread> = {},
): Thread {
  return {
    name: `consumer ${n}`,
    script: "consume",
    given: [count],
    ...more,
  };
}

/** The root thread, which buries another that died. */
function buried(of: string): Thread {
  return { name: "root", script: "bury", of };
}

/** The root thread, which fences another and buries it when it is gone. */
function terminated(of: string): Thread {
  return { name: "root", script: "terminate", of };
}

const MORTAL = { isMortal: true } as const;
const AWAITING = { script: "consumeAwaiting" } as const;
const CANCELLED = consumer(1, 1, { script: "consumeCancelled", given: [] });
const IN_TIME = consumer(1, 1, { script: "consumeInTime", given: [] });
const BOTH_WAYS = consumer(1, 2, { script: "consumeBothWays", given: [] });

function closer(entirely: boolean): Thread {
  return { name: "closer", script: "close", given: [entirely] };
}

/** Those that are explored in every run of the tests. */
export const SHORT: readonly Scenario[] = [
  {
    name: "a producer that may die",
    capacity: 1,
    threads: [producer([11], MORTAL), consumer(1, 1), buried("producer 1")],
  },
  {
    name: "a sleeping consumer that is cancelled, and another",
    capacity: 2,
    beforehand: ["consumer 1"],
    threads: [producer([11]), CANCELLED, consumer(2, 1)],
  },
  {
    name: "a thread that awaits and blocks at once",
    capacity: 2,
    holds: [1],
    threads: [producer([11]), BOTH_WAYS],
  },
  {
    name: "a producer and a consumer",
    capacity: 1,
    threads: [producer([11, 12]), consumer(1, 2)],
  },
  {
    name: "a producer and an awaiting consumer",
    capacity: 1,
    threads: [producer([11, 12]), consumer(1, 2, AWAITING)],
  },
  {
    name: "a producer that may be terminated",
    capacity: 1,
    threads: [producer([11]), consumer(1, 1), terminated("producer 1")],
  },
  {
    name: "a consumer that may die, and another",
    capacity: 1,
    holds: [1],
    mayLose: 1,
    threads: [consumer(1, 1, MORTAL), consumer(2, 1), buried("consumer 1")],
  },
  {
    name: "a consumer that may be terminated, and another",
    capacity: 1,
    holds: [1],
    mayLose: 1,
    threads: [consumer(1, 1), consumer(2, 1), terminated("consumer 1")],
  },
  {
    name: "two sleeping consumers, of which one may die, and a producer",
    capacity: 1,
    mayLose: 1,
    beforehand: ["consumer 1", "consumer 2"],
    threads: [
      producer([11]),
      consumer(1, 1, MORTAL),
      consumer(2, 1),
      buried("consumer 1"),
    ],
  },
  {
    name: "a close while a producer waits",
    capacity: 1,
    holds: [1],
    threads: [producer([11]), closer(false)],
  },
  {
    name: "a close while a consumer waits",
    capacity: 1,
    threads: [consumer(1, 1), closer(true)],
  },
  {
    name: "a ring that grows beside a take",
    capacity: 0,
    mostBytes: 4096,
    size: 1500,
    holds: [11],
    threads: [producer([12], { given: [[12], 1500] }), consumer(1, 2)],
  },
  {
    name: "a ring that grows beside a take, and whose producer may die",
    capacity: 0,
    mostBytes: 4096,
    size: 1500,
    holds: [11],
    threads: [
      producer([12], { given: [[12], 1500], ...MORTAL }),
      consumer(1, 1),
      buried("producer 1"),
    ],
  },
  {
    name: "a producer that waits for bytes, and a consumer",
    capacity: 0,
    mostBytes: 2048,
    size: 1500,
    holds: [11],
    threads: [producer([12], { given: [[12], 1500] }), consumer(1, 2)],
  },
  {
    name: "a sleeping consumer whose time is over, and another",
    capacity: 2,
    mayTimeOut: true,
    beforehand: ["consumer 1"],
    threads: [
      producer([11]),
      consumer(1, 1, { script: "consumeInTimeSync", given: [] }),
      consumer(2, 1),
    ],
  },
  {
    name: "two sleeping consumers and two producers",
    capacity: 1,
    beforehand: ["consumer 1", "consumer 2"],
    threads: [
      producer([11]),
      producer([21]),
      consumer(1, 1),
      consumer(2, 1),
    ],
  },
  {
    name: "two sleeping producers and two consumers",
    capacity: 1,
    holds: [1],
    beforehand: ["producer 1", "producer 2"],
    threads: [
      producer([11]),
      producer([21]),
      consumer(1, 1),
      consumer(2, 1),
    ],
  },
  {
    name: "two sleeping consumers at a gate with one entry, and a producer",
    capacity: 1,
    changes: ONE_ENTRY,
    beforehand: ["consumer 1", "consumer 2"],
    threads: [producer([11, 12]), consumer(1, 1), consumer(2, 1)],
  },
];

/** Those that take minutes. */
export const FULL: readonly Scenario[] = [
  {
    name: "two consumers at a gate with one entry, and a producer",
    isCoarse: true,
    capacity: 2,
    changes: ONE_ENTRY,
    holds: [1],
    threads: [producer([11]), consumer(1, 1), consumer(2, 1)],
  },
  {
    name: "a producer of two items that may die",
    isCoarse: true,
    capacity: 1,
    threads: [producer([11, 12], MORTAL), consumer(1, 2), buried("producer 1")],
  },
  {
    name: "an awaiting consumer that is cancelled, and another",
    isCoarse: true,
    capacity: 2,
    threads: [producer([11]), CANCELLED, consumer(2, 1)],
  },
  {
    name: "a thread that awaits and blocks at once, and a full ring",
    isCoarse: true,
    capacity: 1,
    threads: [producer([11, 12]), BOTH_WAYS],
  },
  {
    name: "a sleeping consumer that may die, another, and a producer",
    capacity: 1,
    mayLose: 1,
    beforehand: ["consumer 1"],
    threads: [
      producer([11]),
      consumer(1, 1, MORTAL),
      consumer(2, 1),
      buried("consumer 1"),
    ],
  },
  {
    name: "a producer, a consumer that may die, and another",
    isCoarse: true,
    capacity: 1,
    mayLose: 1,
    threads: [
      producer([11]),
      consumer(1, 1, MORTAL),
      consumer(2, 1),
      buried("consumer 1"),
    ],
  },
  {
    name: "a producer of two items that may be terminated",
    capacity: 1,
    threads: [producer([11, 12]), consumer(1, 2), terminated("producer 1")],
  },
  {
    name: "an awaiting consumer whose time is over, and another",
    capacity: 2,
    mayTimeOut: true,
    threads: [producer([11]), IN_TIME, consumer(2, 1)],
  },
  {
    name: "a close while a producer and a consumer wait",
    isCoarse: true,
    capacity: 1,
    threads: [producer([11, 12]), consumer(1, 1), closer(false)],
  },
  {
    name: "a close that throws the items away",
    isCoarse: true,
    capacity: 1,
    threads: [producer([11, 12]), consumer(1, 2), closer(true)],
  },
  {
    name: "two producers and a consumer",
    isCoarse: true,
    capacity: 1,
    threads: [producer([11]), producer([21]), consumer(1, 2)],
  },
  {
    name: "a producer and two consumers",
    isCoarse: true,
    capacity: 1,
    threads: [producer([11, 12]), consumer(1, 1), consumer(2, 1)],
  },
  {
    name: "two producers and two consumers",
    isCoarse: true,
    capacity: 1,
    preemptions: 4,
    threads: [
      producer([11]),
      producer([21]),
      consumer(1, 1),
      consumer(2, 1),
    ],
  },
  {
    name: "two producers, of which one may die, and two consumers",
    isCoarse: true,
    capacity: 1,
    preemptions: 2,
    threads: [
      producer([11], MORTAL),
      producer([21]),
      consumer(1, 1),
      consumer(2, 1),
      buried("producer 1"),
    ],
  },
  {
    name: "two producers and two consumers, of which one may die",
    isCoarse: true,
    capacity: 1,
    mayLose: 1,
    preemptions: 2,
    threads: [
      producer([11]),
      producer([21]),
      consumer(1, 1, MORTAL),
      consumer(2, 1),
      buried("consumer 1"),
    ],
  },
];
