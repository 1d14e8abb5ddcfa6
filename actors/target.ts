/**
 * What must be known of a class actor to send to it: for a process, and for a
 * child of a supervisor.
 *
 * @module
 */

import type { Address, KnownExit } from "./address.ts";
import { Desk } from "./desk.ts";
import type { NormalizedPermissions } from "./permissions.ts";
import type { WatchedThread } from "./watched_thread.ts";

/** Who an actor is, and where messages for it go. */
export interface Addressed {
  /** Its name. */
  readonly name: string;
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  /** Where messages for it go. */
  readonly address: Address;
}

/** What must be known of an actor to send to it. */
export interface Target extends Addressed {
  /** Whether it handles several messages at a time. */
  readonly isReentrant: boolean;
  /** The last incarnation whose end is known here; 0 if none is. */
  lastExited(): number;
  /** How that ended. */
  knownExit(): KnownExit;
  /** Has `look` called when an end may have become known. */
  onExit(look: () => void): void;
  /** Waits until the end of one that will take nothing more is known. */
  over(): Promise<KnownExit>;
}

/** A process, whose end is seen at its thread. */
export function processTarget(
  { name, permissions, address }: Addressed,
  thread: WatchedThread<void>,
  isReentrant: boolean,
): Target {
  const desk = new Desk(thread.record.memory);
  const known = (): KnownExit => ({
    exit: thread.ended!,
    handling: desk.handling,
  });
  return {
    name,
    permissions,
    address,
    isReentrant,
    lastExited: () => thread.ended === undefined ? 0 : 1,
    knownExit: known,
    onExit: (look) => void thread.listeners.add(look),
    async over() {
      thread.watch();
      await thread.exit;
      return known();
    },
  };
}

/** A child of a supervisor, which makes the ends of its processes known. */
export function childTarget(
  { name, permissions, address }: Addressed,
  isReentrant: boolean,
): Target {
  return {
    name,
    permissions,
    address,
    isReentrant,
    lastExited: () => address.exited,
    knownExit: () => address.knownExit,
    // All threads are woken when it does.
    onExit: () => {},
    over: () => Promise.resolve(address.knownExit),
  };
}
