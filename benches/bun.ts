/**
 * The contenders in Bun: its workers and message ports, run by `raw_main.ts`.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import type { Flow } from "./flow.ts";
import { isOfBytes } from "./items.ts";
import { askElapsed, findPeer, peerContender } from "./peer_process.ts";
import type { Heat } from "./trip_work.ts";

const COMMAND = "bun";

/** The version of the Bun that takes part, if there is one. */
export const bun: string | undefined = await findPeer(COMMAND, ["--version"]);

function contender(name: string, args: readonly string[]): Contender {
  return peerContender({
    name: `Bun ${name}`,
    missing: bun === undefined ? `no ${COMMAND} here` : undefined,
    call: {
      command: COMMAND,
      args: ["raw_main.ts", name, ...args],
      cwd: new URL(".", import.meta.url),
    },
    run: askElapsed,
  });
}

/** Bun's contenders for a flow. */
export function bunFlows({ kind, producers, consumers }: Flow): Contender[] {
  const names = isOfBytes(kind)
    ? ["MessagePort", "MessagePort, transfer"]
    : ["MessagePort"];
  return names.map((name) =>
    contender(name, ["flow", kind, `${producers}`, `${consumers}`])
  );
}

/** Bun's contender for round trips. */
export function bunTrips(heat: Heat): Contender[] {
  return [contender("MessagePort", ["trips", heat])];
}
