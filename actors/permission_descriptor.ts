/**
 * How the platform is asked about a right.
 *
 * @module
 */

import type { PermissionKind } from "./permission_types.ts";

/** What to ask the platform by; all of the kind if no target is named. */
export function permissionDescriptor(
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
