/**
 * The actor that a thread is, and the handle of its own process.
 *
 * @module
 */

import { becomeActor } from "./current_process.ts";
import type { PackedClassProcess } from "./handle_options.ts";
import type { StartMessage } from "./start_message.ts";

/** The handle of an actor that is a class, as its parent would pack it. */
export function packOwn(start: StartMessage): PackedClassProcess | undefined {
  const { serve, thread, record, module, declared, permissions } = start;
  if (serve === undefined) return undefined;
  return {
    kind: "class process",
    thread,
    record,
    module,
    declared,
    permissions,
    name: start.name,
    id: start.id,
    parentId: start.parent.id,
    daemon: start.daemon,
    address: serve.address,
    traits: serve.traits,
  };
}

/**
 * Makes this thread the actor that `start` describes.
 *
 * @param onHear Called when the actor asks for its signal.
 */
export function becomeSelf(start: StartMessage, onHear: () => void): void {
  const { name, id, parent, lineage, daemon } = start;
  const packed = start.self ?? packOwn(start);
  becomeActor({ name, id, parent, lineage, daemon, packed, onHear });
}
