/**
 * The actor that each worker of a pool is. Loaded by the workers alone.
 *
 * @module
 */

import { addDeclaration } from "../declaration.ts";
import { loadLibrary } from "../load.ts";
import { holdRing } from "../protocol.ts";
import type { WorkerStart } from "./_protocol.ts";
import { TaskLoop } from "./_task_loop.ts";

async function work(start: WorkerStart): Promise<void> {
  holdRing(start.control, start.control.ring);
  // Before a task is taken: its arguments may hold anything that can be sent,
  // and the module that it is declared in is not loaded by then.
  await loadLibrary();
  const loop = new TaskLoop(start);
  if (await loop.prepare()) await loop.run();
}

addDeclaration({
  name: "worker",
  module: import.meta.url,
  target: work,
  permissions: "none",
});
