/**
 * What the program says once of how its actors are run.
 *
 * @module
 */

import { ownThread, ROOT } from "../channels/threads.ts";
import { checkIsolation, type Isolation } from "./isolation_options.ts";

/** What {@linkcode configure} takes. */
export interface Configuration {
  /**
   * Where actors run that are neither declared nor started with an `isolation` of
   * their own; `"thread"` if it is never said. For a program that wants all of
   * them in processes, or none of them in its tests.
   */
  isolation?: "thread" | "process";
  /**
   * The flags of `deno run` that give a process of an actor's own the program's
   * configuration, as `["--config=/app/deno.json"]`. By default Troupe finds it:
   * the configuration file, import map, lock file, `node_modules`, certificates.
   * Where the program was started with such flags and without `--allow-all`, it
   * cannot see them, and has to be told.
   */
  childFlags?: readonly string[];
}

/** The configuration, as threads pass it on to those they start. */
export interface Configured {
  /** Where actors run. */
  readonly isolation?: Isolation;
  /** See {@linkcode Configuration.childFlags}. */
  readonly childFlags?: readonly string[] | undefined;
  /** The module that the program was started with. */
  readonly mainModule?: string | undefined;
}

let configured: Configured | undefined;

/**
 * Says how actors are run from now on: those that this thread starts, and those
 * that they start.
 *
 * @example
 * ```ts
 * import { configure } from "@troupe/troupe";
 *
 * configure({ childFlags: ["--no-config", "--cached-only"] });
 * ```
 *
 * @throws {TypeError} If something is of the wrong type.
 */
export function configure({ isolation, childFlags }: Configuration): void {
  if (childFlags !== undefined) {
    const isList = Array.isArray(childFlags) &&
      childFlags.every((flag) => typeof flag === "string");
    if (!isList) {
      throw new TypeError(
        "Cannot configure: childFlags must be a list of texts",
      );
    }
  }
  configured = {
    ...configuration(),
    ...(isolation && { isolation: checkIsolation({ isolation }, "configure") }),
    ...(childFlags && { childFlags: [...childFlags] }),
  };
}

/** What is configured. */
export function configuration(): Configured {
  return configured ??= { mainModule: mainModule() };
}

/** Gives a thread what the one has that started it. */
export function inheritConfiguration(inherited: Configured): void {
  configured = inherited;
}

/** Only the program's first thread knows. */
function mainModule(): string | undefined {
  if (ownThread() !== ROOT) return undefined;
  try {
    return Deno.mainModule;
  } catch {
    // It may not read the file, and then not know of it.
    return undefined;
  }
}
