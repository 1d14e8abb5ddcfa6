/**
 * The actor that each worker of a pool is. Loaded by the workers alone.
 *
 * @module
 */

import { addDeclaration } from "../declaration.ts";
import { holdRing } from "../protocol.ts";
import type { WorkerStart } from "./_protocol.ts";
export type { WorkerStart } from "./_protocol.ts";
import { TaskLoop } from "./_task_loop.ts";

/** Takes tasks until there are no more, or it has had its share. */
export async function work(start: WorkerStart): Promise<void> {
  holdRing(start.control, start.control.ring);
  const loop = new TaskLoop(start);
  if (await loop.prepare()) await loop.run();
}

addDeclaration({
  name: "worker",
  module: import.meta.url,
  target: work,
  permissions: "none",
});
