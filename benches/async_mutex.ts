/**
 * async-mutex, from npm: a lock between the tasks of one thread.
 *
 * @module
 */

/** The part of async-mutex that is used. */
interface AsyncMutex {
  readonly Mutex: new () => { acquire(): Promise<() => void> };
}

// Not a literal: what only checks these files need not fetch it.
const PACKAGE = "npm:async-mutex@0.5.0";

/** Gives async-mutex, if it is there or can be fetched. */
async function load(): Promise<AsyncMutex | undefined> {
  try {
    return await import(PACKAGE);
  } catch {
    return undefined;
  }
}

/** Async-mutex, if it can take part. */
export const asyncMutex: AsyncMutex | undefined = await load();
