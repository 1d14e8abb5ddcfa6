/**
 * The event loop of a virtual thread, and what of the platform hangs on it:
 * promises, timers, signals, `Atomics.waitAsync`.
 *
 * This module is rewritten as those it serves, so that it may call their
 * functions, and so that its state is seen by the explorer.
 *
 * @module
 */

/** Sleeps until one of the events of the mask happens, and says which. */
declare function idle(mask: number): number;
/** Begins an asynchronous wait; false if the word differs already. */
declare function armAsync(view: unknown, at: number, seen: number): number;

/** The events a loop can wait for. */
const Event = { woken: 1, aborted: 2, timeout: 4 } as const;

type Job = () => void;

const jobs: Job[] = [];
let timers: { strike: Job }[] = [];
let woken: VirtualPromise | undefined;
let abortable: VirtualSignal | undefined;

/** A promise, as far as the modules use it. */
export class VirtualPromise {
  state = 0;
  value: unknown = undefined;
  reactions: (() => void)[] = [];

  static withResolvers() {
    const promise = new VirtualPromise();
    return {
      promise,
      resolve: (value: unknown) => promise.settle(1, value),
      reject: (error: unknown) => promise.settle(2, error),
    };
  }

  static resolve(value: unknown) {
    const promise = new VirtualPromise();
    promise.settle(1, value);
    return promise;
  }

  static reject(error: unknown) {
    const promise = new VirtualPromise();
    promise.settle(2, error);
    return promise;
  }

  settle(state: number, value: unknown): void {
    if (this.state !== 0) return;
    this.state = state;
    this.value = value;
    for (const reaction of this.reactions) jobs.push(reaction);
    this.reactions = [];
  }

  then(onResolved: (value: unknown) => unknown): VirtualPromise {
    const promise = new VirtualPromise();
    const reaction = () => {
      if (this.state === 1) promise.settle(1, onResolved(this.value));
      else promise.settle(2, this.value);
    };
    if (this.state === 0) this.reactions.push(reaction);
    else jobs.push(reaction);
    return promise;
  }
}

/** `Atomics.waitAsync`. */
export function waitAsync(view: unknown, at: number, seen: number) {
  if (armAsync(view, at, seen) === 0) return { async: false };
  if (woken !== undefined) throw new Error("A second native waiter");
  woken = new VirtualPromise();
  return { async: true, value: woken };
}

/** A signal that may be aborted at any time while it is listened to. */
export class VirtualSignal {
  aborted = false;
  reason: unknown = undefined;
  listeners: Job[] = [];

  addEventListener(_type: string, listener: Job): void {
    this.listeners.push(listener);
    abortable = this;
  }

  removeEventListener(_type: string, listener: Job): void {
    this.listeners = this.listeners.toSpliced(
      this.listeners.indexOf(listener),
      1,
    );
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  abort(): void {
    this.aborted = true;
    this.reason = "aborted";
    const called = this.listeners;
    this.listeners = [];
    for (const listener of called) listener();
  }
}

/** Timers strike when the scheduler likes; in their order. */
export function setTimeout(strike: Job): unknown {
  const timer = { strike };
  timers.push(timer);
  return timer;
}

/** Takes a timer back. */
export function clearTimeout(timer: unknown): void {
  const left = [];
  for (const one of timers) if (one !== timer) left.push(one);
  timers = left;
}

/** Runs the loop until the promise is settled, and gives what became of it. */
export function settled(promise: VirtualPromise): VirtualPromise {
  for (;;) {
    for (;;) {
      const job = jobs.shift();
      if (job === undefined) break;
      job();
    }
    if (promise.state !== 0) return promise;
    runNext();
  }
}

function runNext(): void {
  let mask = 0;
  if (woken !== undefined) mask |= Event.woken;
  if (abortable !== undefined && !abortable.aborted) {
    if (abortable.listeners.length > 0) mask |= Event.aborted;
  }
  if (timers.length > 0) mask |= Event.timeout;
  const event = idle(mask);
  if (event === Event.woken) {
    const promise = woken!;
    woken = undefined;
    promise.settle(1, "ok");
  } else if (event === Event.aborted) abortable!.abort();
  else timers.shift()!.strike();
}
