/**
 * Refuses a runtime that lacks what Troupe is built on, before it fails in the
 * middle of something.
 *
 * @module
 */

/** The oldest Deno with Web Locks, by which the end of a thread is seen. */
const OLDEST = [2, 9] as const;

/** Thrown at load by a runtime that is too old, or no Deno. */
class UnsupportedRuntimeError extends Error {
  override readonly name = "UnsupportedRuntimeError";
}

const version = typeof Deno === "object" ? Deno.version?.deno : undefined;
const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
if (
  version === undefined || major < OLDEST[0] ||
  major === OLDEST[0] && minor < OLDEST[1]
) {
  throw new UnsupportedRuntimeError(
    `Cannot load Troupe: it needs Deno ${
      OLDEST.join(".")
    } or later, and this ` +
      `is ${version === undefined ? "no Deno" : `Deno ${version}`}`,
  );
}
