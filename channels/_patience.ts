/**
 * Looking a little longer before going to sleep.
 *
 * To fall asleep and be woken takes 10 to 50 µs; when two threads answer each
 * other at once, what is waited for comes within one or two. So a thread looks
 * for about as long before it sleeps, where that has paid lately. Where it has
 * not, it looks for less and less, and only now and then for the whole time:
 * an idle thread looks once and sleeps, and one that shares its core with the
 * thread it waits for soon leaves it to that one.
 *
 * The whole time has to outlast the other's waking up: of two threads that both
 * sleep, one must find the other's answer without sleeping, for then the other
 * finds the next one at once, and from there on neither sleeps.
 *
 * @module
 */

/**
 * After so many times in vain it begins anew. The time is halved from one to
 * the next, no faster, so that two threads that wait for each other, and try at
 * different times, are both found looking in some of their tries.
 */
const RETRY = 32;

/** Looks between two glances at the clock, which costs as much as a few. */
const LOOKS_PER_GLANCE = 8;

/** A time in ms that is not worth the glance at the clock. */
const NOTHING = 0.001;

/** What the waits at one place have taught. */
export class Patience {
  #inVain = 0;

  /**
   * Looks for a while whether it is there.
   *
   * @param longest How long to look where that has paid, in ms.
   */
  look(isThere: () => boolean, longest: number): boolean {
    const time = longest / 2 ** this.#inVain;
    if (time > NOTHING) {
      const end = performance.now() + time;
      do {
        for (let look = 0; look < LOOKS_PER_GLANCE; look++) {
          if (!isThere()) continue;
          this.#inVain = 0;
          return true;
        }
      } while (performance.now() < end);
    }
    this.#inVain = (this.#inVain + 1) % RETRY;
    return false;
  }
}
