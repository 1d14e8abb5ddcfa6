/**
 * What the calling thread may pass on to an actor.
 *
 * The one exact judge is the constructor of `Worker`, which refuses a set that
 * exceeds the rights of its own thread; but it does not say which right, and
 * with a good URL it starts a thread. So it is asked right by right, with a URL
 * it cannot parse: it looks at the permissions first, then at the URL.
 *
 * ```text
 *   new Worker("http://[", { deno: { permissions: { net: ["a:1"] } } })
 *       NotCapable …… a:1 exceeds what this thread holds
 *       URIError …… "http://[" is not a URL, so the permissions are fine
 * ```
 *
 * It takes some 30 µs a right and no thread. Should Deno once look at the URL
 * first, no excess is found here, and the real constructor still refuses it.
 *
 * `Deno.permissions.querySync` is no substitute: it does not take
 * `*.example.com`, and says "granted" for a folder with a denied file in it,
 * for which the constructor throws. But it never prompts, which the constructor
 * does, so it is the judge on a terminal.
 *
 * @module
 */
import { queryPermission } from "./permission_query.ts";
import { shown, wrong } from "./_permission_entries.ts";
import { promptsPossible } from "./_permission_prompts.ts";
import type {
  DeniedKind,
  NormalizedPermissions,
  PermissionKind,
  Right,
} from "./permission_types.ts";
import { PERMISSION_KINDS } from "./permission_types.ts";

/** A right in excess: one kind, and what of it. */
export interface Excess extends Right {
  /** The kind of permission. */
  readonly kind: PermissionKind;
}

/** Cannot be parsed as a URL, and never will be. */
const BAD_URL = "http://[";

/**
 * The first right of a set that the calling thread does not hold, so that it
 * could not start an actor with it; undefined if there is none. Looks at the
 * kinds in their fixed order and at the entries of a list in theirs.
 *
 * Where Deno could prompt it does not: what is not fully granted already is in
 * excess there. `"none"` and `"inherit"` exceed nothing.
 *
 * Ends the program with code 70 if Deno's `worker-options` are not on, as the
 * start of the actor would.
 *
 * @throws {TypeError} If Deno does not take an entry.
 */
export function findExcess(
  permissions: NormalizedPermissions,
): Excess | undefined {
  if (typeof permissions === "string") return undefined;
  for (const kind of PERMISSION_KINDS) {
    const value = permissions[kind];
    if (value === undefined) continue;
    for (const target of value === true ? [undefined] : value) {
      if (!holds(kind, target)) return { kind, target };
    }
  }
  return undefined;
}

/**
 * Whether the calling thread holds a right; without a target, all of that kind.
 * Never prompts.
 *
 * @throws {TypeError} If Deno does not take the target.
 */
export function holds(kind: DeniedKind, target: string | undefined): boolean {
  if (kind === "all") {
    // What Deno checks for the files of /proc: all granted and nothing denied.
    return PERMISSION_KINDS.every((one) =>
      queryPermission(one, undefined) === "granted"
    );
  }
  if (promptsPossible()) return holdsByQuery(kind, target);
  // Deno takes PREFIX* for covered by a variable named PREFIX, and would give
  // away what it does not hold. Its query is right about it.
  if (kind === "env" && target?.endsWith("*")) {
    if (queryPermission(kind, target) !== "granted") return false;
  }
  return holdsByConstructor(kind, target);
}

function holdsByConstructor(
  kind: PermissionKind,
  target: string | undefined,
): boolean {
  const value = target === undefined ? true : [target];
  const error = refusalOf({ deno: { permissions: { [kind]: value } } });
  if (error?.name === "NotCapable") return false;
  if (error?.message === badUrlMessage()) return true;
  const what = target === undefined
    ? `${kind}: true`
    : `${kind} ${shown(target)}`;
  throw wrong(`Deno does not take ${what}: ${error?.message}`);
}

function refusalOf(options: Record<string, unknown>): Error | undefined {
  try {
    // Never reached past the constructor; if it were, no thread may stay.
    new Worker(BAD_URL, { type: "module", ...options }).terminate();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

let badUrlText: string | undefined;

/** What the constructor says about the URL when the permissions are fine. */
function badUrlMessage(): string | undefined {
  return badUrlText ??= refusalOf({})?.message;
}

function holdsByQuery(
  kind: PermissionKind,
  target: string | undefined,
): boolean {
  const state = queryPermission(kind, target);
  // Deno passes on `true` together with the denials inside it, but not a
  // folder with a denied file in it.
  if (state === "partial") return target === undefined;
  if (state !== "unknown") return state === "granted";
  // A host with a wildcard, which a query does not take: certain only if every
  // host is granted. The constructor would prompt for it.
  const whole = queryPermission(kind, undefined);
  return whole === "granted" || whole === "partial";
}
