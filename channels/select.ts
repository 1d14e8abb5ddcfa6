/**
 * Waiting for whichever of several things comes first.
 *
 * @module
 */

import { Callers } from "./callers.ts";
import {
  type Ended,
  type Selectable,
  SOURCE,
  type Source,
  type Taken,
} from "./source.ts";
import {
  checkTimeout,
  checkWait,
  startTimer,
  type WaitOptions,
} from "./wait_options.ts";
import { waitAt } from "./waiting.ts";

/** What {@linkcode select} can wait for. */
export type SelectSource = Selectable<Taken<unknown> | Ended> | AbortSignal;

/** What a source gives when it is the one. */
export type SelectOutcome<S> = S extends Selectable<infer R> ? R
  : S extends AbortSignal ? Taken<unknown>
  : never;

/** One possible answer of {@linkcode select}: that the source at `K` was it. */
export type SelectAnswer<K, S> = S extends unknown
  ? SelectOutcome<S> extends infer R ? R extends Taken<unknown> | Ended ? {
        /** Which source it was. */
        readonly key: K;
        /** That source. */
        readonly source: S;
        /** Whether the source is closed and drained. */
        readonly done: R["done"];
        /** What it gave. */
        readonly value: R["value"];
      }
    : never
  : never
  : never;

/** All possible answers of {@linkcode select} for these sources. */
export type SelectResult<S> = S extends readonly unknown[]
  ? number extends S["length"] ? SelectAnswer<number, S[number]>
  : {
    [K in Extract<keyof S, `${number}`>]: SelectAnswer<
      K extends `${infer N extends number}` ? N : never,
      S[K]
    >;
  }[Extract<keyof S, `${number}`>]
  : { [K in keyof S]: SelectAnswer<K, S[K]> }[keyof S];

/**
 * Waits for the first of several sources that has something, and takes it.
 *
 * Sources are queues and connections (their next item, or `done: true` once
 * closed and drained), processes (their `Exit`), {@linkcode after} (a time) and
 * abort signals (their reason). Given an object, `key` is the name of the one
 * that came and narrows `value`; given an array, its index.
 *
 * Exactly one source is taken from; the others lose nothing. Where several are
 * ready, none is preferred for long.
 *
 * As Go's `select`, and Python's `multiprocessing.connection.wait`.
 *
 * @example
 * ```ts
 * import { after, Queue, select } from "@troupe/troupe";
 *
 * const jobs = new Queue<string>();
 * await jobs.put("sweep");
 * const r = await select({ job: jobs, late: after(100) });
 * switch (r.key) {
 *   case "job":
 *     if (!r.done) console.log(r.value); // sweep
 *     break;
 *   case "late":
 *     console.log("nothing to do");
 * }
 * ```
 *
 * @throws {TypeError} If there is no source, or one cannot be waited for.
 * @throws {DOMException} A `TimeoutError`, if none came in `timeout` ms.
 */
export async function select<
  const S extends
    | readonly SelectSource[]
    | Readonly<Record<string, SelectSource>>,
>(sources: S, options?: WaitOptions): Promise<SelectResult<S>> {
  checkWait(options);
  const isArray = Array.isArray(sources);
  const entries = Object.entries(sources).map(([key, source]) => ({
    key: isArray ? Number(key) : key,
    source,
    way: wayTo(source, key),
  }));
  if (entries.length === 0) {
    throw new TypeError("Cannot select: there is no source to wait for");
  }
  let result: unknown;
  const attempt = () => {
    // By chance, as Go's: a count of the calls favours one source for ever
    // where two loops select in step.
    const start = Math.floor(Math.random() * entries.length);
    for (let i = 0; i < entries.length; i++) {
      const { key, source, way } = entries[(start + i) % entries.length]!;
      const taken = way.take();
      if (taken === undefined) continue;
      result = { key, source, done: taken.done, value: taken.value };
      return true;
    }
    return false;
  };
  if (attempt()) return result as SelectResult<S>;

  const own = new Callers();
  const stops = entries.map(({ way }) => way.start?.(() => own.serve()));
  try {
    const places = entries.flatMap(({ way }) => way.places);
    await waitAt([own, ...new Set(places)], {
      attempt,
      options,
      late: () =>
        `Cannot select: no source had anything in ${options?.timeout} ms`,
    });
  } finally {
    for (const stop of stops) stop?.();
  }
  return result as SelectResult<S>;
}

function wayTo(
  source: SelectSource,
  key: string,
): Source<Taken<unknown> | Ended> {
  if (source instanceof AbortSignal) return signalSource(source);
  if (typeof source === "object" && source !== null && SOURCE in source) {
    return source[SOURCE]();
  }
  throw new TypeError(
    `Cannot select: the source ${JSON.stringify(key)} is no queue, ` +
      "connection, process, time or signal",
  );
}

function signalSource(signal: AbortSignal): Source<Taken<unknown>> {
  return {
    places: [],
    take: () =>
      signal.aborted ? { done: false, value: signal.reason } : undefined,
    start(look) {
      signal.addEventListener("abort", look, { once: true });
      return () => signal.removeEventListener("abort", look);
    },
  };
}

/** A time to wait for in {@linkcode select}, made by {@linkcode after}. */
export interface TimeSource extends Selectable<Taken<undefined>> {
  /** The kind of source this is. */
  readonly kind: "time";
}

/**
 * A time for {@linkcode select} to wait for, counted from this call.
 *
 * No timer runs until a `select` waits for it, and none is left afterwards, so
 * one that is never reached costs nothing. It may be used in several calls: a
 * limit for a whole loop.
 *
 * @example
 * ```ts
 * import { after, Queue, select } from "@troupe/troupe";
 *
 * const idle = new Queue<number>();
 * const r = await select([idle, after(10)]);
 * console.log(r.key); // 1
 * ```
 *
 * @param ms The time in milliseconds, 0 or more.
 * @throws {RangeError} If it is negative or NaN.
 */
export function after(ms: number): TimeSource {
  const time = performance.now() + checkTimeout(ms);
  // A timer may strike a little before the clock says so: its word counts.
  let isOver = false;
  return {
    kind: "time",
    [SOURCE]: () => ({
      places: [],
      take() {
        isOver ||= performance.now() >= time;
        return isOver ? { done: false, value: undefined } : undefined;
      },
      start: (look) =>
        startTimer(Math.max(0, time - performance.now()), () => {
          isOver = true;
          look();
        }),
    }),
  };
}
