/**
 * Paths as the permissions of Deno see them, by hand, since a published module
 * may not import a path library.
 *
 * Every function takes the style of the paths as its last argument, so that the
 * rules of Windows can be tested anywhere.
 *
 * @module
 */

/** How paths are written. */
export type PathStyle = "posix" | "windows";

/** How paths are written on this machine. */
export const PATH_STYLE: PathStyle = Deno.build.os === "windows"
  ? "windows"
  : "posix";

/** The parts of a path before its first folder. */
const WINDOWS_ROOT = /^(?:[a-z]:[\\/]|[\\/]{2}[^\\/]+[\\/]+[^\\/]+)/i;
/** Paths that Windows takes literally: `\\?\…`, `\\.\…`. */
const WINDOWS_DEVICE = /^[\\/]{2}[?.][\\/]/;

/** Whether a path needs no folder to start from. */
export function isAbsolute(path: string, style = PATH_STYLE): boolean {
  if (style === "posix") return path.startsWith("/");
  return WINDOWS_DEVICE.test(path) || WINDOWS_ROOT.test(path);
}

/**
 * The path of a `file:` URL.
 *
 * @throws {TypeError} If the URL has no path on this system; the text says why.
 */
export function pathFromUrl(url: URL, style = PATH_STYLE): string {
  if (url.protocol !== "file:") {
    throw new TypeError(`${url.protocol} is not a file: URL`);
  }
  // As in Deno: a "%" that starts no escape stands for itself.
  const escaped = url.pathname.replace(/%(?![0-9A-Fa-f]{2})/g, "%25");
  let path: string;
  try {
    path = decodeURIComponent(escaped);
  } catch {
    throw new TypeError("its escapes are not UTF-8");
  }
  if (style === "posix") {
    if (url.hostname !== "") throw new TypeError("it has a host");
    return normalizePath(path, style);
  }
  if (url.hostname !== "") path = `\\\\${url.hostname}${path}`;
  else path = path.replace(/^\/(?=[a-z]:(?:\/|$))/i, "");
  path = path.replaceAll("/", "\\");
  if (/^[a-z]:$/i.test(path)) path += "\\";
  if (!isAbsolute(path, style)) throw new TypeError("it names no drive");
  return normalizePath(path, style);
}

/** The folder of a module; undefined for one that is not a file. */
export function folderOf(
  moduleUrl: string,
  style = PATH_STYLE,
): string | undefined {
  if (!URL.canParse(moduleUrl)) return undefined;
  const url = new URL(moduleUrl);
  if (url.protocol !== "file:") return undefined;
  return pathFromUrl(new URL(".", url), style);
}

/** The absolute path that `path` means when it starts at `folder`. */
export function resolvePath(
  folder: string,
  path: string,
  style = PATH_STYLE,
): string {
  if (isAbsolute(path, style)) return normalizePath(path, style);
  if (style === "posix") return normalizePath(`${folder}/${path}`, style);
  // "\folder": the root of the same drive.
  if (/^[\\/]/.test(path)) {
    const root = WINDOWS_ROOT.exec(folder)?.[0] ?? "";
    return normalizePath(`${root}\\${path}`, style);
  }
  return normalizePath(`${folder}\\${path}`, style);
}

/** An absolute path without `.`, `..`, doubled and trailing separators. */
export function normalizePath(path: string, style = PATH_STYLE): string {
  if (style === "posix") return `/${foldDots(path.split("/")).join("/")}`;
  if (WINDOWS_DEVICE.test(path)) return path;
  const root = WINDOWS_ROOT.exec(path)?.[0] ?? "";
  const rest = foldDots(path.slice(root.length).split(/[\\/]/)).join("\\");
  const start = root.replaceAll("/", "\\");
  if (rest === "" || start === "") return start + rest;
  return start.endsWith("\\") ? start + rest : `${start}\\${rest}`;
}

/** Drops empty and `.` parts; `..` takes the part before it away. */
function foldDots(parts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return kept;
}

/**
 * Whether `inner` is `outer` or lies below it, by whole segments: `/data` does
 * not contain `/database`. Both are normalized.
 *
 * Windows compares without case, as Deno does there. macOS does as well, and
 * folds Unicode forms; we do not, which can only refuse what Deno would allow.
 */
export function isWithin(
  outer: string,
  inner: string,
  style = PATH_STYLE,
): boolean {
  const separator = style === "windows" ? "\\" : "/";
  if (style === "windows") {
    outer = lowerAscii(outer);
    inner = lowerAscii(inner);
  }
  if (outer === inner) return true;
  const below = outer.endsWith(separator) ? outer : outer + separator;
  return inner.startsWith(below);
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
