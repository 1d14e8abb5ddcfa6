/**
 * What an actor is in the midst of when it is ended, and what others see of that.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorExitedError,
  EXIT,
  Lock,
  pipe,
  PipeClosedError,
  type Process,
  Queue,
  SharedMap,
  Value,
} from "@troupe/troupe";
import {
  acquires,
  allocates,
  answers,
  awaits,
  changes,
  computes,
  gets,
  holds,
  idle,
  pidOf,
  puts,
  sends,
  type Then,
} from "../../fixtures/actors/isolated.ts";
import { hangsAtLoad } from "../../fixtures/actors/hangs_at_load.ts";
import { later } from "../../channels/inside.ts";
import { settledTo } from "../../leaks.ts";

/** How long a wait may take on a busy machine, in ms. It takes some 10. */
export const AT_ONCE = 1000;

/** Where an actor runs. */
export type Mode = "thread" | "process";

/** An actor that is at something. */
export interface Scene {
  readonly actor: Process<unknown>;
  /** Resolves when it is in the midst of it. */
  readonly isAtIt: Promise<unknown>;
  /** Checks what others see when it is gone. */
  check?(): Promise<void>;
}

/** Starts one that, when it has done what it is for, stays or ends. */
export type Start = (mode: Mode, then: Then) => Scene;

/** What an actor says that it is up with. */
export const up = () => new Queue<0>();
const run = (isolation: Mode) => ({ isolation });

export const doings: Record<string, Start> = {
  "computed without end": (mode) => {
    const isUp = up();
    const actor = computes.spawn([isUp], run(mode));
    return { actor, isAtIt: isUp.get() };
  },
  "awaited for ever": (mode, then) => {
    const isUp = up();
    const actor = awaits.spawn([isUp, then], run(mode));
    return { actor, isAtIt: isUp.get() };
  },
  "blocked in a queue": (mode) => {
    const [isUp, empty] = [up(), up()];
    const actor = gets.spawn([isUp, empty], run(mode));
    return {
      actor,
      isAtIt: isUp.get(),
      async check() {
        await empty.put(0);
        assertEquals(await empty.get(), 0);
      },
    };
  },
  "blocked in a lock": (mode) => {
    const [isUp, lock] = [up(), new Lock()];
    const guard = lock.acquireSync();
    const actor = acquires.spawn([isUp, lock], run(mode));
    return {
      actor,
      isAtIt: isUp.get(),
      async check() {
        guard.release();
        using next = await lock.acquire({ timeout: AT_ONCE });
        assertEquals(next.abandoned, false);
      },
    };
  },
  "held a lock": (mode, then) => {
    const [isUp, lock] = [up(), new Lock()];
    const actor = holds.spawn([isUp, lock, then], run(mode));
    return { actor, isAtIt: isUp.get(), check: () => isAbandoned(lock) };
  },
  "changed a value and a map": (mode, then) => {
    const [isUp, value] = [up(), new Value("int32", 0)];
    const map = new SharedMap<number>();
    const actor = changes.spawn([isUp, value, map, then], run(mode));
    return {
      actor,
      isAtIt: isUp.get(),
      // deno-lint-ignore require-await
      async check() {
        const last = map.get("n")!;
        // It was between the two calls, or not.
        assert(last - value.value <= 1 && last >= value.value);
        for (const [key, n] of map) assert(key === "n" || n <= last);
        map.set("n", -1);
        value.add(1);
        assertEquals(map.get("n"), -1);
      },
    };
  },
  "put into a queue": (mode, then) => {
    const [isUp, done] = [up(), new Value("int32", 0)];
    const queue = new Queue<number>();
    const actor = puts.spawn([isUp, queue, done, then], run(mode));
    return {
      actor,
      isAtIt: isUp.get(),
      check: () => hasAllOf(queue, done.value),
    };
  },
  "had sent into a pipe": (mode, then) => {
    const [isUp, [here, there]] = [up(), pipe<string>()];
    const actor = sends.spawn([isUp, there, then], run(mode));
    return {
      actor,
      isAtIt: isUp.get(),
      async check() {
        assertEquals(await here.recv(), "first");
        assertEquals(await here.recv(), "last");
        const error = await assertRejects(() => here.recv(), PipeClosedError);
        assertEquals(error.closedBy, "peer");
      },
    };
  },
  "allocated": (mode) => {
    const isUp = up();
    const actor = allocates.spawn([isUp], run(mode));
    return { actor, isAtIt: isUp.get() };
  },
  "handled a message": (mode, then) => {
    const isUp = up();
    const actor = answers.spawn([], run(mode));
    const asked = later(actor.ask.at(isUp, then));
    return { actor, isAtIt: isUp.get(), check: () => hasNoAnswer(asked) };
  },
  "computed for a message": (mode) => {
    const isUp = up();
    const actor = answers.spawn([], run(mode));
    const asked = later(actor.ask.spin(isUp));
    return { actor, isAtIt: isUp.get(), check: () => hasNoAnswer(asked) };
  },
  "loaded": (mode) => {
    const actor = hangsAtLoad.spawn([], run(mode));
    const isThere = () => mode === "thread" || pidOf(actor) !== 0;
    return { actor, isAtIt: settledTo(isThere, true) };
  },
  "was not started yet": (mode) => ({
    actor: idle.spawn([], run(mode)),
    isAtIt: Promise.resolve(),
  }),
};

/** The lock is free, and its next holder is told of what happened. */
export async function isAbandoned(lock: Lock): Promise<void> {
  using guard = await lock.acquire({ timeout: AT_ONCE });
  assert(guard.abandoned);
}

/** The queue works, and has all that was put, in order. */
export async function hasAllOf(
  queue: Queue<number>,
  least: number,
): Promise<void> {
  assert(least > 10);
  let next = 0;
  queue.tryPut(EXIT);
  for await (const n of queue) assertEquals(n, next++);
  assert(next === least || next === least + 1, `${next} of ${least}`);
}

async function hasNoAnswer(asked: Promise<void>): Promise<void> {
  const error = await assertRejects(() => asked, ActorExitedError);
  assertEquals(error.handling?.number, 1);
}
