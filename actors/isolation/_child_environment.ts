/**
 * The environment of a child process.
 *
 * It begins empty. What the child's Deno needs is in it, although the actor
 * may not be allowed to read it: its own right `env` holds in the child as it
 * does in a thread. Nothing is in it that the calling thread may not read.
 *
 * @module
 */
import type { NormalizedPermissions } from "../permissions.ts";
import { cannotStart, mayUse } from "./_thread_rights.ts";

/** What makes Deno find its files and its network, and behave the same. */
const NEEDED = [
  "DENO_DIR",
  "HOME",
  "XDG_CACHE_HOME",
  "TMPDIR",
  "DENO_AUTH_TOKENS",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "JSR_URL",
  "NPM_CONFIG_REGISTRY",
  "DENO_CONDITIONS",
  "DENO_NO_PACKAGE_JSON",
  "DENO_V8_FLAGS",
  "DENO_USE_CGROUPS",
  // Who answers for permissions, and who keeps a record of them.
  "DENO_PERMISSION_BROKER_PATH",
  "DENO_AUDIT_PERMISSIONS",
  "NO_COLOR",
  "FORCE_COLOR",
  "TZ",
  "LANG",
  "LC_ALL",
  ...(Deno.build.os === "windows"
    ? [
      "SystemRoot",
      "USERPROFILE",
      "LOCALAPPDATA",
      "APPDATA",
      "TEMP",
      "TMP",
    ]
    : []),
];

/** What it is told in any case. */
const ALWAYS = { DENO_NO_PROMPT: "1", DENO_NO_UPDATE_CHECK: "1" };

/**
 * The environment for a child whose actor has these rights: what the actor may
 * read, and what its Deno needs.
 *
 * Variables of which the actor's rights name only a beginning (`AWS_*`) can be
 * found only by a thread that may list them all.
 *
 * @throws {Error} If the actor may run a program by its name, and there is no
 * `PATH` to look it up in.
 */
export function childEnvironment(
  permissions: NormalizedPermissions,
): Record<string, string> {
  const environment: Record<string, string> = {};
  const take = (name: string) => {
    if (!mayUse("env", name)) return;
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  };
  for (const name of NEEDED) take(name);
  // To be denied a program by its name, too: Deno looks it up before it asks.
  take("PATH");
  if (permissions !== "none") {
    for (const name of readableNames(permissions)) take(name);
    if (permissions === "inherit" || permissions.run !== undefined) {
      refuseUnknownPrograms(permissions, environment);
    }
  }
  if (!mayUse("run")) dropLoaderVariables(environment);
  return { ...environment, ...ALWAYS };
}

/** The variables that an actor may read, as far as they can be found. */
function readableNames(
  permissions: Exclude<NormalizedPermissions, "none">,
): readonly string[] {
  const env = permissions === "inherit" ? true : permissions.env;
  if (env === undefined) return [];
  const all = mayUse("env") ? Object.keys(Deno.env.toObject()) : [];
  if (env === true) return all;
  const beginnings = env.filter((entry) => entry.endsWith("*"))
    .map((entry) => oneCase(entry.slice(0, -1)));
  return [
    ...env.filter((entry) => !entry.endsWith("*")),
    ...all.filter((name) =>
      beginnings.some((beginning) => oneCase(name).startsWith(beginning))
    ),
  ];
}

/** Windows does not tell variables apart by their case. */
function oneCase(name: string): string {
  return Deno.build.os === "windows" ? name.toUpperCase() : name;
}

function refuseUnknownPrograms(
  permissions: Exclude<NormalizedPermissions, "none">,
  environment: Readonly<Record<string, string>>,
): void {
  const run = permissions === "inherit" ? undefined : permissions.run;
  if (run === undefined || run === true || "PATH" in environment) return;
  const name = run.find((entry) => !/[\\/]/.test(entry));
  if (name === undefined) return;
  throw cannotStart(
    `it may run ${JSON.stringify(name)}, and its process has no PATH to look ` +
      `it up in. Name it by its path, or start the program with --allow-env=PATH`,
  );
}

/** With one of these Deno starts a program only for who may run all. */
function dropLoaderVariables(environment: Record<string, string>): void {
  for (const name of Object.keys(environment)) {
    if (/^(?:LD_|DYLD_)/i.test(name)) delete environment[name];
  }
}
