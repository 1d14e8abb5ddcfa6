/**
 * What may become of a task, given what it is, and what was done to it and
 * around it.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  BrokenPoolError,
  CancelledError,
  type Future,
  NotSendableError,
  PoolClosedError,
  RemoteError,
  WorkerDiedError,
} from "../../../mod.ts";
import type { InnerEnd } from "../../fixtures/actors/pool_stress.ts";

/** What happened to a pool. */
export class Around {
  /** The workers that were terminated from outside. */
  readonly killed = new Set<string>();
  /** The numbers of the tasks that end their worker later. */
  readonly poisons = new Set<number>();
  /** How many tasks may wait for tasks. */
  outers = 0;
  /** Whether one of its tasks may end its worker at once. */
  hasExits = false;
  /** Whether it was shut down. */
  isClosed = false;
  /** Whether it was shut down with `cancelFutures`. */
  isCancelled = false;
  /** Whether all its workers were terminated. */
  isTerminated = false;

  constructor(
    readonly workers: number,
    readonly broken: "task" | "pool",
    readonly isUnfit: boolean,
  ) {}

  /** Whether any worker may have died. */
  get mayDie(): boolean {
    return this.killed.size > 0 || this.poisons.size > 0 || this.hasExits ||
      this.isTerminated;
  }

  /** Whether the pool may have broken. */
  get mayBreak(): boolean {
    return this.isUnfit || this.broken === "pool" && this.mayDie;
  }

  /** Whether a worker may have ended in this way under a task of another. */
  mayEnd({ worker, exit }: WorkerDiedError): boolean {
    switch (exit.reason) {
      case "terminated":
        return this.isTerminated || this.killed.has(worker);
      case "threw": {
        const text = (exit.error.cause as Error).message;
        return this.poisons.has(Number(/^poison of (\d+)$/.exec(text)?.[1]));
      }
      default:
        return false;
    }
  }
}

/** How a task ends if nothing is done to it. */
export type OwnEnd =
  | "returns"
  | "throws"
  | "exits"
  | "unsendable"
  | "ends with the queue"
  | "nests";

/** A task, and what was done to it. */
export class Story {
  readonly reports: unknown[] = [];
  /** How often its future said that it is done. */
  ends = 0;
  /** What `cancel()` said while it was not done. */
  readonly saidCancelled: boolean[] = [];
  /** Given up by its submitter, for this reason. */
  abortedFor: unknown;
  hasTimeout = false;
  /** How many reports it makes. */
  reportCount = 0;
  /** What is moved to it. */
  transfer: Transferable[] | undefined;
  /** The code it exits with. */
  code = -1;
  future!: Future<unknown>;

  constructor(
    readonly n: number,
    readonly kind: string,
    readonly end: OwnEnd,
  ) {}

  /** Cancels it, and notes what that says. */
  cancel(): void {
    const wasDone = this.future.done;
    const said = this.future.cancel();
    if (wasDone) assertEquals(said, this.future.cancelled);
    else this.saidCancelled.push(said);
    if (said) assertEquals(this.future.state, "cancelled");
  }

  /**
   * Fails unless what became of it fits its story.
   *
   * @param marks How often each task began.
   */
  async check(around: Around, marks: Int32Array): Promise<void> {
    try {
      await this.#check(around, marks);
    } catch (cause) {
      const told = Deno.inspect(
        { ...this, future: undefined, transfer: undefined },
        { compact: true, breakLength: Infinity },
      );
      throw new Error(
        `${Deno.inspect(this.future)} began ${marks[this.n]} times, ${told}: ` +
          (cause as Error).message,
        { cause },
      );
    }
  }

  async #check(around: Around, marks: Int32Array): Promise<void> {
    const { future, saidCancelled } = this;
    const began = marks[this.n]!;
    assertEquals(this.ends, 1, "done callbacks");
    assertLessOrEqual(began, 1, "it began more than once");
    assert(future.done && !future.running, "it is not done");
    assertEquals(future.state, future.cancelled ? "cancelled" : "finished");
    this.reports.forEach((report, i) => assertEquals(report, i));
    assertLessOrEqual(this.reports.length, this.reportCount);
    if (saidCancelled.includes(true)) assert(future.cancelled, "cancelled");
    else if (future.cancelled) {
      assertEquals(saidCancelled, [], "it could not be cancelled");
      assert(around.isCancelled || around.isTerminated, "nobody cancelled it");
    }
    if (future.cancelled) return assertEquals(began, 0, "it was cancelled");
    const error = await future.exception();
    if (error !== undefined) return this.#checkError(error, around, began);
    assertEquals(began, 1);
    assertEquals(this.reports.length, this.reportCount);
    const value = await future;
    if (this.end === "nests") {
      const [n, ends] = value as [number, readonly InnerEnd[]];
      assertEquals(n, this.n);
      for (const end of ends) checkInner(end, around, marks);
      return;
    }
    assertEquals(value, this.n);
    assertEquals(this.end, "returns");
  }

  #checkError(error: unknown, around: Around, began: number): void {
    if (this.abortedFor !== undefined && error === this.abortedFor) return;
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return assert(this.hasTimeout, "it had all the time");
    }
    if (error instanceof BrokenPoolError) {
      return assert(around.mayBreak, "nothing broke the pool");
    }
    if (error instanceof WorkerDiedError) {
      const { exit } = error;
      if (this.end === "exits" && exit.reason === "exited") {
        assertEquals(exit.code, this.code);
        return assertEquals(began, 1);
      }
      return assert(around.mayEnd(error), `why did it die: ${error}`);
    }
    if (error instanceof NotSendableError) {
      return assertEquals(this.end, "unsendable");
    }
    assert(error instanceof RemoteError, `unexpected: ${error}`);
    assertEquals(began, 1);
    if (error.remoteName === "RangeError") {
      assertEquals(this.end, "throws");
      assertEquals((error.cause as Error).message, String(this.n));
    } else {
      assertEquals(error.remoteName, "QueueClosedError");
      assertEquals(this.end, "ends with the queue");
    }
  }
}

/** Fails unless what became of a task of a task is possible. */
function checkInner(
  [n, end]: InnerEnd,
  around: Around,
  marks: Int32Array,
): void {
  const began = marks[n]!;
  if (typeof end === "number") {
    assertEquals([end, began], [n, 1]);
    return;
  }
  const isCancelled = around.isCancelled || around.isTerminated;
  const why = `task ${n} of a task, which began ${began} times: ${end}`;
  switch (end) {
    case "PoolDeadlockError":
      return assert(began === 0 && around.outers >= around.workers, why);
    case "CancelledError":
      return assert(began === 0 && isCancelled, why);
    case "WorkerDiedError":
      return assert(around.mayDie, why);
    case "BrokenPoolError":
      return assert(around.mayBreak, why);
    default:
      assert(end === "PoolClosedError" && around.isClosed, why);
  }
}

/** Fails unless a map may have ended with this error, which no item threw. */
export function checkMapError(error: unknown, around: Around): void {
  const { isClosed, isCancelled, isTerminated, mayBreak } = around;
  assert(
    error instanceof CancelledError && (isCancelled || isTerminated) ||
      error instanceof BrokenPoolError && mayBreak ||
      error instanceof PoolClosedError && isClosed ||
      error instanceof WorkerDiedError && around.mayEnd(error),
    `A map ended with ${Deno.inspect(error)}`,
  );
}
