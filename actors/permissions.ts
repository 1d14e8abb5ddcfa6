/**
 * The permissions of an actor: what a caller writes, made explicit, compared
 * and handed to Deno.
 *
 * @module
 */
import {
  entryCovers,
  normalizeEntry,
  shown,
  wrong,
} from "./_permission_entries.ts";
import type {
  NormalizedPermissions,
  NormalizedSet,
  PermissionKind,
  Right,
} from "./permission_types.ts";
import { PERMISSION_KINDS } from "./permission_types.ts";
import { DECLARATION, PermissionExceededError } from "./permission_errors.ts";

export { type Excess, findExcess, holds } from "./_permission_excess.ts";
export { warnAboutPrompts } from "./_permission_prompts.ts";
export {
  type DeniedKind,
  type NormalizedPermissions,
  type NormalizedSet,
  PERMISSION_KINDS,
  type PermissionKind,
  type Permissions,
  type PermissionSet,
  type Right,
} from "./permission_types.ts";

/**
 * Checks permissions as a caller wrote them and makes them explicit.
 *
 * The result is a copy: what the caller does to its object later changes
 * nothing. `undefined` is the default, `"none"`.
 *
 * @param permissions What the caller wrote; see {@linkcode Permissions}.
 * @param moduleUrl The module that declares the actor, where relative paths
 * start.
 * @throws {TypeError} If a kind is unknown, a value or an entry is of the wrong
 * type or form, or a path is relative and the module is not a file.
 */
export function normalizePermissions(
  permissions: unknown,
  moduleUrl: string,
): NormalizedPermissions {
  if (permissions === undefined || permissions === "none") return "none";
  if (permissions === "inherit") return "inherit";
  if (
    typeof permissions !== "object" || permissions === null ||
    Array.isArray(permissions)
  ) {
    throw wrong(
      `expected "none", "inherit" or an object, got ${shown(permissions)}`,
    );
  }
  const given = new Map<PropertyKey, unknown>();
  for (const key of Reflect.ownKeys(permissions)) {
    if (!(PERMISSION_KINDS as readonly PropertyKey[]).includes(key)) {
      // Deno ignores an unknown kind, and with it the typing error of a name.
      throw wrong(
        `unknown kind ${shown(String(key))}; known are ` +
          PERMISSION_KINDS.join(", "),
      );
    }
    given.set(key, Reflect.get(permissions, key)); // once: it may be a getter
  }
  const set: { [kind in PermissionKind]?: true | readonly string[] } = {};
  for (const kind of PERMISSION_KINDS) {
    const value = normalizeValue(kind, given.get(kind), moduleUrl);
    if (value !== undefined) set[kind] = value;
  }
  return Object.keys(set).length === 0 ? "none" : Object.freeze(set);
}

function normalizeValue(
  kind: PermissionKind,
  value: unknown,
  moduleUrl: string,
): true | readonly string[] | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return true;
  if (!Array.isArray(value)) {
    const hint = typeof value === "string"
      ? `. Write ${kind}: [${shown(value)}]`
      : "";
    throw wrong(
      `${kind} must be true, false or a list, got ${shown(value)}${hint}`,
    );
  }
  const entries = new Set(
    Array.from(value, (entry) => normalizeEntry(kind, entry, moduleUrl)),
  );
  return entries.size === 0 ? undefined : Object.freeze([...entries]);
}

/** For whom {@linkcode narrowPermissions} works. */
export interface NarrowContext {
  /** The name of the actor, for the error. */
  readonly actor: string;
  /** The module that declares it, where relative paths start. */
  readonly moduleUrl: string;
}

/**
 * The permissions for one start of an actor that was declared with others: the
 * requested ones if they lie within the declared ones. Without a request, the
 * declared ones.
 *
 * Whether something lies within is decided by text alone, and in doubt it does
 * not: paths by whole segments, a host under the same host or a wildcard, a
 * command or a subnet only under itself. `"inherit"` covers everything and is
 * covered by nothing else, not even by all eight kinds: it shares the program's
 * own permissions, and they may change.
 *
 * @throws {PermissionExceededError} If they do not; its `holder` is
 * {@linkcode DECLARATION}, and it names the first right in excess.
 * @throws {TypeError} If the request is malformed.
 */
