/**
 * How an actor ended whose process did, without a word of the actor's.
 *
 * @module
 */

import { KILLED_CODE, TERMINATED_CODE, UNKNOWN_CODE } from "../exit.ts";
import type { HostedEnd } from "./child_protocol.ts";
import type { ProcessEnd } from "./child_process.ts";

/** Signals by name; the platform has the numbers only for those that it sends. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["SIGHUP", 1],
  ["SIGINT", 2],
  ["SIGQUIT", 3],
  ["SIGILL", 4],
  ["SIGTRAP", 5],
  ["SIGABRT", 6],
  ["SIGFPE", 8],
  ["SIGSEGV", 11],
  ["SIGPIPE", 13],
]);

/**
 * Reads the end of a process.
 *
 * @param exceeded What its host has said of the memory, if anything.
 */
export function endOfProcess(
  { code, signal, outOfMemory }: ProcessEnd,
  exceeded: string | undefined,
): HostedEnd {
  const details = exceeded ?? outOfMemory;
  if (details !== undefined) return ["outOfMemory", KILLED_CODE, details];
  if (signal === "SIGKILL") return ["killed", KILLED_CODE, undefined];
  if (signal === "SIGTERM") return ["terminated", TERMINATED_CODE, undefined];
  if (code !== null) return ["exited", code, undefined];
  // As Python has it: the number of the signal, negative.
  const number = NUMBERS.get(signal ?? "");
  return ["exited", number === undefined ? UNKNOWN_CODE : -number, undefined];
}
