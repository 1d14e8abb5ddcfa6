/**
 * The tasks of a pool that run with the same rights, on their way to a worker.
 *
 * ```text
 *   submit ──▶ backlog ──▶ ring, at most WINDOW ──▶ whichever worker is free
 *              (here)      (shared memory)           signs the ledger
 * ```
 *
 * Workers take from the ring by themselves, so a long task holds up nobody but
 * its worker. What is in the ring may be withdrawn as long as nobody took it.
 *
 * The ledger has more words than the ring has messages. By the time a word is
 * used again the message before is taken or withdrawn, and who took it is noted
 * with the task, which may run on for as long as it likes.
 *
 * @module
 */

import { sweepParcels } from "../../channels/broker.ts";
import { Ledger } from "../../channels/ledger.ts";
import { Ring } from "../../channels/ring.ts";
import { Sender } from "../../channels/sender.ts";
import { waitAt } from "../../channels/waiting.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { holdRing, MOST_BYTES } from "../protocol.ts";
import { Backlog } from "./_backlog.ts";
import type { Task, TaskHome } from "./_task.ts";

/** The most tasks in a ring. */
const WINDOW = 4096;

/** See the module. */
export class TaskGroup implements TaskHome {
  /** What its workers may do. */
  readonly permissions: NormalizedPermissions;
  /** The modules that its workers may load. */
  readonly modules: ReadonlySet<string>;
  /** The number of the last worker that was started for it. */
  servedAt = 0;
  /** How many of its tasks are not over. */
  open = 0;
  /** Where the tasks go. */
  readonly ring: Ring = Ring.create(WINDOW, MOST_BYTES);
  /** Who took which. */
  readonly ledger: Ledger = Ledger.create(2 * WINDOW);
  readonly #sender: Sender;
  /** The tasks that were put last, by their places. */
  readonly #placed: (Task | undefined)[] = new Array(2 * WINDOW).fill(
    undefined,
  );
  readonly #backlog = new Backlog<Task>();
  #isWaiting = false;

  /** A group whose workers have these rights and may load these modules. */
  constructor(permissions: NormalizedPermissions, modules: Iterable<string>) {
    this.permissions = permissions;
    this.modules = new Set(modules);
    holdRing(this, this.ring);
    this.#sender = new Sender(this.ring, {
      label: "the pool",
      verb: "submit to",
      isPipe: false,
      check: () => {},
      isBroken: () => false,
      closedError: () => new Error("Cannot submit: the pool is closed"),
    });
  }

  /**
   * Sends a task on its way.
   *
   * @throws {NotSendableError} If an argument cannot be sent.
   */
  add(task: Task, message: unknown[]): void {
    const transfer = task.options?.transfer;
    const options = transfer === undefined ? undefined : { transfer };
    if (this.#backlog.isEmpty) {
      const place = this.#nextPlace();
      if (this.#sender.trySend(message, options)) {
        this.#setPlace(task, place);
        return;
      }
    }
    const sender = this.#sender;
    const letter = sender.seal(message, options);
    this.#backlog.add(task, letter, (letter) => sender.keep(letter));
  }

  /** Puts what waits here as far as there is room. */
  refill(): void {
    const backlog = this.#backlog;
    while (!backlog.isEmpty) {
      const task = backlog.first;
      if (!task.done) {
        const place = this.#nextPlace();
        if (!this.#sender.post(backlog.letter)) return;
        this.#setPlace(task, place);
      }
      backlog.shift();
    }
  }

  /**
   * The same once there is room, where no answer will tell: a task that was
   * withdrawn leaves the ring in silence.
   */
  refillWhenRoom(): void {
    if (this.#isWaiting || this.#backlog.isEmpty) return;
    this.#isWaiting = true;
    waitAt([this.ring.producers], {
      attempt: () => {
        this.refill();
        return this.#backlog.isEmpty;
      },
      options: undefined,
      late: () => "",
      keepsAlive: false,
    }).finally(() => this.#isWaiting = false);
  }

  /** Takes a task back, unless a worker has taken it. */
  withdraw(task: Task): boolean {
    if (task.position < 0) return true; // It is passed over when its turn comes.
    return task.taker === 0 && this.ledger.withdraw(task.position);
  }

  /** A task is over, and is not to be kept here. */
  forget(task: Task): void {
    this.open--;
    const at = task.position & (this.ledger.size - 1);
    if (this.#placed[at] === task) this.#placed[at] = undefined;
  }

  /** The thread that took what was put in that place. */
  takerOf(place: number): number {
    return this.ledger.takerOf(place);
  }

  /** Waits for a take that is under way: of a worker that was just fenced. */
  awaitTakes(): void {
    // Who has the lock, as this call for a moment, is the only one who takes.
    this.ring.nextParcel();
  }

  /** Says that no more tasks come: the workers leave when they have done all. */
  close(): void {
    this.ring.close(false);
  }

  /** Drops whatever is left: nobody takes anything from here on. */
  drop(): void {
    // First, since the end of the ring wakes who waits to put what is in it.
    this.#backlog.clear();
    this.ring.close(true);
    this.awaitTakes();
    sweepParcels(this.ring);
    this.#placed.fill(undefined);
  }

  /** The place of the next message, made ready. */
  #nextPlace(): number {
    const place = this.ring.puts;
    const at = place & (this.ledger.size - 1);
    const before = this.#placed[at];
    if (before !== undefined) {
      before.taker = Math.max(0, this.ledger.takerOf(before.position));
      this.#placed[at] = undefined;
    }
    this.ledger.clear(place);
    return place;
  }

  #setPlace(task: Task, place: number): void {
    task.position = place >>> 0;
    this.#placed[place & (this.ledger.size - 1)] = task;
  }
}
