/**
 * A monitor: short sections of which one runs at a time, in any thread.
 *
 * For the state of what is more than one word. A section is a few looks and
 * stores: it runs no user code and waits for nothing, so that whoever wants to
 * enter one sleeps at most for the time of a few others. After a thread that died
 * within a section the next to enter puts right what it left half done.
 *
 * @module
 */

import {
  isFenced,
  ownThread,
  sleep,
  stopIfFenced,
  wakeCount,
} from "../threads.ts";
import { Mutex, MUTEX_WORDS, Taken } from "./mutex.ts";

/** The words of shared memory that one takes. */
export const MONITOR_WORDS: number = MUTEX_WORDS;

/** See the module. */
export class Monitor {
  readonly #mutex: Mutex;
  readonly #repair: () => void;

  /**
   * @param words Shared memory that holds its words, 0 at first.
   * @param at The index of the first of them.
   * @param repair Puts right what a thread left that died in a section; called
   *   within one.
   */
  constructor(
    words: Int32Array<SharedArrayBuffer>,
    at: number,
    repair: () => void,
  ) {
    this.#mutex = new Mutex(words, at);
    this.#repair = repair;
  }

  /** Runs a section. */
  run<T>(section: () => T): T {
    const mutex = this.#mutex;
    if (!mutex.tryTake()) this.#enter();
    try {
      return section();
    } finally {
      mutex.give();
    }
  }

  #enter(): void {
    const mutex = this.#mutex;
    if (mutex.holder === ownThread()) {
      // There was no stack left to leave the last section.
      this.#repair();
      return;
    }
    if (mutex.takeSoon()) return;
    const begun = Date.now();
    let taken: Taken;
    for (;;) {
      const seen = wakeCount();
      mutex.gate.enter();
      taken = mutex.takeOrWait(begun);
      // Whoever leaves a section passes fenced threads over: asleep, this one
      // would never hear of it.
      if (taken !== Taken.not || isFenced()) break;
      sleep(seen, Infinity);
    }
    mutex.gate.leave();
    if (taken === Taken.not) stopIfFenced();
    if (taken === Taken.abandoned) this.#repair();
  }
}
