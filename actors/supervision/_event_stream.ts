/**
 * Telling events to whoever reads them, each at its own pace.
 *
 * @module
 */

/** How many events are kept for a reader that is behind. */
export const KEPT = 1000;

/**
 * Events for any number of readers. Each reads all events from its own start on,
 * but no more than {@linkcode KEPT} are kept for it: of those, the oldest go.
 */
export class EventStream<E> implements AsyncIterable<E> {
  readonly #missed: (count: number) => E;
  readonly #readers = new Set<Reader<E>>();
  #isOpen = true;

  /** Makes a stream; `missed` is the event that tells of lost ones. */
  constructor(missed: (count: number) => E) {
    this.#missed = missed;
  }

  /** Tells an event. */
  emit(event: E): void {
    for (const reader of this.#readers) reader.push(event);
  }

  /** Ends the iterations, each after its last event, and those begun later. */
  close(): void {
    this.#isOpen = false;
    for (const reader of this.#readers) reader.close();
    this.#readers.clear();
  }

  /** Takes readers again. */
  reopen(): void {
    this.#isOpen = true;
  }

  /** Begins to read. */
  [Symbol.asyncIterator](): AsyncIterator<E, undefined> {
    const reader = new Reader<E>(
      this.#missed,
      () => this.#readers.delete(reader),
    );
    if (this.#isOpen) this.#readers.add(reader);
    else reader.close();
    return reader;
  }
}

class Reader<E> implements AsyncIterator<E, undefined> {
  readonly #missed: (count: number) => E;
  readonly #leave: () => void;
  /** A ring: the oldest event is at `#first`. */
  #events: E[] = [];
  #first = 0;
  #lost = 0;
  #isClosed = false;
  readonly #waiting: ((result: IteratorResult<E, undefined>) => void)[] = [];

  constructor(missed: (count: number) => E, leave: () => void) {
    this.#missed = missed;
    this.#leave = leave;
  }

  push(event: E): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting({ done: false, value: event });
    else if (this.#events.length < KEPT) this.#events.push(event);
    else {
      this.#events[this.#first] = event;
      this.#first = (this.#first + 1) % KEPT;
      this.#lost++;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting(DONE);
  }

  next(): Promise<IteratorResult<E, undefined>> {
    if (this.#lost > 0) {
      const value = this.#missed(this.#lost);
      this.#lost = 0;
      // From here on it is read as a plain array again.
      this.#events = [
        ...this.#events.slice(this.#first),
        ...this.#events.slice(0, this.#first),
      ];
      this.#first = 0;
      return Promise.resolve({ done: false, value });
    }
    if (this.#events.length > 0) {
      return Promise.resolve({ done: false, value: this.#events.shift()! });
    }
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<E, undefined>> {
    this.#leave();
    this.#events = [];
    this.#lost = 0;
    this.close();
    return Promise.resolve(DONE);
  }
}

const DONE = Object.freeze({ done: true, value: undefined } as const);
