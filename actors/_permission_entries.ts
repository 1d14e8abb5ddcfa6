/**
 * One entry of a list of permissions: its one spelling, and what it covers.
 *
 * @module
 */
import { hostCovers, hostText, parseHost } from "./_permission_hosts.ts";
import {
  folderOf,
  isAbsolute,
  isWithin,
  PATH_STYLE,
  pathFromUrl,
  resolvePath,
} from "./_permission_paths.ts";
import type { PermissionKind } from "./permission_types.ts";

/**
 * The one spelling of an entry.
 *
 * @throws {TypeError} If it is not an entry of this kind.
 */
export function normalizeEntry(
  kind: PermissionKind,
  entry: unknown,
  moduleUrl: string,
): string {
  if (entry instanceof URL) return normalizeUrl(kind, entry);
  if (typeof entry !== "string") {
    throw wrong(`${kind} lists ${shown(entry)}, where a string belongs`);
  }
  if (entry === "") throw wrong(`${kind} lists an empty string`);
  if (entry.includes("\0")) {
    throw wrong(`${kind} lists ${shown(entry)}, which holds a NUL character`);
  }
  switch (kind) {
    case "read":
    case "write":
    case "ffi":
      return normalizePathEntry(kind, entry, moduleUrl);
    case "run":
      return isCommandPath(entry)
        ? normalizePathEntry(kind, entry, moduleUrl)
        : entry;
    case "net":
    case "import":
      return normalizeHost(kind, entry, moduleUrl);
    case "env":
      if (entry.includes("=")) {
        throw wrong(`env lists ${shown(entry)}, which is not a variable name`);
      }
      return entry;
    case "sys":
      return normalizeSys(entry);
  }
}

function normalizeUrl(kind: PermissionKind, url: URL): string {
  if (!["read", "write", "run", "ffi"].includes(kind)) {
    throw wrong(`${kind} lists the URL ${url}, where a string belongs`);
  }
  try {
    return pathFromUrl(url);
  } catch (error) {
    const { message } = error as TypeError;
    throw wrong(`${kind} lists the URL ${short(url.href)}: ${message}`);
  }
}

function normalizePathEntry(
  kind: PermissionKind,
  entry: string,
  moduleUrl: string,
): string {
  // As a path this would be a folder named "file:", which nobody means.
  if (/^file:/i.test(entry)) {
    throw wrong(
      `${kind} lists ${shown(entry)}, the text of a URL. ` +
        `Write new URL(${shown(entry)})`,
    );
  }
  return absolutePath(kind, entry, moduleUrl);
}

function absolutePath(kind: PermissionKind, path: string, moduleUrl: string) {
  if (isAbsolute(path)) return resolvePath("", path);
  if (PATH_STYLE === "windows" && /^[a-z]:/i.test(path)) {
    throw wrong(
      `${kind} lists ${shown(path)}, which depends on a drive's ` +
        `working directory`,
    );
  }
  // Deno would start at the working directory, which anyone may change.
  const folder = folderOf(moduleUrl);
  if (folder === undefined) {
    throw wrong(
      `${kind} lists the relative path ${shown(path)}, and the module ` +
        `${short(moduleUrl)} has no folder to start at. Write an absolute ` +
        `path or a file: URL`,
    );
  }
  return resolvePath(folder, path);
}

function normalizeHost(
  kind: PermissionKind,
  entry: string,
  moduleUrl: string,
): string {
  const [, path] = /^unix:(.+)$/s.exec(entry) ?? [];
  const text = path === undefined
    ? entry
    : `unix:${absolutePath(kind, path, moduleUrl)}`;
  try {
    return hostText(parseHost(text));
  } catch (error) {
    const { message } = error as TypeError;
    throw wrong(`${kind} lists ${shown(entry)}: ${message}`);
  }
}

function normalizeSys(entry: string): string {
  // Deno knows the kinds better than a list of ours would. Where the program
  // may do everything it answers without looking; a wrong kind is then found
  // by findExcess(), when the first actor starts.
  try {
    Deno.permissions.querySync({
      name: "sys",
      kind: entry as NonNullable<Deno.SysPermissionDescriptor["kind"]>,
    });
  } catch {
    throw wrong(`sys lists ${shown(entry)}, which Deno does not know`);
  }
  return entry === "username" ? "userInfo" : entry; // as Deno itself does
}

/** Whether an entry of `run` is a path rather than a name to look up. */
export function isCommandPath(entry: string): boolean {
  return entry.includes("/") ||
    PATH_STYLE === "windows" && (entry.includes("\\") || isAbsolute(entry));
}

/**
 * Whether everything the entry `inner` grants is granted by `outer` too. Both
 * are normalized. In doubt it says no.
 */
export function entryCovers(
  kind: PermissionKind,
  outer: string,
  inner: string,
): boolean {
  switch (kind) {
    case "read":
    case "write":
    case "ffi":
      return isWithin(outer, inner);
    case "net":
    case "import":
      return hostCovers(parseHost(outer), parseHost(inner));
    case "env":
      return variableCovers(outer, inner);
    case "run": // a name could mean any path, so a name covers only itself
    case "sys":
      return outer === inner;
  }
}

function variableCovers(outer: string, inner: string): boolean {
  if (PATH_STYLE === "windows") { // where case does not tell variables apart
    outer = outer.toUpperCase();
    inner = inner.toUpperCase();
  }
  if (outer.endsWith("*")) return inner.startsWith(outer.slice(0, -1));
  return outer === inner;
}

/** The error for permissions that mean nothing. */
export function wrong(reason: string): TypeError {
  return new TypeError(`Cannot use permissions: ${reason}`);
}

/** A value in an error message, with its type where the text does not say. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(short(value));
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "object") {
    return Array.isArray(value) ? "a list" : "an object";
  }
  if (typeof value === "function") return "a function";
  return `${String(value)} (${typeof value})`;
}

/** A text cut to a length that fits a message: a data: URL may be a program. */
function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
