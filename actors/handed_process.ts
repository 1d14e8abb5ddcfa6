/**
 * One handle a thread for each process, whoever has made it.
 *
 * @module
 */

import { Identity } from "../channels/identity.ts";
import {
  HANDED,
  type HandleOptions,
  type PackedProcess,
} from "./handle_options.ts";
import { HandedThread } from "./watched_thread.ts";

const handles = new Identity<object>();

/** Makes the handle known that this thread has of a process. */
export function addHandle(id: number, handle: object): void {
  handles.add(id, handle);
}

/**
 * The handle in this thread of a process that came from another one.
 *
 * @param make Makes it with these options, if there is none yet.
 */
export function handleFor(
  packed: PackedProcess,
  make: (options: HandleOptions) => object,
): object {
  const known = handles.get(packed.id);
  if (known !== undefined) return known;
  const { module, declared, name, permissions, record } = packed;
  const declaration = { module, name: declared };
  const thread = new HandedThread(packed.thread, record, {
    name,
    permissions,
    declaration,
  });
  return make({ [HANDED]: { ...packed, thread, declaration } });
}
