/**
 * The contenders in Erlang: processes that send to each other, run by
 * `erlang/main.erl`.
 *
 * They are threads of one program that share its memory, as actors are, and
 * weigh next to nothing. A send copies the item and never waits: what comes
 * faster than it is received fills the memory.
 *
 * @module
 */

import type { Calls } from "./call_work.ts";
import type { Contender } from "./contender.ts";
import { elapsed, type Flow } from "./flow.ts";
import type { FlowReport } from "./flow_work.ts";
import nested from "./nested_item.json" with { type: "json" };
import {
  askElapsed,
  findPeer,
  peerContender,
  type PeerProcess,
} from "./peer_process.ts";
import type { Heat } from "./trip_work.ts";

const COMMAND = "erl";

/** The release of Erlang/OTP that takes part, if there is one. */
export const erlang: string | undefined = await findPeer(COMMAND, [
  "-noshell",
  "-eval",
  `io:put_chars(erlang:system_info(otp_release)), halt().`,
]);

/** Compiles into memory: nothing is left behind. */
const LOAD = `
  [begin
    {ok, Module, Code} = compile:file(Module, [binary, report]),
    {module, Module} = code:load_binary(Module, "", Code)
  end || Module <- [items, flow, trips, calls, main]],
  main:main(init:get_plain_arguments()).`;

function contender(
  name: string,
  args: readonly string[],
  run: (erlang: PeerProcess, count: number) => Promise<number>,
): Contender {
  return peerContender({
    name: `Erlang ${name}`,
    missing: erlang === undefined ? `no ${COMMAND} here` : undefined,
    call: {
      command: COMMAND,
      args: ["-noshell", "-eval", LOAD, "-extra", ...args],
      cwd: new URL("erlang/", import.meta.url),
      // One that fails says why, and leaves no dump.
      env: { ERL_CRASH_DUMP_BYTES: "0" },
    },
    run,
  });
}

/** Erlang's contender for a flow; of bytes, it sends no more than a reference. */
export function erlangFlows(
  { kind, producers, consumers }: Flow,
): Contender[] {
  if (kind !== "int" && kind !== "small" && kind !== "nested") return [];
  return [
    contender(
      "send",
      ["flow", kind, `${producers}`, `${consumers}`, term(nested)],
      async (process, count) => {
        const share = Math.ceil(count / producers);
        const reports = await process.ask<FlowReport[]>({ count: share });
        return elapsed(reports, share * producers);
      },
    ),
  ];
}

/** Erlang's contender for round trips. */
export function erlangTrips(heat: Heat): Contender[] {
  return [contender("send", ["trips", heat], askElapsed)];
}

/** Erlang's contender for calls: each lane is a process. */
export function erlangCalls({ answerers, inFlight }: Calls): Contender {
  return contender(
    "call",
    ["calls", `${answerers}`, `${inFlight}`],
    askElapsed,
  );
}

/** Erlang's contender for messages that nobody answers. */
export const erlangCasts: Contender = contender(
  "cast",
  ["casts"],
  async (process, count) =>
    elapsed(await process.ask<FlowReport[]>({ count }), count),
);

/** A value as Erlang writes it: keys are atoms, texts are binaries. */
function term(value: unknown): string {
  if (typeof value === "string") return `<<${JSON.stringify(value)}/utf8>>`;
  if (Array.isArray(value)) return `[${value.map(term).join()}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value)
    .map(([key, part]) => `'${key}' => ${term(part)}`);
  return `#{${pairs.join()}}`;
}
