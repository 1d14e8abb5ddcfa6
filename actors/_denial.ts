/**
 * Tells from an error that Deno denied an actor something, and what would have
 * allowed it.
 *
 * Deno's denials carry no fields, only a text, and come in three shapes:
 *
 * ```text
 *   NotCapable                    Requires read access to "/x", run again with
 *                                 the --allow-read flag
 *   TypeError, "module not found" the same text, for a dynamic import; maybe
 *                                 after "JSR package manifest … failed to load."
 *                                 and before the place of the import
 *   Error, EPERM, getaddrinfo     Node's shape, for a host name that may not be
 *                                 resolved (node:net, node:http, most of npm)
 * ```
 *
 * The target is in the text as the caller wrote it, unescaped: it may hold
 * quotes, newlines, and the very words that follow it. So the text is matched
 * from its start to its end, and the target is what remains between.
 *
 * Errors may have been rebuilt in another thread, where they have no class of
 * their own: the name and the fields count, not `instanceof`.
 *
 * @module
 */
import { isCommandPath } from "./_permission_entries.ts";
import { isAbsolute, resolvePath } from "./_permission_paths.ts";
import { grantText } from "./permission_texts.ts";
import type { DeniedKind, PermissionKind, Right } from "./permission_types.ts";
import { PERMISSION_KINDS } from "./permission_types.ts";
import { PermissionDeniedError } from "./permission_errors.ts";

/** What was denied. */
export interface Denial extends Right {
  /** A second kind that is needed as a whole: a symbolic link takes two. */
  readonly also?: PermissionKind;
}

/** The text of nearly all denials, in a program that is run or compiled. */
const TEXT = String.raw`Requires (\w+) access(?: to ([^]+))?, (?:` +
  String.raw`run again with the --allow-\1 flag|` +
  String.raw`specify the required permissions during compilation using ` +
  "`deno compile --allow-\\1`)";

const ACCESS = new RegExp(`^${TEXT}$`);

/** The same for a module, with what may stand before and after it. */
const MODULE_ACCESS = new RegExp(
  String.raw`^(?:JSR package (?:version )?manifest for '[^'\n]*' failed to ` +
    String.raw`load[.:] )?${TEXT}(?:\n {4}at [^\n]+)?$`,
);

/** A link's target may be anything, so Deno wants both kinds without a list. */
const LINK =
  /^Deno\.symlink(?:Sync)?\(\) requires unscoped --allow-read and --allow-write /;

/** Variables such as LD_PRELOAD turn any program into any other. */
const LOADER =
  /^Requires --allow-run permissions to spawn subprocess with [^\n]+ environment variables? ?/;

/**
 * What an error says was denied; undefined if it is not a denial.
 *
 * Looks at the error itself, not at its `cause`. An error that merely quotes a
 * denial inside a longer text is none.
 */
export function parseDenial(error: Error): Denial | undefined {
  const { code, syscall, hostname } = error as NodeError;
  const text = error.message;
  if (typeof text !== "string") return undefined;
  if (error.name === "NotCapable") {
    if (LINK.test(text)) {
      return { kind: "write", target: undefined, also: "read" };
    }
    if (LOADER.test(text)) return { kind: "run", target: undefined };
    return parseAccess(ACCESS, text);
  }
  if (error.name === "TypeError" && code === "ERR_MODULE_NOT_FOUND") {
    return parseAccess(MODULE_ACCESS, text);
  }
  // No resolver answers EPERM: Deno does, and drops its own text for it.
  if (code === "EPERM" && syscall === "getaddrinfo") {
    return typeof hostname === "string" && hostname !== ""
      ? { kind: "net", target: hostname }
      : undefined;
  }
  return undefined;
}

interface NodeError {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly hostname?: unknown;
}

function parseAccess(pattern: RegExp, text: string): Denial | undefined {
  const [, kind, quoted] = pattern.exec(text) ?? [];
  if (kind === undefined || !isDeniedKind(kind)) return undefined;
  if (quoted === undefined) return { kind, target: undefined };
  // Deno's stand-in for the folder of temporary files, which it will not name.
  if (quoted === "<TMP>" && kind === "write") {
    return { kind, target: temporaryFolder() };
  }
  if (/^"[^]*"$/.test(quoted) && quoted.length > 1) {
    return { kind, target: quoted.slice(1, -1) };
  }
  // A name that itself begins with "<" and ends with ">" is not quoted.
  return /^<[^]*>$/.test(quoted) ? { kind, target: quoted } : undefined;
}

function isDeniedKind(kind: string): kind is DeniedKind {
  return kind === "all" ||
    (PERMISSION_KINDS as readonly string[]).includes(kind);
}

/** The folder of temporary files, if this thread may know it. */
function temporaryFolder(): string | undefined {
  const names = Deno.build.os === "windows"
    ? ["TMP", "TEMP", "USERPROFILE"] // the order of GetTempPath
    : ["TMPDIR"];
  for (const variable of names) {
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    if (state !== "granted") return undefined; // and never ask for it
    const value = Deno.env.get(variable);
    if (value) return value;
  }
  // macOS takes it from elsewhere when the variable is not set.
  return Deno.build.os === "windows" || Deno.build.os === "darwin"
    ? undefined
    : "/tmp";
}

/**
 * What to add to the permissions of an actor so that it is not denied this
 * again, as source text: `read: ["/etc/hostname"]`. Paths are absolute; a
 * relative one started at the working directory, which is one for all threads.
 */
export function grantFor(denial: Denial): string {
  return grantText(rightsOf(denial).map(withAbsolutePath));
}

/** All that is needed, in the order of the kinds. */
function rightsOf({ kind, target, also }: Denial): Right[] {
  const rights: Right[] = [{ kind, target }];
  if (also !== undefined) rights.unshift({ kind: also, target: undefined });
  return rights;
}

function withAbsolutePath({ kind, target }: Right): Right {
  const isPath = kind === "read" || kind === "write" || kind === "ffi" ||
    kind === "run" && target !== undefined && isCommandPath(target);
  if (!isPath || target === undefined) return { kind, target };
  try {
    const folder = isAbsolute(target) ? "" : Deno.cwd();
    return { kind, target: resolvePath(folder, target) };
  } catch {
    return { kind, target: undefined }; // the working directory was removed
  }
}

/**
 * The error for a caller of an actor that failed with `error`, if that is a
 * denial; undefined if it is any other error.
 *
 * @param error What the actor failed with; becomes the `cause`.
 * @param actor The name of the actor.
 * @param programHolds Whether the thread that starts the actor holds a right,
 * so that it could give it: `({ kind, target }) => holds(kind, target)`. For an
 * actor with `"inherit"`, which has all of them already, `() => false`.
 */
export function toPermissionDenied(
  error: Error,
  actor: string,
  programHolds: (right: Right) => boolean,
): PermissionDeniedError | undefined {
  const denial = parseDenial(error);
  if (denial === undefined) return undefined;
  const { kind, target } = denial;
  const grant = rightsOf(denial).every((right) => isHeld(right, programHolds))
    ? grantFor(denial)
    : undefined;
  return new PermissionDeniedError({ kind, target, actor, grant }, {
    cause: error,
  });
}

function isHeld(right: Right, holds: (right: Right) => boolean): boolean {
  try {
    return holds(right);
  } catch {
    return false; // Deno does not take the target, so it cannot be granted
  }
}
