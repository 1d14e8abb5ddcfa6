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

interface Node {
  readonly waiter: Waiter;
  before: Node | undefined;
  after: Node | undefined;
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
  readonly #nodes = new Map<Waiter, Node>();
  #first: Node | undefined;
  #last: Node | undefined;
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
   * @returns Whether it is the first.
   */
  add(waiter: Waiter): boolean {
    const node: Node = { waiter, before: this.#last, after: undefined };
    this.#nodes.set(waiter, node);
    const isFirst = this.#last === undefined;
    if (this.#last !== undefined) this.#last.after = node;
    this.#last = node;
    if (!isFirst) return false;
    this.#first = node;
    attended.add(this);
    this.enter();
    return true;
  }

  /** Takes a caller away that is done or gave up. */
  remove(waiter: Waiter): void {
    const node = this.#nodes.get(waiter);
    if (node === undefined) return;
    this.#nodes.delete(waiter);
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
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
        const { waiter } = this.#first;
        if (waiter.attempt()) {
          this.remove(waiter);
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
