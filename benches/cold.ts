/**
 * The first pool or process actor of a program, for the contenders that have no
 * program of their own: `cold_main.ts`, started for each figure.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import { askElapsed, peerContender } from "./peer_process.ts";

/** The same contender, in a program that has just been started. */
export function cold({ name, missing }: Contender): Contender {
  return peerContender({
    name,
    missing,
    call: {
      command: Deno.execPath(),
      args: ["run", "--no-prompt", "-A", "cold_main.ts", name],
      cwd: new URL(".", import.meta.url),
    },
    isFresh: true,
    run: askElapsed,
  });
}
