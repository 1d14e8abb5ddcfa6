/**
 * Watches how much memory this process takes.
 *
 * The platform's own limit counts the heap alone: typed arrays, which hold what is
 * big, are beside it. So the size that counts is the one that the operating system
 * sees, beyond what an idle process takes. No event tells of it; it is looked at,
 * which only a process with a limit does.
 *
 * @module
 */

/** How often to look, in ms: a thread fills some 40 MB in that time. */
const INTERVAL = 20;

const MB = 1024 * 1024;

/** The most that an idle process takes, so that none counts as more. */
const MOST_IDLE = 192 * MB;

/** See the module. */
export class MemoryWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  /** What an idle process takes. */
  #idle = MOST_IDLE;

  /** Calls `onExceeded` once, with what is taken, when that is over `most` MB. */
  constructor(most: number, onExceeded: (used: number) => void) {
    this.#timer = setInterval(() => {
      const used = (Deno.memoryUsage().rss - this.#idle) / MB;
      if (used <= most) return;
      this.stop();
      onExceeded(Math.round(used));
    }, INTERVAL);
  }

  /** All is loaded, and the actor is about to begin: this is what is idle. */
  begin(): void {
    this.#idle = Math.min(Deno.memoryUsage().rss, MOST_IDLE);
  }

  /** Watches no longer. */
  stop(): void {
    clearInterval(this.#timer);
  }
}
