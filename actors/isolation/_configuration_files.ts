/**
 * The files of a program's configuration, looked for where Deno looks for them.
 *
 * Only what the calling thread may read is found.
 *
 * @module
 */
import { pathOf } from "./_module_places.ts";
import { mayUse } from "./_thread_rights.ts";

/**
 * The flags for what Deno finds by itself for a main module: the nearest folder
 * upwards with a `deno.json`, a `deno.jsonc` or a `package.json`.
 *
 * A package without the first two belongs to a workspace above it, or has its
 * packages in a `node_modules` beside it. No flag names a `package.json`, but
 * with that one they are found.
 */
export function findConfiguration(mainModule: string | undefined): string[] {
  let isPackage = false;
  for (const folder of foldersFrom(mainModule)) {
    const config = configIn(folder);
    if (config !== undefined && (!isPackage || isWorkspace(config))) {
      return [`--config=${config}`];
    }
    isPackage ||= fileIn(folder, "package.json") !== undefined;
  }
  return isPackage ? ["--node-modules-dir=manual"] : [];
}

/** The lock file that belongs to a configuration, or to its workspace. */
export function findLock(config: string): string | undefined {
  const [folder, ...above] = foldersFrom(urlOf(config));
  if (folder === undefined) return undefined;
  const name = lockName(config);
  if (name === undefined) return undefined;
  const lock = fileIn(folder, name);
  if (lock !== undefined) return lock;
  for (const folder of above) {
    const root = configIn(folder);
    if (root === undefined || !isWorkspace(root)) continue;
    const name = lockName(root);
    return name === undefined ? undefined : fileIn(folder, name);
  }
  return undefined;
}

/** A path, if there is a file and the calling thread may see it. */
export function existingFile(path: string): string | undefined {
  if (!mayUse("read", path)) return undefined;
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The folder of a module and those above it, if it is a file. */
function* foldersFrom(module: string | undefined): Generator<URL> {
  if (module === undefined || pathOf(module) === undefined) return;
  let folder = new URL(".", module);
  for (;;) {
    yield folder;
    const above = new URL("..", folder);
    if (above.href === folder.href) return;
    folder = above;
  }
}

function fileIn(folder: URL, name: string): string | undefined {
  const path = pathOf(new URL(name, folder));
  return path === undefined ? undefined : existingFile(path);
}

function configIn(folder: URL): string | undefined {
  return fileIn(folder, "deno.json") ?? fileIn(folder, "deno.jsonc");
}

/** Where a configuration has its lock file; undefined if it wants none. */
function lockName(config: string): string | undefined {
  // A pattern, since a configuration with comments is not JSON.
  const [, value = "", inside] =
    /"lock"\s*:\s*(?:(false|"[^"]*")|\{[^}]*"path"\s*:\s*("[^"]*"))/
      .exec(textOf(config)) ?? [];
  if (value === "false") return undefined;
  const name = (value || inside || "").slice(1, -1);
  return name === "" ? "deno.lock" : encodeURI(name);
}

function isWorkspace(config: string): boolean {
  return /"workspace"\s*:/.test(textOf(config));
}

function textOf(path: string): string {
  try {
    return mayUse("read", path) ? Deno.readTextFileSync(path) : "";
  } catch {
    return "";
  }
}

/** The URL of an absolute path. */
function urlOf(path: string): string {
  const slashed = path.replaceAll("\\", "/").replace(/^(?!\/)/, "/");
  return `file://${encodeURI(slashed).replace(/[?#]/g, encodeURIComponent)}`;
}
