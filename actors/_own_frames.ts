/**
 * Stacks without the frames of Troupe itself, which tell a reader nothing.
 *
 * @module
 */

import { OWN_FOLDER } from "./library_url.ts";

/** A stack, or a part of one, without them. */
export function withoutOwnFrames(stack: string): string {
  return stack.split("\n").filter((line) => !line.includes(OWN_FOLDER)).join(
    "\n",
  );
}

/**
 * Where user code stands that called us.
 *
 * @param method What it called; nothing below that is shown. Without it, this.
 */
export function callSite(
  method: (...args: never[]) => unknown = callSite,
): string {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, method);
  const stack = here.stack ?? "";
  // Without the first line, which is no frame.
  return withoutOwnFrames(stack.split("\n").slice(1).join("\n"));
}
