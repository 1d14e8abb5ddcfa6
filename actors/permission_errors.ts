/**
 * The errors of permissions: a right that was denied, and one that was asked
 * for but could not be given.
 *
 * @module
 */
import { flagText, grantText, rightText } from "./permission_texts.ts";
import type { DeniedKind } from "./permission_types.ts";

/** The fields of a {@linkcode PermissionDeniedError}. */
export interface PermissionDenial {
  /** The kind of permission: `"read"`, `"net"`… */
  readonly kind: DeniedKind;
  /** What it was needed for, as Deno names it; undefined for all of the kind. */
  readonly target: string | undefined;
  /** The name of the actor. */
  readonly actor: string;
  /** What to add to its permissions; undefined if the program lacks it too. */
  readonly grant: string | undefined;
}

/**
 * Thrown in the caller when an actor needed a permission it was not given.
 *
 * Deno denies in more than one shape: a `NotCapable` error, a module that is
 * "not found" because it may not be imported, a host name that is not resolved.
 * All of them arrive as this one error, with the original as its `cause`.
 *
 * Trying again cannot help, so a supervisor does not restart for it.
 *
 * @example The error says what to add
 * ```ts
 * import { actor, PermissionDeniedError } from "@troupe/troupe";
 *
 * const read = actor(import.meta, function read(path: string) {
 *   return Deno.readTextFileSync(path);
 * });
 *
 * if (import.meta.main) {
 *   try {
 *     await read.spawn(["/etc/hostname"]).result();
 *   } catch (error) {
 *     if (!(error instanceof PermissionDeniedError)) throw error;
 *     console.log(error.grant); // read: ["/etc/hostname"]
 *   }
 * }
 * ```
 */
export class PermissionDeniedError extends Error implements PermissionDenial {
  /** The class name, `"PermissionDeniedError"`. */
  override readonly name = "PermissionDeniedError";
  /**
   * The kind of permission. `"all"` where Deno wants every right at once, as
   * it does for most files of `/proc` and `/dev`.
   */
  readonly kind: DeniedKind;
  /**
   * What it was needed for: a path as the actor wrote it, a host, a variable,
   * a command. Undefined if nothing less than the whole kind would do.
   */
  readonly target: string | undefined;
  /** The name of the actor that was denied it. */
  readonly actor: string;
  /**
   * The text to add to the `permissions` of the actor, with absolute paths:
   * `read: ["/etc/hostname"]`. Undefined if the program does not hold the right
   * either, so that it could not pass it on.
   */
  readonly grant: string | undefined;

  /** Builds the error from what was denied, to whom, and what would help. */
  constructor(denial: PermissionDenial, options?: ErrorOptions) {
    super(deniedMessage(denial), options);
    this.kind = denial.kind;
    this.target = denial.target;
    this.actor = denial.actor;
    this.grant = denial.grant;
  }
}

function deniedMessage(denial: PermissionDenial): string {
  const what = `Actor ${JSON.stringify(denial.actor)} was denied ` +
    rightText(denial);
  if (denial.grant !== undefined) {
    return `${what}: add ${denial.grant} to its permissions`;
  }
  // Deno's texts do not tell a missing grant from a --deny flag.
  const deny = denial.kind === "all"
    ? "any --deny flag"
    : `a --deny-${denial.kind} that covers it`;
  return `${what}: the program itself does not hold it. ` +
    `Start it with ${flagText(denial)}, and without ${deny}`;
}

/** The fields of a {@linkcode PermissionExceededError}. */
export interface PermissionExcess {
  /** The name of the actor that was to be started. */
  readonly actor: string;
  /** The kind of the first right that could not be given. */
  readonly kind: DeniedKind;
  /** What of that kind; undefined for all of it. */
  readonly target: string | undefined;
  /** Who lacks it: {@linkcode MAIN_PROCESS}, {@linkcode DECLARATION}, an actor. */
  readonly holder: string;
}

/** The `holder` of a right that the program itself would have to hold. */
export const MAIN_PROCESS = "MainProcess";

/** The `holder` of a right that the declaration would have to list. */
export const DECLARATION = "declaration";

/**
 * Thrown when an actor asks for more than may be given to it: more than the
 * thread that starts it holds, or more than it was declared with.
 *
 * Nothing was started. It names the first right in excess, in the order read,
 * write, net, env, sys, run, ffi, import.
 *
 * @example A start cannot widen what was declared
 * ```ts ignore
 * import { actor, PermissionExceededError } from "@troupe/troupe";
 *
 * const fetchSize = actor(import.meta, async function fetchSize(url: string) {
 *   return (await (await fetch(url)).bytes()).length;
 * }, { permissions: { net: ["127.0.0.1:8000"] } });
 *
 * if (import.meta.main) {
 *   try {
 *     fetchSize.spawn(["http://127.0.0.1:9000/"], {
 *       permissions: { net: ["127.0.0.1:9000"] },
 *     });
 *   } catch (error) {
 *     if (!(error instanceof PermissionExceededError)) throw error;
 *     console.log(error.kind, error.target, error.holder);
 *     // net 127.0.0.1:9000 declaration
 *   }
 * }
 * ```
 */
export class PermissionExceededError extends Error implements PermissionExcess {
  /** The class name, `"PermissionExceededError"`. */
  override readonly name = "PermissionExceededError";
  /** The name of the actor that was to be started. */
  readonly actor: string;
  /** The kind of permission; `"all"` if `"inherit"` was asked for. */
  readonly kind: DeniedKind;
  /** What of that kind: a path, a host…; undefined for all of it. */
  readonly target: string | undefined;
  /**
   * Who would have to hold it: `"MainProcess"`, the name of the actor that
   * starts the other, or `"declaration"` if `spawn` asked for more than the
   * actor was declared with.
   */
  readonly holder: string;

  /** Builds the error from the right in excess and the one who lacks it. */
  constructor(excess: PermissionExcess, options?: ErrorOptions) {
    super(exceededMessage(excess), options);
    this.actor = excess.actor;
    this.kind = excess.kind;
    this.target = excess.target;
    this.holder = excess.holder;
  }
}

function exceededMessage(excess: PermissionExcess): string {
  const asked = excess.kind === "all"
    ? `"inherit", all that the program may do`
    : rightText(excess);
  const [holder, advice] = holderTexts(excess);
  return `Cannot start actor ${JSON.stringify(excess.actor)}: ` +
    `it asks for ${asked}, which ${holder} does not hold. ${advice}`;
}

function holderTexts(excess: PermissionExcess): [string, string] {
  const grant = excess.kind === "all"
    ? `permissions: "inherit"`
    : grantText([excess]);
  switch (excess.holder) {
    case MAIN_PROCESS:
      return [MAIN_PROCESS, `Start the program with ${flagText(excess)}`];
    case DECLARATION:
      return ["its declaration", `Declare it with ${grant}, or ask for less`];
    default: {
      const name = JSON.stringify(excess.holder);
      return [`actor ${name}`, `Give ${name} ${grant}, or ask for less`];
    }
  }
}
