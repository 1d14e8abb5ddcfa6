/**
 * Futures without a pool: the test says what becomes of their tasks.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  Future,
  listenerCount,
  settleFuture,
} from "../../../actors/pool/future.ts";
import type {
  FutureOwner,
  Labelled,
} from "../../../actors/pool/future_types.ts";
import { turn } from "../../../channels/turn.ts";

/** Runs no task: it does what the test says. */
export class OpenTask<T> implements FutureOwner {
  readonly future: Future<T>;
  #isRunning = false;

  constructor(label: string | Labelled) {
    this.future = new Future<T>(this, label);
  }

  begin(): void {
    this.#isRunning = true;
  }

  give(value: T): void {
    settleFuture(this.future, { value });
  }

  fail(error: unknown): void {
    settleFuture(this.future, { error });
  }

  hasBegun(): boolean {
    return this.#isRunning;
  }

  withdraw(): boolean {
    if (this.#isRunning) return false;
    settleFuture(this.future, { cancelled: true });
    return true;
  }
}

/** One whose owner wants to know who waits for it. */
export class WatchedTask<T> extends OpenTask<T> {
  /** How many wait for it now. */
  waiting = 0;

  onAwaited(): void {
    this.waiting++;
  }

  onReleased(): void {
    this.waiting--;
  }
}

/** A task that nothing became of yet. */
export function open<T = number>(
  label: string | Labelled = "square(3)",
): OpenTask<T> {
  return new OpenTask<T>(label);
}

/** So many of them. */
export function openMany(count: number): OpenTask<number>[] {
  return Array.from({ length: count }, (_, i) => open(`square(${i})`));
}

/** Their futures. */
export function futuresOf<T>(tasks: readonly OpenTask<T>[]): Future<T>[] {
  return tasks.map((task) => task.future);
}

/** A future in each of the five conditions it can be in. */
export function oneOfEach(): Record<string, Future<number>> {
  const [pending, running, cancelled, returned, raised] = openMany(5);
  running!.begin();
  cancelled!.withdraw();
  returned!.give(9);
  raised!.fail(new TypeError("not a number"));
  return {
    pending: pending!.future,
    running: running!.future,
    cancelled: cancelled!.future,
    returned: returned!.future,
    raised: raised!.future,
  };
}

/** How many listeners all of them have together. */
export function listenersOf(tasks: readonly OpenTask<unknown>[]): number {
  return tasks.reduce((sum, { future }) => sum + listenerCount(future), 0);
}

/** A signal that tells how many listen to it. */
export class CountedAbort extends AbortController {
  listeners = 0;

  constructor() {
    super();
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners--;
      remove(...args);
    };
  }
}

/** Whether a promise is settled once everything that is due has been done. */
export async function isSettled(
  promise: PromiseLike<unknown>,
): Promise<boolean> {
  let settled = false;
  const note = () => void (settled = true);
  promise.then(note, note);
  await turn();
  return settled;
}

/** Whether nobody holds these any more. */
export async function areGone(
  refs: readonly WeakRef<WeakKey>[],
): Promise<boolean> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const areThere = () => refs.some((ref) => ref.deref() !== undefined);
  for (let tries = 0; tries < 20 && areThere(); tries++) {
    await turn(); // What was looked at lives until then.
    collect();
  }
  return !areThere();
}
