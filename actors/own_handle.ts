/**
 * The handle of an actor's own process.
 *
 * @module
 */

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
