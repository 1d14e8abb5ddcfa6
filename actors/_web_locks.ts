/**
 * The Web Locks that tell whether a thread exists.
 *
 * Each actor's thread holds a lock of its own from its first moment on. The
 * platform gives it up when the thread is really gone, whatever ended it, and
 * at no other time: who is then granted the lock knows. Nothing else on Deno
 * tells that (a worker has no exit event, and `terminate()` returns at once).
 *
 * @module
 */

/** The part of the Web Locks that is used; Deno ships no types for them. */
interface LockManager {
  request(
    name: string,
    options: { signal?: AbortSignal; ifAvailable?: boolean },
    granted: (lock: unknown) => unknown,
  ): Promise<unknown>;
  request(name: string, granted: (lock: unknown) => unknown): Promise<unknown>;
  query(): Promise<{ held: LockInfo[]; pending: LockInfo[] }>;
}

interface LockInfo {
  readonly name: string;
}

/** What the names of Troupe's locks begin with. */
export const LOCK_PREFIX = "troupe:";

// Lock names are shared by all threads of the operating system's process, also
// by workers that use Troupe on their own and have a thread table of their own.
let program = crypto.randomUUID() as string;

/** What tells the locks of this program from others'. */
export function programName(): string {
  return program;
}

/** Makes this thread part of a program. */
export function setProgramName(name: string): void {
  program = name;
}

/** The name of the lock that a thread holds while it exists. */
export function lockName(thread: number): string {
  return `${LOCK_PREFIX}${program}:${thread}`;
}

// Taken before any guard is put on them: see guardLocks.
const manager = (navigator as unknown as { locks: LockManager }).locks;
const request = manager.request.bind(manager) as LockManager["request"];

/**
 * Waits until the lock is free, that is: until its holder is gone.
 *
 * While this waits the program stays alive.
 */
export async function lockIsFree(
  name: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await request(name, { signal }, () => {});
      return;
    } catch (error) {
      // Somebody may steal a lock in the instant it is granted here; that says
      // nothing about the thread, so ask again.
      const wasStolen = error instanceof DOMException &&
        error.name === "AbortError" && !signal.aborted;
      if (!wasStolen) throw error;
    }
  }
}

/** Whether the lock is free now. */
export async function isLockFree(name: string): Promise<boolean> {
  let isFree = false;
  try {
    await request(name, { ifAvailable: true }, (lock) => {
      isFree = lock !== null;
    });
  } catch {
    return false;
  }
  return isFree;
}

/**
 * Hides Troupe's locks from the code of an actor and refuses them to it.
 *
 * A guard against accidents, such as a test that clears all locks. It is no
 * wall: code set on it reaches the platform's locks by other ways.
 */
export function guardLocks(): void {
  const prototype = Object.getPrototypeOf(manager) as LockManager;
  const { request, query } = prototype as {
    request(
      this: LockManager,
      name: string,
      ...rest: unknown[]
    ): Promise<unknown>;
    query: LockManager["query"];
  };
  const guarded = {
    request(this: LockManager, name: string, ...rest: unknown[]) {
      if (String(name).startsWith(LOCK_PREFIX)) {
        return Promise.reject(
          new DOMException(
            `Cannot request the lock "${name}": names that begin with ` +
              `"${LOCK_PREFIX}" are Troupe's own`,
            "NotSupportedError",
          ),
        );
      }
      return request.call(this, name, ...rest);
    },
    async query(this: LockManager) {
      const isUsers = (lock: LockInfo) => !lock.name.startsWith(LOCK_PREFIX);
      const { held, pending } = await query.call(this);
      return { held: held.filter(isUsers), pending: pending.filter(isUsers) };
    },
  };
  Object.defineProperty(prototype, "request", { value: guarded.request });
  Object.defineProperty(prototype, "query", { value: guarded.query });
}
