/**
 * The guard: what whoever holds a lock has in hand.
 *
 * @module
 */

/** What a guard belongs to. */
export interface Guarded {
  /** What error messages call it, such as `lock "files"`. */
  readonly label: string;
  /** Ends one hold of this thread. */
  letGo(guard: Guard): void;
  /** Forgets one that is not to be given back, where that makes sense. */
  forget?(guard: Guard): void;
}

/**
 * Proof that the actor holds a lock, or has a permit of a semaphore: what
 * `acquire` gives.
 *
 * Its `release` gives back what it stands for, as the end of the block does that
 * declares it with `using`. It belongs to the actor that got it and cannot be
 * sent. If that actor ends without giving it back, however it ends, the next
 * owner gets it.
 *
 * @example
 * ```ts
 * import { Lock } from "@troupe/troupe";
 *
 * const lock = new Lock();
 * {
 *   using guard = await lock.acquire();
 *   if (guard.abandoned) console.log("the last holder died: check the data");
 *   console.log(lock.isLocked); // true
 * }
 * console.log(lock.isLocked); // false
 * ```
 */
export class Guard implements Disposable {
  /**
   * The one before it that the same actor has not given back yet.
   *
   * @internal
   */
  outer: Guard | undefined;
  readonly #guarded: Guarded;
  #isReleased = false;
  #isAbandoned: boolean;

  /** Made by what it guards. */
  constructor(
    guarded: Guarded,
    isAbandoned: boolean,
    outer?: Guard,
  ) {
    this.#guarded = guarded;
    this.#isAbandoned = isAbandoned;
    this.outer = outer;
  }

  /**
   * Whether the one who held it before died, or ended, without giving it back.
   * What it protects may then be half changed; to repair it is this holder's
   * part: the one after it is not told again.
   */
  get abandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Whether it has been given back. */
  get released(): boolean {
    return this.#isReleased;
  }

  /**
   * Gives back what it stands for.
   *
   * @throws {TypeError} If that was done already.
   */
  release(): void {
    if (this.#isReleased) throw this.#isOver("release");
    this.#guarded.letGo(this);
    this.#isReleased = true;
  }

  /**
   * Keeps a permit of a semaphore for good: it is not given back, not even when
   * the actor ends. For a semaphore whose permits are signals, which one actor
   * sends with `release` and another uses up. So does Tokio's `forget`.
   *
   * @throws {TypeError} If it is the guard of a lock, or was released already.
   */
  forget(): void {
    const guarded = this.#guarded;
    if (this.#isReleased) throw this.#isOver("forget");
    if (guarded.forget === undefined) {
      throw new TypeError(
        `Cannot forget ${this.#guarded.label}: only permits of a semaphore can be kept`,
      );
    }
    guarded.forget(this);
    this.#isReleased = true;
  }

  #isOver(action: string): TypeError {
    return new TypeError(
      `Cannot ${action} ${this.#guarded.label}: this guard was released already`,
    );
  }

  /** Gives it back, unless that was done already. */
  [Symbol.dispose](): void {
    if (!this.#isReleased) this.release();
  }

  /**
   * Says that it stands for nothing any longer, without giving anything back.
   *
   * @internal
   */
  end(): void {
    this.#isReleased = true;
  }

  /**
   * Says that a holder died while this one had lent the lock to others.
   *
   * @internal
   */
  markAbandoned(): void {
    this.#isAbandoned = true;
  }
}
