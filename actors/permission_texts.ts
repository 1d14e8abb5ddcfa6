/**
 * How rights are written: in our errors, in `permissions`, on the command line.
 *
 * @module
 */
import { PATH_STYLE } from "./_permission_paths.ts";
import type { DeniedKind, PermissionKind, Right } from "./permission_types.ts";
import { PERMISSION_KINDS } from "./permission_types.ts";

/** A right in words: `read access to "/etc/hostname"`. */
export function rightText({ kind, target }: Right): string {
  const access = kind === "all" ? "unrestricted access" : `${kind} access`;
  return target === undefined
    ? access
    : `${access} to ${JSON.stringify(target)}`;
}

/**
 * What to add to `permissions` to grant these rights, as source text:
 * `read: ["/etc/hostname"]`, `run: true`.
 */
export function grantText(rights: readonly Right[]): string {
  return rights.flatMap(({ kind, target }) =>
    kinds(kind).map((one) =>
      kind === "all" || target === undefined
        ? `${one}: true`
        : `${one}: [${JSON.stringify(target)}]`
    )
  ).join(", ");
}

function kinds(kind: DeniedKind): readonly PermissionKind[] {
  return kind === "all" ? PERMISSION_KINDS : [kind];
}

/**
 * The flag that gives a program this right. A target that a shell or Deno's
 * own list syntax (commas) could misread is left out.
 */
export function flagText({ kind, target }: Right): string {
  const flag = `--allow-${kind}`;
  if (kind === "all" || target === undefined) return flag;
  const plain = PATH_STYLE === "windows" ? /^[\w.:/@\\-]+$/ : /^[\w.:/@-]+$/;
  if (plain.test(target)) return `${flag}=${target}`;
  return /^[\w.:/@ *[\]-]+$/.test(target) ? `"${flag}=${target}"` : flag;
}
