/**
 * All that the explorer takes for granted about the sources: their paths, the
 * names it reads, the few texts it narrows. A change of the sources that makes
 * one of these wrong is reported and not passed over.
 *
 * @module
 */

import type { Change } from "./modules.ts";

/** The module the scenarios are written in; it imports all others. */
export const SCRIPTS = "tests/model/scripts.ts";
/** The module that plays the platform's event loop. */
export const EVENT_LOOP = "tests/model/event_loop.ts";
/** The words of a ring; its exported numbers name them. */
export const LAYOUT = "channels/_ring_layout.ts";
/** The words of a gate and of the thread table, as constants at the top. */
export const GATE = "channels/gate.ts";
export const THREADS = "channels/threads.ts";

/** In the layout: where the gates begin, by their names in the trace. */
export const GATES = [
  "CONSUMERS",
  "PRODUCERS",
  "WATCHERS",
  "PUT_WAITERS",
  "GET_WAITERS",
];
/** In the layout: words of which there are two. */
export const PAIRS = ["TAIL", "HEAD"];
/** In the layout: numbers that are no words of the head. */
export const SIZES = ["HEADER", "HEADER_WORDS", "FIRST_CAPACITY"];
/** In the layout: the locks. */
export const LOCKS = ["PUT_LOCK", "GET_LOCK"];
/** In the layout: the numbers of messages put and taken. */
export const PUTS = "PUTS";
export const GETS = "GETS";
/** In the gate: the words of its head. */
export const GATE_HEAD =
  /^const (USED|NEXT|CROWDED|ANYONE|FIRST_ENTRY) = (\d+);/gm;
/** In the thread table: the words of a slot and of its head. */
export const SLOT_HEAD = /^const (ID|GENERATION|PARK|LIFE|PARENT) = (\d+);/gm;
export const TABLE_HEAD = /^const (RINGS|SLOTS_USED|PROCESSES|SAID) = (\d+);/gm;
/** The size of a slot, and how many bits of an id say which it is. */
export const SLOT_WORDS = /^const WORDS = (\d+);/m;
export const SLOT_BITS = /^const SLOT_BITS = (\d+);/m;

/**
 * In the layout: words that are looked at plainly while another may write them.
 * Each such look is done again under a lock, or after an Atomics operation.
 */
export const GLANCED_AT = ["PUTS_SEEN", "GETS"];
/** In the thread table: likewise. */
export const GLANCED_AT_IN_SLOT = ["LIFE"];

/** The function in which a thread waits for a lock. */
export const LOCKING = "acquireLock";

/**
 * Numbers made small, so that what is done so many times is done once: looks
 * without result are of one kind, however many there are.
 */
export const NARROWED: readonly Change[] = [
  {
    file: "channels/_lock.ts",
    from: /const LOOKS = \d+;/,
    to: "const LOOKS = 0;",
  },
  {
    file: "channels/_patience.ts",
    from: /const LOOKS_PER_GLANCE = \d+;/,
    to: "const LOOKS_PER_GLANCE = 1;",
  },
];

/**
 * No look before a sleep, and no count of looks in vain. A look that finds the
 * word changed and a sleep that ends at once since it did are the same to all
 * others; one scenario is explored with the looks all the same.
 */
export const NO_LOOKS: readonly Change[] = [
  {
    file: "channels/_patience.ts",
    from: /const NOTHING = [\d.]+;/,
    to: "const NOTHING = 1000;",
  },
  {
    file: "channels/_patience.ts",
    from: /const RETRY = \d+;/,
    to: "const RETRY = 1;",
  },
];

/** Gates with room for one thread: any more are a crowd. */
export const ONE_ENTRY: readonly Change[] = [
  {
    file: GATE,
    from: "const ENTRIES = GATE_WORDS - FIRST_ENTRY;",
    to: "const ENTRIES = 1;",
  },
];
