// A parent that blocks gets what its own child held, though its event loop, which
// sees to the end of the child's thread, does not go on.
import { assert, assertEquals } from "@std/assert";
import { Lock, Queue, RwLock, Semaphore } from "../../../mod.ts";
import { holdAll } from "../../fixtures/channels/lock_holders.ts";
import { soon } from "../inside.ts";

const timeout = 10_000;

for (
  const ending of ["returns", "throws", "closes", "stays", "blocks"] as const
) {
  const isEnded = ending === "stays" || ending === "blocks";
  const what = isEnded ? `${ending} and is terminated` : ending;
  Deno.test(`a parent that blocks gets what its child held that ${what}`, async () => {
    const lock = new Lock();
    const semaphore = new Semaphore(1);
    const readWrite = new RwLock();
    const said = new Queue<string>();
    const never = new Queue<string>();
    const things = { lock, semaphore, readWrite };
    const child = holdAll.spawn([things, ending, said, never]);
    await soon(said.get());
    if (isEnded) child.terminate();
    const guards = [
      lock.acquireSync({ timeout }),
      semaphore.acquireSync({ timeout }),
      readWrite.acquireReadSync({ timeout }),
    ];
    for (const guard of guards) {
      assert(guard.abandoned);
      guard.release();
    }
    const exit = await soon(child.join());
    const reasons = {
      returns: "returned",
      throws: "threw",
      closes: "exited",
      stays: "terminated",
      blocks: "terminated",
    };
    assertEquals(exit?.reason, reasons[ending]);
  });
}
