/**
 * Awaiting a lock, by one caller or by several in one thread that take turns.
 *
 * @module
 */

import { type Guard, Lock } from "../mod.ts";
import { asyncMutex } from "./async_mutex.ts";
import type { Contender, Runner } from "./contender.ts";

/** What is acquired and released. */
interface AwaitedLock<H> {
  acquire(): Promise<H>;
  release(held: H): void;
}

/** A lock by hand: each that comes waits for the one before. */
class PromiseChain implements AwaitedLock<() => void> {
  #last: Promise<void> = Promise.resolve();

  acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn = this.#last.then(() => resolve);
    this.#last = promise;
    return turn;
  }

  release(resolve: () => void): void {
    resolve();
  }
}

function openLock(): AwaitedLock<Guard> {
  const lock = new Lock();
  return {
    acquire: () => lock.acquire(),
    release: (guard) => guard.release(),
  };
}

function openMutex(): AwaitedLock<() => void> {
  const mutex = new asyncMutex!.Mutex();
  return {
    acquire: () => mutex.acquire(),
    release: (give) => give(),
  };
}

const settled = Promise.resolve();

function runner<H>(lock: AwaitedLock<H>, callers: number): Runner {
  const holdsOver = callers > 1;
  let total = 0;
  let holders = 0;
  const call = async (share: number) => {
    for (let i = 0; i < share; i++) {
      const held = await lock.acquire();
      if (holders++ > 0) throw new Error("Two hold the lock at once");
      if (holdsOver) await settled;
      total++;
      holders--;
      lock.release(held);
    }
  };
  return {
    async run(count) {
      const share = Math.ceil(count / callers);
      const wanted = share * callers;
      total = 0;
      const start = performance.now();
      await Promise.all(Array.from({ length: callers }, () => call(share)));
      const elapsed = performance.now() - start;
      if (total !== wanted) throw new Error(`Counted ${total} of ${wanted}`);
      return elapsed * count / wanted;
    },
    close: () => Promise.resolve(),
  };
}

function contender<H>(
  name: string,
  callers: number,
  open: () => AwaitedLock<H>,
  missing?: string,
): Contender {
  return {
    name,
    missing,
    open: () => Promise.resolve(runner(open(), callers)),
  };
}

/** The contenders that await a lock, by so many callers in this thread. */
export function awaitingLocks(callers: number): Contender[] {
  const missing = asyncMutex === undefined
    ? "no npm:async-mutex here"
    : undefined;
  return [
    contender("Troupe, acquire", callers, openLock),
    contender("promises by hand", callers, () => new PromiseChain()),
    contender("async-mutex", callers, openMutex, missing),
  ];
}
