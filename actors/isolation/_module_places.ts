/**
 * Where modules lie: the folders and hosts that have to be reached to load
 * them.
 *
 * @module
 */
import { normalizePermissions } from "../permissions.ts";
import { mayUse, rightState } from "./_thread_rights.ts";

/** The folder of the library. */
const LIBRARY = new URL("../../", import.meta.url).href;

/** The hosts that Deno imports from without being told to. */
export const DEFAULT_IMPORT_HOSTS: readonly string[] = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/** The path of a `file:` URL, as permissions spell it; undefined for others. */
export function pathOf(url: string | URL): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const file = new URL(url);
  if (file.protocol !== "file:") return undefined;
  file.search = file.hash = "";
  try {
    // The spelling of paths is the business of permissions.
    const set = normalizePermissions({ read: [file] }, file.href);
    const read = typeof set === "object" ? set.read : undefined;
    return typeof read === "object" ? read[0] : undefined;
  } catch {
    return undefined; // it has no path on this system
  }
}

/**
 * The paths that the calling thread may read, of those that loading these
 * modules takes: the folder of each, or else the file alone. Left out is what
 * lies in another of them, or in what the child may read anyway.
 *
 * @param config The path of the program's configuration, beside which the
 * modules may lie that it names.
 */
export function loadingPlaces(
  modules: readonly string[],
  config: string | undefined,
  readable: readonly string[],
): string[] {
  const wanted = [LIBRARY, ...modules].map((module) => {
    const file = pathOf(module);
    if (file === undefined) return [];
    return [pathOf(new URL(".", module)), file];
  });
  if (config !== undefined) wanted.push([config.replace(/[\\/][^\\/]*$/, "")]);
  const held = wanted.flatMap((choices) =>
    choices.find((path) => path && mayUse("read", path)) ?? []
  );
  return [...new Set(held)].filter((path) =>
    !readable.some((outer) => isIn(outer, path)) &&
    !held.some((outer) => outer !== path && isIn(outer, path))
  );
}

/** Whether a path lies in another, both spelled as permissions spell them. */
function isIn(outer: string, path: string): boolean {
  const separator = Deno.build.os === "windows" ? "\\" : "/";
  const start = outer.endsWith(separator) ? outer : outer + separator;
  return path === outer || path.startsWith(start);
}

/**
 * The hosts that the calling thread may import from, of those that loading
 * these modules may take.
 */
export function importableHosts(modules: readonly string[]): string[] {
  // Deno then still says "granted" of the hosts of its own list.
  if (rightState("import") === "denied") return [];
  const own = [LIBRARY, ...modules].flatMap((module) => {
    if (!URL.canParse(module)) return [];
    const { protocol, hostname, port } = new URL(module);
    if (protocol !== "https:" && protocol !== "http:") return [];
    return [`${hostname}:${port || (protocol === "https:" ? 443 : 80)}`];
  });
  return [...new Set([...DEFAULT_IMPORT_HOSTS, ...own])]
    .filter((host) => mayUse("import", host));
}
