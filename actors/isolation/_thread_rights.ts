/**
 * What the calling thread holds, as Deno tells it without asking anyone.
 *
 * It tells less than one would like. Of a whole kind it says:
 *
 * ```text
 *   granted             all of it
 *   granted, in part    all of it but for what a --deny flag lists
 *   denied              nothing of it
 *   prompt              nothing of it, or what a list names: it is one answer
 * ```
 *
 * Neither list can be read. The constructor of `Worker`, which judges exactly
 * (see `findExcess`), is of no use here: it ends a program without the unstable
 * option that restricts workers.
 *
 * @module
 */
import { type HeldRight, queryPermission } from "../permission_query.ts";
import type { PermissionKind } from "../permissions.ts";

/** How much the calling thread holds of a kind, or of one target. */
export function rightState(kind: PermissionKind, target?: string): HeldRight {
  const held = queryPermission(kind, target);
  return held === "unknown" ? "prompt" : held;
}

/** Whether the calling thread holds all of a kind, or all of one target. */
export function mayUse(kind: PermissionKind, target?: string): boolean {
  return rightState(kind, target) === "granted";
}

/** The error for an actor that cannot have a process of its own. */
export function cannotStart(reason: string): Error {
  return new Error(`Cannot start actor in a process of its own: ${reason}`);
}
