/**
 * Telling many actors the same.
 *
 * @module
 */

import type { ActorRef } from "./actor_ref.ts";
import { methodsOf } from "./ask_methods.ts";
import type {
  MethodName,
  StreamName,
  TellMethods,
  TellOptions,
} from "./class_types.ts";

/** What became of a message to one of many. */
export type BroadcastOutcome<P> =
  | {
    /** To whom it was sent. */
    readonly process: P;
    /** Its mailbox has it. */
    readonly accepted: true;
  }
  | {
    /** To whom it was sent. */
    readonly process: P;
    /** Its mailbox does not have it. */
    readonly accepted: false;
    /** Why. */
    readonly error: Error;
  };

/** A method of many actors as it is called without waiting for replies. */
export type BroadcastMethod<F, P> = F extends (...args: infer A) => unknown
  ? (...args: A) => Promise<BroadcastOutcome<P>[]>
  : never;

/** The methods of many actors. */
export type BroadcastMethods<I, P> = {
  readonly [K in Exclude<MethodName<I>, StreamName<I>>]: BroadcastMethod<
    I[K],
    P
  >;
};

/** Tells many actors the same: as `Tell` does one. */
export type Broadcast<P> = P extends ActorRef<infer I>
  ? BroadcastMethods<I, P> & ((options: TellOptions) => BroadcastMethods<I, P>)
  : never;

/**
 * Tells all of many actors the same: `broadcast(all).add(2)` calls the method
 * `add` of each, as `p.tell.add(2)` does of one, and wants no answers.
 *
 * They are told in their order, and none waits for another: one that is dead, or
 * whose mailbox is full, keeps nobody from being told. The call resolves when it
 * is known of each whether its mailbox has the message, and never rejects;
 * `broadcast(all)({ timeout: 100 }).add(2)` waits no longer than that for those
 * whose senders must wait for room.
 *
 * @example
 * ```ts ignore
 * import { actor, broadcast } from "@troupe/troupe";
 *
 * const cache = actor(import.meta, class Cache {
 *   #kept = new Map<string, string>();
 *   set(key: string, value: string) {
 *     this.#kept.set(key, value);
 *   }
 *   get(key: string) {
 *     return this.#kept.get(key);
 *   }
 * });
 *
 * if (import.meta.main) {
 *   await using a = cache.spawn();
 *   await using b = cache.spawn();
 *   const outcomes = await broadcast([a, b]).set("colour", "blue");
 *   console.log(outcomes.every(({ accepted }) => accepted)); // true
 *   console.log(await b.ask.get("colour")); // blue
 * }
 * ```
 *
 * @param processes The actors: processes, or supervisors' children. They are
 *   counted up here, once.
 * @returns A function for each of their methods. It gives one outcome for each
 *   actor, in their order.
 * @throws {TypeError} If they cannot be iterated over.
 */
export function broadcast<P extends ActorRef>(
  processes: Iterable<P>,
): Broadcast<P> {
  const all = [...processes];
  const methods = methodsOf(
    "broadcast",
    [],
    (method, options) => (...args: unknown[]) =>
      Promise.all(
        all.map((process) => tellOne(process, method, args, options)),
      ),
  );
  return methods as Broadcast<P>;
}

async function tellOne<P extends ActorRef>(
  process: P,
  method: string,
  args: readonly unknown[],
  options: TellOptions | undefined,
): Promise<BroadcastOutcome<P>> {
  try {
    const { tell } = process;
    const methods = options === undefined ? tell : tell(options);
    // The type of the whole has told which methods there are.
    const told = methods as unknown as TellMethods<
      Record<string, (...args: readonly unknown[]) => void>
    >;
    await told[method]!(...args);
    return { process, accepted: true };
  } catch (error) {
    return { process, accepted: false, error: error as Error };
  }
}
