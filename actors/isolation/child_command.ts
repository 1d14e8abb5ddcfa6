/**
 * The command line of a child process in which one actor runs.
 *
 * ```text
 *   deno run --no-prompt --quiet  <configuration>  <permissions>  <V8>  data:…
 *                                  the program's    the actor's,   memory
 *                                                   and to load
 * ```
 *
 * The actor runs in a Worker of the child, which holds the actor's rights and
 * no more. The child's main thread holds those too, since nobody can pass on
 * what he does not hold, and what loading the modules takes besides: what a
 * Worker imports by literal specifiers is checked against the rights of the
 * thread that makes it. It never holds more than the thread that starts it.
 *
 * All of this runs in the thread that starts the actor, with its rights, and
 * never raises a question on a terminal.
 *
 * @module
 */
import { currentProcess } from "../current_process.ts";
import { PermissionExceededError } from "../permission_errors.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { childEnvironment } from "./_child_environment.ts";
import { importableHosts, loadingPlaces } from "./_module_places.ts";
import { permissionFlags } from "./_permission_flags.ts";
import { flagValue, programFlags } from "./_program_flags.ts";
import { cannotStart, mayUse } from "./_thread_rights.ts";

export { programFlags } from "./_program_flags.ts";

/** What a child is started for. */
export interface ChildSpec {
  /** The rights of the actor; that the starter holds them was checked. */
  readonly permissions: NormalizedPermissions;
  /** The URLs of the modules that it may have to load. */
  readonly modules: readonly string[];
  /** How large its heap may grow, in MB; undefined: as large as Deno lets it. */
  readonly memory?: number | undefined;
  /** The URL of its first module, a `data:` URL. */
  readonly entry: string;
  /** What the carrier of its messages needs besides. */
  readonly carrierRights?: { readonly net?: readonly string[] } | undefined;
  /** `Deno.mainModule`, which only the main thread knows. */
  readonly mainModule?: string | undefined;
  /**
   * The flags of its configuration, in place of those that would be found: what
   * the user says, or {@linkcode programFlags} of a thread that can see more.
   */
  readonly childFlags?: readonly string[] | undefined;
}

/** What to start. */
export interface ChildCommand {
  /** The path of the executable. */
  readonly file: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Flags that would widen or narrow what we give: `--allow-x`, `-A`, `-RW`… */
const PERMISSION_FLAG =
  /^(?:--(?:allow|deny|ignore)-|--permission-set|-[abd-zA-Z]*[ARWNESIP])/;

/**
 * The command that starts a child for an actor.
 *
 * @throws {Error} If the rights of the actor cannot be told to a child, or the
 * program was compiled.
 * @throws {TypeError} If `childFlags` hold permissions.
 */
export function childCommand(spec: ChildSpec): ChildCommand {
  if (Deno.build.standalone) {
    throw cannotStart("the program was compiled, and holds no Deno to run it");
  }
  const flags = configuration(spec);
  const permissions = permissionFlags(spec.permissions, {
    read: placesBeside(spec, flags),
    import: mayUse("import") || importableHosts(spec.modules),
    net: spec.carrierRights?.net ?? [],
  });
  return {
    file: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      ...flags.filter((flag) => !isAbove(flag)),
      "--unstable-worker-options",
      ...permissions,
      ...v8Flags(flags, spec.memory),
      spec.entry,
    ],
    env: childEnvironment(spec.permissions),
  };
}

/**
 * What the child's main thread may read beyond the actor's own rights, to load
 * the modules: paths to revoke, each as it stands here, once they are loaded;
 * `true` for all of `read`.
 */
export function loadingRights(spec: ChildSpec): true | readonly string[] {
  return placesBeside(spec, configuration(spec));
}

/**
 * Checks that the calling thread may start a child at all.
 *
 * @param name The name of the actor that is to be started.
 * @throws {PermissionExceededError} If it may not run Deno's executable.
 */
export function checkMayStart(name: string): void {
  const target = Deno.execPath();
  if (mayUse("run", target)) return;
  throw new PermissionExceededError({
    actor: name,
    kind: "run",
    target,
    holder: currentProcess().name,
  });
}

/**
 * Whether the calling thread may give a child a descriptor of its own. Only
 * Node's `spawn` can do that, which looks up one variable of the environment;
 * without that right, messages have to take another way.
 */
export function canUseDescriptor(): boolean {
  return mayUse("run", Deno.execPath()) && mayUse("env", "NODE_V8_COVERAGE");
}

function configuration(
  { childFlags, mainModule }: ChildSpec,
): readonly string[] {
  if (childFlags === undefined) return programFlags(mainModule);
  const wrong = childFlags.find((flag) => PERMISSION_FLAG.test(flag));
  if (wrong === undefined) return childFlags;
  throw new TypeError(
    `Cannot use childFlags: ${JSON.stringify(wrong)} is about permissions. ` +
      `A child has those of its actor, and what it takes to load its modules`,
  );
}

function placesBeside(
  { permissions, modules }: ChildSpec,
  flags: readonly string[],
): true | readonly string[] {
  const own = permissions === "none"
    ? []
    : permissions === "inherit"
    ? true
    : permissions.read ?? [];
  if (own === true) return [];
  if (mayUse("read")) return true;
  return loadingPlaces(modules, flagValue(flags, "--config"), own);
}

/** Whether a flag is given below, merged with one of ours. */
function isAbove(flag: string): boolean {
  return flag === "--unstable-worker-options" || flag.startsWith("--v8-flags");
}

/** One flag for all that V8 is told. The last word on memory is ours. */
function v8Flags(
  flags: readonly string[],
  memory: number | undefined,
): string[] {
  const program = flags.filter((flag) => flag.startsWith("--v8-flags="))
    .map((flag) => flag.slice("--v8-flags=".length));
  const ours = memory === undefined ? [] : [`--max-old-space-size=${memory}`];
  const all = [...program, ...ours].filter((part) => part !== "");
  return all.length === 0 ? [] : [`--v8-flags=${all.join(",")}`];
}
