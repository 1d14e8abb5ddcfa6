import { root, runDeno } from "./child.ts";

/** Where `@std/...` comes from in this run. */
export type StdSource = "jsr" | "stand-ins";

/** Long enough for a first download, short enough to wait for in vain. */
const PROBE_TIMEOUT = 6000;

/** Says where `@std/...` comes from without a probe, for runs inside runs. */
export const STD_VARIABLE = "TROUPE_STD";

const importMap = new URL("tests/stand_ins/import_map.json", root);
const probe = new URL("tests/tools/std_probe.ts", root);

/**
 * Finds out whether the `jsr:@std/...` packages resolve: from Deno's cache,
 * with no network at all, or else from JSR within a few seconds.
 */
export async function findStdPackages(): Promise<StdSource> {
  const told = Deno.env.get(STD_VARIABLE);
  if (told === "jsr" || told === "stand-ins") return told;
  if (told) {
    throw new TypeError(
      `${STD_VARIABLE} is "${told}": expected "jsr" or "stand-ins"`,
    );
  }
  for (const cachedOnly of [["--cached-only"], []]) {
    const { code } = await runDeno(
      ["cache", "--quiet", ...cachedOnly, probe.href],
      { timeout: PROBE_TIMEOUT },
    );
    if (code === 0) return "jsr";
  }
  return "stand-ins";
}

/** What a deno command needs besides its own arguments. */
export function stdFlags(source: StdSource): string[] {
  return source === "jsr" ? [] : ["--import-map", importMap.href];
}

/** Where `@std/...` comes from in the program that asks, a test for one. */
export function currentStd(): StdSource {
  return import.meta.resolve("@std/assert").startsWith("file:")
    ? "stand-ins"
    : "jsr";
}

/** The one line that says the tests run on the stand-ins. */
export const STAND_INS_NOTE =
  "jsr:@std does not resolve here: the tests run on the stand-ins in tests/stand_ins/";
