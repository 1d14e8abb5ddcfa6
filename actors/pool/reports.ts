/**
 * What a task reports while it runs, for those who want to read it.
 *
 * @module
 */

import { Arrivals } from "./arrivals.ts";

/** Who reads the reports of a future. Most have nobody. */
const readersOf = new WeakMap<object, Set<Arrivals<unknown>>>();

/** What a reader needs of the future whose reports it reads. */
export interface Reporting {
  /** Says that somebody waits for it; gives what says that it is over. */
  announce(): () => void;
  /** Has `onDone` called at the future's end; gives what takes that back. */
  listen(onDone: () => void): () => void;
}

/** Iterates over what is reported from now on, until the future is done. */
export function readReports(
  future: object,
  { announce, listen }: Reporting,
): AsyncIterableIterator<unknown> {
  const readers = readersOf.get(future) ?? new Set();
  readersOf.set(future, readers);
  const reports = new Arrivals<unknown>({
    wait: announce,
    leave() {
      stopListening();
      readers.delete(reports);
    },
  });
  readers.add(reports);
  const stopListening = listen(() => {
    reports.complete();
    readers.delete(reports);
  });
  return reports;
}

/** Gives a report to those who read the reports of a future. */
export function giveReport(future: object, value: unknown): void {
  for (const reports of readersOf.get(future) ?? []) reports.push(value);
}
