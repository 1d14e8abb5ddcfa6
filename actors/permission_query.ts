/**
 * How the platform is asked about a right.
 *
 * @module
 */

import type { PermissionKind } from "./permission_types.ts";

/**
 * How much a thread holds of a kind, or of one target. `"partial"` is all but
 * what is denied in it: some of a kind, or a path below a folder.
 */
export type HeldRight = "granted" | "partial" | "prompt" | "denied";

/**
 * How much the calling thread holds of a kind, or of one target. `"unknown"` is
 * what a query does not take: a host with a wildcard.
 */
export function queryPermission(
  kind: PermissionKind,
  target: string | undefined,
): HeldRight | "unknown" {
  try {
    const status = Deno.permissions.querySync(descriptorOf(kind, target));
    return status.state === "granted" && status.partial
      ? "partial"
      : status.state;
  } catch {
    return "unknown";
  }
}

/** What to ask the platform by; all of the kind if no target is named. */
function descriptorOf(
  name: PermissionKind,
  target: string | undefined,
): Deno.PermissionDescriptor {
  switch (name) {
    case "read":
    case "write":
    case "ffi":
      return { name, path: target };
    case "net":
    case "import":
      return { name, host: target };
    case "env":
      return { name, variable: target };
    case "run":
      return { name, command: target };
    case "sys":
      return { name, kind: target as Deno.SysPermissionDescriptor["kind"] };
  }
}
