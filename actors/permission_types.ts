/**
 * The shapes of permissions: what a caller writes, and what we keep.
 *
 * @module
 */

/**
 * What an actor may reach.
 *
 * - `"none"`, the default: nothing. It still computes, talks through channels,
 *   reads standard input and imports what its module names literally.
 * - a {@linkcode PermissionSet}: exactly what it lists.
 * - `"inherit"`: everything the program may do. The actor then shares the
 *   program's own permission object: a right that either of them revokes is
 *   gone for both.
 *
 * Anything but `"inherit"` needs Deno's unstable option `worker-options` (in
 * the `deno.json` of the program, or as a flag). Without it Deno ends the
 * program with code 70 when the first such actor starts.
 *
 * On a terminal Deno prompts for what was not granted, also in an actor with
 * `"none"`, and a "y" grants it. Start a program whose actors are to be held to
 * their permissions with `--no-prompt` or `DENO_NO_PROMPT=1`; it warns once if
 * you do not.
 */
export type Permissions = "none" | "inherit" | PermissionSet;

/**
 * What an actor may reach, kind by kind.
 *
 * For each kind: `true` is all of it, `false` or a missing key is none of it,
 * and a list is what it names; an empty list is none. A list is a promise of
 * least privilege, so nothing in it is guessed: a wrong entry is a `TypeError`
 * where the actor is declared.
 *
 * A relative path starts at the folder of the module that declares the actor,
 * not at the working directory. A path covers all that lies below it. Grants do
 * not follow symbolic links: it is the path as it is asked for that counts.
 *
 * @example One folder to read, one host to talk to
 * ```ts
 * import { actor, type PermissionSet } from "@troupe/troupe";
 *
 * const permissions: PermissionSet = {
 *   read: ["./data"],
 *   net: ["api.example.com:443"],
 * };
 * export const load = actor(import.meta, async function load(name: string) {
 *   const path = new URL(`./data/${name}`, import.meta.url);
 *   const body = await Deno.readFile(path);
 *   await fetch("https://api.example.com/", { method: "POST", body });
 * }, { permissions });
 * ```
 */
export interface PermissionSet {
  /** Files and folders to read: paths or `file:` URLs. Default: none. */
  readonly read?: boolean | readonly (string | URL)[];
  /** Files and folders to write: paths or `file:` URLs. Default: none. */
  readonly write?: boolean | readonly (string | URL)[];
  /**
   * Hosts to connect to and addresses to listen on. Default: none.
   *
   * `host`, `host:port`, `[::1]:port`, `*.example.com` (the domain and all
   * below it), `10.0.0.0/8`, `unix:/path`. Without a port: every port. An
   * address and the name that resolves to it are two hosts.
   */
  readonly net?: boolean | readonly string[];
  /**
   * Environment variables to read and write. Default: none.
   *
   * A last `*` stands for any ending: `AWS_*`. Listing all variables
   * (`Deno.env.toObject()`) needs `true`. The environment is one for the whole
   * program: what one actor sets, the others see.
   */
  readonly env?: boolean | readonly string[];
  /** System facts, such as `hostname` or `cpus`. Default: none. */
  readonly sys?: boolean | readonly string[];
  /**
   * Programs to start: names looked up in `PATH`, paths, or `file:` URLs.
   * Default: none. A started program has all the rights of its user.
   */
  readonly run?: boolean | readonly (string | URL)[];
  /** Native libraries to load: paths or `file:` URLs. Default: none. */
  readonly ffi?: boolean | readonly (string | URL)[];
  /**
   * Hosts to import modules from, written as for `net`. Default: none.
   *
   * Only an import whose specifier is computed at run time asks for it (and for
   * `read`, when it is a file). What a module imports by literal specifiers,
   * static or dynamic, Deno checks against the rights of the thread that
   * starts the actor.
   */
  readonly import?: boolean | readonly string[];
}

/** One kind of permission. */
export type PermissionKind = keyof PermissionSet;

/**
 * What was refused: one kind, or `"all"` where Deno asks for every right at
 * once (the files of `/proc` and `/dev`), or `"inherit"` was asked for.
 */
export type DeniedKind = PermissionKind | "all";

/** One right: a kind, and what of it; without a target, all of that kind. */
export interface Right {
  /** The kind of permission. */
  readonly kind: DeniedKind;
  /** A path, a host, a variable…; undefined for all of the kind. */
  readonly target: string | undefined;
}

/** The kinds in the order in which they are checked and shown. */
export const PERMISSION_KINDS: readonly PermissionKind[] = Object.freeze([
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
  "import",
]);

/** The kinds that are granted, each as `true` or a list that is not empty. */
export type NormalizedSet = {
  readonly [kind in PermissionKind]?: true | readonly string[];
};

/**
 * Permissions that were checked and made explicit: paths are absolute, hosts
 * in one spelling, nothing twice, no kind without a right, frozen through and
 * through. A set that grants nothing is `"none"`.
 */
export type NormalizedPermissions = "none" | "inherit" | NormalizedSet;
