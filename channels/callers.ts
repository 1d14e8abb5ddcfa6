/**
 * The local half of waiting: the callers of this thread that wait for one
 * thing, in their order.
 *
 * @module
 */

import { Patience } from "./_patience.ts";

/** One caller of this thread that waits at one or more places. */
export interface Waiter {
  /**
   * Tries to do what the caller waits for. Runs no user code.
   *
   * @returns Whether it is done; it is not asked again then.
   */
  attempt(): boolean;
}

/** The place of a caller in the line of those that wait for one thing. */
export interface Place {
  /** The caller. */
  readonly waiter: Waiter;
  /** The place before it. */
  before: Place | undefined;
  /** The place behind it. */
  after: Place | undefined;
  /** Whether it was left. */
  isLeft: boolean;
}

/** The places at which callers of this thread wait. */
const attended = new Set<Callers>();

/** Looks again at every place where this thread waits; after each wake-up. */
export function serveAll(): void {
  for (const callers of attended) callers.serve();
}

/** Whether any caller of this thread waits anywhere. */
export function isAttending(): boolean {
  return attended.size > 0;
}

/** How many calls of this thread block it, one within another. */
let blocking = 0;

/** Says that this thread blocks from here on. */
export function beginBlocking(): void {
  if (blocking++ > 0) return;
  for (const callers of attended) if (callers.needsLoop) callers.leave();
}

/** Says that it blocks no longer. */
export function endBlocking(): void {
  if (--blocking > 0) return;
  for (const callers of attended) {
    if (!callers.needsLoop) continue;
    callers.enter();
    callers.serve();
  }
}

/** The callers of this thread that wait for one thing. */
export class Callers {
  /**
   * Whether what they wait for is kept from others until the caller goes on, as a
   * lock is. Then it is no use to get it while the thread blocks; so meanwhile
   * they do not stand in the lists of those that wait.
   */
  readonly needsLoop: boolean = false;
  /** What the waits here have taught. */
  readonly patience: Patience = new Patience();
  #first: Place | undefined;
  #last: Place | undefined;
  #isServing = false;

  /** Whether any caller waits here. */
  get hasWaiters(): boolean {
    return this.#first !== undefined;
  }

  /**
   * Adds a caller behind those already waiting.
   *
   * It is not asked here: whoever adds it looks once more after this, unless
   * others were there before. These are asked first, and one of them will be.
   *
   * @returns Its place, for {@linkcode remove}; with none before it if it is the
   *   first.
   */
  add(waiter: Waiter): Place {
    const before = this.#last;
    const place: Place = { waiter, before, after: undefined, isLeft: false };
    this.#last = place;
    if (before !== undefined) {
      before.after = place;
      return place;
    }
    this.#first = place;
    attended.add(this);
    this.enter();
    return place;
  }

  /** Takes a caller away that is done or gave up. */
  remove(place: Place): void {
    if (place.isLeft) return;
    place.isLeft = true;
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // What the collector has made old would keep alive all that came behind it.
    place.before = place.after = undefined;
    if (this.#first === undefined) {
      attended.delete(this);
      this.leave();
    }
  }

  /** Asks the callers in their order, until one is not done. */
  serve(): void {
    // A waiter that succeeds may wake its own thread at this place again; the
    // loop below sees that anyway.
    if (this.#isServing || (this.needsLoop && blocking > 0)) return;
    this.#isServing = true;
    try {
      while (this.#first !== undefined) {
        const place: Place = this.#first;
        if (place.waiter.attempt()) {
          this.remove(place);
          continue;
        }
        // Back on the list of waiting threads, and then one more look.
        if (!this.enter()) return;
      }
    } finally {
      this.#isServing = false;
    }
  }

  /**
   * Makes the wait known to whoever can end it. Nothing to do where that is
   * this thread itself, which then calls {@linkcode serve}.
   *
   * @returns Whether it was not known before.
   */
  enter(): boolean {
    return false;
  }

  /** The reverse of {@linkcode enter}. */
  leave(): void {}
}
