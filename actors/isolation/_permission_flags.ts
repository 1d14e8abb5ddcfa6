/**
 * The permission flags of the main thread of a child process.
 *
 * A child knows nothing of the rights of the thread that starts it, and so
 * nothing of its denials either: a Worker's carry over by themselves, a
 * child's do not. Where Deno does not tell what is denied within a right, the
 * right is not given.
 *
 * @module
 */
import type {
  NormalizedPermissions,
  NormalizedSet,
  PermissionKind,
} from "../permissions.ts";
import { PERMISSION_KINDS } from "../permissions.ts";
import { DEFAULT_IMPORT_HOSTS } from "./_module_places.ts";
import { cannotStart, mayUse, rightState } from "./_thread_rights.ts";

/** What the main thread of a child may, besides what its actor may. */
export interface BesideRights {
  /** What it has to read to load the modules. */
  readonly read: true | readonly string[];
  /** The hosts that it may have to import from; `true` for all. */
  readonly import: true | readonly string[];
  /** The hosts that what carries its messages takes. */
  readonly net: readonly string[];
}

/**
 * The flags that give a child's main thread the rights of its actor, and those
 * beside them. There always is one: where there is none, what starts a child
 * adds `-A`.
 *
 * That the calling thread holds the rights of a set is taken as checked, by
 * `findExcess`; what it denies within them is looked at here.
 *
 * @throws {Error} If the rights cannot be told to a child.
 */
export function permissionFlags(
  permissions: NormalizedPermissions,
  beside: BesideRights,
): string[] {
  if (
    permissions === "inherit" && PERMISSION_KINDS.every((one) => mayUse(one))
  ) {
    return ["-A"];
  }
  const set = permissions === "none"
    ? {}
    : permissions === "inherit"
    ? inheritedSet()
    : permissions;
  const flags = PERMISSION_KINDS.flatMap((kind) => {
    const value = set[kind];
    if (value !== undefined) refuseHiddenDenials(kind, value);
    if (kind === "import") return importFlags(both(value, beside.import));
    return allowFlags(
      kind,
      kind === "read" || kind === "net" ? both(value, beside[kind]) : value,
    );
  });
  return flags.some((flag) => flag.startsWith("--allow-"))
    ? flags
    : [...flags, "--deny-ffi"];
}

/**
 * All that the calling thread holds, where that can be told.
 *
 * Of `import` a list can be told nearly always, and is left to what loading
 * takes: hosts that the program lists besides are not passed on.
 */
function inheritedSet(): NormalizedSet {
  const set: { [kind in PermissionKind]?: true } = {};
  for (const kind of PERMISSION_KINDS) {
    const state = rightState(kind);
    if (state === "granted") set[kind] = true;
    else if (state !== "denied" && kind !== "import") {
      throw cannotStart(
        `it inherits rights that cannot be listed (${
          state === "partial"
            ? `a part of ${kind} is denied`
            : `Deno does not tell whether ${kind} is granted in part`
        }). Give it explicit permissions`,
      );
    }
  }
  return set;
}

/**
 * Where a kind is granted but for what is denied, refuses whatever could hold
 * some of that. Within a kind that is granted by a list, denials cannot be
 * seen: `--allow-net=a.com --deny-net=a.com:80` gives a child all of a.com.
 */
function refuseHiddenDenials(
  kind: PermissionKind,
  value: true | readonly string[],
): void {
  if (rightState(kind) !== "partial") return;
  const open = value === true
    ? "true"
    : value.filter((entry) => mayHoldDenial(kind, entry))
      .map((entry) => JSON.stringify(entry))[0];
  if (open === undefined) return;
  throw cannotStart(
    `it asks for ${kind}: ${value === true ? open : `[${open}]`}, and Deno ` +
      `does not tell what of that the program is denied. List what it needs` +
      (kind === "net" || kind === "import" ? ", with the ports" : ""),
  );
}

function mayHoldDenial(kind: PermissionKind, entry: string): boolean {
  switch (kind) {
    case "read":
    case "write":
    case "ffi":
      return rightState(kind, entry) === "partial";
    case "env":
      return entry.endsWith("*");
    case "net":
    case "import":
      return !/^(?:unix|vsock):/.test(entry) &&
        !/^(?:[\w.-]+|\[[^\]]*\]):\d+$/.test(entry);
    case "run":
    case "sys":
      return false;
  }
}

function both(
  one: true | readonly string[] | undefined,
  other: true | readonly string[],
): true | readonly string[] {
  return one === true || other === true
    ? true
    : [...new Set([...one ?? [], ...other])];
}

function allowFlags(
  kind: PermissionKind,
  value: true | readonly string[] | undefined,
): string[] {
  if (value === undefined) return [];
  if (value === true) return [`--allow-${kind}`];
  if (value.length === 0) return [];
  for (const entry of value) {
    if (!entry.includes(",")) continue;
    // Deno 2 once took ",," for it, and no longer does.
    throw cannotStart(
      `its process needs ${kind} access to ${JSON.stringify(entry)}, and ` +
        `Deno's command line has no way to write a comma in a list. Use a ` +
        `name without one`,
    );
  }
  return [`--allow-${kind}=${value.join(",")}`];
}

/** Without a flag Deno would allow its own list of hosts. */
function importFlags(value: true | readonly string[]): string[] {
  if (value === true) return allowFlags("import", value);
  if (value.length === 0) return ["--deny-import"];
  const isDefault = value.length === DEFAULT_IMPORT_HOSTS.length &&
    DEFAULT_IMPORT_HOSTS.every((host) => value.includes(host));
  return isDefault ? [] : allowFlags("import", value);
}
