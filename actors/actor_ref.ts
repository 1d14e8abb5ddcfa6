/**
 * A class actor that can be sent to, whatever stands behind it.
 *
 * @module
 */

import type { PACK, PackedHandle } from "../channels/handle.ts";
import type { Ask, Tell } from "./class_types.ts";
import type { MailboxStats } from "./mailbox_options.ts";

/**
 * A class actor that can be sent to, whatever stands behind it: a
 * {@linkcode ClassProcess}, or a supervisor's {@linkcode ClassChild}, which is a
 * new process after each restart. This is the type to declare where an actor
 * takes another one, and what a child is where it was passed to.
 *
 * @example
 * ```ts ignore
 * import { actor, type ActorRef } from "@troupe/troupe";
 *
 * class Total {
 *   #sum = 0;
 *   add(n: number) {
 *     return this.#sum += n;
 *   }
 * }
 * const total = actor(import.meta, Total);
 * const reader = actor(import.meta, async function reader(to: ActorRef<Total>) {
 *   for (const n of [1, 2, 3]) await to.tell.add(n);
 * });
 *
 * if (import.meta.main) {
 *   await using sum = total.spawn();
 *   await reader.spawn([sum]).join();
 *   console.log(await sum.ask.add(0)); // 6
 * }
 * ```
 *
 * @typeParam I The instances of the class.
 */
export interface ActorRef<I = unknown> {
  /** The kind of handle this is. */
  readonly kind: "process" | "child";
  /** What it is called. */
  readonly name: string;
  /** Calls a method and gives its answer; see `ClassProcess.ask`. */
  readonly ask: Ask<I>;
  /** Calls a method and wants no answer; see `ClassProcess.tell`. */
  readonly tell: Tell<I>;
  /** Whether it runs at this moment. */
  isAlive(): boolean;
  /** How full the mailbox is, and what became of the messages so far. */
  mailboxStats(): MailboxStats;
  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](receiver: number): PackedHandle;
}