export function narrowPermissions(
  declared: NormalizedPermissions,
  requested: unknown,
  { actor, moduleUrl }: NarrowContext,
): NormalizedPermissions {
  if (requested === undefined) return declared;
  const narrowed = normalizePermissions(requested, moduleUrl);
  const excess = firstOutside(declared, narrowed);
  if (excess !== undefined) {
    throw new PermissionExceededError({
      actor,
      kind: excess.kind,
      target: excess.target,
      holder: DECLARATION,
    });
  }
  return narrowed;
}

function firstOutside(
  outer: NormalizedPermissions,
  inner: NormalizedPermissions,
): Right | undefined {
  if (outer === "inherit" || inner === "none") return undefined;
  if (inner === "inherit") return { kind: "all", target: undefined };
  for (const kind of PERMISSION_KINDS) {
    const wanted = inner[kind];
    const held = outer === "none" ? undefined : outer[kind];
    if (wanted === undefined || held === true) continue;
    for (const target of wanted === true ? [undefined] : wanted) {
      const covered = target !== undefined &&
        held?.some((entry) => entryCovers(kind, entry, target));
      if (!covered) return { kind, target };
    }
  }
  return undefined;
}

/** What covers both of two sets, and no more. */
export function joinPermissions(
  one: NormalizedPermissions,
  other: NormalizedPermissions,
): NormalizedPermissions {
  if (one === "none" || other === "inherit") return other;
  if (other === "none" || one === "inherit") return one;
  const set: { [kind in PermissionKind]?: true | readonly string[] } = {};
  for (const kind of PERMISSION_KINDS) {
    const [a, b] = [one[kind], other[kind]];
    if (a === undefined && b === undefined) continue;
    set[kind] = a === true || b === true
      ? true
      : [...new Set([...a ?? [], ...b ?? []])];
  }
  return Object.freeze(set);
}

/** The part of the options of `new Worker` that restricts it. */
export interface WorkerPermissions {
  /** Missing for `"inherit"`, which needs no unstable option. */
  deno?: { permissions: Deno.PermissionOptions };
}

/**
 * The part of the options of `new Worker` that restricts it to these
 * permissions: `new Worker(url, { type: "module", ...workerPermissions(p) })`.
 *
 * `"inherit"` gives no option at all, so that it works without the unstable
 * flag; the thread then shares the permission object of the thread that starts
 * it. Deno's own `"inherit"` would take a copy, and would need the flag.
 */
export function workerPermissions(
  permissions: NormalizedPermissions,
): WorkerPermissions {
  if (permissions === "inherit") return {};
  if (permissions === "none") return { deno: { permissions } };
  const options: Deno.PermissionOptionsObject = {};
  for (const [kind, value] of granted(permissions)) {
    options[kind] = value === true ? true : [...value];
  }
  return { deno: { permissions: options } };
}

/**
 * The permissions in one line, for people: `read=/data/in net=true`, `none`,
 * `inherit`. Entries that hold spaces and the like are quoted.
 */
export function describePermissions(
  permissions: NormalizedPermissions,
): string {
  if (typeof permissions === "string") return permissions;
  return granted(permissions).map(([kind, value]) =>
    `${kind}=${value === true ? "true" : value.map(plainOrQuoted).join(",")}`
  ).join(" ");
}

function plainOrQuoted(entry: string): string {
  return /^[^\s",=\p{Cc}]+$/u.test(entry) ? entry : JSON.stringify(entry);
}

function granted(
  set: NormalizedSet,
): [PermissionKind, true | readonly string[]][] {
  return PERMISSION_KINDS.flatMap((kind) => {
    const value = set[kind];
    return value === undefined ? [] : [[kind, value]];
  });
}
