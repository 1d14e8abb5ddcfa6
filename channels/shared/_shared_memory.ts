/**
 * The memory of one shared thing: what it holds, and its lock.
 *
 * ```text
 *   byte 0 …   what the thing holds, filled up to a multiple of 4
 *          …   LOCK_WORDS words of a recursive lock, where it has one of its own
 * ```
 *
 * The two lie close together on purpose: whoever has got the lock has what it
 * protects in the same stretch of memory.
 *
 * @module
 */

import { labelOf } from "../bounds.ts";
import { kindOf, PACK, type PackedHandle } from "../handle.ts";
import { Lock, LOCK_WORDS, lockAt } from "../locks/lock.ts";
import { RecursiveLock } from "../locks/recursive_lock.ts";
import { nextRing } from "../numbers.ts";
import type { SharedOptions } from "./shared_options.ts";

/** Where the memory of a thing is given that came from another thread. */
export const ADOPTED: unique symbol = Symbol("adopted");

/** The options of a thing that may have come from another thread. */
export interface InnerOptions<M = SharedMemory> extends SharedOptions {
  /** See {@linkcode ADOPTED}. */
  [ADOPTED]?: M;
}

/** The options for a thing that is there already. */
export function adopting<M>(adopted: M): InnerOptions<M> {
  return { [ADOPTED]: adopted };
}

/** The memory of one thing, on this thread. */
export class SharedMemory {
  /** The memory. */
  readonly memory: SharedArrayBuffer;
  /** The number of the thing and of its own lock; see `nextRing`. */
  readonly number: number;
  /** What error messages call the thing. */
  readonly label: string;
  readonly #name: string | undefined;
  readonly #choice: Lock | "own" | "none";
  /** Not made before it is asked for, if it is the thing's own. */
  #lock: Lock | undefined;

  private constructor(
    memory: SharedArrayBuffer,
    number: number,
    label: string,
    name: string | undefined,
    choice: Lock | "own" | "none",
  ) {
    this.memory = memory;
    this.number = number;
    this.label = label;
    this.#name = name;
    this.#choice = choice;
    if (typeof choice !== "string") this.#lock = choice;
  }

  /**
   * Memory for a new thing.
   *
   * @param what What it is, also where it has no name.
   * @param bytes How much the thing holds.
   * @throws {TypeError} If an option is of the wrong type.
   */
  static create(
    what: string,
    bytes: number,
    { name, lock = true }: SharedOptions,
  ): SharedMemory {
    const label = labelOf(what, name);
    if (typeof lock !== "boolean" && !(lock instanceof Lock)) {
      throw new TypeError(
        `Cannot create a ${what}: lock must be true, false, a Lock or a ` +
          `RecursiveLock, got ${Deno.inspect(lock)}`,
      );
    }
    const choice = lock === true ? "own" : lock === false ? "none" : lock;
    const whole = Math.ceil(bytes / 4) * 4;
    const memory = new SharedArrayBuffer(
      choice === "own" ? whole + LOCK_WORDS * 4 : whole,
    );
    return new SharedMemory(memory, nextRing(), label, name, choice);
  }

  /** What {@linkcode pack} described, on the thread that it came to. */
  static unpack(
    what: string,
    { memory, number, name, lock }: PackedHandle,
  ): SharedMemory {
    return new SharedMemory(
      memory as SharedArrayBuffer,
      number as number,
      labelOf(what, name as string | undefined),
      name as string | undefined,
      typeof lock === "string"
        ? lock as "own" | "none"
        : kindOf(lock as PackedHandle).unpack(lock as PackedHandle) as Lock,
    );
  }

  /** What the other side must know to {@linkcode unpack} it. */
  pack(): Record<"memory" | "number" | "name" | "lock", unknown> {
    const choice = this.#choice;
    return {
      memory: this.memory,
      number: this.number,
      name: this.#name,
      lock: typeof choice === "string" ? choice : choice[PACK](),
    };
  }

  /** Whether this actor holds the lock of the thing now. */
  get isLockedHere(): boolean {
    return this.#lock !== undefined && this.#lock.isHeldHere;
  }

  /**
   * The lock of the thing.
   *
   * @throws {TypeError} If it was made without one.
   */
  get lock(): Lock {
    if (this.#lock !== undefined) return this.#lock;
    if (this.#choice === "none") {
      throw new TypeError(
        `Cannot give the lock of ${this.label}: it was made with lock: false`,
      );
    }
    const at = this.memory.byteLength / 4 - LOCK_WORDS;
    const words = new Int32Array(this.memory);
    const place = { words, at, number: this.number };
    return this.#lock = lockAt(RecursiveLock, place, { name: this.#name });
  }
}
